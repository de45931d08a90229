"""The fold that a client makes of events is the same whatever it reads twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.notifications.about import PublicEvent
from schemas.notifications.petitions import (
    PetitionClosed,
    PetitionCommented,
    PetitionDiscussionClosed,
    PetitionDiscussionOpened,
    PetitionResumed,
    PetitionSuspended,
)
from services.notifications.domain.streams_folding import folded
from services.notifications.streams.line import Line
from tests.publicity import CLOSES, about, counted, origin, published, reached
from tests.unit.notifications.streams.lines import recorded

EVENTS = (
    published("p"),
    counted("p", 1, 10),
    reached("p", 2),
    PetitionSuspended(about=about("p"), origin=origin(3), act="act 7"),
    PetitionResumed(about=about("p"), origin=origin(4), act="act 8", closes_at=CLOSES),
    counted("p", 5, 60_000),
    PetitionClosed(about=about("p"), origin=origin(6), reason="term-over"),
)
WIRE = [Line(recorded(offset, event)).attributes for offset, event in enumerate(EVENTS)]


def fold(events: list[dict[str, Any]]) -> dict[str, Any] | None:
    state: dict[str, Any] | None = None
    for event in events:
        state = folded(state, event)
    return state


def test_a_petition_is_as_its_events_have_made_it() -> None:
    state = fold(WIRE)
    assert state is not None
    assert state["status"] == "closed"
    assert state["count"] == 60_000
    assert state["goals"] == [{"signatures": 50_000, "effect": "hearing"}]
    assert state["cursor"] == "7"


def discussed(*more: PublicEvent) -> dict[str, Any]:
    """What a discussed petition is after these."""
    opened = PetitionDiscussionOpened(about=about("p"), origin=origin(0), ripe_at=CLOSES, until=CLOSES)
    state = fold([Line(recorded(offset, event)).attributes for offset, event in enumerate((opened, *more))])
    assert state is not None
    return state


@pytest.mark.parametrize(("then", "status"), [("moderation", "handed-in"), ("closed", "closed")])
def test_a_text_is_discussed_until_it_is_handed_in_or_its_time_is_over(then: str, status: str) -> None:
    said = [PetitionCommented(about=about("p"), origin=origin(n), number=n, revision=1, language="kk") for n in (1, 2)]
    suspended = PetitionSuspended(about=about("p"), origin=origin(3), act="act 7")
    told: dict[str, Any] = {"about": about("p"), "origin": origin(4)}
    later = CLOSES + timedelta(days=3)
    resumed = PetitionResumed(**told, act="act 8", closes_at=None, discussed=True, ripe_at=later, until=later)
    state = discussed(*said, suspended, resumed)
    assert (state["status"], state["comments"], state["until"]) == (
        "discussed",
        2,
        later.isoformat().replace("+00:00", "Z"),
    )
    assert discussed(*said, PetitionDiscussionClosed(**told, comments=2, then=then))["status"] == status


@given(st.lists(st.integers(0, len(WIRE) - 1), max_size=6))
def test_whoever_goes_back_and_reads_on_arrives_at_the_same(places: list[int]) -> None:
    read: list[dict[str, Any]] = []
    for place in places:
        read += WIRE[: place + 1]
    assert fold([*read, *WIRE]) == fold(WIRE)


def test_the_state_that_was_given_is_left_as_it_is() -> None:
    before = folded(None, WIRE[0])
    kept = dict(before)
    folded(before, WIRE[2])
    assert before == kept
