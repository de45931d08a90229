"""CloudEvents 1.0 in the Kafka binary binding: attributes in `ce_*` headers, JSON in the value.

Source: CloudEvents 1.0.2, Kafka protocol binding, section 3.2; `sequence`, `traceparent` and `recordedtime` are the
published extensions of the same names.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Generic, TypeVar
from uuid import NAMESPACE_URL, UUID, uuid5

from pydantic import ValidationError

from schemas.payload import Payload

Headers = list[tuple[str, bytes]]
P_co = TypeVar("P_co", bound=Payload, covariant=True)

RECORDED_TIME = "ce_recordedtime"
_JSON = ("content-type", b"application/json")
_SPEC = ("ce_specversion", b"1.0")


class UnreadableEventError(ValueError):
    """A record that is not an event of its topic: wrong envelope, unknown type or a value of another shape."""


def recorded_now() -> tuple[str, bytes]:
    """The header of a record that is written now."""
    return RECORDED_TIME, datetime.now(UTC).isoformat().encode()


@dataclass(frozen=True, slots=True)
class Event(Generic[P_co]):
    """One event.

    `time` is the instant the fact refers to (UTC); on decisions it is the request record's own timestamp.
    Two are set on decisions only: `sequence`, the offset of the request on the partition of the same number, and
    `offset`, where the decider expected the decision to stand. A decision that stands elsewhere was made without
    knowing all that came before it, and does not count.
    """

    id: str
    source: str
    subject: str
    time: datetime
    data: P_co
    sequence: int | None = None
    offset: int | None = None
    traceparent: str | None = None

    def headers(self) -> Headers:
        """The record headers of this event, to be written now: `recordedtime` is when that was."""
        headers: Headers = [
            _SPEC,
            ("ce_id", self.id.encode()),
            ("ce_source", self.source.encode()),
            ("ce_type", self.data.TYPE.encode()),
            ("ce_subject", self.subject.encode()),
            ("ce_time", self.time.isoformat().encode()),
            recorded_now(),
            _JSON,
        ]
        if self.sequence is not None:
            headers.append(("ce_sequence", b"%d" % self.sequence))
        if self.offset is not None:
            headers.append(("ce_offset", b"%d" % self.offset))
        if self.traceparent is not None:
            headers.append(("ce_traceparent", self.traceparent.encode()))
        return headers


def decision_id(topic: str, partition: int, sequence: int) -> str:
    """The id of the decision on the request at (`partition`, `sequence`): the same whoever decides, and again."""
    return str(uuid5(_namespace(topic), f"{partition}/{sequence}"))


@lru_cache(maxsize=256)
def _namespace(topic: str) -> UUID:
    return uuid5(NAMESPACE_URL, f"kenes:topic:{topic}")


def sequence_of(event: Event[Payload]) -> int:
    """The sequence of a decision; raises `UnreadableEventError` when the event is none."""
    if event.sequence is None:
        raise UnreadableEventError(f"{event.data.TYPE} without a sequence is not a decision")
    return event.sequence


def decode(
    payloads: Mapping[str, type[Payload]], headers: Iterable[tuple[str, bytes | None]], value: bytes | None
) -> Event[Payload]:
    """Reads the event of a record.

    `payloads` maps CloudEvents types to payload classes, as `Topic.types` does.
    Raises `UnreadableEventError` with a reason fit for a dead letter.
    """
    # A header without a value is as good as none: what needs it then says so.
    found = {name: header for name, header in headers if header is not None}
    try:
        kind = found["ce_type"].decode()
        payload = payloads[kind]
    except KeyError as error:
        raise UnreadableEventError(f"unknown or missing event type: {error}") from error
    except UnicodeDecodeError as error:
        raise UnreadableEventError("the event type is not UTF-8") from error
    if value is None:
        raise UnreadableEventError("the record has no value")
    try:
        sequence, offset = found.get("ce_sequence"), found.get("ce_offset")
        traceparent = found.get("ce_traceparent")
        return Event(
            id=found["ce_id"].decode(),
            source=found["ce_source"].decode(),
            subject=found["ce_subject"].decode(),
            time=_time(found["ce_time"]),
            data=payload.read(value),
            sequence=None if sequence is None else _number(sequence, "a sequence"),
            offset=None if offset is None else _number(offset, "an offset"),
            traceparent=None if traceparent is None else traceparent.decode(),
        )
    except KeyError as error:
        raise UnreadableEventError(f"missing header {error}") from error
    except ValidationError as error:
        problems = "; ".join(f"{'/'.join(map(str, e['loc']))}: {e['type']}" for e in error.errors())
        raise UnreadableEventError(f"{kind}: {problems}") from error
    except ValueError as error:
        raise UnreadableEventError(f"{kind}: {error} in the headers") from error


def _time(header: bytes) -> datetime:
    time = datetime.fromisoformat(header.decode())
    if time.tzinfo is None:
        raise ValueError("a time without its offset from UTC")
    try:
        return time.astimezone(UTC)
    except OverflowError:
        raise ValueError("a time before the first or after the last year") from None


def _number(header: bytes, what: str) -> int:
    """An offset: what no 64-bit integer holds could be neither stored nor ever followed by another."""
    if not header.isdigit() or len(header) > 18:
        raise ValueError(f"{header[:40]!r} as {what}")
    return int(header)
