"""A trace as the JSON API answers it, and the page shows it."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from pydantic import Field

from schemas.dead_letter import DeadLetter
from schemas.notifications.streams import Result
from schemas.topics import DELIVERY_ATTEMPTS
from services.console.traces.assembling import Trace, assembled
from services.console.traces.causes import REQUESTS_OF
from services.console.traces.log import TOPICS
from services.console.traces.searching import Search
from services.console.views import View

A_MOMENT: Final = timedelta(milliseconds=10)


class Role(StrEnum):
    """What a record is to the others. An attempt is a try to deliver an event to a webhook."""

    REQUEST = "request"
    DECISION = "decision"
    LETTER = "letter"
    EVENT = "event"
    ATTEMPT = "attempt"


class ClickView(View):
    """An HTTP request that began steps, known by the span it gave them."""

    span: str
    service: str
    at: datetime


class StepView(View):
    """One record."""

    number: int
    topic: str
    partition: int
    offset: int
    type: str
    role: Role
    event: str = Field(description="The id of the event")
    producer: str
    at: datetime = Field(description="When the record was written; as it is dated where it does not say")
    dated: datetime = Field(description="What the record tells of: decisions have the time of their request")
    after: float = Field(description="Seconds from when the first step was written")
    span: str | None = Field(description="Of the HTTP request that brought it about")
    cause: int | None = Field(description="The number of the step it follows from; null where that is the HTTP request")
    content: dict[str, Any] | None = Field(description="Personal data masked; null where it cannot be read")
    problem: str

    @property
    def is_of_another_time(self) -> bool:
        """Whether it tells of another instant than when it was written; writing itself takes a moment."""
        return abs(self.at - self.dated) > A_MOMENT

    @property
    def is_bad(self) -> bool:
        """Whether something went wrong: it was set aside, or did not arrive."""
        if self.role is Role.ATTEMPT and self.content is not None:
            return bool(self.content["result"] != Result.DELIVERED)
        return self.role is Role.LETTER


class KindView(View):
    """How many records of a type there are, and how many of them are among the steps."""

    topic: str
    type: str
    count: int
    shown: int


class LookedThroughView(View):
    """One topic: records of the window that were read, that are to be read yet, and that are beyond the bounds."""

    topic: str
    read: int
    unread: int
    left_out: int


class LookedView(View):
    """What was looked through. `whole` is false while there is more to read: ask again."""

    since: datetime
    until: datetime | None
    whole: bool
    read: int
    unread: int
    left_out: int
    topics: list[LookedThroughView]
    strange: list[str] = Field(description="Topics of the broker that are not ours, and are not looked through")
    absent: list[str] = Field(description="Topics of ours that the broker does not have")
    missing: list[str] = Field(description="Partitions that no broker serves now")
    failed: str = Field(description="Why the broker could not be asked; empty where it could")


class TraceView(View):
    """One act, from the request to what it led to."""

    trace: str | None = Field(description="Null where an event was asked for that carries none")
    at: datetime | None = Field(description="When the first step was written")
    dated: datetime | None = Field(description="When the first step is dated: around then its records are found")
    seconds: float = Field(description="From when the first step was written to when the last one was")
    requests: list[ClickView]
    steps: list[StepView]
    kinds: list[KindView]
    looked: LookedView


def trace_view(search: Search) -> TraceView:
    """What a search has found by now."""
    trace = assembled(search.found.records)
    first = min((each.at for each in trace.steps), default=None)
    steps = [] if first is None else step_views(trace, first)
    return TraceView(
        trace=trace.id,
        at=first,
        dated=trace.steps[0].dated if trace.steps else None,
        seconds=max((each.after for each in steps), default=0.0),
        requests=[ClickView(span=each.span, service=each.producer, at=each.at) for each in trace.clicks],
        steps=steps,
        kinds=[
            KindView(topic=topic, type=kind, count=each.count, shown=len(each.records))
            for (topic, kind), each in sorted(search.found.alike.items())
        ],
        looked=looked_view(search),
    )


def step_views(trace: Trace, first: datetime) -> list[StepView]:
    """The steps, with their distance from when the first one was written."""
    return [
        StepView(
            number=each.number,
            topic=each.topic,
            partition=each.partition,
            offset=each.offset,
            type=each.kind,
            role=role_of(each.topic),
            event=each.event,
            producer=each.producer,
            at=each.at,
            dated=each.dated,
            after=(each.at - first).total_seconds(),
            span=each.span,
            cause=each.cause,
            content=each.content,
            problem=each.problem,
        )
        for each in trace.steps
    ]


def role_of(topic: str) -> Role:
    """What the records of a topic of ours are."""
    if topic == DELIVERY_ATTEMPTS.name:
        return Role.ATTEMPT
    if topic in REQUESTS_OF:
        return Role.DECISION
    if topic in REQUESTS_OF.values():
        return Role.REQUEST
    return Role.LETTER if TOPICS[topic].types.keys() == {DeadLetter.TYPE} else Role.EVENT


def looked_view(search: Search) -> LookedView:
    """What a search has looked through by now."""
    topics = list(_by_topic(search))
    return LookedView(
        since=search.since,
        until=search.looked_at,
        whole=search.whole,
        read=sum(each.read for each in topics),
        unread=sum(each.unread for each in topics),
        left_out=sum(each.left_out for each in topics),
        topics=topics,
        strange=list(search.extent.strange),
        absent=sorted(TOPICS.keys() - {place.topic for place in (*search.extent.edges, *search.extent.leaderless)}),
        missing=[f"{place.topic}/{place.partition}" for place in search.extent.leaderless],
        failed=search.failed,
    )


def _by_topic(search: Search) -> Iterable[LookedThroughView]:
    read, unread, left_out = Counter[str](), Counter[str](), Counter[str]()
    for place, reach in search.reaches.items():
        read[place.topic] += reach.read
        unread[place.topic] += reach.unread
        left_out[place.topic] += reach.left_out
    for topic in sorted(read):
        yield LookedThroughView(topic=topic, read=read[topic], unread=unread[topic], left_out=left_out[topic])
