"""A petition as a fold of what was decided about it."""

from datetime import datetime
from typing import Any

from schemas.payload import Payload
from schemas.petitions.v1 import (
    Archived,
    CheckpointPassed,
    Closed,
    CloseReason,
    CommentHidden,
    CommentRetracted,
    Created,
    DutyKind,
    DutyMissed,
    DutyReminded,
    GoalReached,
    Locked,
    ModerationBegun,
    PaperCorrected,
    PaperEntered,
    PetitionRefused,
    Published,
    Rejected,
    Resumed,
    Retired,
    Returned,
    Suspended,
    Verdict,
    VerdictProposed,
    VerdictUndone,
    Withdrawn,
)
from services.petitions.domain import evolution_answering as answering
from services.petitions.domain import evolution_preparing as preparing
from services.petitions.domain.keeping import Change, all_done, done, later, marked, noted, rule_of
from services.petitions.domain.petition import Petition
from services.petitions.domain.signature import window_after
from services.petitions.domain.status import (
    Duty,
    Finding,
    Lock,
    Milestone,
    PaperBatch,
    Proposal,
    Reached,
    Status,
)


def evolve(petition: Petition | None, decision: Payload, at: datetime) -> Petition | None:
    """The petition after a decision taken at `at`. Raises `TypeError` on what is none.

    A refusal changes nothing, nor does what becomes of a comment.
    """
    if isinstance(decision, Created):
        return Petition(
            id=decision.petition,
            author=decision.author,
            text=decision.text,
            rules=decision.rules,
            unit=decision.unit,
            goals=decision.goals,
            sealed=decision.sealed,
            owner=decision.mine.owner,
            created_at=at,
            timeline=(Milestone(what="created", at=at),),
        )
    if petition is None or isinstance(decision, PetitionRefused | CommentHidden | CommentRetracted):
        return petition
    try:
        change = _CHANGES[type(decision)]
    except KeyError:
        raise TypeError(f"{type(decision).__name__} is not a life-cycle decision") from None
    window = window_after(petition.window, decision, at) or petition.window
    moved = {name: getattr(window, name) for name in ("opened_at", "closes_at", "closed_at", "besides")}
    return petition.model_copy(update=moved | change(petition, decision, at))


def _moderation(petition: Petition, decision: ModerationBegun, at: datetime) -> dict[str, Any]:
    return _on_desk(petition, decision, at) | noted(petition, "moderation", at, "moderation")


def _undone(petition: Petition, decision: VerdictUndone, at: datetime) -> dict[str, Any]:
    return _on_desk(petition, decision, at) | noted(petition, "undone", at, "moderation", decision.reason)


def _on_desk(petition: Petition, decision: ModerationBegun | VerdictUndone, at: datetime) -> dict[str, Any]:
    duty = Duty(kind=DutyKind.MODERATE, opened_at=at, due_at=decision.due_at, remind_at=decision.remind_at)
    return {
        "status": Status.MODERATION,
        "duties": (*petition.duties, duty),
        "lock": None,
        "proposal": None,
        "finding": None,
        "checkpoint": None,
    }


def _locked(_petition: Petition, decision: Locked, _at: datetime) -> dict[str, Any]:
    return {"lock": Lock(by=decision.by, until=decision.until)}


def _proposed(_petition: Petition, decision: VerdictProposed, _at: datetime) -> dict[str, Any]:
    found = Proposal(
        by=decision.by, verdict=decision.verdict, reasons=decision.reasons, explanation=decision.explanation
    )
    return {"proposal": found, "lock": None}


def _found(petition: Petition, verdict: Verdict, decision: Returned | Rejected | Published, at: datetime) -> Any:
    reasons = () if isinstance(decision, Published) else decision.reasons
    explanation = "" if isinstance(decision, Published) else decision.explanation
    finding = Finding(verdict=verdict, at=at, revision=petition.revision, reasons=reasons, explanation=explanation)
    return {
        "finding": finding,
        "duties": done(petition.duties, petition.open_duties(DutyKind.MODERATE), at),
        "lock": None,
        "proposal": None,
    }


def _returned(petition: Petition, decision: Returned, at: datetime) -> dict[str, Any]:
    told = noted(petition, "returned", at, "moderation", decision.explanation)
    return {"status": Status.RETURNED, **_found(petition, Verdict.RETURN, decision, at), **told}


def _rejected(petition: Petition, decision: Rejected, at: datetime) -> dict[str, Any]:
    told = noted(petition, "rejected", at, "prohibited", decision.explanation)
    return {"status": Status.REJECTED, **_found(petition, Verdict.REJECT, decision, at), **told}


def _published(petition: Petition, decision: Published, at: datetime) -> dict[str, Any]:
    found = {} if decision.by is None else _found(petition, Verdict.APPROVE, decision, at)
    return {
        "status": Status.COLLECTING,
        "published_at": at,
        "checkpoint": decision.checkpoint,
        **found,
        **noted(petition, "published", at, "window"),
    }


def _passed(_petition: Petition, _decision: CheckpointPassed, _at: datetime) -> dict[str, Any]:
    return {"checkpoint": None}


def _reached(petition: Petition, decision: GoalReached, at: datetime) -> dict[str, Any]:
    reached = Reached(goal=decision.goal, count=decision.count, at=at)
    change: dict[str, Any] = {"reached": (*petition.reached, reached)}
    if decision.due_at is not None and decision.remind_at is not None:
        effect, due_at, remind_at = decision.goal.effect, decision.due_at, decision.remind_at
        duty = Duty(kind=DutyKind.ANSWER, effect=effect, opened_at=at, due_at=due_at, remind_at=remind_at)
        change["duties"] = (*petition.duties, duty)
    if decision.goal == petition.goal:
        change |= {"status": Status.CONSIDERATION, "checkpoint": None}
    return change | noted(petition, "reached", at, f"thresholds.{decision.goal.effect}", str(decision.goal.signatures))


def _closed(petition: Petition, decision: Closed, at: datetime) -> dict[str, Any]:
    if not petition.reached:
        status = Status.CLOSED
    elif petition.open_duty(DutyKind.ANSWER) is None:
        status = Status.ANSWERED
    else:
        status = Status.CONSIDERATION
    return {
        "status": status,
        "archive_at": decision.archive_at,
        **noted(petition, "closed", at, _CLOSING_RULES.get(decision.reason), decision.reason),
    }


def _reminded(petition: Petition, decision: DutyReminded, _at: datetime) -> dict[str, Any]:
    return {"duties": marked(petition.duties, decision, reminded=True)}


def _overdue(petition: Petition, decision: DutyMissed, at: datetime) -> dict[str, Any]:
    duties = marked(petition.duties, decision, reminded=True, overdue=True)
    missed = [duty for duty in petition.open_duties(decision.kind) if duty.due_at == decision.due_at]
    return {"duties": duties} | noted(petition, f"overdue-{decision.kind}", at, rule_of(decision.kind, missed))


def _withdrawn(petition: Petition, decision: Withdrawn, at: datetime) -> dict[str, Any]:
    told = noted(petition, "withdrawn", at, reason=decision.reason or None)
    return {"status": Status.WITHDRAWN, "duties": all_done(petition.duties, at), **told}


def _retired(petition: Petition, decision: Retired, at: datetime) -> dict[str, Any]:
    told = noted(petition, "retired", at, reason=decision.reason)
    end = {"status": Status.RETIRED, "in_favour_of": decision.in_favour_of}
    return {**end, "duties": all_done(petition.duties, at), **told}


def _suspended(petition: Petition, decision: Suspended, at: datetime) -> dict[str, Any]:
    was = {"suspended_from": petition.status, "suspended_at": at}
    return {"status": Status.SUSPENDED, **was, **noted(petition, "suspended", at, reason=decision.act)}


def _resumed(petition: Petition, decision: Resumed, at: datetime) -> dict[str, Any]:
    pause = at - (petition.suspended_at or at)
    return {
        "status": petition.suspended_from,
        "suspended_from": None,
        "suspended_at": None,
        "duties": tuple(later(duty, pause) for duty in petition.duties),
        "checkpoint": petition.checkpoint and petition.checkpoint + pause,
        "discussion": petition.discussion and preparing.paused(petition.discussion, pause),
        **noted(petition, "resumed", at, reason=decision.act),
    }


def _entered(petition: Petition, decision: PaperEntered, at: datetime) -> dict[str, Any]:
    batch = PaperBatch(
        number=decision.batch, entered_at=at, by=decision.by, reference=decision.reference, sheets=decision.sheets
    )
    told = noted(petition, "paper-entered", at, "paper", str(batch.signatures))
    return {"paper": (*petition.paper, batch)} | told


def _corrected(petition: Petition, decision: PaperCorrected, at: datetime) -> dict[str, Any]:
    change = {
        "sheets": decision.sheets,
        "revision": decision.revision,
        "by": decision.by,
        "corrected_at": at,
        "reason": decision.reason,
    }
    batches = (each.model_copy(update=change) if each.number == decision.batch else each for each in petition.paper)
    return {"paper": tuple(batches)} | noted(petition, "paper-corrected", at, "paper", decision.reason)


def _archived(petition: Petition, _decision: Archived, at: datetime) -> dict[str, Any]:
    return {"status": Status.ARCHIVED} | noted(petition, "archived", at, "archive")


_CLOSING_RULES = {
    CloseReason.WINDOW_ENDED: "window",
    CloseReason.NO_SUPPORT: "supporters",
    CloseReason.FEW_SIGNATURES: "early",
    CloseReason.DISCUSSION_OVER: "discussion",
}

_CHANGES: dict[type[Payload], Change] = {
    **preparing.CHANGES,
    **answering.CHANGES,
    ModerationBegun: _moderation,
    Locked: _locked,
    VerdictProposed: _proposed,
    Returned: _returned,
    Rejected: _rejected,
    VerdictUndone: _undone,
    Published: _published,
    CheckpointPassed: _passed,
    GoalReached: _reached,
    Closed: _closed,
    DutyReminded: _reminded,
    DutyMissed: _overdue,
    Withdrawn: _withdrawn,
    Retired: _retired,
    Suspended: _suspended,
    Resumed: _resumed,
    Archived: _archived,
    PaperEntered: _entered,
    PaperCorrected: _corrected,
}
