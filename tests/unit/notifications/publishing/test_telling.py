"""What is told to everybody, and what never is."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel

from schemas.consultations import comments, course
from schemas.notifications.about import About, Kind, Origin
from schemas.notifications.petitions import PetitionPublished
from schemas.notifications.public import PUBLIC_TYPES
from schemas.payload import Payload
from schemas.petitions import v1 as decided
from schemas.topics import COMMENTS, CONSULTATIONS, PETITIONS, REGISTRY, SIGNATURES, VOTES
from services.notifications.publishing import consultations, petitions
from services.notifications.publishing.relay import READINGS
from services.notifications.publishing.subjects import Discussed, Subject
from tests.contract.payloads import built

AT: Final = datetime(2026, 11, 22, 9, tzinfo=UTC)
HOUR: Final = timedelta(hours=1)
ORIGIN: Final = Origin(topic="t", partition=0, sequence=7)
PRIVATE: Final = {"author", "signer", "voter", "actor", "by", "mine", "owner", "entry", "note_sealed", "sealed"}
PETITION: Final = About(
    kind=Kind.PETITION, id="p", title={"kk": "Бала бақша"}, body="parliament", level="country", category="education"
)
DRAFT: Final = PETITION.model_copy(update={"kind": Kind.CONSULTATION, "id": "c", "category": "law"})
TERMS: Final = Discussed(ripe_at=AT + timedelta(days=1), until=AT + timedelta(days=30))
UNTOLD_OF_PETITIONS: Final[dict[type[Payload], str]] = {
    decided.Created: "a draft is its author's",
    decided.Edited: "only a text that nobody else reads can be changed, but while it is discussed",
    decided.OrganiserJoined: "its author is told; how many there are is told with what makes the text public",
    decided.OrganiserLeft: "its author is told",
    decided.DiscussionRipened: "its author is told, who may hand the text in now; when that is, the opening has said",
    decided.GatheringBegun: "whoever holds the address may read it, and nobody else",
    decided.ModerationBegun: "its author is told",
    decided.Locked: "work of moderators",
    decided.VerdictProposed: "work of moderators, and no verdict yet",
    decided.Returned: "its author is told",
    decided.Rejected: "its author is told; the moderators' log has the reason without the text",
    decided.AuthorInvited: "its author is told",
    decided.PaperEntered: "whether paper counts is the rule pack's; a goal is told with what counts of it",
    decided.PaperCorrected: "as of paper that is entered",
    decided.PetitionRefused: "nothing happened",
}
TOLD_WHILE_DISCUSSED: Final = {decided.Edited, decided.GatheringBegun, decided.ModerationBegun}
"""They change what everybody can read, or end it."""
UNTOLD_OF_DRAFTS: Final[dict[type[Payload], str]] = {
    course.Prepared: "only the body sees what it prepares",
    course.Described: "only the body sees what it prepares; the opening tells the title it came to",
    course.Enrolled: "names a person; the page has the working group",
    course.Dismissed: "names a person; the page has the working group",
    course.ReportHanded: "nothing can be read of it until the ledger allows the report, which is told",
    course.ReportPostponed: "the body sees at its desk what it still owes",
    course.ConsultationRefused: "nothing happened",
    comments.CommentRefused: "nothing happened",
    comments.CampaignReached: "each sender is told; whom an answer reached is nobody else's business",
}
UNTOLD_TOPICS: Final = {
    SIGNATURES.name: "who signed is nobody's business; how many is told as a count",
    VOTES.name: "who voted how is nobody's business; the page shows counts and groups",
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
    told = petitions.tell(Subject(about=PETITION, public=True, sequence=0), decision, ORIGIN, AT)
    owed_to_the_author = getattr(decision, "kind", None) is decided.DutyKind.MODERATE
    assert (told is None) == (payload in UNTOLD_OF_PETITIONS or owed_to_the_author)
    if told is not None:
        assert (told.about, told.origin) == (PETITION, ORIGIN)
        assert type(told).model_validate(told.model_dump(mode="json")) == told


@pytest.mark.parametrize("payload", [*CONSULTATIONS.payloads, *COMMENTS.payloads], ids=lambda payload: payload.TYPE)
@given(data=st.data())
def test_every_decision_on_a_draft_is_told_or_known_to_be_untold(payload: type[Payload], data: Any) -> None:
    decision: Any = data.draw(built(payload))
    told = consultations.tell(Subject(about=DRAFT, public=True, sequence=0), decision, ORIGIN, AT)
    assert (told is None) == (payload in UNTOLD_OF_DRAFTS)
    if told is not None:
        assert type(told).model_validate(told.model_dump(mode="json")) == told


@pytest.mark.parametrize("payload", PETITIONS.payloads, ids=lambda payload: payload.TYPE)
@given(data=st.data())
def test_of_a_petition_that_nobody_can_read_nothing_is_told(payload: type[Payload], data: Any) -> None:
    decision: Any = data.draw(built(payload))
    told = petitions.tell(Subject(about=PETITION, sequence=0), decision, ORIGIN, AT)
    assert (told is not None) == (payload in {decided.DiscussionBegun, decided.Published})


@pytest.mark.parametrize("payload", PETITIONS.payloads, ids=lambda payload: payload.TYPE)
@given(data=st.data())
def test_of_a_text_that_is_discussed_what_changes_or_ends_it_is_told_too(payload: type[Payload], data: Any) -> None:
    decision: Any = data.draw(built(payload))
    told = petitions.tell(Subject(about=PETITION, public=True, discussed=TERMS, sequence=0), decision, ORIGIN, AT)
    if payload in TOLD_WHILE_DISCUSSED:
        assert told is not None
        assert type(told).model_validate(told.model_dump(mode="json")) == told
    elif payload in UNTOLD_OF_PETITIONS:
        assert told is None


def test_every_topic_of_decisions_is_told_of_or_known_to_be_untold() -> None:
    decided_there = {
        topic.name
        for topic in REGISTRY
        if topic.owner in ("petitions", "consultations") and not topic.name.endswith("-requests.v1")
    }
    assert decided_there == {reading.topic.name for reading in READINGS} | set(UNTOLD_TOPICS)


TEXT: Final = decided.PetitionText(
    language="kk", title="Әр ауылға бала бақша", text="Т" * 60, proposal="Салынсын деп сұраймыз.", region="KZ-61"
)


def course_of(*decisions: Payload) -> list[Any]:
    """The public events of a petition to which these happen after it was created, an hour between each."""
    subject = petitions.learn(None, created(), 0, AT)
    told = []
    for sequence, decision in enumerate(decisions, 1):
        assert subject is not None
        at = AT + sequence * HOUR
        told.append(petitions.tell(subject, decision, ORIGIN, at))
        subject = petitions.learn(subject, decision, sequence, at)
    return told


def commented(number: int) -> decided.Commented:
    """A comment on a text that is discussed."""
    mine = {"owner": "o", "entry": "e", "note": "n"}
    return decided.Commented(
        petition="p",
        number=number,
        by="b",
        revision=1,
        language="ru",
        text="Нужны и ясли.",
        listed=True,
        sealed="s",
        mine=mine,
    )


def test_a_discussion_is_told_from_its_opening_to_its_end() -> None:
    longer = TEXT.model_copy(update={"title": "Әр ауылға екі бала бақша"})
    opened, _, changed, _, closed, after = course_of(
        decided.DiscussionBegun(petition="p", ripe_at=AT, until=None),
        commented(1),
        decided.Edited(petition="p", text=longer),
        commented(2),
        decided.ModerationBegun(petition="p", due_at=AT, remind_at=AT),
        decided.Edited(petition="p", text=TEXT),
    )
    assert (opened.ripe_at, opened.until, opened.about.title["kk"]) == (AT, None, TEXT.title)
    assert changed.about.title == {"kk": longer.title}
    assert (closed.comments, closed.then) == (2, "moderation")
    assert after is None, "what lies with moderators nobody else reads"


def test_followers_are_told_that_what_is_published_again_reads_otherwise() -> None:
    desk = decided.ModerationBegun(petition="p", due_at=AT, remind_at=AT)
    publish = decided.Published(petition="p", by="m", closes_at=AT)
    undo = decided.VerdictUndone(petition="p", by="m", reason="By mistake.", due_at=AT, remind_at=AT)
    edit = decided.Edited(petition="p", text=TEXT.model_copy(update={"title": "Әр ауылға екі бала бақша"}))
    told = course_of(edit, desk, publish, undo, publish, undo, edit, desk, publish)
    published = [each for each in told if isinstance(each, PetitionPublished)]
    assert [each.text_changed for each in published] == [False, False, True]


def test_a_discussion_can_end_without_more_and_pause_for_a_court() -> None:
    begun = decided.DiscussionBegun(petition="p", ripe_at=AT, until=AT)
    _, suspended, resumed, _, again, closed, _ = course_of(
        begun,
        decided.Suspended(petition="p", act="act 7"),
        decided.Resumed(petition="p", act="act 8"),
        decided.Suspended(petition="p", act="act 9"),
        decided.Resumed(petition="p", act="act 10"),
        decided.Closed(petition="p", reason=decided.CloseReason.DISCUSSION_OVER),
        decided.Archived(petition="p"),
    )
    assert suspended.act == "act 7"
    assert resumed.discussed
    assert (resumed.ripe_at, resumed.until) == (AT + HOUR, AT + HOUR), "an hour stood still"
    assert (again.ripe_at, again.until) == (AT + 2 * HOUR, AT + 2 * HOUR), "and another one"
    assert (closed.TYPE, closed.then) == ("notifications.petition.discussion-closed.v1", "closed")


def test_a_discussed_petition_that_is_published_is_told_as_any_other() -> None:
    closes = decided.Closed(petition="p", reason=decided.CloseReason.WINDOW_ENDED)
    begun = decided.DiscussionBegun(petition="p", ripe_at=AT, until=AT)
    published = decided.Published(petition="p", closes_at=AT)
    told = [each.TYPE for each in course_of(begun, published, closes)]
    assert told == [f"notifications.petition.{each}.v1" for each in ("discussion-opened", "published", "closed")]


def joined(organiser: str, revision: int) -> decided.OrganiserJoined:
    """Somebody who stands behind a text."""
    mine = {"owner": "o", "entry": "e", "note": "n"}
    return decided.OrganiserJoined(
        petition="p", organiser=organiser, place="EE", revision=revision, listed=True, sealed="s", mine=mine
    )


@pytest.mark.parametrize(
    "makes_public",
    [decided.DiscussionBegun(petition="p", ripe_at=AT, until=None), decided.Published(petition="p", closes_at=AT)],
)
def test_how_many_stand_behind_a_text_is_told_with_what_makes_it_public(makes_public: Payload) -> None:
    *_, nobody_asked = course_of(makes_public)
    assert nobody_asked.organisers is None
    others = (joined("b", 1), joined("c", 1), decided.OrganiserLeft(petition="p", organiser="c"))
    *_, told = course_of(joined("a", 1), *others, makes_public)
    assert told.organisers == 2
    changed = decided.Edited(petition="p", text=TEXT)
    *_, told = course_of(joined("a", 1), *others, changed, joined("d", 2), makes_public)
    assert told.organisers == 2, "its author and who joined since: b has not agreed to the new text"


def created() -> decided.Created:
    """A draft."""
    return decided.Created(
        petition="p",
        author="a",
        text=TEXT,
        rules={"id": "kz", "version": "1"},
        level="country",
        body="parliament",
        goals=(decided.Goal(signatures=50_000, effect="consideration"),),
        sealed="s",
        mine={"owner": "o", "entry": "e", "note": "n"},
    )


def test_what_an_event_is_about_is_what_the_petition_was_when_it_happened() -> None:
    subject = petitions.learn(None, created(), 0, AT)
    assert subject is not None
    assert not subject.public
    edited = decided.Edited(petition="p", text=TEXT.model_copy(update={"title": "Әр ауылға екі бала бақша"}))
    subject = petitions.learn(subject, edited, 3, AT)
    published = decided.Published(petition="p", closes_at=AT)
    assert subject is not None
    told: Any = petitions.tell(subject, published, ORIGIN, AT)
    assert told.about.title == {"kk": "Әр ауылға екі бала бақша"}
    assert (told.about.region, told.goals[0].signatures) == ("KZ-61", 50_000)
    subject = petitions.learn(subject, published, 4, AT)
    assert subject is not None
    assert (subject.public, subject.sequence) == (True, 4)
