"""When a consultation hears people, under which rules: what deciding on comments and votes needs to know of it."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from schemas.consultations.course import Extended, Opened, Prepared, ReportPublished, VersionAdded, Withdrawn
from schemas.parts import RulePackRef
from schemas.payload import Payload
from services.consultations.domain.refusals import Refusal


@dataclass(frozen=True, slots=True)
class Hearing:
    """Instants are UTC. `ended_at` is set where a draft was taken back, `reported_at` once the report stands."""

    body: str
    rules: RulePackRef
    version: int = 0
    opened_at: datetime | None = None
    closes_at: datetime | None = None
    ended_at: datetime | None = None
    reported_at: datetime | None = None

    def refusal(self, now: datetime) -> Refusal | None:
        """Why nobody is heard at `now`, or `None`. What was said before the end is heard, whenever it is decided."""
        if self.opened_at is None:
            return Refusal.CONSULTATION_NOT_OPEN
        # A draft may be taken back long after people were heard: that lets nobody in who came too late.
        over = any(end is not None and now >= end for end in (self.closes_at, self.ended_at))
        return Refusal.CONSULTATION_CLOSED if over else None


def hearing_after(hearing: Hearing | None, decision: Payload, at: datetime) -> Hearing | None:
    """The hearing after a decision on the course taken at `at`; `None` for a consultation nobody knows."""
    if hearing is None or isinstance(decision, Prepared):
        return Hearing(body=decision.body, rules=decision.rules) if isinstance(decision, Prepared) else None
    changes: dict[str, Any] = {}
    match decision:
        case VersionAdded(version=version):
            changes = {"version": version}
        case Opened(closes_at=closes_at):
            changes = {"opened_at": at, "closes_at": closes_at}
        case Extended(closes_at=closes_at):
            changes = {"closes_at": closes_at}
        case Withdrawn():
            changes = {"ended_at": at}
        case ReportPublished():
            changes = {"reported_at": at}
    return replace(hearing, **changes)
