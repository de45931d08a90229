"""What a petition keeps of its course: lines of the timeline, and duties."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from schemas.petitions.v1 import DutyKind, DutyMissed, DutyReminded
from services.petitions.domain.petition import Petition
from services.petitions.domain.status import Duty, Milestone

Change = Callable[[Petition, Any, datetime], dict[str, Any]]
"""What a decision taken at an instant changes in a petition."""


def noted(
    petition: Petition, what: str, at: datetime, rule: str | None = None, reason: str | None = None
) -> dict[str, Any]:
    """A line of the timeline."""
    return {"timeline": (*petition.timeline, Milestone(what=what, at=at, reason=reason, rule=rule))}


def rule_of(kind: DutyKind, duties: Sequence[Duty]) -> str:
    """The place of the rule behind duties of a kind; of several, behind the last."""
    return f"thresholds.{duties[-1].effect}.answer" if kind is DutyKind.ANSWER and duties else kind


def done(duties: Iterable[Duty], those: Iterable[Duty], at: datetime) -> tuple[Duty, ...]:
    """The duties with those among them done."""
    met = tuple(those)
    return tuple(duty.model_copy(update={"done_at": at}) if duty in met else duty for duty in duties)


def all_done(duties: Iterable[Duty], at: datetime) -> tuple[Duty, ...]:
    """The duties with nothing owed any more."""
    kept = tuple(duties)
    return done(kept, (duty for duty in kept if duty.open), at)


def marked(duties: Iterable[Duty], decision: DutyReminded | DutyMissed, **marks: bool) -> tuple[Duty, ...]:
    """The duties with marks on the one that a decision is about."""
    return tuple(
        duty.model_copy(update=marks) if duty.kind is decision.kind and duty.due_at == decision.due_at else duty
        for duty in duties
    )


def later(duty: Duty, pause: timedelta) -> Duty:
    """A duty after a pause in which no time ran."""
    if not duty.open:
        return duty
    return duty.model_copy(update={"due_at": duty.due_at + pause, "remind_at": duty.remind_at + pause})
