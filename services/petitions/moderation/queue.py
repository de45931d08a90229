"""The desk as one moderator sees it: what is due when, who has it, and what may be done. Pure."""

from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Literal

from schemas.petitions.v1 import DutyKind
from schemas.terms import Calendar
from services.petitions.domain.ending import RETIRABLE, SUSPENDABLE
from services.petitions.domain.moderation import is_undoable
from services.petitions.domain.petition import Petition
from services.petitions.domain.rules import RulePack
from services.petitions.domain.stages import is_of
from services.petitions.domain.status import Status

Who = Literal["you", "another"]


@dataclass(frozen=True, slots=True)
class Ticket:
    """A petition on the desk. `days_left` counts working days after today; it is `None` once overdue.

    `holder` has it on the desk now; `proposed_by` has decided and waits for a second person; `own` petitions are
    decided by others.
    """

    petition: Petition
    due_at: datetime
    days_left: int | None
    holder: Who | None
    proposed_by: Who | None
    own: bool


def ticket(petition: Petition, me: str, calendar: Calendar, now: datetime) -> Ticket:
    """The ticket of a petition in moderation for the moderator whose pseudonym is `me`; `ValueError` for another."""
    duty = petition.open_duty(DutyKind.MODERATE)
    if duty is None:
        raise ValueError(f"nothing is owed to petition {petition.id}")
    lock, proposal = petition.lock, petition.proposal
    return Ticket(
        petition=petition,
        due_at=duty.due_at,
        days_left=working_days_left(duty.due_at, calendar, now),
        holder=None if lock is None or lock.until <= now else _who(lock.by, me),
        proposed_by=None if proposal is None else _who(proposal.by, me),
        own=is_of(petition, me),
    )


def working_days_left(due_at: datetime, calendar: Calendar, now: datetime) -> int | None:
    """Whole working days after today until `due_at`; 0 on the last day, `None` when it is over."""
    if now > due_at:
        return None
    return next(days for days in count() if calendar.deadline(now, days + 1) > due_at)


def open_acts(petition: Petition, pack: RulePack, me: str) -> frozenset[str]:
    """The acts that the rules leave to the moderator `me` now, by the names of `acts.ACTS`."""
    found: set[str] = set()
    if is_of(petition, me):
        return frozenset(found)
    if petition.status is Status.MODERATION:
        found |= {"lock", "verdict"}
    if pack.moderation is not None and is_undoable(petition, pack):
        found.add("undo")
    if petition.status in SUSPENDABLE:
        found.add("suspension")
    if petition.status is Status.SUSPENDED:
        found.add("resumption")
    if petition.status in RETIRABLE and not petition.reached:
        found.add("retirement")
    return frozenset(found)


def _who(by: str, me: str) -> Who:
    return "you" if by == me else "another"
