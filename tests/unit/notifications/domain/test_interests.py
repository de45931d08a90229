"""Which interests an event is of; a saved search finds all of its words and nothing less."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.notifications import consultations, petitions
from schemas.notifications.about import About, Kind, Origin
from schemas.notifications.parts import Priority
from schemas.notifications.personal import ClauseRemoved, PetitionOrganiserLeft, PetitionReturned
from schemas.payload import Payload
from services.notifications.domain.interests import finds, key_of, keys_of, priority_of, search_for

ORIGIN = Origin(topic="t", partition=0, sequence=0)
PETITION: dict[str, Any] = {
    "about": About(
        kind=Kind.PETITION,
        id="p",
        title={"ru": "Парк"},
        body="akimat:KZ-75",
        level="region",
        category="housing",
        unit="KZ-75",
        region="KZ-75",
    ),
    "origin": ORIGIN,
}
DRAFT: dict[str, Any] = {
    "about": About(
        kind=Kind.CONSULTATION, id="c", title={"ru": "Закон"}, body="kz-government", level="country", category="law"
    ),
    "origin": ORIGIN,
}
COMMENT: dict[str, Any] = {**DRAFT, "comment": "m"}


@pytest.mark.parametrize(
    ("event", "keys"),
    [
        (petitions.PetitionArchived(**PETITION), {"petition:p", "body:akimat:KZ-75"}),
        (
            petitions.PetitionPublished(**PETITION, goals=(), closes_at="2027-01-01T00:00:00Z"),
            {"petition:p", "body:akimat:KZ-75", "level:region", "category:housing", "region:KZ-75", "word:парк"},
        ),
        (
            petitions.PetitionDiscussionOpened(**PETITION, ripe_at="2027-01-01T00:00:00Z", until=None),
            {"petition:p", "body:akimat:KZ-75", "level:region", "category:housing", "region:KZ-75", "word:парк"},
        ),
        (
            petitions.PetitionDiscussionClosed(**PETITION, comments=2, then="moderation"),
            {"petition:p", "body:akimat:KZ-75"},
        ),
        (petitions.PetitionTextChanged(**PETITION), {"petition:p"}),
        (petitions.PetitionCommented(**PETITION, number=3, revision=1, language="kk"), set()),
        (petitions.PetitionCommentHidden(**PETITION, number=3, reason="insulting"), {"comment:p/3"}),
        (PetitionOrganiserLeft(**PETITION), {"author:petition:p"}),
        (petitions.PetitionCounted(**PETITION, count=3), set()),
        (
            consultations.CommentPosted(
                **COMMENT, clause="art_1", parent="n", stakeholder="ngo", verified=False, language="kk"
            ),
            {"clause:c/art_1", "comment:c/n"},
        ),
        (
            consultations.CommentPosted(
                **COMMENT, clause=None, parent=None, stakeholder="ngo", verified=False, language="kk"
            ),
            {"clause:c/whole"},
        ),
        (consultations.CommentHidden(**COMMENT, reason="insult"), {"comment:c/m"}),
        (consultations.CommentRetracted(**COMMENT), set()),
        (consultations.ConsultationWithdrawn(**DRAFT, reason="x"), {"consultation:c", "body:kz-government"}),
        (PetitionReturned(**PETITION, reason="x"), {"author:petition:p"}),
        (ClauseRemoved(**DRAFT, clause="art_1", version=2), {"said:c/art_1"}),
    ],
)
def test_the_keys_of_an_event(event: Payload, keys: set[str]) -> None:
    found = keys_of(event, ["парк"])
    assert len(found) == len(set(found))
    assert set(found) == keys


def test_what_hurries() -> None:
    assert priority_of(PetitionReturned(**PETITION, reason="x")) is Priority.URGENT
    assert priority_of(petitions.PetitionDutyMissed(**PETITION, due_at="2027-01-01T00:00:00Z")) is Priority.URGENT
    assert priority_of(petitions.PetitionArchived(**PETITION)) is Priority.NORMAL


WORDS = st.lists(st.text("абвг", min_size=2, max_size=5), min_size=1, max_size=6)


@given(WORDS, WORDS)
def test_a_search_finds_what_has_all_its_words(searched: list[str], title: list[str]) -> None:
    interest = search_for(searched)
    assert interest == search_for([*reversed(searched), *searched])
    met = set(searched) <= set(title)
    looked_up = key_of(interest).removeprefix("word:") in title
    assert finds(interest, title) == met
    assert looked_up or not met  # whoever is to be told is found by the key
