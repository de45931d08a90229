"""Records as the rest of the kit sees them, whichever client read them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from schemas.envelope import Event, decode, sequence_of
from schemas.payload import Payload
from schemas.topics import Topic

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LATEST = 253_402_300_799_999  # the last millisecond of the year 9999


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
        """The record's timestamp, UTC; the nearest of 1970 to 9999 where a writer set one outside of them."""
        return _EPOCH + timedelta(milliseconds=min(max(self.timestamp, 0), _LATEST))


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


def counts(decision: Recorded, after: int) -> bool:
    """Whether a decision counts for whoever has taken in all decisions up to sequence `after`.

    It must be the first on its request, and must stand where its decider expected it: an owner that was lost may
    write on for a moment, from what it knew. Raises `UnreadableEventError` for an event that is no decision.
    """
    stands = decision.event.offset is None or decision.event.offset == decision.offset
    return sequence_of(decision.event) > after and stands


def read(topic: Topic, record: Record) -> Recorded:
    """The event in a record; raises `UnreadableEventError`."""
    event = decode(topic.types, record.headers, record.value)
    return Recorded(record.partition, record.offset, record.time, record.key, event)


def read_decision(topic: Topic, record: Record) -> Recorded:
    """The decision in a record; raises `UnreadableEventError`, also for an event that is no decision."""
    decision = read(topic, record)
    sequence_of(decision.event)
    return decision
