"""How a petition ends or pauses before its time: by its author, a moderator or a court."""

from datetime import datetime

from schemas.payload import Payload
from schemas.petitions.v1 import (
    Closed,
    CloseReason,
    CloseRequested,
    DutyKind,
    Resumed,
    ResumeRequested,
    Retired,
    RetireRequested,
    Suspended,
    SuspendRequested,
    WithdrawalRequested,
    Withdrawn,
)
from services.petitions.domain.petition import Petition
from services.petitions.domain.refusals import Refusal
from services.petitions.domain.rules import RulePacks
from services.petitions.domain.stages import moderates
from services.petitions.domain.status import Status

WITHDRAWABLE = (
    Status.DRAFT,
    Status.DISCUSSION,
    Status.GATHERING,
    Status.MODERATION,
    Status.RETURNED,
    Status.COLLECTING,
)
RETIRABLE = (Status.DISCUSSION, Status.GATHERING, Status.MODERATION, Status.COLLECTING)
SUSPENDABLE = (
    Status.DISCUSSION,
    Status.GATHERING,
    Status.MODERATION,
    Status.COLLECTING,
    Status.CONSIDERATION,
)


def closed(petition: Petition, reason: CloseReason, now: datetime, packs: RulePacks) -> Closed:
    """The end of the collection; a petition that has been answered is put away some time after."""
    pack = packs.pinned(petition.rules)
    over = petition.reached and petition.open_duty(DutyKind.ANSWER) is None
    archive_at = packs.ends(pack.archive, now, pack) if over and pack.archive is not None else None
    return Closed(petition=petition.id, reason=reason, archive_at=archive_at)


def close(petition: Petition, request: CloseRequested, now: datetime, packs: RulePacks) -> Payload | Refusal:
    """The author or a moderator ends the collection."""
    by_author = request.actor.pseudonym == petition.author
    if not by_author and not moderates(petition, request.actor):
        return Refusal.NOT_ALLOWED
    if petition.status is not Status.COLLECTING:
        return Refusal.NOT_COLLECTING
    return closed(petition, CloseReason.AUTHOR if by_author else CloseReason.MODERATOR, now, packs)


def withdraw(petition: Petition, request: WithdrawalRequested, _now: datetime, _packs: RulePacks) -> Payload | Refusal:
    """The author takes the petition back, as long as nobody considers it."""
    if request.actor.pseudonym != petition.author:
        return Refusal.NOT_ALLOWED
    if petition.status not in WITHDRAWABLE or petition.reached:
        return Refusal.TOO_LATE
    return Withdrawn(petition=petition.id, reason=request.reason)


def suspend(petition: Petition, request: SuspendRequested, _now: datetime, _packs: RulePacks) -> Payload | Refusal:
    """A moderator enters a court's act that stops the petition. No term runs meanwhile."""
    if not moderates(petition, request.actor):
        return Refusal.NOT_ALLOWED
    if petition.status not in SUSPENDABLE:
        return Refusal.TOO_LATE
    return Suspended(petition=petition.id, act=request.act)


def resume(petition: Petition, request: ResumeRequested, now: datetime, _packs: RulePacks) -> Payload | Refusal:
    """A moderator enters a court's act that lets the petition go on; its window is longer by the pause."""
    if not moderates(petition, request.actor):
        return Refusal.NOT_ALLOWED
    if petition.status is not Status.SUSPENDED or petition.suspended_at is None:
        return Refusal.NOT_SUSPENDED
    was_open = petition.closed_at == petition.suspended_at and petition.closes_at is not None
    pause = now - petition.suspended_at
    closes_at = petition.closes_at + pause if was_open and petition.closes_at is not None else None
    return Resumed(petition=petition.id, act=request.act, closes_at=closes_at)


def retire(petition: Petition, request: RetireRequested, _now: datetime, _packs: RulePacks) -> Payload | Refusal:
    """A moderator ends the petition in favour of another that asks the same."""
    if not moderates(petition, request.actor):
        return Refusal.NOT_ALLOWED
    if petition.status not in RETIRABLE or petition.reached:
        return Refusal.TOO_LATE
    if request.in_favour_of == petition.id:
        return Refusal.SAME_PETITION
    return Retired(petition=petition.id, in_favour_of=request.in_favour_of, reason=request.reason)
