"""The upkeep of one projection: a rebuild goes from its start to a switch or a drop; audits go beside it."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final, Literal

from schemas.console.upkeep import Order, Outcome, OutcomeNoted, OutcomeRequested, UpkeepOrdered, UpkeepRequested
from schemas.payload import Payload
from services.console.domain.parts import Mark, State
from services.console.domain.refusals import Refusal, refused

UpkeepRequest = UpkeepRequested | OutcomeRequested


class Phase(StrEnum):
    """Where a rebuild stands."""

    BUILDING = "building"
    PAUSED = "paused"
    BUILT = "built"
    SWITCHING = "switching"
    DROPPING = "dropping"


class Work(State):
    """One rebuild or audit, and who ordered something of it last."""

    id: str
    last: Mark


class Rebuild(Work):
    """A version beside the live one."""

    phase: Phase


class Upkeep(State):
    """What is done to one projection now."""

    kind: Literal["upkeep"] = "upkeep"
    rebuild: Rebuild | None = None
    audit: Work | None = None


NOTHING: Final = Upkeep()

STEPS: Final[Mapping[Order, tuple[frozenset[Phase], Phase, Refusal]]] = {
    Order.PAUSE: (frozenset({Phase.BUILDING}), Phase.PAUSED, Refusal.NOT_BUILDING),
    Order.RESUME: (frozenset({Phase.PAUSED}), Phase.BUILDING, Refusal.NOT_PAUSED),
    Order.SWITCH: (frozenset({Phase.BUILT}), Phase.SWITCHING, Refusal.NOT_BUILT),
    Order.DROP: (frozenset({Phase.BUILDING, Phase.PAUSED, Phase.BUILT}), Phase.DROPPING, Refusal.NO_REBUILD),
}
"""Orders about a rebuild: from which phases, into which, and why not from the others."""

_FROM: Final[Mapping[Outcome, tuple[Phase, ...]]] = {
    Outcome.BUILT: (Phase.BUILDING, Phase.PAUSED),
    Outcome.SWITCHED: (Phase.SWITCHING,),
    Outcome.DROPPED: (Phase.DROPPING,),
}
"""Outcomes that come once: said again after a crash, they find the rebuild past these phases."""

_ENDS: Final = frozenset({Outcome.SWITCHED, Outcome.DROPPED, Outcome.FAILED})
_OF_AUDITS: Final = frozenset({Outcome.AUDITED, Outcome.AUDIT_FAILED})


def orders(upkeep: Upkeep) -> frozenset[Order]:
    """What may be ordered now."""
    return frozenset(order for order in Order if _hindrance(order, upkeep) is None)


def decide(upkeep: Upkeep, request: UpkeepRequest, request_id: str) -> Payload:
    """The decision on a request. The work it starts is named by `request_id`."""
    if isinstance(request, OutcomeRequested):
        return _outcome(upkeep, request)
    first = upkeep.audit if request.order is Order.AUDIT else upkeep.rebuild
    why = _hindrance(request.order, upkeep)
    if why is not None:
        return refused(request, why, None if first is None else first.last)
    starts = request.order in (Order.REBUILD, Order.AUDIT)
    return _ordered(request, request_id if first is None or starts else first.id)


def _hindrance(order: Order, upkeep: Upkeep) -> Refusal | None:
    """Why an order cannot be given now."""
    if order is Order.AUDIT:
        return Refusal.AUDIT_RUNNING if upkeep.audit is not None else None
    if order is Order.REBUILD:
        return Refusal.REBUILD_RUNNING if upkeep.rebuild is not None else None
    phases, _, why = STEPS[order]
    if upkeep.rebuild is None:
        return Refusal.NO_REBUILD
    return None if upkeep.rebuild.phase in phases else why


def _ordered(request: UpkeepRequested, work: str) -> UpkeepOrdered:
    return UpkeepOrdered(
        service=request.service,
        projection=request.projection,
        work=work,
        order=request.order,
        operator=request.operator,
        reason=request.reason.strip(),
    )


def _outcome(upkeep: Upkeep, request: OutcomeRequested) -> Payload:
    work = upkeep.audit if request.outcome in _OF_AUDITS else upkeep.rebuild
    phase = upkeep.rebuild.phase if upkeep.rebuild is not None else None
    if work is None or work.id != request.work or phase not in _FROM.get(request.outcome, (phase,)):
        return refused(request, Refusal.WORK_UNKNOWN)
    return OutcomeNoted.model_validate(request.model_dump())


def evolve(upkeep: Upkeep, decision: Payload, at: datetime) -> Upkeep:
    """The upkeep after a decision."""
    match decision:
        case UpkeepOrdered():
            return _after_order(upkeep, decision, Mark(by=decision.operator, at=at))
        case OutcomeNoted(outcome=outcome) if outcome in _OF_AUDITS:
            return upkeep.model_copy(update={"audit": None})
        case OutcomeNoted(outcome=outcome) if outcome in _ENDS:
            return upkeep.model_copy(update={"rebuild": None})
        case OutcomeNoted() if upkeep.rebuild is not None:
            return upkeep.model_copy(update={"rebuild": upkeep.rebuild.model_copy(update={"phase": Phase.BUILT})})
        case _:
            return upkeep


def _after_order(upkeep: Upkeep, ordered: UpkeepOrdered, mark: Mark) -> Upkeep:
    if ordered.order is Order.AUDIT:
        return upkeep.model_copy(update={"audit": Work(id=ordered.work, last=mark)})
    phase = Phase.BUILDING if ordered.order is Order.REBUILD else STEPS[ordered.order][1]
    return upkeep.model_copy(update={"rebuild": Rebuild(id=ordered.work, last=mark, phase=phase)})
