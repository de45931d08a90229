"""What the body that must answer changes in a petition."""

from datetime import datetime
from typing import Any

from schemas.payload import Payload
from schemas.petitions.v1 import AnswerDrafted, Answered, AuthorInvited, ChargeTaken, DutyKind
from services.petitions.domain.keeping import Change, done, noted, rule_of
from services.petitions.domain.petition import Petition
from services.petitions.domain.status import Answer, Status


def _charge(petition: Petition, decision: ChargeTaken, at: datetime) -> dict[str, Any]:
    return {"charge": decision.body} | noted(petition, "charge", at)


def _invited(petition: Petition, decision: AuthorInvited, at: datetime) -> dict[str, Any]:
    return noted(petition, "invited", at, reason=decision.message)


def _drafted(petition: Petition, decision: AnswerDrafted, at: datetime) -> dict[str, Any]:
    drafted = Answer(outcome=decision.outcome, statement=decision.statement, at=at)
    drafts = petition.answer_drafts + 1
    return {"draft_answer": drafted, "answer_drafts": drafts, **noted(petition, "answer-drafted", at)}


def _answered(petition: Petition, decision: Answered, at: datetime) -> dict[str, Any]:
    answer = Answer(outcome=decision.outcome, statement=decision.statement, at=at, media=decision.media)
    owed = petition.open_duties(DutyKind.ANSWER)
    met = [duty for duty in owed if decision.effect in (None, duty.effect)]
    return {
        "status": Status.ANSWERED if petition.status is Status.CONSIDERATION and met == owed else petition.status,
        "answers": (*petition.answers, answer),
        "draft_answer": None,
        "duties": done(petition.duties, met, at),
        "archive_at": decision.archive_at,
        **noted(petition, "answered", at, rule_of(DutyKind.ANSWER, met), decision.outcome),
    }


CHANGES: dict[type[Payload], Change] = {
    ChargeTaken: _charge,
    AuthorInvited: _invited,
    AnswerDrafted: _drafted,
    Answered: _answered,
}
