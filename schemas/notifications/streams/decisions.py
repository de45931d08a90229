"""What was decided about a stream."""

from datetime import datetime
from typing import ClassVar

from schemas.notifications.streams.filter import StreamFilter
from schemas.notifications.streams.parts import Order
from schemas.payload import Payload


class StreamDecision(Payload):
    """Something was decided about a stream."""

    stream: str


class StreamCreated(StreamDecision):
    """There is a new stream. It begins to flow when its receiver has taken a test event."""

    TYPE: ClassVar[str] = "notifications.stream.created.v1"
    owner: str
    name: str
    endpoint: str
    filter: StreamFilter
    secret: str
    start: int


class StreamChanged(StreamDecision):
    """How the stream is now. Another address must take a test event first."""

    TYPE: ClassVar[str] = "notifications.stream.changed.v1"
    name: str
    endpoint: str
    filter: StreamFilter


class StreamVerified(StreamDecision):
    """The receiver has taken a test event."""

    TYPE: ClassVar[str] = "notifications.stream.verified.v1"


class StreamPaused(StreamDecision):
    """Nothing is sent for now."""

    TYPE: ClassVar[str] = "notifications.stream.paused.v1"


class StreamResumed(StreamDecision):
    """Sending goes on from where it stopped."""

    TYPE: ClassVar[str] = "notifications.stream.resumed.v1"


class StreamSecretRotated(StreamDecision):
    """Deliveries are signed with the new secret, and with the one before `until` (UTC)."""

    TYPE: ClassVar[str] = "notifications.stream.secret-rotated.v1"
    secret: str
    until: datetime


class StreamDisabled(StreamDecision):
    """Nothing is sent until the owner resumes it. `reason` is a code such as `gone` or `failing`."""

    TYPE: ClassVar[str] = "notifications.stream.disabled.v1"
    reason: str


class StreamDeleted(StreamDecision):
    """The stream has ended."""

    TYPE: ClassVar[str] = "notifications.stream.deleted.v1"


class StreamOrdered(StreamDecision):
    """Something is done beside the live flow."""

    TYPE: ClassVar[str] = "notifications.stream.ordered.v1"
    order: Order


class StreamOrderCompleted(StreamDecision):
    """An order has been carried out."""

    TYPE: ClassVar[str] = "notifications.stream.order-completed.v1"
    order: int


class StreamOrderCancelled(StreamDecision):
    """An order ends before its end; what it has sent stays sent."""

    TYPE: ClassVar[str] = "notifications.stream.order-cancelled.v1"
    order: int


class StreamRefused(StreamDecision):
    """Nothing changed. `code` says why."""

    TYPE: ClassVar[str] = "notifications.stream.refused.v1"
    code: str


STREAM_DECISIONS: tuple[type[StreamDecision], ...] = (
    StreamCreated,
    StreamChanged,
    StreamVerified,
    StreamPaused,
    StreamResumed,
    StreamSecretRotated,
    StreamDisabled,
    StreamDeleted,
    StreamOrdered,
    StreamOrderCompleted,
    StreamOrderCancelled,
    StreamRefused,
)
