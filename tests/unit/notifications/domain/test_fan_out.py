"""A fan-out that has ended is known for good, and whom it told is forgotten."""

from __future__ import annotations

from schemas.notifications.fan_outs import FanOutPageRequested, FanOutRefused, FanOutRequested
from schemas.notifications.parts import News, Place, Priority, Wanted
from schemas.payload import Payload
from services.notifications.domain.fan_out import UNKNOWN, FanOut, decide, evolve
from services.notifications.stream import fan_out_rules
from tests.unit.notifications.following_world import START

ASKED = FanOutRequested(
    event="e",
    news=News(event="notifications.petition.archived.v1", data={}),
    wanted=Wanted(keys=("petition:p",), priority=Priority.NORMAL, at=START),
)
RULES = fan_out_rules()


def page(place: Place, following: Place | None) -> FanOutPageRequested:
    """A page of two was told."""
    return FanOutPageRequested(event="e", place=place, next=following, told=2)


def after(*requests: Payload) -> FanOut:
    """How far it has come, stored and read again after each step."""
    state = UNKNOWN
    for request in requests:
        state = RULES.load(RULES.dump(evolve(state, decide(state, request))))
    return state


def test_whom_it_tells_is_known_until_it_ends() -> None:
    second = Place(partition=3)
    assert after(ASKED).wanted == ASKED.wanted
    assert after(ASKED, page(Place(), second)) == FanOut(ASKED.wanted, second, told=2)
    assert after(ASKED, page(Place(), second), page(second, None)) == FanOut(told=4, ended=True)


def test_what_has_ended_begins_no_second_time_and_takes_no_page() -> None:
    ended = after(ASKED, page(Place(), None))
    for request in (ASKED, page(Place(), None), page(Place(partition=3), None)):
        assert isinstance(decide(ended, request), FanOutRefused)
