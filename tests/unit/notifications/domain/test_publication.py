"""Each decision is told at most once, in its order, however often it is asked for."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.notifications.about import PublicEvent
from schemas.notifications.petitions import PetitionArchived
from schemas.notifications.publication import PublicationRefused, PublicationRequested
from services.notifications.domain.publication import NOTHING, Told, decide, evolve

ABOUT = {
    "kind": "petition",
    "id": "p",
    "title": {"ru": "О парках"},
    "body": "parliament",
    "level": "country",
    "category": "other",
}


def asked(topic: str, sequence: int, event: str = PetitionArchived.TYPE) -> PublicationRequested:
    """A request to tell the decision at this place."""
    origin = {"topic": topic, "partition": 0, "sequence": sequence}
    return PublicationRequested(event=event, data={"about": ABOUT, "origin": origin})


@given(st.lists(st.tuples(st.sampled_from(["petitions", "comments"]), st.integers(0, 5)), max_size=40))
def test_nothing_is_told_twice_or_after_what_came_later(places: list[tuple[str, int]]) -> None:
    told: Told = NOTHING
    seen: dict[str, list[int]] = {}
    for topic, sequence in places:
        decision = decide(told, asked(topic, sequence))
        told = evolve(told, decision)
        if isinstance(decision, PublicEvent):
            seen.setdefault(topic, []).append(decision.origin.sequence)
        else:
            assert sequence <= seen[topic][-1]
    for sequences in seen.values():
        assert sequences == sorted(set(sequences))


def test_what_is_no_public_event_is_refused_by_name() -> None:
    decision = decide(NOTHING, asked("petitions", 1, event="petitions.petition.created.v1"))
    assert decision == PublicationRefused(origin=None, code="event-unknown")
    assert evolve(NOTHING, decision) is NOTHING


def test_members_that_an_event_does_not_have_are_poison() -> None:
    request = asked("petitions", 1)
    broken: dict[str, Any] = request.data | {"signer": "somebody"}
    with pytest.raises(ValueError, match="signer"):
        decide(NOTHING, request.model_copy(update={"data": broken}))
