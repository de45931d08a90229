"""What the clock brings about: goals that were reached and terms that are over. Each happens once."""

from collections.abc import Mapping
from datetime import datetime

from schemas.payload import Payload
from schemas.petitions.v1 import (
    Archived,
    CheckpointPassed,
    Closed,
    CloseReason,
    DeadlineRequested,
    DiscussionRipened,
    DutyMissed,
    DutyReminded,
    GoalReached,
    GoalRequested,
)
from services.petitions.domain import paper
from services.petitions.domain.ending import closed
from services.petitions.domain.petition import Petition
from services.petitions.domain.refusals import Refusal
from services.petitions.domain.rules import RulePacks, Spread
from services.petitions.domain.stages import duty_term, supported
from services.petitions.domain.status import Status

COUNTED = (Status.GATHERING, Status.COLLECTING, Status.CONSIDERATION)
"""Where a petition is while signatures can bring something about."""


def goal(petition: Petition, request: GoalRequested, now: datetime, packs: RulePacks) -> Payload | Refusal:
    """The next goal that so many signatures reach: supporters enough, or a threshold of the pack."""
    if petition.status is Status.GATHERING:
        enough = petition.needed is not None and paper.counted(petition, request.count, packs) >= petition.needed
        enough = enough or paper.supports(petition, packs)
        return supported(petition, now, packs) if enough else Refusal.GOAL_NOT_REACHED
    if petition.status not in COUNTED:
        return Refusal.NOT_COLLECTING
    pack = packs.pinned(petition.rules)
    done = {reached.goal for reached in petition.reached}
    count, units = paper.counted(petition, request.count, packs), paper.counted_units(petition, request.units, packs)
    for each in petition.goals:
        threshold = pack.threshold(each.effect)
        if each in done or count < each.signatures or not _is_spread(threshold.spread, units):
            continue
        due_at, remind_at = duty_term(threshold.answer, now, pack, packs)
        return GoalReached(petition=petition.id, goal=each, count=count, due_at=due_at, remind_at=remind_at)
    return Refusal.GOAL_NOT_REACHED


def deadline(petition: Petition, request: DeadlineRequested, now: datetime, packs: RulePacks) -> Payload | Refusal:
    """What is due first at `now`. The clock asks again until nothing is."""
    next_at = petition.next_at
    if next_at is None or now < next_at:
        return Refusal.NOT_DUE
    if petition.status is Status.DISCUSSION:
        return _of_discussion(petition)
    if petition.closed_at is None and petition.status is Status.GATHERING and _is_over(petition.closes_at, now):
        return Closed(petition=petition.id, reason=CloseReason.NO_SUPPORT)
    if petition.closed_at is None and petition.status is Status.COLLECTING:
        if _is_over(petition.checkpoint, now):
            return _checkpoint(petition, paper.counted(petition, request.count, packs), packs)
        if _is_over(petition.closes_at, now):
            return closed(petition, CloseReason.WINDOW_ENDED, now, packs)
    return _of_duties(petition, now) or Archived(petition=petition.id)


def _of_discussion(petition: Petition) -> Payload:
    if petition.discussion is not None and petition.discussion.ripe:
        return Closed(petition=petition.id, reason=CloseReason.DISCUSSION_OVER)
    return DiscussionRipened(petition=petition.id)


def _of_duties(petition: Petition, now: datetime) -> Payload | None:
    for duty in petition.duties:
        if duty.next_at is not None and duty.next_at <= now:
            told = DutyMissed if duty.due_at <= now else DutyReminded
            return told(petition=petition.id, kind=duty.kind, due_at=duty.due_at)
    return None


def _checkpoint(petition: Petition, count: int, packs: RulePacks) -> Payload:
    early = packs.pinned(petition.rules).early
    if early is not None and count < early.signatures:
        return Closed(petition=petition.id, reason=CloseReason.FEW_SIGNATURES)
    return CheckpointPassed(petition=petition.id, count=count)


def _is_over(end: datetime | None, now: datetime) -> bool:
    return end is not None and end <= now


def _is_spread(spread: Spread | None, units: Mapping[str, int]) -> bool:
    if spread is None:
        return True
    enough = [unit for unit, least in spread.minimum.items() if _within(unit, units) >= least]
    return len(enough) >= spread.units


def _within(unit: str, units: Mapping[str, int]) -> int:
    """Signatures of a unit; of a country, those of all its regions."""
    return sum(number for region, number in units.items() if region == unit or region.startswith(f"{unit}-"))
