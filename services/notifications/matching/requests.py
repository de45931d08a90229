"""Requests that follow from events: asked for again after a crash they have the same ids."""

from datetime import datetime
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from kenes.words import fold
from schemas.envelope import Event
from schemas.notifications.about import About
from schemas.notifications.fan_outs import FanOutRequested
from schemas.notifications.parts import News, Wanted
from schemas.payload import Payload
from services.notifications.domain.interests import WORDS, keys_of, priority_of

SOURCE: Final = "/notifications/matching"


def follow_up(request: Payload, subject: str, because: str, at: datetime, trace: str | None = None) -> Event[Payload]:
    """A request that follows from the event with the id `because`, dated `at`."""
    name = f"kenes:{request.TYPE}:{subject}:{because}"
    return Event(
        id=str(uuid5(NAMESPACE_URL, name)), source=SOURCE, subject=subject, time=at, data=request, traceparent=trace
    )


def fan_out_of(event: str, data: Payload, about: About, at: datetime) -> FanOutRequested | None:
    """The request to tell an event that happened `at` to its followers; `None` where it is told to nobody."""
    words = tuple(dict.fromkeys(word for title in about.title.values() for word in fold(title)))[:WORDS]
    keys = keys_of(data, words)
    if not keys:
        return None
    return FanOutRequested(
        event=event,
        news=News(event=data.TYPE, data=data.model_dump(mode="json")),
        wanted=Wanted(keys=keys, words=words, priority=priority_of(data), at=at),
    )
