"""A stream of public events to somebody's address: its state, as a fold of what was decided about it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from schemas.notifications.streams import (
    Order,
    StreamChanged,
    StreamCreated,
    StreamDeleted,
    StreamDisabled,
    StreamFilter,
    StreamOrderCancelled,
    StreamOrderCompleted,
    StreamOrdered,
    StreamPaused,
    StreamResumed,
    StreamSecretRotated,
    StreamVerified,
)
from schemas.payload import Payload

MOST_SECRETS: Final = 5
"""Secrets that sign at a time; the oldest ends with the next."""
CANCELLED_KNOWN: Final = 20
"""Cancelled replays of a stream that are remembered, so that cancelling one again is no error."""


class StreamStatus(StrEnum):
    """Whether events flow, and why not."""

    UNVERIFIED = "unverified"
    ACTIVE = "active"
    PAUSED = "paused"
    DISABLED = "disabled"
    DELETED = "deleted"


class SealedSecret(BaseModel):
    """A signing secret, sealed by the service. `until` is the instant (UTC) after which it signs no more."""

    model_config = ConfigDict(frozen=True)

    sealed: str
    until: datetime | None = None


class AgencyStream(BaseModel):
    """One stream. `secrets` begins with the newest; `orders` are those not carried out yet, the oldest first.

    `ordered` is the number of the newest order, `cancelled` has the numbers of those that were cancelled last.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    owner: str
    name: str
    endpoint: str
    filter: StreamFilter
    secrets: tuple[SealedSecret, ...]
    start: int
    created_at: datetime
    verified: bool = False
    paused: bool = False
    disabled: str | None = None
    deleted: bool = False
    orders: tuple[Order, ...] = ()
    ordered: int = 0
    cancelled: tuple[int, ...] = ()

    @property
    def status(self) -> StreamStatus:
        """The first reason for which nothing flows, or that it does."""
        if self.deleted:
            return StreamStatus.DELETED
        if self.disabled is not None:
            return StreamStatus.DISABLED
        if self.paused:
            return StreamStatus.PAUSED
        return StreamStatus.ACTIVE if self.verified else StreamStatus.UNVERIFIED

    @property
    def old_secret_until(self) -> datetime | None:
        """When the newest secret begins to sign alone (UTC); `None` where no other ever did."""
        return max((each.until for each in self.secrets if each.until is not None), default=None)

    def signing(self, now: datetime) -> tuple[str, ...]:
        """The sealed secrets that sign at `now`, the newest first."""
        return tuple(each.sealed for each in self.secrets if each.until is None or now < each.until)


def evolve(stream: AgencyStream | None, decision: Payload, at: datetime) -> AgencyStream | None:
    """The stream after a decision taken at `at`; the same object where it changed nothing."""
    if isinstance(decision, StreamCreated):
        told = decision.model_dump(include={"owner", "name", "endpoint", "filter", "start"})
        secrets = (SealedSecret(sealed=decision.secret),)
        return AgencyStream(id=decision.stream, secrets=secrets, created_at=at, **told)
    if stream is None:
        return None
    if isinstance(decision, StreamSecretRotated):
        return stream.model_copy(update={"secrets": _rotated(stream.secrets, decision, at)})
    change = _CHANGES.get(type(decision), _none)(stream, decision)
    return stream.model_copy(update=change) if change else stream


Change = dict[str, Any]


def _none(_stream: AgencyStream, _decision: Any) -> Change:
    return {}


def _changed(stream: AgencyStream, decision: StreamChanged) -> Change:
    told: Change = {"name": decision.name, "endpoint": decision.endpoint, "filter": decision.filter}
    return told if decision.endpoint == stream.endpoint else told | {"verified": False}


def _resumed(stream: AgencyStream, _decision: StreamResumed) -> Change:
    # Whoever stopped answering shows with a test event that somebody is there again.
    return {"paused": False, "disabled": None, "verified": stream.verified and stream.disabled is None}


def _rotated(
    secrets: tuple[SealedSecret, ...], decision: StreamSecretRotated, at: datetime
) -> tuple[SealedSecret, ...]:
    """Each secret signs as long as it was promised, however many come after it; what has ended is forgotten."""
    before = secrets[0].model_copy(update={"until": decision.until})
    older = [each for each in secrets[1:] if each.until is not None and each.until > at]
    return (SealedSecret(sealed=decision.secret), before, *older)[:MOST_SECRETS]


def _ordered(stream: AgencyStream, decision: StreamOrdered) -> Change:
    return {"orders": (*stream.orders, decision.order), "ordered": decision.order.number}


def _completed(stream: AgencyStream, decision: StreamOrderCompleted) -> Change:
    return {"orders": _without(stream.orders, decision.order)}


def _cancelled(stream: AgencyStream, decision: StreamOrderCancelled) -> Change:
    if decision.order in stream.cancelled:
        return {}
    known = (*stream.cancelled, decision.order)[-CANCELLED_KNOWN:]
    return {"orders": _without(stream.orders, decision.order), "cancelled": known}


def _without(orders: tuple[Order, ...], number: int) -> tuple[Order, ...]:
    return tuple(each for each in orders if each.number != number)


_CHANGES: Final[Mapping[type[Payload], Callable[[AgencyStream, Any], Change]]] = {
    StreamChanged: _changed,
    StreamVerified: lambda _, __: {"verified": True},
    StreamPaused: lambda _, __: {"paused": True},
    StreamResumed: _resumed,
    StreamDisabled: lambda _, decision: {"disabled": decision.reason},
    StreamDeleted: lambda _, __: {"deleted": True, "orders": (), "secrets": ()},
    StreamOrdered: _ordered,
    StreamOrderCompleted: _completed,
    StreamOrderCancelled: _cancelled,
}
"""The members of a stream that are others after a decision, by the decision's type."""
