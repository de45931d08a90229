"""Requests and decisions on fan-outs: everybody who follows an event is told, a page of them at a time.

The key is the event, the subject one fan-out of it: an event may have several, each to other followers. Each page is
decided once, so that a crash in the middle of one begins no second chain of pages.
"""

from typing import ClassVar

from pydantic import Field

from schemas.notifications.parts import News, Place, Wanted
from schemas.payload import Payload


class FanOutRequested(Payload):
    """Those who want to know of an event are to be told."""

    TYPE: ClassVar[str] = "notifications.fan-out.requested.v1"
    event: str = Field(description="Its id.")
    news: News
    wanted: Wanted


class FanOutPageRequested(Payload):
    """Everybody on the pages from `place` to before `next` was told; `told` are the deliveries asked for."""

    TYPE: ClassVar[str] = "notifications.fan-out.page-requested.v1"
    event: str
    place: Place
    next: Place | None = Field(description="None where these were the last.")
    told: int = Field(ge=0)


class FanOutBegun(Payload):
    """Followers are told of this, from the first page on."""

    TYPE: ClassVar[str] = "notifications.fan-out.begun.v1"
    event: str
    news: News
    wanted: Wanted


class FanOutAdvanced(Payload):
    """`told` followers were told by now; the pages from `place` on come next."""

    TYPE: ClassVar[str] = "notifications.fan-out.advanced.v1"
    event: str
    wanted: Wanted
    place: Place
    told: int


class FanOutEnded(Payload):
    """Everybody was told: by so many deliveries."""

    TYPE: ClassVar[str] = "notifications.fan-out.ended.v1"
    event: str
    told: int


class FanOutRefused(Payload):
    """The request changed nothing: the event, or the page, is known."""

    TYPE: ClassVar[str] = "notifications.fan-out.refused.v1"
    event: str
    request: str = Field(description="The type of the request that was refused.")
    code: str


FAN_OUT_REQUESTED = (FanOutRequested, FanOutPageRequested)
FAN_OUT_DECIDED = (FanOutBegun, FanOutAdvanced, FanOutEnded, FanOutRefused)
