"""What the headers of a record tell of it, without reading the record."""

from datetime import UTC, datetime

from kenes.kafka.records import Record
from kenes.observe import tracing
from schemas.envelope import RECORDED_TIME


def header(record: Record, wanted: str) -> bytes:
    """The value of a header; empty where there is none."""
    # Asked of every record that is read: a plain loop takes half of what a generator does.
    for name, value in record.headers:
        if name == wanted:
            return value or b""
    return b""


def told(record: Record, wanted: str) -> str:
    """The same as text, whatever bytes are in it."""
    return header(record, wanted).decode("utf-8", "replace")


def written_at(record: Record) -> datetime:
    """When a record was written; when it is dated where it does not say so in a form that can be read."""
    try:
        return datetime.fromisoformat(told(record, RECORDED_TIME)).astimezone(UTC)
    except (ValueError, OverflowError):
        return record.time


def trace_of(record: Record) -> tracing.Trace | None:
    """The span that a record carries."""
    return tracing.parse(header(record, "ce_traceparent"))
