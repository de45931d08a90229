"""What everybody may know of a petition's decisions. What is not named here is told to nobody."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from schemas.notifications import petitions as told
from schemas.notifications.about import About, Kind, Origin
from schemas.notifications.petitions import AfterDiscussion, PetitionEvent, PublicGoal
from schemas.payload import Payload
from schemas.petitions import v1 as decided
from schemas.petitions.v1 import DutyKind, PetitionText
from services.notifications.publishing.subjects import Discussed, Subject


def learn(subject: Subject | None, data: Payload, sequence: int, at: datetime) -> Subject | None:
    """What is known after a decision taken `at`, UTC; `None` for a petition whose beginning is not known."""
    if isinstance(data, decided.Created):
        about = About(
            kind=Kind.PETITION, id=data.petition, level=data.level, body=data.body, unit=data.unit, **_of(data.text)
        )
        return Subject(about=about, goals=tuple(map(_goal, data.goals)), author=data.author, sequence=sequence)
    if subject is None:
        return None
    learned = _LEARNED.get(type(data))
    changed = {} if learned is None else learned(subject, data, at)
    return subject.model_copy(update={**changed, "sequence": sequence}) if changed else subject


def tell(subject: Subject, data: Payload, origin: Origin, at: datetime) -> PetitionEvent | None:
    """The public event of a decision taken `at`, on a petition as it was before; `None` where there is none."""
    if not (subject.public or isinstance(data, _MAKES_PUBLIC)):
        return None
    if subject.discussed and (event := _of_discussion(subject, subject.discussed, data, origin, at)):
        return event
    if isinstance(data, _MAKES_PUBLIC):
        return _made_public(subject, data, origin)
    kind, members = _EVENTS.get(type(data), (None, _members()))
    known = None if kind is None else members(data)
    return None if kind is None or known is None else kind(about=subject.about, origin=origin, **known)


def _made_public(subject: Subject, data: decided.DiscussionBegun | decided.Published, origin: Origin) -> PetitionEvent:
    about, organisers = subject.about, subject.standing
    if isinstance(data, decided.DiscussionBegun):
        return told.PetitionDiscussionOpened(
            about=about, origin=origin, ripe_at=data.ripe_at, until=data.until, organisers=organisers
        )
    return told.PetitionPublished(
        about=about,
        origin=origin,
        goals=subject.goals,
        closes_at=data.closes_at,
        organisers=organisers,
        text_changed=subject.shown not in (None, subject.revision),
    )


def _resumed(subject: Subject, discussed: Discussed, at: datetime) -> Discussed:
    return discussed.after(subject.suspended_at or at, at)


def _of_discussion(
    subject: Subject, discussed: Discussed, data: Payload, origin: Origin, at: datetime
) -> PetitionEvent | None:
    """What only a discussion has, or what is told otherwise while it goes on."""
    about = subject.about
    match data:
        case decided.Edited():
            return told.PetitionTextChanged(about=_edited(about, data.text), origin=origin)
        case decided.Resumed():
            terms = _resumed(subject, discussed, at).model_dump()
            return told.PetitionResumed(
                about=about, origin=origin, act=data.act, closes_at=data.closes_at, discussed=True, **terms
            )
        case decided.GatheringBegun() | decided.ModerationBegun() | decided.Closed():
            then = _AFTER_DISCUSSION[type(data)]
            return told.PetitionDiscussionClosed(about=about, origin=origin, comments=subject.comments, then=then)
    return None


def _edited(about: About, text: PetitionText) -> About:
    return About.model_validate(about.model_dump() | _of(text))


def _of(text: PetitionText) -> dict[str, Any]:
    titles = {wording.language: wording.title for wording in text.wordings}
    return {"title": titles, "category": str(text.category), "region": text.region}


def _goal(goal: decided.Goal) -> PublicGoal:
    return PublicGoal(signatures=goal.signatures, effect=goal.effect)


def _duty(data: decided.DutyReminded | decided.DutyMissed) -> dict[str, Any] | None:
    """Moderation is owed to the author alone."""
    return {"due_at": data.due_at} if data.kind is DutyKind.ANSWER else None


def _members(*names: str) -> Callable[[Any], dict[str, Any]]:
    return lambda data: {name: getattr(data, name) for name in names}


_MAKES_PUBLIC: Final = (decided.DiscussionBegun, decided.Published)
_UNREAD: Final = {"public": False, "discussed": None}
_LEARNED: Final[dict[type[Payload], Callable[[Subject, Any, datetime], dict[str, Any]]]] = {
    decided.Edited: lambda subject, data, _: {
        "about": _edited(subject.about, data.text),
        "revision": subject.revision + 1,
        "shown": subject.revision + 1 if subject.discussed else subject.shown,
    },
    decided.OrganiserJoined: lambda subject, data, _: {
        "organisers": {**subject.organisers, data.organiser: data.revision}
    },
    decided.OrganiserLeft: lambda subject, data, _: {
        "organisers": {who: each for who, each in subject.organisers.items() if who != data.organiser}
    },
    decided.DiscussionBegun: lambda subject, data, _: {
        "public": True,
        "shown": subject.revision,
        "discussed": Discussed(ripe_at=data.ripe_at, until=data.until),
    },
    decided.Commented: lambda _, data, __: {"comments": data.number},
    decided.GatheringBegun: lambda subject, *_: {**_UNREAD, "shown": subject.revision},
    decided.ModerationBegun: lambda *_: _UNREAD,
    decided.VerdictUndone: lambda *_: _UNREAD,
    decided.Published: lambda subject, *_: {"public": True, "discussed": None, "shown": subject.revision},
    decided.Closed: lambda *_: {"discussed": None},
    decided.Suspended: lambda _, __, at: {"suspended_at": at},
    decided.Resumed: lambda subject, _, at: {
        "suspended_at": None,
        "discussed": subject.discussed and _resumed(subject, subject.discussed, at),
    },
}
"""What is known otherwise of a petition after a decision taken at an instant."""

_AFTER_DISCUSSION: Final[dict[type[Payload], AfterDiscussion]] = {
    decided.GatheringBegun: AfterDiscussion.GATHERING,
    decided.ModerationBegun: AfterDiscussion.MODERATION,
    decided.Closed: AfterDiscussion.CLOSED,
}
_EVENTS: Final[dict[type[Payload], tuple[type[PetitionEvent], Callable[[Any], dict[str, Any] | None]]]] = {
    decided.Commented: (told.PetitionCommented, _members("number", "revision", "language", "answer_draft")),
    decided.CommentHidden: (told.PetitionCommentHidden, _members("number", "reason")),
    decided.CommentRetracted: (told.PetitionCommentRetracted, _members("number")),
    decided.VerdictUndone: (told.PetitionUnpublished, _members()),
    decided.GoalReached: (
        told.PetitionGoalReached,
        lambda data: {"goal": _goal(data.goal), "count": data.count, "due_at": data.due_at},
    ),
    decided.CheckpointPassed: (told.PetitionCheckpointPassed, _members("count")),
    decided.Closed: (told.PetitionClosed, lambda data: {"reason": str(data.reason)}),
    decided.Withdrawn: (told.PetitionWithdrawn, _members()),
    decided.Suspended: (told.PetitionSuspended, _members("act")),
    decided.Resumed: (told.PetitionResumed, _members("act", "closes_at")),
    decided.Retired: (told.PetitionRetired, _members("in_favour_of")),
    decided.DutyReminded: (told.PetitionDutyReminded, _duty),
    decided.DutyMissed: (told.PetitionDutyMissed, _duty),
    decided.ChargeTaken: (told.PetitionChargeTaken, _members()),
    decided.AnswerDrafted: (
        told.PetitionAnswerDrafted,
        lambda data: {"outcome": str(data.outcome), "statement": data.statement},
    ),
    decided.Answered: (
        told.PetitionAnswered,
        lambda data: {"outcome": str(data.outcome), "statement": data.statement, "media": data.media},
    ),
    decided.Archived: (told.PetitionArchived, _members()),
}
