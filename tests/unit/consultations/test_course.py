"""The course of a consultation: every request in every state, terms, and a report that nobody can hurry."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.consultations.course import (
    Closed,
    ConsultationRefused,
    DutyMissed,
    DutyReminded,
    Extended,
    Opened,
    ReportPostponed,
    ReportPublished,
    StageEntered,
    VersionAdded,
)
from schemas.consultations.parts import Stage
from schemas.payload import Payload
from services.consultations.domain import course
from services.consultations.domain.consultation import Consultation, Status, evolve
from services.consultations.domain.hearing import Hearing, hearing_after
from services.consultations.domain.refusals import Refusal
from services.consultations.domain.stages import next_stages
from tests.unit.consultations.hearings import (
    BODY,
    DEADLINE,
    DESCRIBE,
    EXTEND,
    LEDGER,
    NOW,
    OPEN,
    OWED,
    PACKS,
    PATHS,
    PREPARE,
    REPORT,
    REQUESTS,
    STAGE,
    STRANGER,
    TEXTS,
    VERSION,
    WITHDRAW,
    lived,
)

LATE: Final = NOW + timedelta(days=60)
PREPARED: Final = course.decide(None, PREPARE, NOW, PACKS)
OPENED: Final = course.decide(lived(PATHS["ready"]), OPEN, NOW, PACKS)
TAKEN_BACK: Final = course.decide(lived(PATHS["answering"]), WITHDRAW, LATE, PACKS)

# What is not refused, by state. Everything else is, by the code of the first reason that holds.
ALLOWED: Final[dict[str, set[str]]] = {
    "nothing": {"prepare"},
    "preparation": {"describe", "version", "enrol", "meeting", "withdraw"},
    "described": {"describe", "version", "enrol", "meeting", "withdraw"},
    "ready": {"describe", "open", "enrol", "meeting", "withdraw"},
    "open": {"extend", "enrol", "meeting", "withdraw"},
    "answering": {"deadline", "enrol", "meeting", "report", "withdraw"},
    "handed": {"deadline", "enrol", "meeting", "report", "ledger", "owed", "withdraw"},
    "reported": {"stage"},
    "withdrawn": set(),
}


def asked(state: Consultation | None, request: Payload, at: timedelta = timedelta()) -> Payload:
    return course.decide(state, request, NOW + at, PACKS)


@pytest.mark.parametrize("state", ALLOWED)
@pytest.mark.parametrize("name", REQUESTS)
def test_every_request_in_every_state(state: str, name: str) -> None:
    after = timedelta(days=90) if state in {"answering", "handed", "reported"} else timedelta()
    decision = asked(lived(PATHS[state]), REQUESTS[name], after)
    refused = isinstance(decision, ConsultationRefused)
    assert refused is (name not in ALLOWED[state]), decision


@pytest.mark.parametrize("state", [state for state in ALLOWED if state != "nothing"])
@pytest.mark.parametrize("name", [name for name in REQUESTS if hasattr(REQUESTS[name], "actor") and name != "prepare"])
def test_nobody_but_the_body_steers(state: str, name: str) -> None:
    theirs = REQUESTS[name].model_copy(update={"actor": STRANGER})
    decision = asked(lived(PATHS[state]), theirs)
    assert isinstance(decision, ConsultationRefused)
    assert decision.code == Refusal.NOT_ALLOWED


def test_people_are_heard_for_as_long_as_the_law_says() -> None:
    ready = lived(PATHS["ready"])
    short = asked(ready, OPEN.model_copy(update={"working_days": 14}))
    opened = asked(ready, OPEN)

    assert isinstance(short, ConsultationRefused)
    assert short.code == Refusal.TOO_SHORT
    assert isinstance(opened, Opened)
    assert opened.closes_at > NOW + timedelta(days=15), "working days are not days"


@pytest.mark.parametrize(
    ("state", "refusal"),
    [("preparation", Refusal.VERSION_MISSING), ("described", Refusal.VERSION_MISSING)],
)
def test_nothing_opens_without_a_text_and_an_explanation(state: str, refusal: Refusal) -> None:
    decision = asked(lived(PATHS[state]), OPEN)
    assert isinstance(decision, ConsultationRefused)
    assert decision.code == refusal

    unexplained = [step for step in PATHS["ready"] if step[0] is not DESCRIBE]
    decision = asked(lived(unexplained), OPEN)
    assert isinstance(decision, ConsultationRefused)
    assert decision.code == Refusal.DESCRIPTION_MISSING


def test_a_version_is_the_next_one_in_every_language() -> None:
    opened = lived(PATHS["open"])
    second = VERSION.model_copy(update={"version": 2})
    assert isinstance(asked(opened, second), VersionAdded)

    stale, partial = asked(opened, VERSION), asked(opened, second.model_copy(update={"texts": TEXTS[:1]}))
    assert isinstance(stale, ConsultationRefused)
    assert stale.code == Refusal.VERSION_STALE
    assert isinstance(partial, ConsultationRefused)
    assert partial.code == Refusal.LANGUAGE_MISSING


def test_more_time_is_added_to_what_was_left() -> None:
    opened = lived(PATHS["open"])
    assert opened is not None
    assert opened.closes_at is not None
    extended = asked(opened, EXTEND)
    assert isinstance(extended, Extended)
    assert extended.closes_at > opened.closes_at + timedelta(days=4)
    over = asked(opened, EXTEND, opened.closes_at - NOW)
    assert isinstance(over, ConsultationRefused)


def test_a_clock_that_comes_late_counts_from_when_it_was_over() -> None:
    opened = lived(PATHS["open"])
    assert opened is not None
    assert opened.closes_at is not None
    early = asked(opened, DEADLINE, opened.closes_at - NOW - timedelta(seconds=1))
    prompt = asked(opened, DEADLINE, opened.closes_at - NOW)
    late = asked(opened, DEADLINE, timedelta(days=400))

    assert isinstance(early, ConsultationRefused)
    assert early.code == Refusal.NOT_DUE
    assert isinstance(prompt, Closed)
    assert prompt == late


def test_the_report_is_told_once_and_missed_once() -> None:
    state, told = lived(PATHS["answering"]), []
    for day in range(61, 200):
        at = NOW + timedelta(days=day)
        decision = course.decide(state, DEADLINE, at, PACKS)
        state = evolve(state, decision, at)
        if not isinstance(decision, ConsultationRefused):
            told.append(type(decision))
    assert told == [DutyReminded, DutyMissed]


def test_a_report_waits_until_nobody_is_owed_an_answer() -> None:
    handed = lived(PATHS["handed"])
    held = asked(handed, OWED, timedelta(days=61))
    assert isinstance(held, ReportPostponed)
    assert (held.comments, held.owed) == (7, 2)

    state = evolve(handed, held, LATE)
    unasked = course.decide(state, LEDGER, LATE, PACKS)
    assert isinstance(unasked, ConsultationRefused), "it has to be handed in again"
    state = evolve(state, course.decide(state, REPORT, LATE, PACKS), LATE)
    assert isinstance(course.decide(state, LEDGER, LATE, PACKS), ReportPublished)


def test_a_report_is_not_published_of_a_draft_that_was_taken_back() -> None:
    state = lived([*PATHS["handed"], (WITHDRAW, timedelta(days=61))])
    assert state is not None
    assert not state.handed, "the clock would go on to ask"
    told = course.decide(state, LEDGER, LATE + timedelta(days=2), PACKS)
    assert isinstance(told, ConsultationRefused)
    assert evolve(state, told, LATE) == state


def test_a_draft_taken_back_late_lets_nobody_in_who_came_after_the_end() -> None:
    known: Hearing | None = None
    for data, at in ((PREPARED, NOW), (OPENED, NOW), (TAKEN_BACK, LATE)):
        known = hearing_after(known, data, at)
    assert known is not None
    assert known.closes_at is not None
    assert known.refusal(known.closes_at - timedelta(milliseconds=1)) is None
    assert known.refusal(known.closes_at) == Refusal.CONSULTATION_CLOSED
    early = hearing_after(hearing_after(hearing_after(None, PREPARED, NOW), OPENED, NOW), TAKEN_BACK, NOW)
    assert early is not None
    assert early.refusal(NOW) == Refusal.CONSULTATION_CLOSED


def test_a_draft_goes_on_and_never_back() -> None:
    state = lived(PATHS["reported"])
    for stage in (Stage.GOVERNMENT, Stage.PARLIAMENT, Stage.ADOPTED):
        assert state is not None
        assert stage in next_stages(state)
        state = evolve(state, course.decide(state, STAGE.model_copy(update={"stage": stage}), LATE, PACKS), LATE)
        again = course.decide(state, STAGE.model_copy(update={"stage": Stage.GOVERNMENT}), LATE, PACKS)
        assert isinstance(again, ConsultationRefused)
        assert again.code == Refusal.STAGE_OUT_OF_ORDER
    assert state is not None
    assert next_stages(state) == ()


def test_a_stage_is_told_of_no_day_to_come_nor_of_one_before_the_last_stage() -> None:
    state = lived(PATHS["reported"])
    evening = datetime(2026, 12, 1, 18, 59, tzinfo=UTC)
    tomorrow = STAGE.model_copy(update={"on": date(2026, 12, 2)})
    early = course.decide(state, tomorrow, evening, PACKS)
    assert isinstance(early, ConsultationRefused)
    assert early.code == Refusal.STAGE_IN_FUTURE
    midnight = evening + timedelta(minutes=1)
    state = evolve(state, course.decide(state, tomorrow, midnight, PACKS), midnight)
    assert state is not None
    assert [each.on for each in state.stages] == ["2026-12-02"], "the day at home has begun"
    adopted = tomorrow.model_copy(update={"stage": Stage.ADOPTED})
    before = course.decide(state, adopted.model_copy(update={"on": date(2026, 12, 1)}), midnight, PACKS)
    assert isinstance(before, ConsultationRefused)
    assert before.code == Refusal.STAGE_OUT_OF_ORDER
    assert isinstance(course.decide(state, adopted, midnight, PACKS), StageEntered), "one day may have two stages"


@given(st.lists(st.tuples(st.sampled_from(sorted(REQUESTS)), st.integers(0, 120)), max_size=40))
def test_whatever_is_asked_the_states_are_those_there_are(steps: list[tuple[str, int]]) -> None:
    state: Consultation | None = None
    reports = 0
    for name, day in sorted(steps, key=lambda step: step[1]):
        at = NOW + timedelta(days=day)
        decision = course.decide(state, REQUESTS[name], at, PACKS)
        before, state = state, evolve(state, decision, at)
        reports += isinstance(decision, ReportPublished)
        if isinstance(decision, ConsultationRefused):
            assert state is before, "a refusal leaves no trace"
        if state is not None:
            assert state.status in set(Status)
            assert (state.status is Status.REPORTED) is (state.reported_at is not None)
    assert reports <= 1
    assert state is None or f"agency:{state.body}" == BODY.roles[0]
