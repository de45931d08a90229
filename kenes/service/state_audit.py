"""Recounts what a decider has stored from its own decisions, and names each difference."""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from typing import Any

from kenes.kafka.reader import read_to_end
from kenes.kafka.records import counts, read
from kenes.mongo.client import Database, Document
from kenes.service.audit import SHOWN, Found
from kenes.service.definition import Deciding
from schemas.envelope import Event, UnreadableEventError, sequence_of
from schemas.payload import Payload

SETTLE = 1.0
"""Seconds before a difference is looked at again: what is in the log is stored by then."""


async def audit_state(bootstrap: str, database: Database, deciding: Deciding) -> Found:
    """Folds a decider's own decisions and compares the states it has stored. All states are held in memory.

    A decider that runs meanwhile stores a batch a moment after it is in the log: what differs is looked at twice.
    """
    recount = _Recount(deciding)
    await recount.fold(bootstrap)
    checked, suspects = await recount.compare(database)
    if not suspects:
        return checked, []
    await asyncio.sleep(SETTLE)
    differences = await recount.confirm(bootstrap, database, suspects)
    return checked, [f"{key}: {words}" for key, words in sorted(differences.items())[:SHOWN]]


class _Recount:
    """A fold of a decisions topic, and how far it has come."""

    def __init__(self, deciding: Deciding) -> None:
        self._topic = deciding.decisions
        self._rules = deciding.rules
        self._states: dict[str, tuple[int, int, Any]] = {}
        self._suspects: dict[str, Document | None] = {}
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
            if key in self._suspects and not self._wrong(key, self._suspects[key]):
                del self._suspects[key]

    async def compare(self, database: Database) -> tuple[int, set[str]]:
        """How many states were compared, and those that differ from the stored ones."""
        checked, differing, missing = 0, set[str](), set(self._states)
        async for key, document in self._stored(database):
            checked += 1
            missing.discard(key)
            if self._wrong(key, document):
                differing.add(key)
        return checked + len(missing), differing | missing

    async def confirm(self, bootstrap: str, database: Database, suspects: Collection[str]) -> dict[str, str]:
        """What is wrong with those of the suspects that still differ.

        They are read first and the log after them, for what a decider has stored is in it: a state that the log comes
        by is no difference.
        """
        stored = {key: document async for key, document in self._stored(database) if key in suspects}
        read_again = {key: stored.get(key) for key in suspects}
        self._suspects = {key: document for key, document in read_again.items() if self._wrong(key, document)}
        await self.fold(bootstrap)
        return {key: self._wrong(key, document) for key, document in self._suspects.items()}

    async def _stored(self, database: Database) -> AsyncIterator[tuple[str, Document]]:
        async for document in database[f"state.{self._rules.name}"].find():
            yield document.pop("_id"), document

    def _wrong(self, key: str, stored: Document | None) -> str:
        """What is wrong with a stored state, in words; nothing for one that is as it was recounted."""
        if key not in self._states:
            return "" if stored is None else "stored, but not in the topic"
        if stored is None:
            return "in the topic, but not stored"
        partition, sequence, state = self._states[key]
        expected = {"p": partition, "s": sequence, **self._rules.dump(state)}
        wrong = [name for name in sorted(expected.keys() | stored.keys()) if _differs(name, expected, stored)]
        return f"{', '.join(wrong)} is not what the topic says" if wrong else ""


def _differs(name: str, expected: Document, stored: Document) -> bool:
    return name not in expected or name not in stored or bool(_plain(expected[name]) != stored[name])


def _plain(value: Any) -> Any:
    """The value as the database gives it back: tuples are lists there."""
    if isinstance(value, Mapping):
        return {name: _plain(member) for name, member in value.items()}
    return [_plain(member) for member in value] if isinstance(value, list | tuple) else value
