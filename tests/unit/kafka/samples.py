"""What the tests of the Kafka kit share: a small topic and its records."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, ClassVar

from kenes.kafka.records import Record, Recorded, read
from schemas.envelope import Event
from schemas.payload import Payload
from schemas.topics import Topic

NOW = datetime(2026, 9, 1, 9, tzinfo=UTC)


class Counted(Payload):
    """A number was counted."""

    TYPE: ClassVar[str] = "test.number.counted.v1"
    number: int


TOPIC = Topic("test.numbers.v1", "test", "number", (Counted,), 2, "Numbers.")


def event_of(number: int, sequence: int | None = None, expected: int | None = None) -> Event[Payload]:
    """The event of a number; `expected` is the offset its decider expected."""
    return Event(f"id-{number}", "/test", str(number), NOW, Counted(number=number), sequence, expected)


def record_of(number: int, offset: int, sequence: int | None = None, partition: int = 0, **changes: Any) -> Record:
    """The record of a number, as a client reads it."""
    event = event_of(number, sequence, changes.pop("expected", None))
    told: dict[str, Any] = {
        "topic": TOPIC.name,
        "partition": partition,
        "offset": offset,
        "timestamp": round(NOW.timestamp() * 1000),
        "key": b"key",
        "value": event.data.write(),
        "headers": event.headers(),
    }
    return Record(**told | changes)


def recorded(number: int, sequence: int | None = None, partition: int = 0) -> Recorded:
    return read(TOPIC, record_of(number, number, sequence, partition))
