"""Deliveries: one event is told to one subscriber by one channel once, and tried again until that worked or is over."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from schemas.notifications.deliveries import (
    Attempt,
    AttemptReported,
    DeliveryAbandoned,
    DeliveryDispatched,
    DeliveryPostponed,
    DeliveryQueued,
    DeliveryRefused,
    DeliveryRequest,
    DeliveryRequested,
    DeliverySeen,
    DeliveryShown,
    InboxSeen,
    ReadAllRequested,
    ReadRequested,
    RetryRequested,
)
from schemas.notifications.parts import INBOX, ChannelKind, Priority, ZonedQuietHours
from schemas.payload import Payload
from services.notifications.domain.refusals import Refusal
from services.notifications.domain.schedule import due_at, priority_when_due, quiet_hours, retry_at

GIVEN_UP: Final = "tried-too-often"


class Phase(StrEnum):
    """How a delivery stands."""

    QUEUED = "queued"
    SENT = "sent"
    GIVEN_UP = "given-up"
    UNREAD = "unread"
    READ = "read"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery; `tries` are those that did not work, and it is not tried again in `quiet` hours."""

    phase: Phase
    event: str
    interest: str
    channel: str
    kind: ChannelKind
    priority: Priority
    tries: int = 0
    quiet: ZonedQuietHours | None = None


def delivery_id(event: str, subscriber: str, channel: str) -> str:
    """The same whoever asks, and again."""
    return str(uuid5(NAMESPACE_URL, f"kenes:delivery:{event}/{subscriber}/{channel}"))


def decide(delivery: Delivery | None, request: Payload, now: datetime) -> Payload:
    """The decision on a request; `None` is a delivery nobody has heard of. Raises `TypeError` on another payload."""
    if isinstance(request, ReadAllRequested):
        return InboxSeen(subscriber=request.subscriber, until=min(request.until, now))
    if isinstance(request, DeliveryRequested):
        return _deliver(request, now) if delivery is None else _no(request, Refusal.TOLD_BEFORE)
    rule = _RULES.get(type(request))
    if rule is None or not isinstance(request, DeliveryRequest):
        raise TypeError(f"{type(request).__name__} is no request on a delivery")
    return _no(request, Refusal.DELIVERY_UNKNOWN) if delivery is None else rule(delivery, request, now)


def evolve(delivery: Delivery | None, decision: Payload) -> Delivery | None:
    """The delivery after a decision; the same object where it changed nothing."""
    if isinstance(decision, DeliveryQueued):
        told = (decision.event, decision.interest, decision.channel, decision.kind, decision.priority)
        return Delivery(Phase.QUEUED, *told, tries=decision.tries, quiet=decision.quiet)
    if isinstance(decision, DeliveryShown):
        told = (decision.event, decision.interest, INBOX, ChannelKind.INBOX, Priority.NORMAL)
        return Delivery(Phase.UNREAD, *told)
    change = _CHANGES.get(type(decision))
    return delivery if delivery is None or change is None else change(delivery, decision)


def _deliver(request: DeliveryRequested, now: datetime) -> Payload:
    if request.kind is ChannelKind.INBOX:
        return DeliveryShown(
            subscriber=request.subscriber, delivery=request.delivery, event=request.event, interest=request.interest
        )
    due = due_at(now, request.cadence, request.priority, request.preferences)
    return DeliveryQueued(
        subscriber=request.subscriber,
        delivery=request.delivery,
        event=request.event,
        interest=request.interest,
        channel=request.channel,
        kind=request.kind,
        priority=priority_when_due(request.priority, now, due),
        due_at=due,
        quiet=quiet_hours(request.priority, request.preferences),
    )


def _tried(delivery: Delivery, request: AttemptReported, now: datetime) -> Payload:
    if delivery.phase is not Phase.QUEUED or request.tries != delivery.tries:
        return _no(request, Refusal.NOT_QUEUED)
    who = {"subscriber": request.subscriber, "delivery": request.delivery}
    tries = request.tries + 1
    match request.outcome:
        case Attempt.SENT:
            return DeliveryDispatched(**who)
        case Attempt.RETRY:
            again = retry_at(now, tries, request.subscriber, request.after, delivery.quiet)
            if again is None:
                return DeliveryAbandoned(**who, tries=tries, reason=request.reason or GIVEN_UP)
            return DeliveryPostponed(**who, due_at=again, tries=tries, reason=request.reason)
        case Attempt.GONE | Attempt.UNWANTED:
            return DeliveryAbandoned(**who, tries=tries, reason=request.reason or str(request.outcome))


def _queued_again(delivery: Delivery, request: RetryRequested, now: datetime) -> Payload:
    if delivery.phase is not Phase.GIVEN_UP:
        return _no(request, Refusal.NOT_GIVEN_UP)
    return DeliveryQueued(
        subscriber=request.subscriber,
        delivery=request.delivery,
        event=delivery.event,
        interest=delivery.interest,
        channel=delivery.channel,
        kind=delivery.kind,
        priority=delivery.priority,
        due_at=now,
        tries=delivery.tries,
        quiet=delivery.quiet,
    )


def _read(delivery: Delivery, request: ReadRequested, _now: datetime) -> Payload:
    if delivery.phase is not Phase.UNREAD:
        return _no(request, Refusal.NOT_UNREAD)
    return DeliverySeen(subscriber=request.subscriber, delivery=request.delivery)


def _no(request: DeliveryRequest, refusal: Refusal) -> DeliveryRefused:
    return DeliveryRefused(subscriber=request.subscriber, delivery=request.delivery, request=request.TYPE, code=refusal)


_RULES: Final[Mapping[type[Payload], Callable[[Delivery, Any, datetime], Payload]]] = {
    AttemptReported: _tried,
    RetryRequested: _queued_again,
    ReadRequested: _read,
}
_CHANGES: Final[Mapping[type[Payload], Callable[[Delivery, Any], Delivery]]] = {
    DeliveryDispatched: lambda delivery, _: replace(delivery, phase=Phase.SENT),
    DeliveryPostponed: lambda delivery, decision: replace(delivery, tries=decision.tries),
    DeliveryAbandoned: lambda delivery, decision: replace(delivery, phase=Phase.GIVEN_UP, tries=decision.tries),
    DeliverySeen: lambda delivery, _: replace(delivery, phase=Phase.READ),
}
