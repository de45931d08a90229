"""Records that belong together, as steps in one order: what each was, where it stands, what it follows from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from kenes.kafka.records import Record, Recorded, read
from schemas.envelope import UnreadableEventError
from schemas.topics import Topic
from services.console.headers import told, trace_of, written_at
from services.console.sampling.masked import masked_event, masked_text
from services.console.traces.causes import Causes
from services.console.traces.log import TOPICS

_RANKS: Final[Mapping[str, int]] = {name: rank for rank, name in enumerate(TOPICS)}
"""The registry names topics as events go through them, each of requests before that of the decisions on them."""


@dataclass(frozen=True, slots=True)
class Step:
    """One record. `content` is masked JSON, None where it could not be read: `problem` says why.

    `at` is when it was written, `dated` the instant it tells of: a decision has that of its request, so as to be the
    same whenever it is made.
    `number` counts from 1 in the order of the trace, `cause` is the number of the step it follows from. `span` is that
    of the HTTP request that brought it about; both are None where nothing tells. `producer` is the source of the event.
    """

    number: int
    topic: str
    partition: int
    offset: int
    at: datetime
    dated: datetime
    kind: str
    event: str
    producer: str
    span: str | None
    cause: int | None
    content: dict[str, Any] | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Click:
    """An HTTP request, known by the span it gave to what it wrote. `at` is when the first of that was written."""

    span: str
    producer: str
    at: datetime


@dataclass(frozen=True)
class Trace:
    """The steps, by their dates and then as events go through the topics, and the requests that began them.

    Not by when they were written: clocks of two machines may disagree by more than a decision takes.
    """

    id: str | None
    clicks: tuple[Click, ...]
    steps: tuple[Step, ...]


def assembled(records: Iterable[Record]) -> Trace:
    """The trace that records of our topics make, in whatever order they come, each as often as it may."""
    unique = {(each.topic, each.partition, each.offset): each for each in records}
    ordered = sorted(unique.values(), key=_order)
    causes = Causes()
    steps = tuple(_step(number, record, causes) for number, record in enumerate(ordered, 1))
    ids = [trace.trace_id for trace in map(trace_of, ordered) if trace is not None]
    return Trace(ids[0] if ids else None, tuple(_clicks(steps)), steps)


def _order(record: Record) -> tuple[datetime, int, int, int]:
    return record.time, _RANKS[record.topic], record.partition, record.offset


def _step(number: int, record: Record, causes: Causes) -> Step:
    topic, trace = TOPICS[record.topic], trace_of(record)
    recorded, content, problem = _opened(topic, record)
    return Step(
        number=number,
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        at=written_at(record),
        dated=record.time,
        kind=masked_text(told(record, "ce_type")),
        event=masked_text(told(record, "ce_id")),
        producer=masked_text(told(record, "ce_source")).strip("/"),
        span=None if trace is None else trace.span_id,
        cause=causes.of(number, record, recorded),
        content=content,
        problem=problem,
    )


def _opened(topic: Topic, record: Record) -> tuple[Recorded | None, dict[str, Any] | None, str]:
    try:
        return read(topic, record), masked_event(topic, record), ""
    except UnreadableEventError as error:
        return None, None, masked_text(str(error))


def _clicks(steps: Iterable[Step]) -> Iterable[Click]:
    found: dict[str, Click] = {}
    for step in steps:
        if step.span is not None:
            found.setdefault(step.span, Click(step.span, step.producer.partition("/")[0], step.at))
    return found.values()
