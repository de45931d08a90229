"""A consultation as a fold of what was decided about its course."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from schemas.consultations.course import (
    Closed,
    ConsultationRefused,
    Described,
    Dismissed,
    DutyMissed,
    DutyReminded,
    Enrolled,
    Extended,
    MeetingRecorded,
    Opened,
    Prepared,
    ReportHanded,
    ReportPostponed,
    ReportPublished,
    StageEntered,
    VersionAdded,
    Withdrawn,
)
from schemas.consultations.parts import DraftKind, Meeting, Member, Stage, Title
from schemas.parts import Language, RulePackRef, Statement
from schemas.payload import Payload


class Status(StrEnum):
    """Where a consultation is on its course."""

    PREPARATION = "preparation"
    OPEN = "open"
    ANSWERING = "answering"
    REPORTED = "reported"
    WITHDRAWN = "withdrawn"


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True)


STAGE_STEP: Final = "stage-"
"""How steps to a stage begin; each has its `StageMade`, in the same order."""


class Step(_Kept):
    """One line of the path of a draft."""

    what: str
    at: datetime
    reason: str | None = None


class VersionMade(_Kept):
    """A version of the text. The text itself is kept by who reads it, not by who decides."""

    number: int
    at: datetime
    languages: tuple[Language, ...]
    note: Statement | None = None


class ReportDuty(_Kept):
    """The report that is owed once the time for comments is over."""

    due_at: datetime
    remind_at: datetime
    reminded: bool = False
    missed: bool = False

    @property
    def next_at(self) -> datetime | None:
        """When the clock must look at it again."""
        if self.missed:
            return None
        return self.due_at if self.reminded else self.remind_at


class StageMade(_Kept):
    """A stage that the draft came to after its consultation."""

    stage: Stage
    on: str
    note: Statement | None = None
    link: str = ""


class Consultation(_Kept):
    """What has been decided about one consultation so far. `conclusions` wait for the ledger while `handed`."""

    id: str
    body: str
    rules: RulePackRef
    kind: DraftKind
    title: Title
    summary: Statement | None = None
    note: Statement | None = None
    status: Status = Status.PREPARATION
    versions: tuple[VersionMade, ...] = ()
    prepared_at: datetime
    opened_at: datetime | None = None
    closes_at: datetime | None = None
    ended_at: datetime | None = None
    roster: tuple[Member, ...] = ()
    meetings: tuple[Meeting, ...] = ()
    duty: ReportDuty | None = None
    handed: bool = False
    conclusions: Statement | None = None
    owed: int | None = None
    comments: int | None = None
    reported_at: datetime | None = None
    stages: tuple[StageMade, ...] = ()
    path: tuple[Step, ...] = ()

    @property
    def version(self) -> int:
        """The number of the last version; 0 before the first."""
        return len(self.versions)

    @property
    def public(self) -> bool:
        """Whether it is or was open. Until then it is the body's alone, and stays so where it is taken back before."""
        return self.opened_at is not None

    @property
    def next_at(self) -> datetime | None:
        """When the clock must look at it again, or `None` while no term runs."""
        if self.status is Status.OPEN:
            return self.closes_at
        return self.duty.next_at if self.status is Status.ANSWERING and self.duty is not None else None


def evolve(consultation: Consultation | None, decision: Payload, at: datetime) -> Consultation | None:
    """The consultation after a decision taken at `at`. A refusal changes nothing."""
    if isinstance(decision, Prepared):
        return Consultation(
            id=decision.consultation,
            body=decision.body,
            rules=decision.rules,
            kind=decision.kind,
            title=decision.title,
            prepared_at=at,
            path=(Step(what="prepared", at=at),),
        )
    if consultation is None or isinstance(decision, ConsultationRefused):
        return consultation
    change = _CHANGES[type(decision)](consultation, decision, at)
    step = _step(decision, at)
    path = (*consultation.path, step) if step is not None else consultation.path
    return consultation.model_copy(update={**change, "path": path})


Change = Callable[[Consultation, Any, datetime], dict[str, Any]]


def _described(_before: Consultation, decision: Described, _at: datetime) -> dict[str, Any]:
    return {"title": decision.title, "summary": decision.summary, "note": decision.note}


def _version(before: Consultation, decision: VersionAdded, at: datetime) -> dict[str, Any]:
    languages = tuple(text.language for text in decision.texts)
    made = VersionMade(number=decision.version, at=at, languages=languages, note=decision.note)
    return {"versions": (*before.versions, made)}


def _opened(_before: Consultation, decision: Opened, at: datetime) -> dict[str, Any]:
    return {"status": Status.OPEN, "opened_at": at, "closes_at": decision.closes_at}


def _extended(_before: Consultation, decision: Extended, _at: datetime) -> dict[str, Any]:
    return {"closes_at": decision.closes_at}


def _closed(_before: Consultation, decision: Closed, _at: datetime) -> dict[str, Any]:
    duty = ReportDuty(due_at=decision.report_due_at, remind_at=decision.remind_at)
    return {"status": Status.ANSWERING, "duty": duty}


def _reminded(before: Consultation, _decision: DutyReminded, _at: datetime) -> dict[str, Any]:
    return {"duty": before.duty and before.duty.model_copy(update={"reminded": True})}


def _missed(before: Consultation, _decision: DutyMissed, _at: datetime) -> dict[str, Any]:
    return {"duty": before.duty and before.duty.model_copy(update={"reminded": True, "missed": True})}


def _enrolled(before: Consultation, decision: Enrolled, _at: datetime) -> dict[str, Any]:
    others = tuple(member for member in before.roster if member.id != decision.member.id)
    return {"roster": (*others, decision.member)}


def _dismissed(before: Consultation, decision: Dismissed, _at: datetime) -> dict[str, Any]:
    return {"roster": tuple(member for member in before.roster if member.id != decision.member)}


def _met(before: Consultation, decision: MeetingRecorded, _at: datetime) -> dict[str, Any]:
    return {"meetings": (*before.meetings, decision.meeting)}


def _handed(_before: Consultation, decision: ReportHanded, _at: datetime) -> dict[str, Any]:
    return {"handed": True, "conclusions": decision.conclusions, "owed": None}


def _held(_before: Consultation, decision: ReportPostponed, _at: datetime) -> dict[str, Any]:
    return {"handed": False, "owed": decision.owed, "comments": decision.comments}


def _reported(_before: Consultation, decision: ReportPublished, at: datetime) -> dict[str, Any]:
    return {
        "status": Status.REPORTED,
        "handed": False,
        "owed": 0,
        "comments": decision.comments,
        "conclusions": decision.conclusions,
        "reported_at": at,
    }


def _staged(before: Consultation, decision: StageEntered, _at: datetime) -> dict[str, Any]:
    made = StageMade(stage=decision.stage, on=decision.on.isoformat(), note=decision.note, link=decision.link)
    return {"stages": (*before.stages, made)}


def _withdrawn(_before: Consultation, _decision: Withdrawn, at: datetime) -> dict[str, Any]:
    # A report that was handed in waits for the ledger no more: it would be published after all.
    return {"status": Status.WITHDRAWN, "ended_at": at, "handed": False}


_CHANGES: dict[type[Payload], Change] = {
    Described: _described,
    VersionAdded: _version,
    Opened: _opened,
    Extended: _extended,
    Closed: _closed,
    DutyReminded: _reminded,
    DutyMissed: _missed,
    Enrolled: _enrolled,
    Dismissed: _dismissed,
    MeetingRecorded: _met,
    ReportHanded: _handed,
    ReportPostponed: _held,
    ReportPublished: _reported,
    StageEntered: _staged,
    Withdrawn: _withdrawn,
}

_STEPS: dict[type[Payload], str] = {
    VersionAdded: "version-added",
    Opened: "opened",
    Extended: "extended",
    Closed: "closed",
    DutyMissed: "report-overdue",
    MeetingRecorded: "meeting-recorded",
    ReportPostponed: "report-postponed",
    ReportPublished: "report-published",
    Withdrawn: "withdrawn",
}


def _step(decision: Payload, at: datetime) -> Step | None:
    """The line that a decision adds to the path."""
    if isinstance(decision, StageEntered):
        return Step(what=f"{STAGE_STEP}{decision.stage}", at=at)
    what = _STEPS.get(type(decision))
    return None if what is None else Step(what=what, at=at, reason=getattr(decision, "reason", None))
