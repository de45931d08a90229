"""Requests and decisions on deliveries: one event told to one subscriber by one channel. The key is the subscriber."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from pydantic import Field

from schemas.notifications.parts import (
    Cadence,
    ChannelId,
    ChannelKind,
    DeliveryId,
    Interest,
    Preferences,
    Priority,
    Subscriber,
    ZonedQuietHours,
)
from schemas.payload import Payload


class Attempt(StrEnum):
    """How a try to tell somebody ended."""

    SENT = "sent"
    RETRY = "retry"
    GONE = "gone"
    UNWANTED = "unwanted"


class DeliveryRequest(Payload):
    """What all requests on a delivery have."""

    subscriber: Subscriber
    delivery: DeliveryId


class DeliveryRequested(DeliveryRequest):
    """Somebody who follows `interest` is to be told of an event, by one of their channels, as they prefer."""

    TYPE: ClassVar[str] = "notifications.delivery.requested.v1"
    event: str
    interest: Interest
    channel: ChannelId
    kind: ChannelKind
    cadence: Cadence
    priority: Priority
    preferences: Preferences


class AttemptReported(DeliveryRequest):
    """A channel was tried. `tries` are those before this one."""

    TYPE: ClassVar[str] = "notifications.delivery.attempt-reported.v1"
    tries: int = Field(ge=0)
    outcome: Attempt
    reason: str = Field(default="", max_length=60, description="A code: never a text of a server.")
    after: int | None = Field(default=None, description="Seconds the other side wants to be left alone.")


class RetryRequested(DeliveryRequest):
    """Somebody wants to be told after all what was given up."""

    TYPE: ClassVar[str] = "notifications.delivery.retry-requested.v1"


class ReadRequested(DeliveryRequest):
    """Somebody has read one thing in their inbox."""

    TYPE: ClassVar[str] = "notifications.delivery.read-requested.v1"


class ReadAllRequested(Payload):
    """Somebody has read all that came to their inbox up to an instant."""

    TYPE: ClassVar[str] = "notifications.inbox.read-requested.v1"
    subscriber: Subscriber
    until: datetime


class DeliveryQueued(Payload):
    """It is told at `due_at`, UTC. What is due at the same instant by the same channel is told together."""

    TYPE: ClassVar[str] = "notifications.delivery.queued.v1"
    subscriber: Subscriber
    delivery: DeliveryId
    event: str
    interest: Interest
    channel: ChannelId
    kind: ChannelKind
    priority: Priority
    due_at: datetime
    tries: int = 0
    quiet: ZonedQuietHours | None = Field(default=None, description="When it is not tried again.")


class DeliveryShown(Payload):
    """It lies in the subscriber's inbox."""

    TYPE: ClassVar[str] = "notifications.delivery.shown.v1"
    subscriber: Subscriber
    delivery: DeliveryId
    event: str
    interest: Interest


class DeliveryDispatched(Payload):
    """The other side answers for it now."""

    TYPE: ClassVar[str] = "notifications.delivery.dispatched.v1"
    subscriber: Subscriber
    delivery: DeliveryId


class DeliveryPostponed(Payload):
    """It did not work this time; it is tried again at `due_at`, UTC."""

    TYPE: ClassVar[str] = "notifications.delivery.postponed.v1"
    subscriber: Subscriber
    delivery: DeliveryId
    due_at: datetime
    tries: int
    reason: str


class DeliveryAbandoned(Payload):
    """It is not tried again by itself."""

    TYPE: ClassVar[str] = "notifications.delivery.abandoned.v1"
    subscriber: Subscriber
    delivery: DeliveryId
    tries: int
    reason: str


class DeliverySeen(Payload):
    """It was read in the inbox."""

    TYPE: ClassVar[str] = "notifications.delivery.seen.v1"
    subscriber: Subscriber
    delivery: DeliveryId


class InboxSeen(Payload):
    """All that came to the inbox up to an instant was read."""

    TYPE: ClassVar[str] = "notifications.inbox.seen.v1"
    subscriber: Subscriber
    until: datetime


class DeliveryRefused(Payload):
    """The request changed nothing. `code` is a stable word of `Refusal`."""

    TYPE: ClassVar[str] = "notifications.delivery.refused.v1"
    subscriber: Subscriber
    delivery: DeliveryId | None
    request: str = Field(description="The type of the request that was refused.")
    code: str


DELIVERY_REQUESTED = (DeliveryRequested, AttemptReported, RetryRequested, ReadRequested, ReadAllRequested)
DELIVERY_DECIDED = (
    DeliveryQueued,
    DeliveryShown,
    DeliveryDispatched,
    DeliveryPostponed,
    DeliveryAbandoned,
    DeliverySeen,
    InboxSeen,
    DeliveryRefused,
)
