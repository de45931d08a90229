"""Signatures on paper: counted by registrars, apart, each sheet once, put right by a later batch, as the pack says."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from schemas.payload import Payload
from schemas.petitions.v1 import (
    Actor,
    GoalReached,
    GoalRequested,
    ModerationBegun,
    PaperCorrected,
    PaperCorrectionRequested,
    PaperCount,
    PaperEntered,
    PaperRequested,
    PaperSheet,
    PetitionRefused,
    UnitCount,
)
from services.petitions.domain.evolution import evolve
from services.petitions.domain.lifecycle import decide
from services.petitions.domain.petition import Petition
from services.petitions.domain.refusals import Refusal
from services.petitions.domain.rules import RulePacks
from services.petitions.domain.status import Status
from services.petitions.paper.lines import LineError, read_sheets, write_sheets
from services.petitions.paper.views import batch_views
from tests.unit.petitions.lives import (
    LIVES,
    PACKS,
    REGISTRAR,
    SOON,
    SURE,
    TERM,
    count,
    live,
    pack,
    packs,
    sheet,
)

NOT_COUNTED = packs(pack(paper={"counts": False, **SURE}))
NOT_TAKEN = packs(pack(paper=None))


def enter(*sheets: PaperSheet, actor: Actor = REGISTRAR) -> PaperRequested:
    return PaperRequested(petition="p", actor=actor, reference="File 2-17", sheets=sheets)


def correct(*sheets: PaperSheet, batch: int = 1, revision: int = 1) -> PaperCorrectionRequested:
    return PaperCorrectionRequested(
        petition="p", actor=REGISTRAR, batch=batch, revision=revision, sheets=sheets, reason="A line was overlooked."
    )


def course(
    requests: Sequence[Any], status: Status = Status.COLLECTING, found: RulePacks = PACKS
) -> tuple[Petition, list[Payload]]:
    """What becomes of a petition in this state, and each decision."""
    petition, now, _ = live(LIVES[status], found)
    decisions = []
    for request in requests:
        now += SOON
        decision = decide(petition, request, now, found)
        petition = evolve(petition, decision, now)
        decisions.append(decision)
    assert petition is not None
    return petition, decisions


def codes(decisions: Sequence[Payload]) -> list[str]:
    return [each.code if isinstance(each, PetitionRefused) else type(each).__name__ for each in decisions]


def test_a_batch_says_who_when_and_what_and_is_told_in_the_story() -> None:
    petition, (decision,) = course([enter(sheet("1", 3), sheet("2", 4, "KZ-71"))])

    assert isinstance(decision, PaperEntered)
    (batch,) = petition.paper
    assert (batch.number, batch.by, batch.signatures, batch.reference) == (1, "registrar", 7, "File 2-17")
    assert petition.on_paper == 7
    step = petition.timeline[-1]
    assert (step.what, step.reason, step.rule, step.at) == ("paper-entered", "7", "paper", batch.entered_at)


@pytest.mark.parametrize(
    "second",
    [sheet("1", 9), PaperSheet(number="9", counts=sheet("9").counts, scan=sheet("1").scan)],
    ids=["the same number", "the same scan"],
)
def test_a_sheet_counts_once(second: PaperSheet) -> None:
    petition, decisions = course([enter(sheet("1")), enter(sheet("7"), second), enter(sheet("8"), sheet("8"))])

    assert codes(decisions) == ["PaperEntered", Refusal.SHEET_ENTERED, Refusal.SHEET_ENTERED]
    assert petition.on_paper == 1


def test_a_batch_is_put_right_with_a_reason_and_may_be_struck_out() -> None:
    petition, decisions = course(
        [
            enter(sheet("1", 3)),
            enter(sheet("2", 4)),
            correct(sheet("1", 5), sheet("3", 1)),
            correct(sheet("2", 1), revision=2),
            correct(sheet("1", 6)),
            correct(batch=2),
            correct(batch=3),
            enter(sheet("2", 4)),
        ]
    )

    assert codes(decisions) == [
        *("PaperEntered", "PaperEntered", "PaperCorrected"),
        *(Refusal.SHEET_ENTERED, Refusal.STALE_BATCH, "PaperCorrected", Refusal.BATCH_UNKNOWN, "PaperEntered"),
    ]
    assert isinstance(decisions[2], PaperCorrected)
    assert [(batch.number, batch.revision, batch.signatures) for batch in petition.paper] == [
        (1, 2, 6),
        (2, 2, 0),
        (3, 1, 4),
    ]
    assert petition.paper[0].reason == "A line was overlooked."
    assert petition.timeline[-2].what == "paper-corrected"


def test_only_registrars_enter_and_only_where_the_pack_takes_paper() -> None:
    moderators = Actor(pseudonym="m", roles=("moderator",))
    assert codes(course([enter(sheet("1"), actor=moderators)])[1]) == [Refusal.NOT_ALLOWED]
    assert codes(course([enter(sheet("1"))], found=NOT_TAKEN)[1]) == [Refusal.PAPER_NOT_TAKEN]


def test_paper_alone_is_support_enough_where_the_pack_says_so_and_not_before() -> None:
    petition, decisions = course([enter(sheet("1")), count(0), enter(sheet("2")), count(0)], Status.GATHERING)

    assert codes(decisions) == ["PaperEntered", Refusal.GOAL_NOT_REACHED, "PaperEntered", "ModerationBegun"]
    assert isinstance(decisions[-1], ModerationBegun)
    assert petition.status is Status.MODERATION
    apart, others = course([enter(sheet("1", 40)), count(2)], Status.GATHERING, NOT_COUNTED)
    assert codes(others) == ["PaperEntered", Refusal.GOAL_NOT_REACHED]
    assert apart.status is Status.GATHERING


def test_toward_a_goal_paper_counts_by_the_packs_word_and_what_was_reached_stays() -> None:
    asked = [enter(sheet("1", 4)), count(6), correct(), count(6)]
    petition, decisions = course(asked)
    assert codes(decisions) == ["PaperEntered", "GoalReached", "PaperCorrected", Refusal.GOAL_NOT_REACHED]
    assert isinstance(decisions[1], GoalReached)
    assert decisions[1].count == 10, "six made here and four on paper"
    assert [reached.goal.signatures for reached in petition.reached] == [10]
    assert codes(course(asked, found=NOT_COUNTED)[1])[1] == Refusal.GOAL_NOT_REACHED


def test_regions_on_paper_count_toward_a_spread() -> None:
    spread = {"units": 2, "minimum": {"KZ-75": 1, "KZ-71": 3}, **SURE}
    hearing = {"signatures": 10, "effect": "hearing", "answer": TERM, "spread": spread, **SURE}
    found = packs(pack(thresholds=[hearing]))
    here = GoalRequested(
        petition="p", count=9, units=(UnitCount(unit="KZ-75", count=8), UnitCount(unit="KZ-71", count=1))
    )
    _, decisions = course([enter(sheet("1", 1, "KZ-71")), here, enter(sheet("2", 1, "KZ-71")), here], found=found)
    assert codes(decisions) == ["PaperEntered", Refusal.GOAL_NOT_REACHED, "PaperEntered", "GoalReached"]


def test_what_everybody_sees_has_no_region() -> None:
    petition, _ = course([enter(sheet("1", 3))])
    (view,) = batch_views(petition)
    assert "KZ-75" not in view.model_dump_json()
    assert [(each.number, each.signatures, each.scan) for each in view.sheets] == [
        ("1", 3, hashlib.sha256(b"1").hexdigest())
    ]


@pytest.mark.parametrize("status", [Status.DRAFT, Status.MODERATION, Status.CLOSED, Status.ANSWERED, Status.SUSPENDED])
def test_nothing_is_entered_where_nothing_counts(status: Status) -> None:
    petition, (decision,) = course([enter(sheet("1"))], status)
    assert isinstance(decision, PetitionRefused)
    assert petition.on_paper == 0


NUMBERS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9/.-]{0,9}", fullmatch=True)
COUNTS = st.dictionaries(st.sampled_from(["KZ-75", "KZ-71", "GB-ENG", "KZ"]), st.integers(1, 1000), min_size=1)
SHEETS = st.dictionaries(NUMBERS, COUNTS, max_size=6).map(
    lambda told: tuple(
        PaperSheet(
            number=number,
            counts=tuple(PaperCount(region=region, count=each) for region, each in counts.items()),
            scan=hashlib.sha256(number.encode()).hexdigest(),
        )
        for number, counts in told.items()
    )
)


@given(SHEETS)
def test_what_is_written_down_reads_as_it_was(sheets: tuple[PaperSheet, ...]) -> None:
    assert read_sheets(write_sheets(sheets)) == sheets


@pytest.mark.parametrize(
    "line",
    [
        "1; KZ-75; 12",
        "1; KZ-75; twelve; " + "a" * 64,
        "1; KZ-75; 0; " + "a" * 64,
        "1; KZ-75; 1001; " + "a" * 64,
        f"1; KZ-75; {'9' * 5_000}; " + "a" * 64,
        "1; Almaty; 3; " + "a" * 64,
        "1; KZ-75; 3; " + "a" * 63,
        "=1; KZ-75; 3; " + "a" * 64,
        "2; KZ-75; 3; " + "b" * 64,
        "2; KZ-71; 3; " + "c" * 64,
        "1; KZ-75; ٣; " + "a" * 64,
    ],
)
def test_a_line_that_says_no_sheet_is_named(line: str) -> None:
    with pytest.raises(LineError) as wrong:
        read_sheets(f"2; KZ-75; 3; {'b' * 64}\n\n{line}")
    assert wrong.value.number == 3


def test_a_batch_has_a_bound() -> None:
    with pytest.raises(ValidationError):
        enter(*(sheet(str(number)) for number in range(201)))
