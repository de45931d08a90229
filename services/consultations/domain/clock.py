"""What the clock brings about: the end of a hearing, duties told and missed, and what the ledger lets be published."""

from datetime import datetime, timedelta

from schemas.consultations.course import (
    Closed,
    DeadlineRequested,
    DutyMissed,
    DutyReminded,
    LedgerRequested,
    ReportPostponed,
    ReportPublished,
)
from schemas.consultations.parts import DutyKind
from schemas.payload import Payload
from services.consultations.domain.consultation import Consultation, Status
from services.consultations.domain.refusals import Refusal
from services.consultations.domain.rules import ConsultationPacks


def deadline(
    before: Consultation, _request: DeadlineRequested, now: datetime, packs: ConsultationPacks
) -> Payload | Refusal:
    """What is due first at `now`. The clock asks again until nothing is."""
    if before.next_at is None or now < before.next_at:
        return Refusal.NOT_DUE
    if before.status is Status.OPEN:
        return _closed(before, before.next_at, packs)
    duty = before.duty
    if duty is None:
        return Refusal.NOT_DUE
    told = DutyMissed if duty.due_at <= now else DutyReminded
    return told(consultation=before.id, kind=DutyKind.REPORT, due_at=duty.due_at)


def _closed(before: Consultation, closes_at: datetime, packs: ConsultationPacks) -> Closed:
    # Counted from when it had to end, not from when the clock came by.
    pack = packs.pinned(before.rules)
    due_at = packs.ends(pack.report, closes_at, pack)
    remind_at = max(closes_at, due_at - timedelta(days=pack.reminder_days))
    return Closed(consultation=before.id, report_due_at=due_at, remind_at=remind_at)


def ledger(
    before: Consultation, request: LedgerRequested, _now: datetime, packs: ConsultationPacks
) -> Payload | Refusal:
    """The report is published where nothing is owed, and held back where something is."""
    if not before.handed or before.conclusions is None:
        return Refusal.REPORT_MISSING
    if request.owed and packs.pinned(before.rules).answer is not None:
        return ReportPostponed(consultation=before.id, comments=request.comments, owed=request.owed)
    return ReportPublished(consultation=before.id, comments=request.comments, conclusions=before.conclusions)
