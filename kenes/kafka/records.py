"""Records as the rest of the kit sees them, whichever client read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NewType

from schemas.envelope import Event, decode
from schemas.payload import Payload
from schemas.topics import Topic

Partition = NewType("Partition", int)


@dataclass(frozen=True, slots=True)
class Record:
    """One record of a topic. `timestamp` is milliseconds since 1970-01-01 UTC."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]

    @property
    def time(self) -> datetime:
        """The record's timestamp, UTC."""
        return datetime.fromtimestamp(self.timestamp / 1000, UTC)


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event together with where it stands in the log."""

    partition: int
    offset: int
    time: datetime
    key: bytes | None
    event: Event[Payload]

    @property
    def data(self) -> Payload:
        """The payload."""
        return self.event.data


@dataclass(frozen=True, slots=True)
class Receipt:
    """Where a record was written."""

    partition: int
    offset: int


def read(topic: Topic, record: Record) -> Recorded:
    """The event in a record; raises `UnreadableEventError`."""
    event = decode(topic.types, record.headers, record.value)
    return Recorded(record.partition, record.offset, record.time, record.key, event)
