"""What is asked to be done about a stream: by its owner, or by whoever sends it."""

from typing import ClassVar

from pydantic import Field

from schemas.notifications.streams.filter import StreamFilter
from schemas.notifications.streams.parts import Endpoint, Name
from schemas.payload import Payload


class StreamRequest(Payload):
    """Something is to be done about a stream."""

    stream: str


class OwnerRequest(StreamRequest):
    """Its owner asks: `agency:BODY`, or a person's pseudonym."""

    owner: str


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
