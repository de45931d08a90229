"""What everybody may know of a petition's decisions. What is not named here is told to nobody."""

from collections.abc import Callable
from typing import Any, Final

from schemas.notifications import petitions as told
from schemas.notifications.about import About, Kind, Origin
from schemas.notifications.petitions import PetitionEvent, PublicGoal
from schemas.payload import Payload
from schemas.petitions import v1 as decided
from schemas.petitions.v1 import DutyKind, PetitionText
from services.notifications.publishing.subjects import Subject


def learn(subject: Subject | None, data: Payload, sequence: int) -> Subject | None:
    """What is known after a decision; `None` for a petition whose beginning is not known."""
    match data:
        case decided.Created():
            about = About(
                kind=Kind.PETITION, id=data.petition, level=data.level, body=data.body, unit=data.unit, **_of(data.text)
            )
            return Subject(about=about, goals=tuple(map(_goal, data.goals)), sequence=sequence)
        case decided.Edited() if subject is not None:
            about = About.model_validate(subject.about.model_dump() | _of(data.text))
            return subject.model_copy(update={"about": about, "sequence": sequence})
        case decided.Published() if subject is not None:
            return subject.model_copy(update={"public": True, "sequence": sequence})
        case decided.VerdictUndone() if subject is not None:
            return subject.model_copy(update={"public": False, "sequence": sequence})
    return subject


def tell(subject: Subject, data: Payload, origin: Origin) -> PetitionEvent | None:
    """The public event of a decision on a petition, known as it was before it; `None` where there is none."""
    if isinstance(data, decided.Published):
        return told.PetitionPublished(about=subject.about, origin=origin, goals=subject.goals, closes_at=data.closes_at)
    if not subject.public:
        return None
    event = _EVENTS.get(type(data))
    members = None if event is None else event[1](data)
    return None if event is None or members is None else event[0](about=subject.about, origin=origin, **members)


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


_EVENTS: Final[dict[type[Payload], tuple[type[PetitionEvent], Callable[[Any], dict[str, Any] | None]]]] = {
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
