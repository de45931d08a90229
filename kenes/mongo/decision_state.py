"""What a decider knows, keyed: a fold of its own decisions kept in MongoDB, or in memory over MongoDB.

Documents carry the sequence of the last decision folded into them, so folding again after a crash changes nothing.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from pymongo import ReplaceOne, UpdateOne

from kenes.kafka.decider import Position
from kenes.kafka.records import Recorded
from kenes.mongo.client import Collection, Database, Document
from kenes.mongo.operations import insert_new
from schemas.envelope import Event, sequence_of
from schemas.payload import Payload

S = TypeVar("S")

POSITIONS = "decision_positions"
POSITION_PACE = 1.0


@dataclass(frozen=True)
class Rules(Generic[S]):
    """How one kind of thing is decided: the pure part that a service brings.

    `key` names the thing an event is about; `initial` is the state of one nobody has heard of. `resident` state is
    held in memory whole, per partition; the rest is fetched for each batch.
    """

    name: str
    initial: S
    key: Callable[[Event[Payload]], str]
    decide: Callable[[S, Recorded], Payload]
    evolve: Callable[[S, Event[Payload]], S]
    dump: Callable[[S], Document]
    load: Callable[[Document], S]
    resident: bool = False


@dataclass(slots=True)
class _Entry(Generic[S]):
    state: S
    partition: int
    sequence: int
    stored: bool


class KeyedState(Generic[S]):
    """Implements `kenes.kafka.decider.DecisionState` for one decisions topic."""

    def __init__(self, database: Database, rules: Rules[S]) -> None:
        self._rules = rules
        self._documents: Collection = database[f"state.{rules.name}"]
        self._positions: Collection = database[POSITIONS]
        self._entries: dict[str, _Entry[S]] = {}
        self._changed: set[str] = set()
        self._positions_written = 0.0

    def states(self) -> Iterator[S]:
        """The states held in memory."""
        return (entry.state for entry in self._entries.values())

    def changed(self) -> set[str]:
        """Keys of what is held in memory whose state is another than when this was asked last."""
        changed, self._changed = self._changed, set()
        return changed

    def state(self, key: str) -> S:
        """The state held of one thing; the initial one where none is."""
        entry = self._entries.get(key)
        return self._rules.initial if entry is None else entry.state

    async def restore(self, partition: int) -> Position:
        """Takes the recorded state of a partition; returns where it stands."""
        # The position is read first: documents may be newer than it, which their sequences tell.
        found = await self._positions.find_one({"_id": f"{self._rules.name}/{partition}"})
        if self._rules.resident:
            await self._documents.create_index("p")
            async for document in self._documents.find({"p": partition}):
                self._hold(document)
        return Position() if found is None else Position(found["next"], found["sequence"])

    async def prepare(self, events: Sequence[Event[Payload]]) -> None:
        """Fetches the documents of what the events are about."""
        if self._rules.resident:
            return
        self._entries.clear()
        keys = list({self._rules.key(event) for event in events})
        async for document in self._documents.find({"_id": {"$in": keys}}):
            self._hold(document)

    def decide(self, request: Recorded) -> Payload:
        """The decision on a request."""
        return self._rules.decide(self.state(self._rules.key(request.event)), request)

    def evolve(self, partition: int, decision: Event[Payload]) -> None:
        """Folds a decision, unless it is folded already."""
        key, sequence = self._rules.key(decision), sequence_of(decision)
        entry = self._entries.get(key)
        before = self._rules.initial if entry is None else entry.state
        if entry is not None and sequence <= entry.sequence:
            return
        after = self._rules.evolve(before, decision)
        if after is not before:  # a refusal leaves no trace
            self._entries[key] = _Entry(after, partition, sequence, stored=entry is not None and entry.stored)
            self._note([key])

    async def save(self, decisions: Sequence[tuple[int, Event[Payload]]], positions: Mapping[int, Position]) -> None:
        """Writes what the decisions changed, then, once a second, the positions."""
        keys = {self._rules.key(decision) for _, decision in decisions}
        touched = {key: self._entries[key] for key in keys if key in self._entries}
        fresh = [self._dump(key, entry) for key, entry in touched.items() if not entry.stored]
        known = [self._dump(key, entry) for key, entry in touched.items() if entry.stored]
        if fresh:
            taken = await insert_new(self._documents, fresh)
            known += [document for document in fresh if document["_id"] in taken]
        if known:
            # Never over a newer one: a lost owner may come back from a pause in the middle of this.
            await self._documents.bulk_write([ReplaceOne({"_id": d["_id"], "s": {"$lt": d["s"]}}, d) for d in known])
        for entry in touched.values():
            entry.stored = True
        await self._save_positions(positions)

    async def _save_positions(self, positions: Mapping[int, Position]) -> None:
        # An older position only means folding a little more after a restart, to the same result.
        if time.monotonic() - self._positions_written < POSITION_PACE:
            return
        await self._positions.bulk_write(
            [
                UpdateOne(
                    {"_id": f"{self._rules.name}/{partition}"},
                    {"$max": {"next": position.next_offset, "sequence": position.sequence}},
                    upsert=True,
                )
                for partition, position in positions.items()
            ]
        )
        self._positions_written = time.monotonic()

    def forget(self, partition: int) -> None:
        """Drops what is held of a partition."""
        self._note(key for key, entry in self._entries.items() if entry.partition == partition)
        self._entries = {key: entry for key, entry in self._entries.items() if entry.partition != partition}

    def _hold(self, document: Document) -> None:
        self._entries[document["_id"]] = _Entry(self._rules.load(document), document["p"], document["s"], stored=True)
        self._note([document["_id"]])

    def _note(self, keys: Iterable[str]) -> None:
        if self._rules.resident:
            self._changed.update(keys)

    def _dump(self, key: str, entry: _Entry[S]) -> Document:
        return {"_id": key, "p": entry.partition, "s": entry.sequence, **self._rules.dump(entry.state)}
