"""Streams of agencies: which public events go to whose address, and what is asked to be done about one."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from schemas.notifications.about import Kind
from schemas.payload import Part, Payload

MOST_VALUES = 50
"""Values of one member of a filter."""

TypePattern = Annotated[str, Field(pattern=r"^notifications\.(?:[a-z0-9-]{1,30}\.){0,2}(?:[a-z0-9-]{1,30}|\*)$")]
"""An event type, or the beginning of some with a star after the last dot: `notifications.petition.*`."""
Word = Annotated[str, Field(min_length=1, max_length=100)]
Values = Annotated[tuple[Word, ...], Field(max_length=MOST_VALUES)]


class StreamFilter(Part):
    """Which public events a reader wants: those that pass every member that is set, by any of its values.

    `threshold` is about events that tell a count of signatures: `goal` lets pass only that a goal was reached, a
    number also counts of at least so many.
    """

    types: Annotated[tuple[TypePattern, ...], Field(max_length=MOST_VALUES)] = ()
    kinds: tuple[Kind, ...] = ()
    levels: Values = ()
    units: Values = ()
    regions: Values = ()
    bodies: Values = ()
    categories: Values = ()
    petitions: Values = ()
    consultations: Values = ()
    threshold: Annotated[int, Field(ge=1)] | Literal["goal"] | None = None


class Work(StrEnum):
    """What an owner can have done beside the live flow."""

    REPLAY = "replay"
    RETRY = "retry"
    TEST = "test"


class Order(Part):
    """Events from cursor `start` to before `end` are sent once more; a test sends one that tells nothing."""

    number: int
    work: Work
    start: int = 0
    end: int = 0


class StreamRequest(Payload):
    """Something is to be done about a stream."""

    stream: str


class OwnerRequest(StreamRequest):
    """Its owner asks: `agency:BODY`, or a person's pseudonym."""

    owner: str


Name = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]+$")]
Endpoint = Annotated[str, Field(min_length=1, max_length=2000)]


class StreamCreateRequested(OwnerRequest):
    """A new stream to `endpoint`, from cursor `start` on. `secret` is sealed by the service."""

    TYPE: ClassVar[str] = "notifications.stream.create-requested.v1"
    name: Name
    endpoint: Endpoint
    filter: StreamFilter
    secret: str
    start: int


class StreamChangeRequested(OwnerRequest):
    """Another name, address or filter; what is `None` stays."""

    TYPE: ClassVar[str] = "notifications.stream.change-requested.v1"
    name: Name | None = None
    endpoint: Endpoint | None = None
    filter: StreamFilter | None = None


class StreamPauseRequested(OwnerRequest):
    """Nothing is to be sent for now."""

    TYPE: ClassVar[str] = "notifications.stream.pause-requested.v1"


class StreamResumeRequested(OwnerRequest):
    """Sending is to go on from where it stopped, also after the stream was disabled."""

    TYPE: ClassVar[str] = "notifications.stream.resume-requested.v1"


class StreamRotationRequested(OwnerRequest):
    """A new signing secret, sealed."""

    TYPE: ClassVar[str] = "notifications.stream.rotation-requested.v1"
    secret: str


class StreamDeletionRequested(OwnerRequest):
    """The stream is to end."""

    TYPE: ClassVar[str] = "notifications.stream.deletion-requested.v1"


class StreamReplayRequested(OwnerRequest):
    """Events from cursor `start` to before `end` are to be sent once more, beside the live flow."""

    TYPE: ClassVar[str] = "notifications.stream.replay-requested.v1"
    start: int = Field(ge=0)
    end: int = Field(ge=0)


class StreamRetryRequested(OwnerRequest):
    """The event with this `cursor` is to be tried again."""

    TYPE: ClassVar[str] = "notifications.stream.retry-requested.v1"
    cursor: int = Field(ge=1)


class StreamCancellationRequested(OwnerRequest):
    """The replay with this number is to send nothing more."""

    TYPE: ClassVar[str] = "notifications.stream.cancellation-requested.v1"
    order: int = Field(ge=1)


class StreamTestRequested(OwnerRequest):
    """An event that tells nothing is to be sent."""

    TYPE: ClassVar[str] = "notifications.stream.test-requested.v1"


class StreamVerificationRequested(StreamRequest):
    """The receiver at `endpoint` has taken a test event."""

    TYPE: ClassVar[str] = "notifications.stream.verification-requested.v1"
    endpoint: str


class StreamDisablingRequested(StreamRequest):
    """The receiver at `endpoint` takes nothing more, for this reason."""

    TYPE: ClassVar[str] = "notifications.stream.disabling-requested.v1"
    endpoint: str
    reason: str


class StreamCompletionRequested(StreamRequest):
    """An order has been carried out."""

    TYPE: ClassVar[str] = "notifications.stream.completion-requested.v1"
    order: int


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


STREAM_REQUESTS: tuple[type[StreamRequest], ...] = (
    StreamCreateRequested,
    StreamChangeRequested,
    StreamPauseRequested,
    StreamResumeRequested,
    StreamRotationRequested,
    StreamDeletionRequested,
    StreamReplayRequested,
    StreamCancellationRequested,
    StreamRetryRequested,
    StreamTestRequested,
    StreamVerificationRequested,
    StreamDisablingRequested,
    StreamCompletionRequested,
)
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
