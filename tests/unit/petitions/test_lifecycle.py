"""The life of a petition: every request in every state, who may ask, and what the clock brings about."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.petitions.v1 import (
    Answered,
    Archived,
    Assurance,
    CheckpointPassed,
    Closed,
    CloseReason,
    Created,
    DutyKind,
    DutyMissed,
    DutyReminded,
    GoalReached,
    LifecycleRequest,
    ModerationBegun,
    PetitionRefused,
    Published,
    Returned,
    UnitCount,
    Verdict,
    VerdictProposed,
    VerdictUndone,
)
from services.petitions.domain.evolution import evolve
from services.petitions.domain.lifecycle import REQUESTS as KINDS
from services.petitions.domain.lifecycle import decide
from services.petitions.domain.petition import Petition
from services.petitions.domain.refusals import Refusal
from services.petitions.domain.status import TAKEN_AWAY, Status
from tests.unit.petitions import lives
from tests.unit.petitions.lifecycle_table import TABLES, arrows, outcomes, table, written
from tests.unit.petitions.lives import (
    ANSWER,
    AUTHOR,
    BODY,
    CLOSE,
    CREATE,
    EDIT,
    LEAVE,
    LIVES,
    LOCK,
    MODERATOR,
    NOW,
    PACKS,
    REQUESTS,
    RESUME,
    RETIRE,
    SECOND,
    SOON,
    STRANGER,
    SUBMIT,
    SUSPEND,
    TEXT,
    UNDO,
    WITHDRAW,
    count,
    live,
    over,
    pack,
    packs,
    verdict,
    whole,
)


def code(decision: object) -> str | None:
    return getattr(decision, "code", None)


@pytest.mark.parametrize("status", [each for each in LIVES if each is not None])
def test_every_state_is_reached(status: Status) -> None:
    petition, _, decisions = live(LIVES[status])

    assert petition is not None
    assert petition.status is status
    assert not [decision for decision in decisions if isinstance(decision, PetitionRefused)]


def test_every_kind_of_request_is_tried() -> None:
    assert {type(request) for request in REQUESTS.values()} == set(KINDS)


@pytest.mark.parametrize("status", LIVES)
@pytest.mark.parametrize("name", REQUESTS)
def test_each_request_in_each_state_is_decided_or_refused_by_name(status: Status | None, name: str) -> None:
    petition, now, _ = live(LIVES[status])
    at = lives.moment_of(name, petition, now)

    decision = decide(petition, REQUESTS[name], at, PACKS)
    after = evolve(petition, decision, at)

    if isinstance(decision, PetitionRefused):
        assert decision.code in set(Refusal)
        assert after is petition
    else:
        assert after is not None
        assert petition is None or after != petition


OWN_MODERATOR = AUTHOR.model_copy(update={"roles": ("moderator",)})


@pytest.mark.parametrize(
    ("status", "name", "actor"),
    [
        (Status.DRAFT, "edit", STRANGER),
        (Status.DRAFT, "submit", MODERATOR),
        (Status.MODERATION, "approve", STRANGER),
        (Status.MODERATION, "lock", AUTHOR),
        (Status.MODERATION, "approve", OWN_MODERATOR),
        (Status.REJECTED, "undo", AUTHOR),
        (Status.REJECTED, "undo", OWN_MODERATOR),
        (Status.COLLECTING, "close", STRANGER),
        (Status.COLLECTING, "withdraw", MODERATOR),
        (Status.COLLECTING, "suspend", AUTHOR),
        (Status.SUSPENDED, "resume", AUTHOR),
        (Status.COLLECTING, "retire", AUTHOR),
        (Status.COLLECTING, "suspend", OWN_MODERATOR),
        (Status.SUSPENDED, "resume", OWN_MODERATOR),
        (Status.COLLECTING, "retire", OWN_MODERATOR),
        (Status.CONSIDERATION, "answer", MODERATOR),
        (Status.CONSIDERATION, "answer", BODY.model_copy(update={"roles": ("agency:kz-akimat:KZ-75",)})),
        (Status.CONSIDERATION, "take charge", STRANGER),
        (Status.CONSIDERATION, "invite", STRANGER),
        (Status.CONSIDERATION, "draft answer", AUTHOR),
        (Status.COLLECTING, "enter paper", MODERATOR),
        (Status.COLLECTING, "correct paper", AUTHOR),
    ],
)
def test_who_may_not(status: Status, name: str, actor: Any) -> None:
    petition, now, _ = live(LIVES[status])

    decision = decide(petition, REQUESTS[name].model_copy(update={"actor": actor}), now, PACKS)

    assert code(decision) == Refusal.NOT_ALLOWED


def test_where_supporters_are_to_be_others_the_author_signs_only_what_is_published() -> None:
    supporters = {"needed": 3, "within": {"months": 6}, "besides_author": True, **lives.SURE}
    found = packs(pack(supporters=supporters))
    gathering, _, _ = live(LIVES[Status.GATHERING], found)
    collecting, _, _ = live(LIVES[Status.COLLECTING], found)

    assert gathering is not None
    assert gathering.window.besides == AUTHOR.pseudonym
    assert collecting is not None
    assert collecting.window.besides is None


def test_an_organiser_moderates_no_petition_of_theirs() -> None:
    created, *steps = lives.whole(LIVES[Status.MODERATION])
    petition, now, _ = live([created, (lives.join(MODERATOR), SOON), *steps])

    assert petition is not None
    assert petition.status is Status.MODERATION
    assert code(decide(petition, REQUESTS["approve"], now, PACKS)) == Refusal.NOT_ALLOWED
    assert code(decide(petition, REQUESTS["suspend"], now, PACKS)) == Refusal.NOT_ALLOWED


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"age": 17}, Refusal.UNDER_AGE),
        ({"age": None}, Refusal.BIRTH_DATE_MISSING),
        ({"assurance": Assurance.LOW}, Refusal.ASSURANCE_TOO_LOW),
        ({"citizen": False}, Refusal.NOT_A_CITIZEN),
        ({"region": None}, None),
    ],
)
def test_who_may_start_a_petition(changed: dict[str, object], expected: Refusal | None) -> None:
    request = CREATE.model_copy(update={"eligibility": lives.ELIGIBLE.model_copy(update=changed)})

    assert code(decide(None, request, NOW, PACKS)) == expected


def test_a_petition_is_pinned_to_its_rules_and_goals() -> None:
    assert code(decide(None, CREATE.model_copy(update={"pack": "none"}), NOW, PACKS)) == Refusal.PACK_UNKNOWN
    unit = {"certainty": "H", "source": "the census", "name": lives.WORDS, "counted_on": "2026-02-01"}
    share = [{"percent": "1", "effect": "consideration", "answer": lives.TERM, **lives.SURE}]
    found = packs(pack(units=[{"code": "KZ-63", "population": 730_301, **unit}], thresholds=share))
    created = decide(None, CREATE.model_copy(update={"unit": "KZ-63"}), NOW, found)
    assert isinstance(created, Created)
    assert [goal.signatures for goal in created.goals] == [7304], "a share is rounded up"
    assert code(decide(None, CREATE, NOW, found)) == Refusal.UNIT_UNKNOWN


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, "GatheringBegun"),
        ({"supporters": None}, "ModerationBegun"),
        ({"supporters": None, "moderation": None}, "Published"),
    ],
)
def test_steps_the_pack_does_not_ask_for_are_left_out(changes: dict[str, Any], kind: str) -> None:
    _, _, decisions = live([(CREATE, SOON), (SUBMIT, SOON)], packs(pack(**changes)))

    assert type(decisions[-1]).__name__ == kind


def test_supporters_open_the_desk_and_too_few_close_the_petition() -> None:
    petition, now, _ = live(LIVES[Status.GATHERING])
    assert petition is not None
    assert petition.closes_at is not None
    assert code(decide(petition, count(2), now, PACKS)) == Refusal.GOAL_NOT_REACHED
    assert isinstance(decide(petition, count(3), now, PACKS), ModerationBegun)
    assert code(decide(petition, over(), petition.closes_at - SOON, PACKS)) == Refusal.NOT_DUE
    closed = decide(petition, over(), petition.closes_at, PACKS)
    assert isinstance(closed, Closed)
    assert closed.reason is CloseReason.NO_SUPPORT


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"revision": 2}, Refusal.STALE_REVISION),
        ({"reasons": ()}, Refusal.REASON_MISSING),
        ({"reasons": ("taste",)}, Refusal.REASON_UNKNOWN),
        ({"explanation": "  "}, Refusal.EXPLANATION_MISSING),
        ({"reasons": ("duplicate", "courts")}, None),
    ],
)
def test_a_verdict_must_be_sound(changed: dict[str, object], expected: Refusal | None) -> None:
    petition, now, _ = live(LIVES[Status.MODERATION])
    asked = verdict(Verdict.REJECT).model_copy(update=changed)

    assert code(decide(petition, asked, now, PACKS)) == expected


def test_a_text_changed_meanwhile_makes_the_verdict_stale() -> None:
    steps = (*LIVES[Status.RETURNED], (lives.EDIT, SOON), (SUBMIT, SOON))
    petition, now, _ = live(steps)

    assert petition is not None
    assert (petition.status, petition.revision) == (Status.MODERATION, 2), "and supporters are not gathered again"
    assert code(decide(petition, verdict(), now, PACKS)) == Refusal.STALE_REVISION
    assert isinstance(decide(petition, verdict(revision=2), now, PACKS), Published)


def test_who_has_it_on_the_desk_keeps_others_off_for_a_while() -> None:
    petition, now, _ = live([*LIVES[Status.MODERATION], (LOCK, SOON)])

    other = verdict(actor=SECOND)
    assert code(decide(petition, other, now + timedelta(minutes=14), PACKS)) == Refusal.LOCKED
    assert isinstance(decide(petition, verdict(), now, PACKS), Published)
    assert isinstance(decide(petition, other, now + timedelta(minutes=15), PACKS), Published)


def test_four_eyes_need_two_who_agree() -> None:
    moderation = {"within": {"working_days": 10}, "four_eyes": True, **lives.SURE}
    found = packs(pack(moderation=moderation))
    steps = [*LIVES[Status.MODERATION], (verdict(), SOON)]
    petition, now, decisions = live(steps, found)

    assert isinstance(decisions[-1], VerdictProposed)
    assert code(decide(petition, verdict(), now, found)) == Refusal.SECOND_PERSON_NEEDED
    assert isinstance(decide(petition, verdict(actor=SECOND), now, found), Published)
    against = decide(petition, verdict(Verdict.RETURN, SECOND), now, found)
    assert isinstance(against, VerdictProposed), "who disagrees proposes anew"
    petition = evolve(petition, against, now)
    assert isinstance(decide(petition, verdict(Verdict.RETURN), now, found), Returned)


def test_a_verdict_is_undone_as_long_as_nothing_came_of_it() -> None:
    for status in (Status.RETURNED, Status.REJECTED, Status.COLLECTING):
        petition, _, decisions = live([*LIVES[status], (UNDO, SOON)])
        assert petition is not None
        assert petition.status is Status.MODERATION, decisions
        assert petition.open_duty(DutyKind.MODERATE) is not None
    petition, now, _ = live([*LIVES[Status.COLLECTING], (count(10), SOON)])
    assert code(decide(petition, UNDO, now, PACKS)) == Refusal.NOTHING_TO_UNDO


def test_no_verdict_is_taken_back_that_the_moderator_has_not_seen() -> None:
    rejected, _, _ = live(LIVES[Status.REJECTED])
    assert rejected is not None
    assert rejected.finding is not None
    seen = UNDO.model_copy(update={"verdict_at": rejected.finding.at})
    second = verdict(actor=SECOND)
    petition, now, decisions = live([*LIVES[Status.REJECTED], (seen, SOON), (second, SOON)])
    assert [type(each) for each in decisions[-2:]] == [VerdictUndone, Published]

    assert code(decide(petition, seen, now, PACKS)) == Refusal.STALE_VERDICT


def test_what_was_given_back_and_changed_since_comes_to_a_moderator_only_by_being_handed_in() -> None:
    unfit = TEXT.model_copy(update={"text": "Chil\u200bdren cross a main road. " * 3})
    steps = [*LIVES[Status.RETURNED], (EDIT.model_copy(update={"text": unfit}), SOON), (SUBMIT, SOON)]
    petition, now, decisions = live(steps)
    assert code(decisions[-1]) == Refusal.HIDDEN_CHARACTERS
    assert code(decide(petition, UNDO, now, PACKS)) == Refusal.NOTHING_TO_UNDO

    petition, now, _ = live([*whole(LIVES[Status.RETURNED]), (LEAVE, SOON)])
    assert code(decide(petition, SUBMIT, now, PACKS)) == Refusal.ORGANISERS_MISSING
    assert code(decide(petition, UNDO, now, PACKS)) == Refusal.NOTHING_TO_UNDO


@pytest.mark.parametrize(
    ("before", "act", "readable"),
    [
        (Status.DRAFT, WITHDRAW, False),
        (Status.RETURNED, WITHDRAW, False),
        (Status.MODERATION, WITHDRAW, False),
        (Status.MODERATION, SUSPEND, False),
        (Status.MODERATION, RETIRE, False),
        (Status.GATHERING, WITHDRAW, True),
        (Status.DISCUSSION, RETIRE, True),
        (Status.COLLECTING, WITHDRAW, True),
        (Status.CONSIDERATION, SUSPEND, True),
    ],
)
def test_what_is_taken_away_is_read_by_those_who_could_read_it_before(
    before: Status, act: LifecycleRequest, readable: bool
) -> None:
    petition, _, _ = live([*LIVES[before], (act, SOON)])
    assert petition is not None
    assert petition.status in TAKEN_AWAY
    assert petition.readable is readable
    assert petition.published is (before in (Status.COLLECTING, Status.CONSIDERATION))


def test_a_petition_whose_publication_was_undone_is_not_public_again_when_it_is_taken_back() -> None:
    petition, _, _ = live([*LIVES[Status.COLLECTING], (UNDO, SOON), (WITHDRAW, SOON)])
    assert petition is not None
    assert petition.status is Status.WITHDRAWN
    assert (petition.readable, petition.published) == (False, False)


def test_each_goal_is_reached_once_and_the_highest_is_considered() -> None:
    petition, now, _ = live(LIVES[Status.COLLECTING])
    reached: list[int] = []
    for number in (9, 10, 10, 15, 25, 25, 40):
        decision = decide(petition, count(number), now, PACKS)
        petition = evolve(petition, decision, now)
        if isinstance(decision, GoalReached):
            reached.append(decision.goal.signatures)

    assert petition is not None
    assert reached == [10, 20]
    assert petition.status is Status.CONSIDERATION
    assert len([duty for duty in petition.duties if duty.kind is DutyKind.ANSWER]) == 2


def test_an_answer_discharges_the_goal_it_is_for_and_no_other() -> None:
    petition, now, _ = live(LIVES[Status.CONSIDERATION])
    assert petition is not None
    told: list[Any] = []
    for answer in (ANSWER, ANSWER.model_copy(update={"effect": "response"}), ANSWER, ANSWER):
        decision = decide(petition, answer, now, PACKS)
        petition = evolve(petition, decision, now)
        assert petition is not None
        found = decision.effect if isinstance(decision, Answered) else code(decision)
        told.append((found, petition.status, [duty.effect for duty in petition.duties if duty.open]))
    assert told == [
        ("response", Status.CONSIDERATION, ["consideration"]),
        (Refusal.NOTHING_OWED, Status.CONSIDERATION, ["consideration"]),
        ("consideration", Status.ANSWERED, []),
        (Refusal.NOTHING_OWED, Status.ANSWERED, []),
    ]
    assert petition is not None
    assert petition.archive_at is not None


def test_an_answer_from_before_goals_were_named_discharges_all_that_was_owed() -> None:
    petition, now, _ = live(LIVES[Status.CONSIDERATION])
    told = Answered(petition="p", outcome=ANSWER.outcome, statement=ANSWER.statement)
    petition = evolve(petition, told, now)
    assert petition is not None
    assert petition.status is Status.ANSWERED
    assert petition.open_duty(DutyKind.ANSWER) is None


def test_signatures_must_come_from_several_units_where_the_pack_asks_for_it() -> None:
    spread = {"units": 2, "minimum": {"FR": 3, "DE": 4, "LU": 1}, **lives.SURE}
    goal = {"signatures": 10, "effect": "hearing", "answer": lives.TERM, "spread": spread, **lives.SURE}
    found = packs(pack(thresholds=[goal]))
    petition, now, _ = live(LIVES[Status.COLLECTING], found)

    narrow = count(50).model_copy(update={"units": units(FR=49, DE=1)})
    wide = count(50).model_copy(update={"units": units(FR=49, LU=1)})
    assert code(decide(petition, narrow, now, found)) == Refusal.GOAL_NOT_REACHED
    assert isinstance(decide(petition, wide, now, found), GoalReached)


def units(**counts: int) -> tuple[UnitCount, ...]:
    return tuple(UnitCount(unit=unit, count=number) for unit, number in counts.items())


def test_few_signatures_at_the_end_of_the_first_term_drop_the_petition() -> None:
    petition, _, _ = live(LIVES[Status.COLLECTING])
    assert petition is not None
    assert petition.checkpoint is not None
    dropped = decide(petition, over(4), petition.checkpoint, PACKS)
    assert isinstance(dropped, Closed)
    assert dropped.reason is CloseReason.FEW_SIGNATURES
    passed = decide(petition, over(5), petition.checkpoint, PACKS)
    assert isinstance(passed, CheckpointPassed)
    after = evolve(petition, passed, petition.checkpoint)
    assert after is not None
    assert after.next_at == petition.closes_at


def test_the_window_ends_on_time_and_what_was_reached_is_considered() -> None:
    for steps, status in (
        (LIVES[Status.COLLECTING], Status.CLOSED),
        ((*LIVES[Status.COLLECTING], (count(10), SOON)), Status.CONSIDERATION),
        ((*LIVES[Status.COLLECTING], (count(10), SOON), (ANSWER, SOON)), Status.ANSWERED),
    ):
        petition, _, _ = live(steps)
        petition = through(petition, until=NOW + timedelta(days=200), signed=10)
        assert petition is not None
        assert petition.status is status


def through(petition: Petition | None, until: Any, signed: int = 0) -> Petition | None:
    """What the clock makes of a petition up to a moment, each term at its end."""
    while petition is not None and petition.next_at is not None and petition.next_at <= until:
        at = petition.next_at
        decision = decide(petition, over(signed), at, PACKS)
        assert not isinstance(decision, PetitionRefused), "what is due is decided"
        petition = evolve(petition, decision, at)
    return petition


def test_a_duty_is_told_again_before_it_is_due_and_once_after() -> None:
    petition, now, _ = live(LIVES[Status.MODERATION])
    assert petition is not None
    duty = petition.open_duty(DutyKind.MODERATE)
    assert duty is not None
    assert duty.remind_at == duty.due_at - timedelta(days=3)
    told: list[str] = []
    for at in (now, duty.remind_at, duty.remind_at + SOON, duty.due_at, duty.due_at + timedelta(days=9)):
        decision = decide(petition, over(), at, PACKS)
        petition = evolve(petition, decision, at)
        told.append(type(decision).__name__ if not isinstance(decision, PetitionRefused) else decision.code)
    assert told == ["not-due", DutyReminded.__name__, "not-due", DutyMissed.__name__, "not-due"]
    assert petition is not None
    assert petition.open_duty(DutyKind.MODERATE) is not None, "it is still owed"


def test_a_late_clock_makes_up_for_everything_once() -> None:
    petition, _, _ = live(LIVES[Status.CONSIDERATION])
    late = NOW + timedelta(days=365)
    told: list[str] = []
    for _ in range(10):
        decision = decide(petition, over(), late, PACKS)
        petition = evolve(petition, decision, late)
        if not isinstance(decision, PetitionRefused):
            told.append(type(decision).__name__)
    assert told == [DutyMissed.__name__] * 2, "two goals, two answers owed"


def test_a_court_stops_all_terms_and_gives_the_time_back() -> None:
    petition, _, _ = live(LIVES[Status.COLLECTING])
    stopped, at, _ = live([*LIVES[Status.COLLECTING], (SUSPEND, SOON)])
    assert petition is not None
    assert stopped is not None
    assert stopped.next_at is None
    assert stopped.window.refusal(at) == Refusal.PETITION_CLOSED
    resumed, now, _ = live([*LIVES[Status.COLLECTING], (SUSPEND, SOON), (RESUME, timedelta(days=30))])
    assert resumed is not None
    assert petition.closes_at is not None
    assert (resumed.status, resumed.closes_at) == (Status.COLLECTING, petition.closes_at + timedelta(days=30))
    assert resumed.window.refusal(now) is None


def test_an_answered_petition_is_put_away_after_its_time() -> None:
    petition, _, _ = live(LIVES[Status.ANSWERED])
    assert petition is not None
    assert petition.archive_at is not None
    assert code(decide(petition, over(), petition.archive_at - SOON, PACKS)) == Refusal.NOT_DUE
    assert isinstance(decide(petition, over(), petition.archive_at, PACKS), Archived)


def test_the_timeline_names_the_rule_of_each_step() -> None:
    petition, _, _ = live((*LIVES[Status.COLLECTING], (CLOSE, SOON)))
    assert petition is not None
    assert [(line.what, line.rule) for line in petition.timeline] == [
        ("created", None),
        ("gathering", "supporters"),
        ("moderation", "moderation"),
        ("published", "window"),
        ("closed", None),
    ]


def test_another_payload_is_a_mistake_of_the_caller() -> None:
    other = Closed(petition="p", reason=CloseReason.AUTHOR)
    with pytest.raises(TypeError):
        decide(None, other, NOW, PACKS)
    with pytest.raises(TypeError):
        evolve(live(LIVES[Status.DRAFT])[0], CREATE, NOW)


ARROWS = arrows()
REQUEST = st.sampled_from(sorted(REQUESTS))
WAIT = st.sampled_from([timedelta(seconds=1), timedelta(days=1), timedelta(days=20), timedelta(days=200)])


@settings(max_examples=300)
@given(asked=st.lists(st.tuples(REQUEST, WAIT, st.integers(1, 30), st.booleans()), max_size=40))
def test_no_sequence_leaves_the_diagram_and_no_goal_is_reached_twice(
    asked: list[tuple[str, timedelta, int, bool]],
) -> None:
    petition, now = None, NOW
    reached: list[int] = []
    for name, wait, number, again in [("create", SOON, 1, False), ("submit", SOON, 1, True), *asked]:
        now += wait
        for _ in range(2 if again else 1):  # delivered again
            request = _with(REQUESTS[name], petition, number)
            before, decision = petition, decide(petition, request, now, PACKS)
            petition = evolve(petition, decision, now)
            if isinstance(decision, GoalReached):
                reached.append(decision.goal.signatures)
            was, is_now = (None if each is None else each.status for each in (before, petition))
            assert was is is_now or (was, is_now) in ARROWS
    assert len(set(reached)) == len(reached)


def _with(request: LifecycleRequest, petition: Petition | None, number: int) -> LifecycleRequest:
    """The request, about the petition's present text and with some count."""
    fields = type(request).model_fields
    revision = 1 if petition is None else petition.revision
    changes = {"revision": revision, "count": number}
    return request.model_copy(update={name: value for name, value in changes.items() if name in fields})


def test_the_table_says_what_the_rules_do() -> None:
    found = outcomes()
    assert found["moderation"]["approve"] == "petitions.petition.published.v1"
    assert found["collecting"]["edit"] == Refusal.NOT_A_DRAFT
    assert len(found) == len(LIVES)
    for name in TABLES:
        assert written(name) == table(name), "run python -m tests.unit.petitions.lifecycle_table"


def test_the_drawing_shows_nothing_that_cannot_happen() -> None:
    seen: set[tuple[Status | None, Status | None]] = set()
    shapes: tuple[dict[str, Any], ...] = (
        {},
        {"supporters": None},
        {"supporters": None, "moderation": None},
        {"moderation": None},
    )
    for shape in shapes:
        found = packs(pack(**shape))
        for steps in LIVES.values():
            seen |= steps_of(steps, found)
    assert seen <= ARROWS


def steps_of(steps: Any, found: Any) -> set[tuple[Status | None, Status | None]]:
    petition: Petition | None = None
    now, seen = NOW, set[tuple[Status | None, Status | None]]()
    for request, wait in steps:
        now += wait
        before = None if petition is None else petition.status
        petition = evolve(petition, decide(petition, request, now, found), now)
        after = None if petition is None else petition.status
        seen |= {(before, after)} if before is not after else set()
    return seen
