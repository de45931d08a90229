"""Why an act is refused. The words are stable: pages and clients know them."""

from datetime import datetime
from enum import StrEnum

from schemas.console.parts import ActRefused, Operator
from schemas.payload import Payload
from services.console.domain.parts import Mark


class Refusal(StrEnum):
    """A word for each reason."""

    LETTER_UNKNOWN = "letter-unknown"
    LETTER_KNOWN = "letter-known"
    NOT_REPLAYABLE = "not-replayable"
    ALREADY_ACTED = "already-acted"
    NOT_ORDERED = "not-ordered"
    REASON_MISSING = "reason-missing"
    BATCH_RUNNING = "batch-running"
    NOTHING_TO_REPLAY = "nothing-to-replay"
    NO_BATCH = "no-batch"
    REBUILD_RUNNING = "rebuild-running"
    AUDIT_RUNNING = "audit-running"
    NOT_BUILDING = "not-building"
    NOT_PAUSED = "not-paused"
    NOT_BUILT = "not-built"
    NO_REBUILD = "no-rebuild"
    WORK_UNKNOWN = "work-unknown"


def refused(request: Payload, code: Refusal, first: Mark | None = None) -> ActRefused:
    """The refusal of a request; `first` is the act that came before it."""
    by: Operator | None = None if first is None else first.by
    at: datetime | None = None if first is None else first.at
    return ActRefused(request=request.TYPE, code=code.value, by=by, at=at)
