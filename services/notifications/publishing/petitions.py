"""What everybody may know of a petition's decisions. What is not named here is told to nobody."""

from collections.abc import Callable
from typing import Any, Final

from schemas.notifications import petitions as told
from schemas.notifications.about import About, Kind, Origin
from schemas.notifications.petitions import AfterDiscussion, PetitionEvent, PublicGoal
from schemas.payload import Payload
from schemas.petitions import v1 as decided
from schemas.petitions.v1 import DutyKind, PetitionText
from services.notifications.publishing.subjects import Subject


def learn(subject: Subject | None, data: Payload, sequence: int) -> Subject | None:
    """What is known after a decision; `None` for a petition whose beginning is not known."""
    if isinstance(data, decided.Created):
        about = About(
            kind=Kind.PETITION, id=data.petition, level=data.level, body=data.body, unit=data.unit, **_of(data.text)
        )
        return Subject(about=about, goals=tuple(map(_goal, data.goals)), sequence=sequence)
    if subject is None:
        return None
    changed = _changed(subject, data)
    return subject.model_copy(update={**changed, "sequence": sequence}) if changed else subject


def tell(subject: Subject, data: Payload, origin: Origin) -> PetitionEvent | None:
    """The public event of a decision on a petition, known as it was before it; `None` where there is none."""
    if not (subject.public or isinstance(data, _MAKES_PUBLIC)):
        return None
    if subject.discussed and (event := _of_discussion(subject, data, origin)):
        return event
    if isinstance(data, decided.Published):
        return told.PetitionPublished(about=subject.about, origin=origin, goals=subject.goals, closes_at=data.closes_at)
    kind, members = _EVENTS.get(type(data), (None, _members()))
    known = None if kind is None else members(data)
    return None if kind is None or known is None else kind(about=subject.about, origin=origin, **known)


def _changed(subject: Subject, data: Payload) -> dict[str, Any]:
    """What a decision changes in what is known of a petition."""
    match data:
        case decided.Edited():
            return {"about": _edited(subject.about, data.text)}
        case decided.Commented():
            return {"comments": data.number}
    return _STANDING.get(type(data), {})


def _of_discussion(subject: Subject, data: Payload, origin: Origin) -> PetitionEvent | None:
    """What only a discussion has, or what is told otherwise while it goes on."""
    about = subject.about
    match data:
        case decided.Edited():
            return told.PetitionTextChanged(about=_edited(about, data.text), origin=origin)
        case decided.Resumed():
            return told.PetitionResumed(
                about=about, origin=origin, act=data.act, closes_at=data.closes_at, discussed=True
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
_UNREAD: Final = {"public": False, "discussed": False}
_STANDING: Final[dict[type[Payload], dict[str, bool]]] = {
    decided.DiscussionBegun: {"public": True, "discussed": True},
    decided.GatheringBegun: _UNREAD,
    decided.ModerationBegun: _UNREAD,
    decided.VerdictUndone: _UNREAD,
    decided.Published: {"public": True, "discussed": False},
    decided.Closed: {"discussed": False},
}
"""Whether everybody can read a petition after a decision, and whether its text is discussed."""

_AFTER_DISCUSSION: Final[dict[type[Payload], AfterDiscussion]] = {
    decided.GatheringBegun: AfterDiscussion.GATHERING,
    decided.ModerationBegun: AfterDiscussion.MODERATION,
    decided.Closed: AfterDiscussion.CLOSED,
}
_EVENTS: Final[dict[type[Payload], tuple[type[PetitionEvent], Callable[[Any], dict[str, Any] | None]]]] = {
    decided.DiscussionBegun: (told.PetitionDiscussionOpened, _members("ripe_at", "until")),
    decided.Commented: (told.PetitionCommented, _members("number", "revision", "language")),
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
