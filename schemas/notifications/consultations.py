"""What everybody may know of drafts and the comments on them. No commenter appears here, nor what one wrote."""

from datetime import date, datetime
from typing import ClassVar

from pydantic import Field

from schemas.notifications.about import PublicEvent
from schemas.parts import Language, Statement


class ConsultationEvent(PublicEvent):
    """Something happened to a draft that people have been asked about."""


class ConsultationOpened(ConsultationEvent):
    """People are heard until `closes_at` (UTC, exclusive)."""

    TYPE: ClassVar[str] = "notifications.consultation.opened.v1"
    closes_at: datetime


class ConsultationVersionPublished(ConsultationEvent):
    """The draft reads differently now; comments have gone with their clauses. `note` says what changed, and why."""

    TYPE: ClassVar[str] = "notifications.consultation.version-published.v1"
    version: int
    note: Statement | None


class ConsultationExtended(ConsultationEvent):
    """People are heard for longer."""

    TYPE: ClassVar[str] = "notifications.consultation.extended.v1"
    closes_at: datetime
    reason: str


class ConsultationClosed(ConsultationEvent):
    """The hearing is over; a report is owed."""

    TYPE: ClassVar[str] = "notifications.consultation.closed.v1"
    report_due_at: datetime


class ConsultationDutyReminded(ConsultationEvent):
    """What the body owes is due soon."""

    TYPE: ClassVar[str] = "notifications.consultation.duty-reminded.v1"
    due_at: datetime


class ConsultationDutyMissed(ConsultationEvent):
    """What the body owed by `due_at` was not done in time. It remains owed."""

    TYPE: ClassVar[str] = "notifications.consultation.duty-missed.v1"
    due_at: datetime


class ConsultationReportPublished(ConsultationEvent):
    """Every comment has its answer, and the report says what comes of them."""

    TYPE: ClassVar[str] = "notifications.consultation.report-published.v1"
    comments: int
    conclusions: Statement


class ConsultationStageEntered(ConsultationEvent):
    """The draft has come further on its way, or to its end."""

    TYPE: ClassVar[str] = "notifications.consultation.stage-entered.v1"
    stage: str
    on: date
    note: Statement | None
    link: str


class ConsultationMeetingRecorded(ConsultationEvent):
    """The working group met; its minutes, where there are any, are on the page of the draft."""

    TYPE: ClassVar[str] = "notifications.consultation.meeting-recorded.v1"
    held_on: date
    topic: dict[Language, str] = Field(min_length=1)


class ConsultationWithdrawn(ConsultationEvent):
    """The body took the draft back."""

    TYPE: ClassVar[str] = "notifications.consultation.withdrawn.v1"
    reason: str


class CommentPosted(ConsultationEvent):
    """Somebody commented on the whole draft or on a `clause`, or answered the comment `parent`."""

    TYPE: ClassVar[str] = "notifications.comment.posted.v1"
    comment: str
    clause: str | None
    parent: str | None
    stakeholder: str
    verified: bool
    language: str


class CommentHidden(ConsultationEvent):
    """A moderator hid a comment, for the rule of this code."""

    TYPE: ClassVar[str] = "notifications.comment.hidden.v1"
    comment: str
    reason: str


class CommentRestored(ConsultationEvent):
    """A hidden comment can be read again."""

    TYPE: ClassVar[str] = "notifications.comment.restored.v1"
    comment: str


class CommentRetracted(ConsultationEvent):
    """Its author took the comment back."""

    TYPE: ClassVar[str] = "notifications.comment.retracted.v1"
    comment: str


class CommentAnswered(ConsultationEvent):
    """The body answered a comment; with `campaign`, and every other one that says the same."""

    TYPE: ClassVar[str] = "notifications.comment.answered.v1"
    comment: str
    campaign: bool
    outcome: str
    statement: Statement


CONSULTATION_EVENTS: tuple[type[ConsultationEvent], ...] = (
    ConsultationOpened,
    ConsultationVersionPublished,
    ConsultationExtended,
    ConsultationClosed,
    ConsultationDutyReminded,
    ConsultationDutyMissed,
    ConsultationReportPublished,
    ConsultationStageEntered,
    ConsultationMeetingRecorded,
    ConsultationWithdrawn,
    CommentPosted,
    CommentHidden,
    CommentRestored,
    CommentRetracted,
    CommentAnswered,
)
