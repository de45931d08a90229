"""What a decider knows, keyed: a fold of its own decisions kept in MongoDB, or in memory over MongoDB.

Documents carry the sequence of the last decision folded into them, so folding again after a crash changes nothing.
"""

import time
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, cast
from weakref import WeakValueDictionary

import bson
from bson.codec_options import CodecOptions
from pymongo import ReplaceOne, UpdateOne

from kenes.kafka.decider import Position
from kenes.kafka.records import Recorded
from kenes.mongo.client import LOADED_WITHIN, Collection, Database, Document, patience
from kenes.mongo.operations import insert_new
from schemas.envelope import Event, sequence_of
from schemas.payload import Payload

S = TypeVar("S")

POSITIONS = "decision_positions"
POSITION_PACE = 1.0
"""Seconds between two writes of positions: what a restart has to fold again."""
_AS_STORED: CodecOptions[Document] = CodecOptions(tz_aware=True)


@dataclass(frozen=True)
class Rules(Generic[S]):
    """How one kind of thing is decided: the pure part that a service brings.

    `key` names the thing an event is about, `None` where that is another kind of thing; `initial` is the state of one
    nobody has heard of. `resident` state is held in memory whole, per partition; the rest is fetched for each batch.
    `packed` is for what is resident, large and seldom asked for: between decisions it is held as its document's bytes,
    which takes a third of the memory.
    """

    name: str
    initial: S
    key: Callable[[Event[Payload]], str | None]
    decide: Callable[[S, Recorded], Payload]
    evolve: Callable[[S, Event[Payload]], S]
    dump: Callable[[S], Document]
    load: Callable[[Document], S]
    resident: bool = False
    packed: bool = False


@dataclass(slots=True)
class _Entry(Generic[S]):
    """`state` as it was decided, or the bytes of its document."""

    state: S | bytes
    partition: int
    sequence: int
    stored: bool

    @property
    def packed(self) -> bool:
        return isinstance(self.state, bytes)


class KeyedState(Generic[S]):
    """Implements `kenes.kafka.decider.DecisionState` for one decisions topic."""

    def __init__(self, database: Database, rules: Rules[S]) -> None:
        self._rules = rules
        self._documents: Collection = database[f"state.{rules.name}"]
        self._positions: Collection = database[POSITIONS]
        self._entries: dict[str, _Entry[S]] = {}
        # What somebody holds unpacked is handed out again: a state is the same object until a decision changes it.
        self._unpacked: WeakValueDictionary[str, S] = WeakValueDictionary()
        self._changed: set[str] = set()
        self._saving: dict[str, _Entry[S]] = {}
        self._positions_written = 0.0

    def states(self) -> Iterator[S]:
        """The states held in memory."""
        return (self._unpack(key, entry) for key, entry in self._entries.items())

    def changed(self) -> set[str]:
        """Keys of what is held in memory whose state is another than when this was asked last."""
        changed, self._changed = self._changed, set()
        return changed

    def knows(self, event: Event[Payload]) -> bool:
        """Whether the event is about a thing of this kind."""
        return self._rules.key(event) is not None

    def state(self, key: str) -> S:
        """The state held of one thing; the initial one where none is."""
        entry = self._entries.get(key)
        return self._rules.initial if entry is None else self._unpack(key, entry)

    async def restore(self, partition: int) -> Position:
        """Takes the recorded state of a partition; returns where it stands."""
        # The position is read first: documents may be newer than it, which their sequences tell.
        found = await self._positions.find_one({"_id": f"{self._rules.name}/{partition}"})
        if self._rules.resident:
            with patience(LOADED_WITHIN):
                await self._documents.create_index("p")
                async for document in self._documents.find({"p": partition}):
                    self._hold(document)
        return Position() if found is None else Position(found["next"], found["sequence"])

    async def prepare(self, events: Sequence[Event[Payload]]) -> None:
        """Fetches the documents of what the events are about. What is still being recorded is known."""
        if self._rules.resident:
            return
        self._entries = dict(self._saving)
        asked = {key for event in events if (key := self._rules.key(event)) is not None}
        keys = list(asked - self._entries.keys())
        if not keys:
            return
        async for document in self._documents.find({"_id": {"$in": keys}}):
            self._hold(document)

    def decide(self, request: Recorded) -> Payload:
        """The decision on a request."""
        key = self._rules.key(request.event)
        return self._rules.decide(self._rules.initial if key is None else self.state(key), request)

    def evolve(self, partition: int, decision: Event[Payload]) -> None:
        """Folds a decision, unless it is folded already."""
        key, sequence = self._rules.key(decision), sequence_of(decision)
        if key is None:
            return
        entry = self._entries.get(key)
        if entry is not None and sequence <= entry.sequence:
            return
        before = self.state(key)
        after = self._rules.evolve(before, decision)
        if after is not before:  # a refusal leaves no trace
            self._entries[key] = _Entry(after, partition, sequence, stored=entry is not None and entry.stored)
            self._unpacked.pop(key, None)
            self._note([key])

    def save(
        self, decisions: Sequence[tuple[int, Event[Payload]]], positions: Mapping[int, Position]
    ) -> Coroutine[Any, Any, None]:
        """Takes down what the decisions changed; awaited, writes it and then, once a second, the positions."""
        keys = {key for _, decision in decisions if (key := self._rules.key(decision)) is not None}
        # What is packed is stored already: a refusal changed nothing.
        self._saving = {key: entry for key in keys if (entry := self._entries.get(key)) and not entry.packed}
        fresh, known = list[Document](), list[Document]()
        for key, entry in self._saving.items():
            document = self._dump(key, entry)
            (known if entry.stored else fresh).append(document)
            entry.stored = True
            if self._rules.packed:
                self._unpacked[key], entry.state = cast("S", entry.state), bson.encode(document)
        return self._write(fresh, known, positions)

    async def _write(self, fresh: list[Document], known: list[Document], positions: Mapping[int, Position]) -> None:
        if fresh:
            taken = await insert_new(self._documents, fresh)
            known += [document for document in fresh if document["_id"] in taken]
        if known:
            # Never over a newer one: a lost owner may come back from a pause in the middle of this.
            await self._documents.bulk_write([ReplaceOne({"_id": d["_id"], "s": {"$lt": d["s"]}}, d) for d in known])
        await self._save_positions(positions)
        self._saving = {}

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
        key = document["_id"]
        state = bson.encode(document) if self._rules.packed else self._rules.load(document)
        self._entries[key] = _Entry(state, document["p"], document["s"], stored=True)
        self._unpacked.pop(key, None)
        self._note([key])

    def _unpack(self, key: str, entry: _Entry[S]) -> S:
        if not isinstance(entry.state, bytes):
            return entry.state
        known = self._unpacked.get(key)
        if known is None:
            known = self._unpacked[key] = self._rules.load(bson.decode(entry.state, _AS_STORED))
        return known

    def _note(self, keys: Iterable[str]) -> None:
        if self._rules.resident:
            self._changed.update(keys)

    def _dump(self, key: str, entry: _Entry[S]) -> Document:
        return {"_id": key, "p": entry.partition, "s": entry.sequence, **self._rules.dump(cast("S", entry.state))}
