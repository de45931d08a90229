"""One act as its records, from the click to the letter, and a log that has them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from kenes.kafka.cluster import ClusterUnreachableError
from kenes.kafka.cluster_model import Place
from kenes.kafka.records import Record
from schemas.envelope import RECORDED_TIME, Event
from schemas.notifications.deliveries import Attempt, AttemptReported, DeliveryDispatched, DeliveryRequested
from schemas.notifications.fan_outs import FanOutBegun, FanOutRequested
from schemas.notifications.parts import Cadence, ChannelKind, News, Preferences, Priority, Wanted
from schemas.notifications.publication import PublicationRefused, PublicationRequested
from schemas.notifications.streams import DeliveryAttempted, Result
from schemas.payload import Payload
from schemas.petitions.v1 import GoalRequested, PetitionRefused
from schemas.topics import (
    DELIVERIES,
    DELIVERY_ATTEMPTS,
    DELIVERY_REQUESTS,
    FAN_OUT_REQUESTS,
    FAN_OUTS,
    PETITION_REQUESTS,
    PETITIONS,
    PUBLIC_EVENTS,
    PUBLICATION_REQUESTS,
    Topic,
)
from services.console.traces.asked import Asked, Kind
from services.console.traces.log import Edges, Extent

TRACE: Final = "4bf92f3577b34da6a3ce929d0e0e4736"
SPAN: Final = "00f067aa0ba902b7"
AT: Final = datetime(2026, 11, 22, 12, tzinfo=UTC)
ASKED: Final = Asked(Kind.TRACE, TRACE)


def record(
    topic: Topic,
    place: tuple[int, int],
    data: Payload,
    *,
    event: str = "",
    sequence: int | None = None,
    after: int = 0,
    written: int | None = None,
    trace: str | None = TRACE,
    more: Sequence[tuple[str, bytes]] = (),
) -> Record:
    """A record of the trace, dated so many milliseconds `after` the click, and `written` then unless told."""
    at = AT + timedelta(milliseconds=after)
    recorded = at if written is None else AT + timedelta(milliseconds=written)
    told: Event[Any] = Event(
        id=event or f"{topic.name}/{place}",
        source=f"/{topic.owner}",
        subject="s",
        time=at,
        data=data,
        sequence=sequence,
        traceparent=None if trace is None else f"00-{trace}-{SPAN}-01",
    )
    value = data.model_dump_json().encode()
    headers = dict(told.headers()) | {RECORDED_TIME: recorded.isoformat().encode()}
    return Record(topic.name, *place, round(at.timestamp() * 1000), b"k", value, [*headers.items(), *more])


REACHED: Final = GoalRequested(petition="p", count=1)
REFUSED: Final = PetitionRefused(petition="p", request=GoalRequested.TYPE, code="c")
WANTED: Final = Wanted(keys=("petition:p",), priority=Priority.NORMAL, at=AT)
FAN_OUT: Final = FanOutBegun(event="told", news=News(event="t", data={}), wanted=WANTED)
DELIVERY: Final = DeliveryRequested(
    subscriber="somebody",
    delivery="d-1",
    event="told",
    interest="petition:p",
    channel="mail",
    kind=ChannelKind.EMAIL,
    cadence=Cadence.AT_ONCE,
    priority=Priority.NORMAL,
    preferences=Preferences(),
)
SENT: Final = DeliveryDispatched(subscriber="somebody", delivery="d-1")
ORIGIN: Final = {"topic": PETITIONS.name, "partition": 3, "sequence": 7}
ACT: Final = (
    record(PETITION_REQUESTS, (3, 7), REACHED),
    record(PETITIONS, (3, 5), REFUSED, sequence=7),
    record(PUBLICATION_REQUESTS, (0, 40), PublicationRequested(event="t", data={"origin": ORIGIN})),
    record(PUBLIC_EVENTS, (0, 38), PublicationRefused(origin=None, code="c"), event="told", sequence=40),
    record(FAN_OUT_REQUESTS, (2, 9), FanOutRequested(event="told", news=FAN_OUT.news, wanted=WANTED)),
    record(FAN_OUTS, (2, 8), FAN_OUT, sequence=9),
    record(DELIVERY_REQUESTS, (5, 1), DELIVERY, after=120),
    record(DELIVERIES, (5, 1), SENT, sequence=1, after=120),
    record(
        DELIVERY_REQUESTS,
        (5, 2),
        AttemptReported(subscriber="somebody", delivery="d-1", tries=0, outcome=Attempt.SENT),
        after=900,
        trace=None,
    ),
    record(DELIVERIES, (5, 2), SENT, sequence=2, after=900, trace=None),
)
"""An act from the click to the letter, each record followed by what it leads to."""


def tried(attempt: int, result: Result, after: int) -> Record:
    """A try to deliver the public event of `ACT` to an agency's webhook."""
    delivered = result is Result.DELIVERED
    told = DeliveryAttempted(
        stream="s-1",
        cursor=39,
        event="told",
        type="notifications.petition.published.v1",
        subject="p",
        order=None,
        attempt=attempt,
        result=result,
        status=204 if delivered else 503,
        reason=None if delivered else "refused",
        milliseconds=40,
        again_at=None if delivered else AT + timedelta(seconds=5),
    )
    return record(DELIVERY_ATTEMPTS, (4, attempt), told, after=after)


@dataclass
class MemoryLog:
    """Partitions in memory, `piece` records to an answer. `asked` are the offsets that were read from, by partition."""

    records: dict[Place, list[Record]] = field(default_factory=dict)
    piece: int = 10
    away: bool = False
    strange: tuple[str, ...] = ()
    asked: list[tuple[Place, int]] = field(default_factory=list)
    given: int = 0

    def put(self, *records: Record) -> None:
        """Writes records, each at its own offset."""
        for each in records:
            self.records.setdefault(Place(each.topic, each.partition), []).append(each)

    async def extent(self, since: datetime, at: datetime) -> Extent:
        """How far the partitions reach."""
        self._answer()
        return Extent({place: _edges(found, since, at) for place, found in self.records.items()}, self.strange)

    async def read(self, starts: Mapping[Place, int]) -> Mapping[Place, Sequence[Record]]:
        """A piece of each."""
        self._answer()
        self.asked += starts.items()
        found = {
            place: [each for each in self.records.get(place, ()) if each.offset >= start][: self.piece]
            for place, start in starts.items()
        }
        self.given += sum(map(len, found.values()))
        return found

    def _answer(self) -> None:
        if self.away:
            raise ClusterUnreachableError("NodeNotReadyError")


def _edges(records: Sequence[Record], since: datetime, at: datetime) -> Edges:
    end = records[-1].offset + 1
    first, middle = (next((each.offset for each in records if each.time >= time), end) for time in (since, at))
    return Edges(first, middle, end)
