"""Replaying all of a filter: one batch at a time for each topic, so that nobody replays what another is replaying."""

from datetime import datetime
from typing import Literal

from schemas.console.letters import (
    BatchEnded,
    BatchEndRequested,
    BatchRequested,
    BatchStarted,
    BatchStopped,
    BatchStopRequested,
)
from schemas.payload import Payload
from services.console.domain.parts import Mark, State
from services.console.domain.refusals import Refusal, refused

BatchRequest = BatchRequested | BatchStopRequested | BatchEndRequested


class Batches(State):
    """Those of one topic; `running` is the one that goes on, if there is one."""

    kind: Literal["batches"] = "batches"
    running: str | None = None
    last: Mark


def decide(batches: Batches | None, request: BatchRequest) -> Payload:
    """The decision on a request about the batches of one topic."""
    running = None if batches is None else batches.running
    last = None if batches is None else batches.last
    if isinstance(request, BatchRequested):
        if running is not None:
            return refused(request, Refusal.BATCH_RUNNING, last)
        if request.total == 0:
            return refused(request, Refusal.NOTHING_TO_REPLAY)
        return BatchStarted(
            batch=request.batch,
            filter=request.filter,
            total=request.total,
            operator=request.operator,
            reason=request.reason.strip(),
        )
    if running != request.batch:
        return refused(request, Refusal.NO_BATCH, last)
    if isinstance(request, BatchStopRequested):
        return BatchStopped(batch=request.batch, operator=request.operator)
    return BatchEnded(batch=request.batch)


def evolve(batches: Batches | None, decision: Payload, at: datetime) -> Batches | None:
    """The batches of a topic after a decision."""
    match decision:
        case BatchStarted(batch=batch, operator=operator):
            return Batches(running=batch, last=Mark(by=operator, at=at))
        case BatchStopped(operator=operator):
            return Batches(last=Mark(by=operator, at=at))
        case BatchEnded() if batches is not None:
            return batches.model_copy(update={"running": None})
        case _:
            return batches
