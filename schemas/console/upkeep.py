"""Requests and decisions on the upkeep of projections, version 1. The service they belong to carries them out."""

from enum import StrEnum
from typing import ClassVar

from pydantic import Field

from schemas.console.parts import Operator, Reason
from schemas.payload import Payload


class Order(StrEnum):
    """What an operator may order. All but `audit` are about a version that is built beside the live one."""

    REBUILD = "rebuild"
    PAUSE = "pause"
    RESUME = "resume"
    SWITCH = "switch"
    DROP = "drop"
    AUDIT = "audit"


class Outcome(StrEnum):
    """What became of an order."""

    BUILT = "built"
    SWITCHED = "switched"
    DROPPED = "dropped"
    FAILED = "failed"
    AUDITED = "audited"
    AUDIT_FAILED = "audit-failed"


class UpkeepRequested(Payload):
    """An operator wants something done to a projection."""

    TYPE: ClassVar[str] = "console.upkeep.requested.v1"
    service: str
    projection: str
    order: Order
    operator: Operator
    reason: Reason = Field(default="", max_length=1000)


class OutcomeRequested(Payload):
    """The service says what became of an order. `work` is that of the order."""

    TYPE: ClassVar[str] = "console.upkeep.outcome-requested.v1"
    service: str
    projection: str
    work: str
    outcome: Outcome
    version: int | None = None
    count: int | None = Field(default=None, description="Events folded, or documents checked.")
    differences: tuple[str, ...] = Field(default=(), max_length=50, description="What an audit has found, masked.")
    error: str = Field(default="", max_length=1000)


class UpkeepOrdered(Payload):
    """The service is to do this. `work` names one rebuild, from its start to its switch or drop, or one audit."""

    TYPE: ClassVar[str] = "console.upkeep.ordered.v1"
    service: str
    projection: str
    work: str
    order: Order
    operator: Operator
    reason: Reason


class OutcomeNoted(Payload):
    """What became of an order."""

    TYPE: ClassVar[str] = "console.upkeep.outcome-noted.v1"
    service: str
    projection: str
    work: str
    outcome: Outcome
    version: int | None
    count: int | None
    differences: tuple[str, ...]
    error: str
