"""What is told to everybody, and what never is."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from schemas.consultations import comments, course
from schemas.notifications.about import About, Kind, Origin
from schemas.notifications.public import PUBLIC_TYPES
from schemas.payload import Payload
from schemas.petitions import v1 as decided
from schemas.topics import COMMENTS, CONSULTATIONS, PETITIONS
from services.notifications.publishing import consultations, petitions
from services.notifications.publishing.subjects import Subject
from tests.contract.payloads import built

AT: Final = datetime(2026, 11, 22, 9, tzinfo=UTC)
ORIGIN: Final = Origin(topic="t", partition=0, sequence=7)
PRIVATE: Final = {"author", "signer", "voter", "actor", "by", "mine", "owner", "entry", "note_sealed", "sealed"}
PETITION: Final = About(
    kind=Kind.PETITION, id="p", title={"kk": "Бала бақша"}, body="parliament", level="country", category="education"
)
DRAFT: Final = PETITION.model_copy(update={"kind": Kind.CONSULTATION, "id": "c", "category": "law"})
UNTOLD_OF_PETITIONS: Final = {
    decided.Created,
    decided.Edited,
    decided.OrganiserJoined,
    decided.OrganiserLeft,
    decided.DiscussionBegun,
    decided.DiscussionRipened,
    decided.Commented,
    decided.CommentHidden,
    decided.GatheringBegun,
    decided.ModerationBegun,
    decided.Locked,
    decided.VerdictProposed,
    decided.Returned,
    decided.Rejected,
    decided.AuthorInvited,
    decided.PaperEntered,
    decided.PaperCorrected,
    decided.PetitionRefused,
}
UNTOLD_OF_DRAFTS: Final = {
    course.Prepared,
    course.Described,
    course.Enrolled,
    course.Dismissed,
    course.MeetingRecorded,
    course.ReportHanded,
    course.ReportPostponed,
    course.ConsultationRefused,
    comments.CommentRefused,
    comments.CampaignReached,
}


def members(model: type[BaseModel]) -> set[str]:
    """The names of all members, those of its parts included."""
    names = set(model.model_fields)
    for field in model.model_fields.values():
        for kind in (field.annotation, *get_args(field.annotation)):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                names |= members(kind)
    return names


@pytest.mark.parametrize("event", PUBLIC_TYPES.values(), ids=lambda event: event.TYPE)
def test_no_public_event_has_a_member_about_a_person(event: type[BaseModel]) -> None:
    assert not members(event) & PRIVATE


@pytest.mark.parametrize("payload", PETITIONS.payloads, ids=lambda payload: payload.TYPE)
@given(data=st.data())
def test_every_decision_on_a_petition_is_told_or_known_to_be_untold(payload: type[Payload], data: Any) -> None:
    decision: Any = data.draw(built(payload))
    told = petitions.tell(Subject(about=PETITION, public=True, sequence=0), decision, ORIGIN)
    owed_to_the_author = getattr(decision, "kind", None) is decided.DutyKind.MODERATE
    assert (told is None) == (payload in UNTOLD_OF_PETITIONS or owed_to_the_author)
    if told is not None:
        assert (told.about, told.origin) == (PETITION, ORIGIN)
        assert type(told).model_validate(told.model_dump(mode="json")) == told


@pytest.mark.parametrize("payload", [*CONSULTATIONS.payloads, *COMMENTS.payloads], ids=lambda payload: payload.TYPE)
@given(data=st.data())
def test_every_decision_on_a_draft_is_told_or_known_to_be_untold(payload: type[Payload], data: Any) -> None:
    decision: Any = data.draw(built(payload))
    told = consultations.tell(Subject(about=DRAFT, public=True, sequence=0), decision, ORIGIN)
    assert (told is None) == (payload in UNTOLD_OF_DRAFTS)
    if told is not None:
        assert type(told).model_validate(told.model_dump(mode="json")) == told


@pytest.mark.parametrize("payload", PETITIONS.payloads, ids=lambda payload: payload.TYPE)
@given(data=st.data())
def test_of_an_unpublished_petition_nothing_is_told(payload: type[Payload], data: Any) -> None:
    decision: Any = data.draw(built(payload))
    told = petitions.tell(Subject(about=PETITION, sequence=0), decision, ORIGIN)
    assert (told is not None) == (payload is decided.Published)


def test_what_an_event_is_about_is_what_the_petition_was_when_it_happened() -> None:
    text = decided.PetitionText(
        language="kk", title="Әр ауылға бала бақша", text="Т" * 60, proposal="Салынсын деп сұраймыз.", region="KZ-61"
    )
    created = decided.Created(
        petition="p",
        author="a",
        text=text,
        rules={"id": "kz", "version": "1"},
        level="country",
        body="parliament",
        goals=(decided.Goal(signatures=50_000, effect="consideration"),),
        sealed="s",
        mine={"owner": "o", "entry": "e", "note": "n"},
    )
    subject = petitions.learn(None, created, 0)
    assert subject is not None
    assert not subject.public
    edited = decided.Edited(petition="p", text=text.model_copy(update={"title": "Әр ауылға екі бала бақша"}))
    subject = petitions.learn(subject, edited, 3)
    published = decided.Published(petition="p", closes_at=AT)
    assert subject is not None
    told: Any = petitions.tell(subject, published, ORIGIN)
    assert told.about.title == {"kk": "Әр ауылға екі бала бақша"}
    assert (told.about.region, told.goals[0].signatures) == ("KZ-61", 50_000)
    subject = petitions.learn(subject, published, 4)
    assert subject is not None
    assert (subject.public, subject.sequence) == (True, 4)
