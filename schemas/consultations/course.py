"""Requests and decisions on the course of a consultation, version 1.

A body prepares a draft, opens it to everybody for a time, answers each comment, publishes the report, and tells what
became of the draft.
"""

from datetime import date, datetime
from typing import ClassVar

from pydantic import Field

from schemas.consultations.parts import ConsultationId, DraftKind, DraftText, DutyKind, Meeting, Member, Stage, Title
from schemas.parts import Actor, RulePackRef, Statement
from schemas.payload import Payload
from schemas.prose import Prose


class CourseRequest(Payload):
    """What all requests on the course have."""

    consultation: ConsultationId


class PrepareRequested(CourseRequest):
    """A body begins to prepare a consultation under the rule pack `pack`. Only the body sees it until it opens."""

    TYPE: ClassVar[str] = "consultations.consultation.prepare-requested.v1"
    actor: Actor
    body: str = Field(pattern=r"^[a-z][a-z0-9:-]{2,80}$", description="The body whose agents may act.")
    pack: str
    kind: DraftKind
    title: Title


class DescribeRequested(CourseRequest):
    """The body explains the draft in plain language."""

    TYPE: ClassVar[str] = "consultations.consultation.describe-requested.v1"
    actor: Actor
    title: Title
    summary: Statement = Field(description="What the draft changes, for whom, in plain language.")
    note: Statement | None = Field(default=None, description="The explanatory note.")


class VersionRequested(CourseRequest):
    """The body hands in the text of the next version, in each of its languages."""

    TYPE: ClassVar[str] = "consultations.consultation.version-requested.v1"
    actor: Actor
    version: int = Field(ge=1, description="The version this becomes: one more than the last.")
    texts: tuple[DraftText, ...] = Field(min_length=1, max_length=3)
    note: Statement | None = Field(default=None, description="What changed, and why.")


class OpenRequested(CourseRequest):
    """The body opens the draft to comments for so many working days."""

    TYPE: ClassVar[str] = "consultations.consultation.open-requested.v1"
    actor: Actor
    working_days: int = Field(gt=0, le=250)


class ExtendRequested(CourseRequest):
    """The body gives people so many more working days."""

    TYPE: ClassVar[str] = "consultations.consultation.extend-requested.v1"
    actor: Actor
    working_days: int = Field(gt=0, le=250)
    reason: Prose = Field(min_length=10, max_length=2_000)


class DeadlineRequested(CourseRequest):
    """The clock says that a term may be over."""

    TYPE: ClassVar[str] = "consultations.consultation.deadline-requested.v1"


class EnrolRequested(CourseRequest):
    """The body names a member of the working group; one with the same id is replaced."""

    TYPE: ClassVar[str] = "consultations.consultation.enrol-requested.v1"
    actor: Actor
    member: Member


class DismissRequested(CourseRequest):
    """A member leaves the working group."""

    TYPE: ClassVar[str] = "consultations.consultation.dismiss-requested.v1"
    actor: Actor
    member: str


class MeetingRequested(CourseRequest):
    """The working group met."""

    TYPE: ClassVar[str] = "consultations.consultation.meeting-requested.v1"
    actor: Actor
    meeting: Meeting


class ReportRequested(CourseRequest):
    """The body wants to publish its report, with these conclusions."""

    TYPE: ClassVar[str] = "consultations.consultation.report-requested.v1"
    actor: Actor
    conclusions: Statement


class LedgerRequested(CourseRequest):
    """The clock has read the whole ledger: so many comments were made, and so many are still owed an answer."""

    TYPE: ClassVar[str] = "consultations.consultation.ledger-requested.v1"
    comments: int = Field(ge=0)
    owed: int = Field(ge=0)


class StageRequested(CourseRequest):
    """The draft has come to its next stage."""

    TYPE: ClassVar[str] = "consultations.consultation.stage-requested.v1"
    actor: Actor
    stage: Stage
    on: date
    note: Statement | None = None
    link: Prose = Field(default="", max_length=500, pattern=r"^(https://\S+)?$")


class WithdrawalRequested(CourseRequest):
    """The body takes the draft back."""

    TYPE: ClassVar[str] = "consultations.consultation.withdrawal-requested.v1"
    actor: Actor
    reason: Prose = Field(min_length=10, max_length=2_000)


class Prepared(Payload):
    """A consultation is being prepared."""

    TYPE: ClassVar[str] = "consultations.consultation.prepared.v1"
    consultation: ConsultationId
    body: str
    rules: RulePackRef
    kind: DraftKind
    title: Title


class Described(Payload):
    """The draft is explained."""

    TYPE: ClassVar[str] = "consultations.consultation.described.v1"
    consultation: ConsultationId
    title: Title
    summary: Statement
    note: Statement | None


class VersionAdded(Payload):
    """The draft has a new version. Clauses that stay what they were keep their ids."""

    TYPE: ClassVar[str] = "consultations.consultation.version-added.v1"
    consultation: ConsultationId
    version: int
    texts: tuple[DraftText, ...]
    note: Statement | None


class Opened(Payload):
    """Everybody may comment and vote until `closes_at`, UTC."""

    TYPE: ClassVar[str] = "consultations.consultation.opened.v1"
    consultation: ConsultationId
    closes_at: datetime


class Extended(Payload):
    """People have more time."""

    TYPE: ClassVar[str] = "consultations.consultation.extended.v1"
    consultation: ConsultationId
    closes_at: datetime
    reason: str


class Closed(Payload):
    """The time for comments is over; the report is due. What was said before counts, whenever it is decided."""

    TYPE: ClassVar[str] = "consultations.consultation.closed.v1"
    consultation: ConsultationId
    report_due_at: datetime
    remind_at: datetime


class DutyReminded(Payload):
    """Something is due soon."""

    TYPE: ClassVar[str] = "consultations.consultation.duty-reminded.v1"
    consultation: ConsultationId
    kind: DutyKind
    due_at: datetime


class DutyMissed(Payload):
    """Something was due and has not been done."""

    TYPE: ClassVar[str] = "consultations.consultation.duty-missed.v1"
    consultation: ConsultationId
    kind: DutyKind
    due_at: datetime


class Enrolled(Payload):
    """Somebody is a member of the working group."""

    TYPE: ClassVar[str] = "consultations.consultation.enrolled.v1"
    consultation: ConsultationId
    member: Member


class Dismissed(Payload):
    """Somebody is no longer a member of the working group."""

    TYPE: ClassVar[str] = "consultations.consultation.dismissed.v1"
    consultation: ConsultationId
    member: str


class MeetingRecorded(Payload):
    """The working group met."""

    TYPE: ClassVar[str] = "consultations.consultation.meeting-recorded.v1"
    consultation: ConsultationId
    meeting: Meeting


class ReportHanded(Payload):
    """The body has handed its conclusions in; they are published once the ledger shows that nothing is owed."""

    TYPE: ClassVar[str] = "consultations.consultation.report-handed.v1"
    consultation: ConsultationId
    conclusions: Statement


class ReportPostponed(Payload):
    """The report cannot be published: so many comments are still owed an answer."""

    TYPE: ClassVar[str] = "consultations.consultation.report-postponed.v1"
    consultation: ConsultationId
    comments: int
    owed: int


class ReportPublished(Payload):
    """Every comment was answered, and the report is public."""

    TYPE: ClassVar[str] = "consultations.consultation.report-published.v1"
    consultation: ConsultationId
    comments: int
    conclusions: Statement


class StageEntered(Payload):
    """The draft has come to its next stage."""

    TYPE: ClassVar[str] = "consultations.consultation.stage-entered.v1"
    consultation: ConsultationId
    stage: Stage
    on: date
    note: Statement | None
    link: str


class Withdrawn(Payload):
    """The body took the draft back."""

    TYPE: ClassVar[str] = "consultations.consultation.withdrawn.v1"
    consultation: ConsultationId
    reason: str


class ConsultationRefused(Payload):
    """A request on the course changed nothing. `code` is a stable word of `Refusal`."""

    TYPE: ClassVar[str] = "consultations.consultation.refused.v1"
    consultation: ConsultationId
    request: str = Field(description="The type of the request that was refused.")
    code: str
