"""The decision on each request about the course of a consultation: what happens, or a refusal by name. Pure, total."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from schemas.consultations.course import (
    ConsultationRefused,
    DeadlineRequested,
    Described,
    DescribeRequested,
    Dismissed,
    DismissRequested,
    Enrolled,
    EnrolRequested,
    Extended,
    ExtendRequested,
    LedgerRequested,
    MeetingRecorded,
    MeetingRequested,
    Opened,
    OpenRequested,
    Prepared,
    PrepareRequested,
    ReportHanded,
    ReportRequested,
    StageRequested,
    VersionAdded,
    VersionRequested,
    WithdrawalRequested,
    Withdrawn,
)
from schemas.parts import Actor
from schemas.payload import Payload
from schemas.terms import Term
from services.consultations.domain import clock, stages
from services.consultations.domain.consultation import Consultation, Status
from services.consultations.domain.refusals import Refusal
from services.consultations.domain.rules import ConsultationPacks, role_of

Found = Payload | Refusal
Rule = Callable[[Consultation, Any, datetime, ConsultationPacks], Found]

_CHANGEABLE = (Status.PREPARATION, Status.OPEN, Status.ANSWERING)
"""Where a draft can have new versions, members and meetings."""


def decide(consultation: Consultation | None, request: Payload, now: datetime, packs: ConsultationPacks) -> Payload:
    """The decision on a request. `now` is the request record's own timestamp, UTC.

    Raises `TypeError` on a payload that is no such request.
    """
    found: Found
    if isinstance(request, PrepareRequested):
        found = Refusal.CONSULTATION_EXISTS if consultation is not None else _prepare(request, now, packs)
    elif type(request) not in _RULES:
        raise TypeError(f"{type(request).__name__} is not a request on the course of a consultation")
    elif consultation is None:
        found = Refusal.CONSULTATION_UNKNOWN
    else:
        found = _asked(consultation, request, now, packs)
    if isinstance(found, Refusal):
        subject: Any = request
        return ConsultationRefused(consultation=subject.consultation, request=request.TYPE, code=found)
    return found


def _asked(consultation: Consultation, request: Payload, now: datetime, packs: ConsultationPacks) -> Found:
    actor: Actor | None = getattr(request, "actor", None)
    if actor is not None and role_of(consultation.body) not in actor.roles:
        return Refusal.NOT_ALLOWED
    return _RULES[type(request)](consultation, request, now, packs)


def _prepare(request: PrepareRequested, now: datetime, packs: ConsultationPacks) -> Found:
    if role_of(request.body) not in request.actor.roles:
        return Refusal.NOT_ALLOWED
    try:
        pack = packs.in_force(request.pack, now)
    except LookupError:
        return Refusal.PACK_UNKNOWN
    if pack.bodies and request.body not in pack.bodies:
        return Refusal.NOT_ALLOWED
    return Prepared(
        consultation=request.consultation,
        body=request.body,
        rules=pack.ref,
        kind=request.kind,
        title=request.title,
    )


def _describe(before: Consultation, request: DescribeRequested, _now: datetime, _packs: ConsultationPacks) -> Found:
    if before.status is not Status.PREPARATION:
        return Refusal.NOT_IN_PREPARATION
    return Described(consultation=before.id, title=request.title, summary=request.summary, note=request.note)


def _version(before: Consultation, request: VersionRequested, _now: datetime, packs: ConsultationPacks) -> Found:
    if before.status not in _CHANGEABLE:
        return Refusal.TOO_LATE
    if request.version != before.version + 1:
        return Refusal.VERSION_STALE
    languages = {text.language for text in request.texts}
    if not languages.issuperset(packs.pinned(before.rules).languages):
        return Refusal.LANGUAGE_MISSING
    return VersionAdded(consultation=before.id, version=request.version, texts=request.texts, note=request.note)


def _open(before: Consultation, request: OpenRequested, now: datetime, packs: ConsultationPacks) -> Found:
    pack = packs.pinned(before.rules)
    if before.status is not Status.PREPARATION:
        return Refusal.NOT_IN_PREPARATION
    if before.version == 0:
        return Refusal.VERSION_MISSING
    if before.summary is None:
        return Refusal.DESCRIPTION_MISSING
    if request.working_days < pack.hearing.working_days:
        return Refusal.TOO_SHORT
    closes_at = packs.ends(Term(working_days=request.working_days), now, pack)
    return Opened(consultation=before.id, closes_at=closes_at)


def _extend(before: Consultation, request: ExtendRequested, now: datetime, packs: ConsultationPacks) -> Found:
    if before.status is not Status.OPEN or before.closes_at is None or now >= before.closes_at:
        return Refusal.TOO_LATE
    longer = Term(working_days=request.working_days)
    closes_at = packs.ends(longer, before.closes_at, packs.pinned(before.rules))
    return Extended(consultation=before.id, closes_at=closes_at, reason=request.reason)


def _enrol(before: Consultation, request: EnrolRequested, _now: datetime, _packs: ConsultationPacks) -> Found:
    if before.status not in _CHANGEABLE:
        return Refusal.TOO_LATE
    return Enrolled(consultation=before.id, member=request.member)


def _dismiss(before: Consultation, request: DismissRequested, _now: datetime, _packs: ConsultationPacks) -> Found:
    if before.status not in _CHANGEABLE:
        return Refusal.TOO_LATE
    if request.member not in {member.id for member in before.roster}:
        return Refusal.MEMBER_UNKNOWN
    return Dismissed(consultation=before.id, member=request.member)


def _meet(before: Consultation, request: MeetingRequested, _now: datetime, _packs: ConsultationPacks) -> Found:
    if before.status not in _CHANGEABLE:
        return Refusal.TOO_LATE
    return MeetingRecorded(consultation=before.id, meeting=request.meeting)


def _report(before: Consultation, request: ReportRequested, _now: datetime, _packs: ConsultationPacks) -> Found:
    if before.status is not Status.ANSWERING:
        return Refusal.NOT_CLOSED
    return ReportHanded(consultation=before.id, conclusions=request.conclusions)


def _withdraw(before: Consultation, request: WithdrawalRequested, _now: datetime, _packs: ConsultationPacks) -> Found:
    if before.status not in _CHANGEABLE:
        return Refusal.TOO_LATE
    return Withdrawn(consultation=before.id, reason=request.reason)


_RULES: dict[type[Payload], Rule] = {
    DescribeRequested: _describe,
    VersionRequested: _version,
    OpenRequested: _open,
    ExtendRequested: _extend,
    EnrolRequested: _enrol,
    DismissRequested: _dismiss,
    MeetingRequested: _meet,
    ReportRequested: _report,
    StageRequested: stages.stage,
    WithdrawalRequested: _withdraw,
    DeadlineRequested: clock.deadline,
    LedgerRequested: clock.ledger,
}

REQUESTS: tuple[type[Payload], ...] = (PrepareRequested, *_RULES)
"""Every request on the course."""
