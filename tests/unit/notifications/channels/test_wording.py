"""Every public event has words in every language, and other people's text stays on its line."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kenes.web.i18n import LANGUAGES
from schemas.consultations.parts import ReplyOutcome, Stage
from schemas.notifications.about import About, Kind, Origin
from schemas.notifications.consultations import (
    ConsultationClosed,
    ConsultationDutyMissed,
    ConsultationExtended,
    ConsultationMeetingRecorded,
)
from schemas.notifications.personal import (
    PERSONAL_TYPES,
    PetitionAuthorInvited,
    PetitionModerationBegun,
    PetitionOrganiserJoined,
    PetitionReturned,
)
from schemas.notifications.petitions import (
    AfterDiscussion,
    PetitionAnswered,
    PetitionDiscussionClosed,
    PetitionGoalReached,
    PublicGoal,
)
from schemas.notifications.public import PUBLIC_TYPES
from schemas.parts import Language, Statement
from schemas.petitions.v1.parts import AnswerOutcome
from services.notifications.channels.port import Fact
from services.notifications.wording.events import facts_of, item_of
from services.notifications.wording.plain import line
from tests.unit.notifications.channels.support import AT, URL, WORDING, item, notice

ABOUT = About(kind=Kind.PETITION, id="p1", title={"kk": "Көпір"}, body="parliament", level="republic", category="c")
ORIGIN = Origin(topic="petitions.petitions.v1", partition=0, sequence=1)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("event", [*PUBLIC_TYPES, *PERSONAL_TYPES])
def test_every_event_has_a_headline(event: str, language: Language) -> None:
    news = WORDING.tell(notice(item(kind="unknown.v1"), language=language)).items[0].headline
    assert WORDING.tell(notice(item(kind=event), language=language)).items[0].headline != news


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_fact_has_a_label(language: Language) -> None:
    facts = dict.fromkeys(Fact, "x")
    told = WORDING.tell(notice(item(facts=facts), language=language)).items[0].facts
    assert len({label for label, _ in told}) == len(Fact)


def test_an_event_becomes_an_item_in_the_readers_language_else_in_one_it_has() -> None:
    answer = Statement(kk="Көпір салынады, жоба дайын.", ru="Мост построят, проект готов.")
    event = PetitionAnswered(about=ABOUT, origin=ORIGIN, outcome="satisfied", statement=answer, media=None)
    told = item_of(event, "ru", url=URL, at=AT)
    assert told.title == "Көпір"
    assert told.facts == {Fact.OUTCOME: "satisfied", Fact.STATEMENT: answer.ru}
    assert facts_of(event, "en")[Fact.STATEMENT] == answer.kk


def test_members_of_an_event_become_facts() -> None:
    goal = PublicGoal(signatures=50_000, effect="consider")
    reached = PetitionGoalReached(about=ABOUT, origin=ORIGIN, goal=goal, count=50_001, due_at=AT)
    assert facts_of(reached, "kk") == {Fact.SIGNATURES: 50_001, Fact.GOAL: 50_000, Fact.ANSWER_DUE: AT}
    extended = ConsultationExtended(about=ABOUT, origin=ORIGIN, closes_at=AT, reason="Holidays")
    assert facts_of(extended, "kk") == {Fact.UNTIL: AT, Fact.REASON: "Holidays"}
    returned = PetitionReturned(about=ABOUT, origin=ORIGIN, reason="Name the street")
    assert facts_of(returned, "kk") == {Fact.REASON: "Name the street"}
    joined = PetitionOrganiserJoined(about=ABOUT, origin=ORIGIN, place="FI")
    assert facts_of(joined, "ru") == {Fact.PLACE: "Финляндия"}
    met = ConsultationMeetingRecorded(
        about=ABOUT, origin=ORIGIN, held_on=AT.date(), topic={"kk": "Медиа", "ru": "Медиа"}
    )
    assert facts_of(met, "en") == {Fact.HELD: AT.date(), Fact.MEETING: "Медиа"}
    invited = PetitionAuthorInvited(about=ABOUT, origin=ORIGIN, message="Come on Monday")
    assert facts_of(invited, "kk") == {Fact.MESSAGE: "Come on Monday"}


def test_what_is_due_is_named_where_the_headline_does_not_say_it() -> None:
    begun = PetitionModerationBegun(about=ABOUT, origin=ORIGIN, due_at=AT)
    assert facts_of(begun, "kk") == {Fact.DECISION_DUE: AT}
    closed = ConsultationClosed(about=ABOUT, origin=ORIGIN, report_due_at=AT)
    assert facts_of(closed, "kk") == {Fact.REPORT_DUE: AT}
    missed = ConsultationDutyMissed(about=ABOUT, origin=ORIGIN, due_at=AT)
    assert facts_of(missed, "kk") == {Fact.DUE: AT}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("fact", "code"),
    [
        *((Fact.OUTCOME, each) for each in (*AnswerOutcome, *ReplyOutcome)),
        *((Fact.STAGE, each) for each in Stage),
        *((Fact.THEN, each) for each in AfterDiscussion),
    ],
)
def test_no_code_is_told_as_it_stands(fact: Fact, code: str, language: Language) -> None:
    [(_, words)] = WORDING.tell(notice(item(facts={fact: code}), language=language)).items[0].facts
    assert words != code


@pytest.mark.parametrize(("zone", "clock"), [("Asia/Almaty", "14:05"), ("Europe/Berlin", "10:05"), ("UTC", "09:05")])
def test_instants_are_told_by_the_clock_of_the_reader(zone: str, clock: str) -> None:
    told = WORDING.tell(notice(item(facts={Fact.DUE: AT}), language="en", zone=ZoneInfo(zone))).items[0]
    assert told.when == f"22 November 2026, {clock}"
    assert dict(told.facts) == {"Due by": told.when}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("then", AfterDiscussion)
def test_what_follows_a_discussion_is_told_in_words(then: AfterDiscussion, language: Language) -> None:
    closed = PetitionDiscussionClosed(about=ABOUT, origin=ORIGIN, comments=3, then=then)
    told = WORDING.tell(notice(item_of(closed, language, url=URL, at=AT), language=language)).items[0]
    assert next(value for _, value in told.facts) == "3"
    assert " " in dict(told.facts).popitem()[1], "a code has no blanks"


@given(st.text(), st.integers(2, 60))
def test_text_of_others_is_one_line_of_bounded_length(text: str, longest: int) -> None:
    found = line(text, longest)
    assert len(found) <= longest
    assert len(found.splitlines()) <= 1
    found.encode()  # no half of a pair of surrogates


def test_a_title_cannot_turn_the_line_around() -> None:
    assert line("pay \u202eevil\u2069", 40) == "pay evil"


def test_long_text_is_cut_between_words() -> None:
    assert line("one two three four", 12) == "one two…"
    assert line("x" * 50, 10) == "x" * 9 + "…"
