"""The moderators' desk: one at a time, two where the pack asks for it, with reasons, and undone by a new decision."""

from datetime import datetime, timedelta

from schemas.payload import Payload
from schemas.petitions.v1 import (
    Actor,
    Locked,
    LockRequested,
    ModerateRequested,
    Rejected,
    Returned,
    UndoRequested,
    Verdict,
    VerdictProposed,
    VerdictUndone,
)
from services.petitions.domain.organisers import standing
from services.petitions.domain.petition import Petition
from services.petitions.domain.refusals import Refusal
from services.petitions.domain.rules import RulePack, RulePacks
from services.petitions.domain.stages import duty_term, moderates, published
from services.petitions.domain.status import Finding, Status

LOCK = timedelta(minutes=15)

UNDOABLE = (Status.RETURNED, Status.REJECTED, Status.COLLECTING)
"""Where a verdict may have brought a petition that it can still be taken back from."""

FAULTS = ("unclear", "duplicate", "personal-data", "insulting", "advertising", "wrong-body")
"""Reasons beside the pack's prohibited subjects."""


def lock(petition: Petition, request: LockRequested, now: datetime, _packs: RulePacks) -> Payload | Refusal:
    """Takes the petition on the desk for a quarter of an hour; the same moderator may take it again."""
    if refusal := _unless_on_desk(petition, request.actor, now):
        return refusal
    return Locked(petition=petition.id, by=request.actor.pseudonym, until=now + LOCK)


def moderate(petition: Petition, request: ModerateRequested, now: datetime, packs: RulePacks) -> Payload | Refusal:
    """Publishes, gives back or rejects; where two must agree, the first verdict is only proposed."""
    pack = packs.pinned(petition.rules)
    if refusal := _unless_on_desk(petition, request.actor, now) or _unless_sound(petition, request, pack):
        return refusal
    by = request.actor.pseudonym
    if pack.moderation is not None and pack.moderation.four_eyes:
        proposal = petition.proposal
        if proposal is not None and proposal.by == by:
            return Refusal.SECOND_PERSON_NEEDED
        if proposal is None or proposal.verdict is not request.verdict:
            return VerdictProposed(
                petition=petition.id,
                by=by,
                verdict=request.verdict,
                reasons=request.reasons,
                explanation=request.explanation,
            )
    if request.verdict is Verdict.APPROVE:
        return published(petition, now, packs, by=by)
    found = Returned if request.verdict is Verdict.RETURN else Rejected
    return found(petition=petition.id, by=by, reasons=request.reasons, explanation=request.explanation)


def undo(petition: Petition, request: UndoRequested, now: datetime, packs: RulePacks) -> Payload | Refusal:
    """Takes the last verdict back, as long as nothing has come of it."""
    if not moderates(petition, request.actor):
        return Refusal.NOT_ALLOWED
    pack = packs.pinned(petition.rules)
    if pack.moderation is None or petition.finding is None or not is_undoable(petition, pack):
        return Refusal.NOTHING_TO_UNDO
    if request.verdict_at not in (None, petition.finding.at):
        return Refusal.STALE_VERDICT
    due_at, remind_at = duty_term(pack.moderation.within, now, pack, packs)
    return VerdictUndone(
        petition=petition.id, by=request.actor.pseudonym, reason=request.reason, due_at=due_at, remind_at=remind_at
    )


def is_undoable(petition: Petition, pack: RulePack) -> bool:
    """Whether there is a verdict of which nothing has come yet."""
    if petition.finding is None or petition.status not in UNDOABLE or petition.reached:
        return False
    return petition.status is not Status.RETURNED or _as_handed_in(petition, petition.finding, pack)


def _as_handed_in(petition: Petition, finding: Finding, pack: RulePack) -> bool:
    """Given back, text and organisers may change; then only handing it in anew has them checked."""
    if finding.revision != petition.revision:
        return False
    return pack.organisers is None or standing(petition).enough(pack.organisers)


def _unless_on_desk(petition: Petition, actor: Actor, now: datetime) -> Refusal | None:
    if not moderates(petition, actor):
        return Refusal.NOT_ALLOWED
    if petition.status is not Status.MODERATION:
        return Refusal.NOT_IN_MODERATION
    held = petition.lock
    return Refusal.LOCKED if held is not None and held.by != actor.pseudonym and now < held.until else None


def _unless_sound(petition: Petition, request: ModerateRequested, pack: RulePack) -> Refusal | None:
    if request.revision != petition.revision:
        return Refusal.STALE_REVISION
    if request.verdict is Verdict.APPROVE:
        return None
    if not request.reasons:
        return Refusal.REASON_MISSING
    known = {*FAULTS, *(subject.code for subject in pack.prohibited)}
    if not known.issuperset(request.reasons):
        return Refusal.REASON_UNKNOWN
    return None if request.explanation.strip() else Refusal.EXPLANATION_MISSING
