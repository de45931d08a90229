"""What is owed to a petition or a consultation, as decisions about it open and close duties. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Self, TypeAlias

from pydantic import BaseModel, ConfigDict

from schemas.consultations import course
from schemas.consultations.parts import DutyKind as OfConsultations
from schemas.payload import Payload
from schemas.petitions import v1 as petitions
from schemas.petitions.v1 import DutyKind as OfPetitions

DutyKind: TypeAlias = OfPetitions | OfConsultations
"""Something that is owed, in whichever service."""
KINDS: Final[tuple[DutyKind, ...]] = (*OfPetitions, *OfConsultations)


class Duty(BaseModel):
    """One duty that is not done. `missed_at` is when the service noted that its time was over.

    An answer is owed to the goal of a petition with this `effect`.
    """

    model_config = ConfigDict(frozen=True)

    kind: DutyKind
    effect: str | None = None
    due_at: datetime
    missed_at: datetime | None = None


class Owing(BaseModel):
    """What is owed to one petition or consultation. `body` answers it; from `paused_at` on no time runs."""

    model_config = ConfigDict(frozen=True)

    body: str
    duties: tuple[Duty, ...] = ()
    paused_at: datetime | None = None

    @property
    def open(self) -> bool:
        """Whether anything is owed, and its time runs."""
        return bool(self.duties) and self.paused_at is None

    def opened(self, kind: DutyKind, due_at: datetime, effect: str | None = None) -> Self:
        """One more duty."""
        return self._with((*self.duties, Duty(kind=kind, effect=effect, due_at=due_at)))

    def closed(self, *kinds: DutyKind, effect: str | None = None) -> Self:
        """Without the duties of these kinds; where an effect is named, without those of that one alone."""
        return self._with(each for each in self.duties if each.kind not in kinds or effect not in (None, each.effect))

    def missed(self, kind: DutyKind, due_at: datetime, at: datetime) -> Self:
        """The service has noted that a duty is late."""
        noted = {"missed_at": at}
        return self._with(
            each.model_copy(update=noted) if (each.kind, each.due_at) == (kind, due_at) else each
            for each in self.duties
        )

    def paused(self, at: datetime) -> Self:
        """No time runs from now on."""
        return self.model_copy(update={"paused_at": at})

    def resumed(self, at: datetime) -> Self:
        """Time runs again, and everything is due later by the pause."""
        pause = at - self.paused_at if self.paused_at is not None else timedelta()
        later = (each.model_copy(update={"due_at": each.due_at + pause}) for each in self.duties)
        return self._with(later).model_copy(update={"paused_at": None})

    def _with(self, duties: Iterable[Duty]) -> Self:
        return self.model_copy(update={"duties": tuple(duties)})


Change: TypeAlias = Callable[[Owing, Any, datetime], Owing]
"""What is owed after a decision of one type that was taken at an instant."""


@dataclass(frozen=True)
class Rules:
    """Which decisions of a service open and close duties: `begun` is its first about something, with the body."""

    begun: type[petitions.Created] | type[course.Prepared]
    changes: Mapping[type[Payload], Change]

    def evolve(self, owing: Owing | None, decision: Payload, at: datetime) -> Owing | None:
        """What is owed after a decision; the same object where that changed nothing."""
        if isinstance(decision, self.begun):
            return Owing(body=decision.body)
        change = self.changes.get(type(decision))
        return owing if owing is None or change is None else change(owing, decision, at)


def _opens(kind: DutyKind) -> Change:
    return lambda owing, decision, _: owing.opened(kind, decision.due_at)


def _closes(*kinds: DutyKind) -> Change:
    return lambda owing, _decision, _at: owing.closed(*kinds)


def _reached(owing: Owing, decision: petitions.GoalReached, _at: datetime) -> Owing:
    due_at = decision.due_at
    return owing if due_at is None else owing.opened(OfPetitions.ANSWER, due_at, decision.goal.effect)


def _answered(owing: Owing, decision: petitions.Answered, _at: datetime) -> Owing:
    return owing.closed(OfPetitions.ANSWER, effect=decision.effect)


def _missed(owing: Owing, decision: petitions.DutyMissed | course.DutyMissed, at: datetime) -> Owing:
    return owing.missed(decision.kind, decision.due_at, at)


OF_PETITIONS: Final = Rules(
    petitions.Created,
    {
        petitions.ModerationBegun: _opens(OfPetitions.MODERATE),
        petitions.VerdictUndone: _opens(OfPetitions.MODERATE),
        petitions.Returned: _closes(OfPetitions.MODERATE),
        petitions.Rejected: _closes(OfPetitions.MODERATE),
        petitions.Published: _closes(OfPetitions.MODERATE),
        petitions.GoalReached: _reached,
        petitions.Answered: _answered,
        petitions.DutyMissed: _missed,
        petitions.Suspended: lambda owing, _, at: owing.paused(at),
        petitions.Resumed: lambda owing, _, at: owing.resumed(at),
        petitions.Withdrawn: _closes(*OfPetitions),
        petitions.Retired: _closes(*OfPetitions),
    },
)
OF_CONSULTATIONS: Final = Rules(
    course.Prepared,
    {
        course.Closed: lambda owing, decision, _: owing.opened(OfConsultations.REPORT, decision.report_due_at),
        course.DutyMissed: _missed,
        course.ReportPublished: _closes(*OfConsultations),
        course.Withdrawn: _closes(*OfConsultations),
    },
)
