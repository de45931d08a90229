"""What everybody may know of decisions on drafts and on comments. What is not named here is told to nobody."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from schemas.consultations import comments, course
from schemas.consultations.parts import Title
from schemas.notifications import consultations as told
from schemas.notifications.about import About, Kind, Origin
from schemas.notifications.consultations import ConsultationEvent
from schemas.payload import Payload
from services.notifications.publishing.subjects import Subject


def learn(subject: Subject | None, data: Payload, sequence: int, _at: datetime) -> Subject | None:
    """What is known after a decision on a draft; `None` for one whose beginning is not known."""
    match data:
        case course.Prepared():
            unit = data.body.partition(":")[2] or None
            about = About(
                kind=Kind.CONSULTATION,
                id=data.consultation,
                title=_titles(data.title),
                body=data.body,
                level="region" if unit else "country",
                category=str(data.kind),
                unit=unit,
            )
            return Subject(about=about, sequence=sequence)
        case course.Described() if subject is not None:
            about = subject.about.model_copy(update={"title": _titles(data.title)})
            return subject.model_copy(update={"about": about, "sequence": sequence})
        case course.Opened() if subject is not None:
            return subject.model_copy(update={"public": True, "sequence": sequence})
    return subject


def tell(subject: Subject, data: Payload, origin: Origin, _at: datetime) -> ConsultationEvent | None:
    """The public event of a decision on a draft or a comment; `None` where there is none."""
    event = _EVENTS.get(type(data))
    if event is None or not (subject.public or isinstance(data, course.Opened)):
        return None
    return event[0](about=subject.about, origin=origin, **event[1](data))


def _titles(title: Title) -> dict[str, str]:
    return title.model_dump(exclude_none=True)


def _members(*names: str) -> Callable[[Any], dict[str, Any]]:
    return lambda data: {name: getattr(data, name) for name in names}


def _posted(data: comments.Posted) -> dict[str, Any]:
    return {
        "comment": data.comment,
        "clause": None if data.anchor is None else data.anchor.clause,
        "parent": data.parent,
        "stakeholder": str(data.stakeholder),
        "verified": data.verified,
        "language": data.language,
    }


def _answered(data: comments.Replied | comments.CampaignReplied) -> dict[str, Any]:
    return {
        "comment": data.comment,
        "campaign": isinstance(data, comments.CampaignReplied),
        "outcome": str(data.outcome),
        "statement": data.statement,
    }


_EVENTS: Final[dict[type[Payload], tuple[type[ConsultationEvent], Callable[[Any], dict[str, Any]]]]] = {
    course.Opened: (told.ConsultationOpened, _members("closes_at")),
    course.VersionAdded: (told.ConsultationVersionPublished, _members("version", "note")),
    course.Extended: (told.ConsultationExtended, _members("closes_at", "reason")),
    course.Closed: (told.ConsultationClosed, _members("report_due_at")),
    course.DutyReminded: (told.ConsultationDutyReminded, _members("due_at")),
    course.DutyMissed: (told.ConsultationDutyMissed, _members("due_at")),
    course.ReportPublished: (told.ConsultationReportPublished, _members("comments", "conclusions")),
    course.StageEntered: (
        told.ConsultationStageEntered,
        lambda data: {"stage": str(data.stage), "on": data.on, "note": data.note, "link": data.link},
    ),
    course.MeetingRecorded: (
        told.ConsultationMeetingRecorded,
        lambda data: {"held_on": data.meeting.held_on, "topic": _titles(data.meeting.title)},
    ),
    course.Withdrawn: (told.ConsultationWithdrawn, _members("reason")),
    comments.Posted: (told.CommentPosted, _posted),
    comments.Hidden: (told.CommentHidden, _members("comment", "reason")),
    comments.Restored: (told.CommentRestored, _members("comment")),
    comments.Retracted: (told.CommentRetracted, _members("comment")),
    comments.Replied: (told.CommentAnswered, _answered),
    comments.CampaignReplied: (told.CommentAnswered, _answered),
}
