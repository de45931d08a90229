"""What a process knows of every subject of a decisions topic, in memory, as current as the topic.

A process starts it from a projection's documents and keeps it current with the live tail. Documents may be newer than
the recorded offsets; each carries the sequence of its last decision, so nothing is folded twice.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from kenes.kafka.decider import Position
from kenes.kafka.records import Recorded
from kenes.mongo.client import Document
from kenes.mongo.projection import Version
from schemas.envelope import sequence_of
from schemas.parts import Seen
from schemas.payload import Payload

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Entry(Generic[T]):
    """What is known of one subject, and the last decision it comes from: its partition and sequence."""

    known: T
    partition: int
    sequence: int

    @property
    def seen(self) -> Seen:
        """The same for a request. Made when it is asked for: a directory may have a hundred thousand entries."""
        return Seen(partition=self.partition, sequence=self.sequence)


class Directory(Generic[T]):
    """Subjects by id.

    `after` folds one decision, taken at an instant, into what was known; `None` is a subject nobody has heard of.
    `read` takes the same out of a document of the projection's `collection`, of which only `fields` are fetched.
    """

    def __init__(
        self,
        collection: str,
        fields: tuple[str, ...],
        read: Callable[[Document], T],
        after: Callable[[T | None, Payload, datetime], T | None],
    ) -> None:
        self._collection = collection
        self._fields = dict.fromkeys(("p", "s", *fields), 1)
        self._read = read
        self._after = after
        self._entries: dict[str, Entry[T]] = {}

    def get(self, subject: str) -> Entry[T] | None:
        """The entry, or `None` for a subject nobody has heard of."""
        return self._entries.get(subject)

    def __len__(self) -> int:
        return len(self._entries)

    def __iter__(self) -> Iterator[tuple[str, Entry[T]]]:
        return iter(self._entries.items())

    async def load(self, version: Version) -> dict[int, Position]:
        """Takes in the projection's documents; returns the positions the tail must go on from."""
        positions = await version.positions()
        async for document in version.collection(self._collection).find({}, self._fields):
            self._entries[document["_id"]] = Entry(self._read(document), document["p"], document["s"])
        return positions

    def take(self, decision: Recorded) -> None:
        """Folds a decision, unless it is folded already."""
        subject, sequence = decision.event.subject, sequence_of(decision.event)
        entry = self._entries.get(subject)
        if entry is not None and sequence <= entry.sequence:
            return
        known = self._after(None if entry is None else entry.known, decision.data, decision.event.time)
        if known is not None:
            self._entries[subject] = Entry(known, decision.partition, sequence)
