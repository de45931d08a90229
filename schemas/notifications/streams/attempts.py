"""Tries to deliver: how each ended, and the event that tries whether a receiver is there."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from schemas.payload import Payload


class Result(StrEnum):
    """How a try to deliver an event ended: `dead` is a failure after which it is not tried again by itself."""

    DELIVERED = "delivered"
    FAILED = "failed"
    DEAD = "dead"
    GONE = "gone"


class DeliveryAttempted(Payload):
    """One try to deliver one event to a stream's receiver.

    `cursor` is the event's own, 0 for a test; `attempt` counts from 1, `order` is of what was asked for beside the live
    flow. `reason` is a code.
    """

    TYPE: ClassVar[str] = "notifications.stream.delivery-attempted.v1"
    stream: str
    cursor: int
    event: str
    type: str
    subject: str
    order: int | None
    attempt: int
    result: Result
    status: int | None
    reason: str | None
    milliseconds: int
    again_at: datetime | None


class StreamTest(Payload):
    """Sent to a stream's receiver to see whether it is there; it stands in no topic."""

    TYPE: ClassVar[str] = "notifications.stream.test.v1"
    stream: str
    name: str
