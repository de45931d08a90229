"""Fan-outs: one chain of pages for each, whoever asks for it and however often."""

from dataclasses import dataclass
from typing import Final

from schemas.notifications.fan_outs import (
    FanOutAdvanced,
    FanOutBegun,
    FanOutEnded,
    FanOutPageRequested,
    FanOutRefused,
    FanOutRequested,
)
from schemas.notifications.parts import Place, Wanted
from schemas.payload import Payload
from services.notifications.domain.refusals import Refusal


@dataclass(frozen=True, slots=True)
class FanOut:
    """How far one has come. Whom it tells, and the `place` it has come to, are known from its begin to its end."""

    wanted: Wanted | None = None
    place: Place | None = None
    told: int = 0
    ended: bool = False


UNKNOWN: Final = FanOut()


def decide(fan_out: FanOut, request: Payload) -> Payload:
    """The decision on a request. Raises `TypeError` on a payload that is no request of a fan-out."""
    match request:
        case FanOutRequested():
            if fan_out.wanted is not None or fan_out.ended:
                return _no(request, Refusal.TOLD_BEFORE)
            return FanOutBegun(event=request.event, news=request.news, wanted=request.wanted)
        case FanOutPageRequested():
            if fan_out.wanted is None or request.place != fan_out.place:
                return _no(request, Refusal.STALE_PAGE)
            told = fan_out.told + request.told
            if request.next is None:
                return FanOutEnded(event=request.event, told=told)
            return FanOutAdvanced(event=request.event, wanted=fan_out.wanted, place=request.next, told=told)
        case _:
            raise TypeError(f"{type(request).__name__} is no request of a fan-out")


def evolve(fan_out: FanOut, decision: Payload) -> FanOut:
    """How far it has come after a decision. A refusal changes nothing."""
    match decision:
        case FanOutBegun(wanted=wanted):
            return FanOut(wanted, Place())
        case FanOutAdvanced(wanted=wanted, place=place, told=told):
            return FanOut(wanted, place, told)
        case FanOutEnded(told=told):
            return FanOut(told=told, ended=True)
        case _:
            return fan_out


def _no(request: FanOutRequested | FanOutPageRequested, refusal: Refusal) -> FanOutRefused:
    return FanOutRefused(event=request.event, request=request.TYPE, code=refusal)
