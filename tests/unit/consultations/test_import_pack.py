"""The rule pack of imports: it lets in what was let in elsewhere, and is of no use to anybody else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from schemas.consultations.comments import Posted
from schemas.consultations.course import (
    ConsultationRefused,
    CourseRequest,
    DeadlineRequested,
    Opened,
    Prepared,
    WithdrawalRequested,
)
from schemas.consultations.votes import Voted, VoteRefused
from schemas.parts import Actor, Assurance, Eligibility
from services.consultations.domain import comment as comments
from services.consultations.domain import course
from services.consultations.domain import vote as votes
from services.consultations.domain.consultation import Consultation, evolve
from services.consultations.domain.hearing import Hearing
from services.consultations.domain.rules import role_of
from services.consultations.domain.vote import BLANK
from services.consultations.polis import PolisFolder
from services.consultations.polis.importing import Imported, Importer
from services.consultations.polis.plan import ACTOR, BODY, PACK, planned
from services.consultations.polis.plan import course as steps
from tests.unit.consultations.hearings import NOW, PACKS, PREPARE, post, vote
from tests.unit.consultations.pages.world import KEYRING, Memory
from tests.unit.consultations.polis.test_faults import folder
from tests.unit.consultations.test_comment import hearing

NOBODY_KNOWN = Eligibility(age=None, region=None, assurance=Assurance.LOW, citizen=False)


def imported() -> Hearing:
    """A hearing under the pack of imports."""
    usual = hearing()
    assert usual is not None
    return replace(usual, rules=PACKS.in_force(PACK, NOW).ref)


def test_the_plan_of_a_folder_opens_a_consultation_at_once(tmp_path: Path) -> None:
    folder(tmp_path)
    plan = planned(PolisFolder(tmp_path), "The park", "en", 20)
    state: Consultation | None = None
    decided = []
    for request in steps(plan):
        decided.append(course.decide(state, request, NOW, PACKS))
        state = evolve(state, decided[-1], NOW)
    assert isinstance(decided[0], Prepared)
    assert isinstance(decided[-1], Opened)
    assert state is not None
    assert state.title.kk == "The park"


@pytest.mark.parametrize("end", [DeadlineRequested, WithdrawalRequested])
@pytest.mark.parametrize("days", [0, 90])
async def test_a_complete_import_adds_nothing_when_it_is_run_again(
    tmp_path: Path, days: int, end: type[CourseRequest]
) -> None:
    memory = Memory()
    ask = memory.commands
    plan = planned(folder(tmp_path), "The park", "en", 20)
    importer = Importer(plan, KEYRING, ask.course, ask.comments, ask.votes, lambda *_: None)
    assert await importer.run() == Imported(comments=2, hidden=1, votes=2)
    memory.later(timedelta(days=days))
    told = {} if end is DeadlineRequested else {"actor": ACTOR, "reason": "It was brought in by mistake."}
    await ask.steer(end(consultation=plan.consultation, **told), 1)
    assert await importer.run() == Imported(comments=0, hidden=0, votes=0)


def test_a_title_too_short_for_a_page_is_made_longer(tmp_path: Path) -> None:
    folder(tmp_path)
    assert planned(PolisFolder(tmp_path), "Park", "en", 20).title.ru == "polis: Park"
    (tmp_path / "summary.csv").write_text("topic, What  of the\npark,\n", encoding="utf-8")
    assert planned(PolisFolder(tmp_path), None, "en", 20).title.ru == "What of the"


def test_only_one_body_may_use_it() -> None:
    def decided(body: str) -> object:
        actor = Actor(pseudonym="official", roles=(role_of(body),))
        request = PREPARE.model_copy(update={"actor": actor, "body": body, "pack": PACK})
        return course.decide(None, request, NOW, PACKS)

    refused = decided("kz-government")
    assert isinstance(refused, ConsultationRefused)
    assert refused.code == "not-allowed"
    assert isinstance(decided(BODY), Prepared)


def test_nobody_is_asked_for_an_age_and_no_answer_is_owed() -> None:
    request = post(0).model_copy(update={"eligibility": NOBODY_KNOWN})
    posted = comments.decide(None, imported(), request, NOW, PACKS)
    assert isinstance(posted, Posted)
    assert posted.due_at is None


@pytest.mark.parametrize(("under", "kind"), [(hearing, VoteRefused), (imported, Voted)])
def test_votes_on_own_comments_count_there_and_nowhere_else(
    under: object, kind: type[Voted] | type[VoteRefused]
) -> None:
    assert callable(under)
    own = vote(number=0, comment=0)
    assert own.actor.pseudonym == own.author
    assert isinstance(votes.decide(BLANK, under(), own, NOW, PACKS), kind)
