"""Recounts what a decider has stored from its own decisions, and names each difference."""

import asyncio
from collections.abc import Mapping
from typing import Any

from kenes.kafka.reader import read_to_end
from kenes.kafka.records import counts, read
from kenes.mongo.client import Database, Document
from kenes.service.audit import SHOWN, Found
from kenes.service.definition import Deciding
from schemas.envelope import Event, UnreadableEventError, sequence_of
from schemas.payload import Payload

SETTLE = 1.0
"""Seconds before a difference is looked at again: what was being decided is written by then."""


async def audit_state(bootstrap: str, database: Database, deciding: Deciding) -> Found:
    """Folds a decider's own decisions and compares the states it has stored. All states are held in memory.

    A decider that runs meanwhile stores a batch a moment after it is in the log: what differs is looked at twice.
    """
    recount = _Recount(deciding)
    await recount.fold(bootstrap)
    checked, differences = await recount.compare(database)
    if differences:
        await asyncio.sleep(SETTLE)
        await recount.fold(bootstrap)
        checked, again = await recount.compare(database)
        differences = {key: words for key, words in again.items() if key in differences}
    return checked, [f"{key}: {words}" for key, words in differences.items()][:SHOWN]


class _Recount:
    """A fold of a decisions topic, and how far it has come."""

    def __init__(self, deciding: Deciding) -> None:
        self._topic = deciding.decisions
        self._rules = deciding.rules
        self._states: dict[str, tuple[int, int, Any]] = {}
        self._next = dict.fromkeys(range(self._topic.partitions), 0)
        self._last = dict.fromkeys(range(self._topic.partitions), -1)

    async def fold(self, bootstrap: str) -> None:
        """Folds what is in the topic now."""
        async for records in read_to_end(bootstrap, self._topic, self._next):
            for record in records:
                self._next[record.partition] = record.offset + 1
                try:
                    decision = read(self._topic, record)
                    if counts(decision, self._last[record.partition]):
                        self._evolve(record.partition, decision.event)
                except UnreadableEventError:
                    continue

    def _evolve(self, partition: int, decision: Event[Payload]) -> None:
        key, sequence = self._rules.key(decision), sequence_of(decision)
        self._last[partition] = sequence
        if key is None:
            return
        before = self._states[key][2] if key in self._states else self._rules.initial
        after = self._rules.evolve(before, decision)
        if after is not before:
            self._states[key] = (partition, sequence, after)

    async def compare(self, database: Database) -> tuple[int, dict[str, str]]:
        """How many states were compared, and by key what is wrong with the stored one."""
        checked, differences, missing = 0, dict[str, str](), set(self._states)
        async for document in database[f"state.{self._rules.name}"].find():
            checked += 1
            key = document.pop("_id")
            missing.discard(key)
            if document["s"] > self._last[document["p"]]:
                continue  # stored after the topic was read
            if key not in self._states:
                differences[key] = "stored, but not in the topic"
                continue
            partition, sequence, state = self._states[key]
            expected = {"p": partition, "s": sequence, **self._rules.dump(state)}
            if wrong := [
                name for name in sorted(expected.keys() | document.keys()) if _differs(name, expected, document)
            ]:
                differences[key] = f"{', '.join(wrong)} is not what the topic says"
        return checked + len(missing), differences | dict.fromkeys(sorted(missing), "in the topic, but not stored")


def _differs(name: str, expected: Document, stored: Document) -> bool:
    return name not in expected or name not in stored or bool(_plain(expected[name]) != stored[name])


def _plain(value: Any) -> Any:
    """The value as the database gives it back: tuples are lists there."""
    if isinstance(value, Mapping):
        return {name: _plain(member) for name, member in value.items()}
    return [_plain(member) for member in value] if isinstance(value, list | tuple) else value
