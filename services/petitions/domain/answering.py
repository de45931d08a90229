"""The desk of the body that must answer."""

from datetime import datetime

from schemas.payload import Payload
from schemas.petitions.v1 import (
    Actor,
    AnswerDrafted,
    Answered,
    AnswerRequested,
    AuthorInvited,
    ChargeRequested,
    ChargeTaken,
    DraftAnswerRequested,
    DutyKind,
    InviteRequested,
)
from services.petitions.domain.petition import Petition
from services.petitions.domain.refusals import Refusal
from services.petitions.domain.rules import RulePacks
from services.petitions.domain.status import Duty, Status

ANSWERABLE = (Status.COLLECTING, Status.CONSIDERATION)
"""Where a petition is while an answer may be owed to it."""


def owed(petition: Petition) -> Duty | None:
    """The answer that is due first, if one is owed."""
    return petition.open_duty(DutyKind.ANSWER) if petition.status in ANSWERABLE else None


def charge(petition: Petition, request: ChargeRequested, _now: datetime, packs: RulePacks) -> Payload | Refusal:
    """The body begins to consider the petition."""
    refusal = _unless_owed(petition, request.actor, packs)
    return refusal or ChargeTaken(petition=petition.id, body=packs.pinned(petition.rules).body)


def invite(petition: Petition, request: InviteRequested, _now: datetime, packs: RulePacks) -> Payload | Refusal:
    """The body invites the author."""
    refusal = _unless_owed(petition, request.actor, packs)
    return refusal or AuthorInvited(petition=petition.id, message=request.message)


def draft(petition: Petition, request: DraftAnswerRequested, _now: datetime, packs: RulePacks) -> Payload | Refusal:
    """The body publishes what it means to decide."""
    refusal = _unless_owed(petition, request.actor, packs)
    return refusal or AnswerDrafted(petition=petition.id, outcome=request.outcome, statement=request.statement)


def answer(petition: Petition, request: AnswerRequested, now: datetime, packs: RulePacks) -> Payload | Refusal:
    """The body answers one goal; a petition that collects no more and is owed no other is put away some time after."""
    if refusal := _unless_owed(petition, request.actor, packs):
        return refusal
    open_now = petition.open_duties(DutyKind.ANSWER)
    met = next((duty for duty in open_now if request.effect is None or duty.effect in (None, request.effect)), None)
    if met is None:
        return Refusal.NOTHING_OWED
    pack = packs.pinned(petition.rules)
    ends = petition.status is Status.CONSIDERATION and open_now == [met]
    return Answered(
        petition=petition.id,
        outcome=request.outcome,
        statement=request.statement,
        media=request.media,
        archive_at=packs.ends(pack.archive, now, pack) if ends and pack.archive is not None else None,
        effect=met.effect,
    )


def _unless_owed(petition: Petition, actor: Actor, packs: RulePacks) -> Refusal | None:
    if packs.pinned(petition.rules).role_of_body(petition.unit) not in actor.roles:
        return Refusal.NOT_ALLOWED
    return Refusal.NOTHING_OWED if owed(petition) is None else None
