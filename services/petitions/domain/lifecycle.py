"""The decision on each life-cycle request: what happens, or a refusal by name. Pure and total."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from schemas.payload import Payload
from schemas.petitions.v1 import (
    AnswerRequested,
    ChargeRequested,
    CloseRequested,
    CommentRequested,
    Created,
    CreateRequested,
    DeadlineRequested,
    DraftAnswerRequested,
    Edited,
    EditRequested,
    GoalRequested,
    InviteRequested,
    JoinOrganisersRequested,
    LeaveOrganisersRequested,
    LockRequested,
    ModerateRequested,
    PaperCorrectionRequested,
    PaperRequested,
    PetitionRefused,
    ResumeRequested,
    RetireRequested,
    SubmitRequested,
    SuspendRequested,
    UndoRequested,
    WithdrawalRequested,
)
from services.petitions.domain import (
    answering,
    clock,
    discussion,
    ending,
    moderation,
    organisers,
    paper,
    stages,
    text_check,
)
from services.petitions.domain.petition import Petition
from services.petitions.domain.refusals import Refusal
from services.petitions.domain.rules import RulePacks, refusal_of
from services.petitions.domain.status import EDITABLE, Status

Rule = Callable[[Petition, Any, datetime, RulePacks], Payload | Refusal]


def decide(petition: Petition | None, request: Payload, now: datetime, packs: RulePacks) -> Payload:
    """The decision on a life-cycle request.

    `now` is the request record's own timestamp, UTC. Raises `TypeError` on a payload that is no such request.
    """
    found: Payload | Refusal
    if isinstance(request, CreateRequested):
        found = Refusal.PETITION_EXISTS if petition is not None else _create(request, now, packs)
    elif type(request) not in _RULES:
        raise TypeError(f"{type(request).__name__} is not a life-cycle request")
    elif petition is None:
        found = Refusal.PETITION_UNKNOWN
    else:
        found = _RULES[type(request)](petition, request, now, packs)
    if isinstance(found, Refusal):
        subject: Any = request
        return PetitionRefused(petition=subject.petition, request=request.TYPE, code=found)
    return found


def _create(request: CreateRequested, now: datetime, packs: RulePacks) -> Payload | Refusal:
    try:
        pack = packs.in_force(request.pack, now)
    except LookupError:
        return Refusal.PACK_UNKNOWN
    if refusal := refusal_of(pack.author, request.eligibility):
        return refusal
    try:
        goals = pack.goals(request.unit)
    except ValueError:
        return Refusal.UNIT_UNKNOWN
    return Created(
        petition=request.petition,
        author=request.actor.pseudonym,
        text=request.text,
        rules=pack.ref,
        level=pack.level,
        body=pack.body_of(request.unit),
        unit=request.unit if pack.units else None,
        goals=goals,
        sealed=request.sealed,
        mine=request.mine,
    )


def _edit(petition: Petition, request: EditRequested, _now: datetime, packs: RulePacks) -> Payload | Refusal:
    if petition.status not in EDITABLE:
        return Refusal.NOT_A_DRAFT
    if request.actor.pseudonym != petition.author:
        return Refusal.NOT_ALLOWED
    public = petition.status is Status.DISCUSSION  # at once: nobody hands it in first
    unfit = text_check.refusal(request.text, packs.pinned(petition.rules)) if public else None
    return unfit or Edited(petition=petition.id, text=request.text)


def _submit(petition: Petition, request: SubmitRequested, now: datetime, packs: RulePacks) -> Payload | Refusal:
    if petition.status not in EDITABLE:
        return Refusal.NOT_A_DRAFT
    if request.actor.pseudonym != petition.author:
        return Refusal.NOT_ALLOWED
    under_way = petition.discussion if petition.status is Status.DISCUSSION else None
    if under_way is not None and now < under_way.ripe_at:
        return Refusal.DISCUSSION_TOO_SHORT
    unfit = text_check.refusal(petition.text, packs.pinned(petition.rules)) or organisers.refusal(petition, packs)
    if unfit is not None:
        return unfit
    return stages.handed_in(petition, now, packs)


_RULES: dict[type[Payload], Rule] = {
    EditRequested: _edit,
    SubmitRequested: _submit,
    CommentRequested: discussion.comment,
    JoinOrganisersRequested: organisers.join,
    LeaveOrganisersRequested: organisers.leave,
    LockRequested: moderation.lock,
    ModerateRequested: moderation.moderate,
    UndoRequested: moderation.undo,
    GoalRequested: clock.goal,
    DeadlineRequested: clock.deadline,
    CloseRequested: ending.close,
    WithdrawalRequested: ending.withdraw,
    SuspendRequested: ending.suspend,
    ResumeRequested: ending.resume,
    RetireRequested: ending.retire,
    ChargeRequested: answering.charge,
    InviteRequested: answering.invite,
    DraftAnswerRequested: answering.draft,
    AnswerRequested: answering.answer,
    PaperRequested: paper.enter,
    PaperCorrectionRequested: paper.correct,
}

REQUESTS: tuple[type[Payload], ...] = (CreateRequested, *_RULES)
"""Every life-cycle request."""
