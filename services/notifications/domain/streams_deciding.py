"""What may be done about a stream. Pure and total: one request, one decision."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from schemas.notifications.streams import (
    Order,
    OwnerRequest,
    StreamCancellationRequested,
    StreamChanged,
    StreamChangeRequested,
    StreamCompletionRequested,
    StreamCreated,
    StreamCreateRequested,
    StreamDeleted,
    StreamDeletionRequested,
    StreamDisabled,
    StreamDisablingRequested,
    StreamOrderCancelled,
    StreamOrderCompleted,
    StreamOrdered,
    StreamPaused,
    StreamPauseRequested,
    StreamRefused,
    StreamReplayRequested,
    StreamResumed,
    StreamResumeRequested,
    StreamRetryRequested,
    StreamRotationRequested,
    StreamSecretRotated,
    StreamTestRequested,
    StreamVerificationRequested,
    StreamVerified,
    Work,
)
from schemas.payload import Payload
from services.notifications.domain.streams import AgencyStream, StreamStatus

OLD_SECRET_SIGNS: Final = timedelta(hours=24)
MOST_ORDERS: Final = 10
"""Orders of one stream at a time."""


class StreamRefusal(StrEnum):
    """Why nothing was changed. The words are stable: clients and translations key on them."""

    STREAM_UNKNOWN = "stream-unknown"
    STREAM_EXISTS = "stream-exists"
    NOTHING_CHANGES = "nothing-changes"
    STREAM_UNVERIFIED = "stream-unverified"
    REPLAY_EMPTY = "replay-empty"
    REPLAY_UNKNOWN = "replay-unknown"
    REPLAY_ENDED = "replay-ended"
    TOO_MANY_ORDERS = "too-many-orders"
    ORDER_UNKNOWN = "order-unknown"
    ENDPOINT_CHANGED = "endpoint-changed"


Found = Payload | StreamRefusal


def decide(stream: AgencyStream | None, request: Payload, now: datetime) -> Payload:
    """The decision on a request. Raises `TypeError` for a payload that is no request about a stream."""
    if isinstance(request, StreamCreateRequested):
        return _create(stream, request)
    name: str = getattr(request, "stream", "")
    strange = isinstance(request, OwnerRequest) and stream is not None and request.owner != stream.owner
    if stream is None or stream.deleted or strange:
        # Whose it is nobody else is told, nor that there is one.
        return StreamRefused(stream=name, code=StreamRefusal.STREAM_UNKNOWN)
    try:
        rule = _RULES[type(request)]
    except KeyError:
        raise TypeError(f"{request.TYPE} asks nothing about a stream") from None
    found = rule(stream, request, now)
    return StreamRefused(stream=stream.id, code=found) if isinstance(found, StreamRefusal) else found


def _create(stream: AgencyStream | None, request: StreamCreateRequested) -> Payload:
    if stream is not None:
        return StreamRefused(stream=stream.id, code=StreamRefusal.STREAM_EXISTS)
    return StreamCreated.model_validate(request.model_dump())


def _pause(stream: AgencyStream, _request: StreamPauseRequested, _now: datetime) -> Found:
    return StreamRefusal.NOTHING_CHANGES if stream.paused else StreamPaused(stream=stream.id)


def _resume(stream: AgencyStream, _request: StreamResumeRequested, _now: datetime) -> Found:
    stopped = stream.paused or stream.disabled is not None
    return StreamResumed(stream=stream.id) if stopped else StreamRefusal.NOTHING_CHANGES


def _rotate(stream: AgencyStream, request: StreamRotationRequested, now: datetime) -> Found:
    return StreamSecretRotated(stream=stream.id, secret=request.secret, until=now + OLD_SECRET_SIGNS)


def _delete(stream: AgencyStream, _request: StreamDeletionRequested, _now: datetime) -> Found:
    return StreamDeleted(stream=stream.id)


def _replay(stream: AgencyStream, request: StreamReplayRequested, _now: datetime) -> Found:
    if request.end <= request.start:
        return StreamRefusal.REPLAY_EMPTY
    return _ordered(stream, Work.REPLAY, request.start, request.end)


def _cancel(stream: AgencyStream, request: StreamCancellationRequested, _now: datetime) -> Found:
    found = next((each for each in stream.orders if each.number == request.order), None)
    if request.order > stream.ordered or (found is not None and found.work is not Work.REPLAY):
        return StreamRefusal.REPLAY_UNKNOWN
    # Who asks again, because an answer was lost, is told the same again.
    if found is None and request.order not in stream.cancelled:
        return StreamRefusal.REPLAY_ENDED
    return StreamOrderCancelled(stream=stream.id, order=request.order)


def _retry(stream: AgencyStream, request: StreamRetryRequested, _now: datetime) -> Found:
    return _ordered(stream, Work.RETRY, request.cursor - 1, request.cursor)


def _test(stream: AgencyStream, _request: StreamTestRequested, _now: datetime) -> Found:
    return _ordered(stream, Work.TEST, 0, 0)


def _change(stream: AgencyStream, request: StreamChangeRequested, _now: datetime) -> Found:
    before = (stream.name, stream.endpoint, stream.filter)
    told = (request.name, request.endpoint, request.filter)
    name, endpoint, wanted = (old if new is None else new for old, new in zip(before, told, strict=True))
    if (name, endpoint, wanted) == before:
        return StreamRefusal.NOTHING_CHANGES
    return StreamChanged.model_validate({"stream": stream.id, "name": name, "endpoint": endpoint, "filter": wanted})


def _ordered(stream: AgencyStream, work: Work, start: int, end: int) -> Found:
    if work is not Work.TEST and stream.status is StreamStatus.UNVERIFIED:
        return StreamRefusal.STREAM_UNVERIFIED
    if len(stream.orders) >= MOST_ORDERS:
        return StreamRefusal.TOO_MANY_ORDERS
    return StreamOrdered(stream=stream.id, order=Order(number=stream.ordered + 1, work=work, start=start, end=end))


def _verify(stream: AgencyStream, request: StreamVerificationRequested, _now: datetime) -> Found:
    if request.endpoint != stream.endpoint:
        return StreamRefusal.ENDPOINT_CHANGED
    return StreamRefusal.NOTHING_CHANGES if stream.verified else StreamVerified(stream=stream.id)


def _disable(stream: AgencyStream, request: StreamDisablingRequested, _now: datetime) -> Found:
    if request.endpoint != stream.endpoint:
        return StreamRefusal.ENDPOINT_CHANGED
    disabled = StreamDisabled(stream=stream.id, reason=request.reason)
    return StreamRefusal.NOTHING_CHANGES if stream.disabled is not None else disabled


def _complete(stream: AgencyStream, request: StreamCompletionRequested, _now: datetime) -> Found:
    known = any(each.number == request.order for each in stream.orders)
    return StreamOrderCompleted(stream=stream.id, order=request.order) if known else StreamRefusal.ORDER_UNKNOWN


_RULES: Final[Mapping[type[Payload], Callable[[AgencyStream, Any, datetime], Found]]] = {
    StreamChangeRequested: _change,
    StreamPauseRequested: _pause,
    StreamResumeRequested: _resume,
    StreamRotationRequested: _rotate,
    StreamDeletionRequested: _delete,
    StreamReplayRequested: _replay,
    StreamCancellationRequested: _cancel,
    StreamRetryRequested: _retry,
    StreamTestRequested: _test,
    StreamVerificationRequested: _verify,
    StreamDisablingRequested: _disable,
    StreamCompletionRequested: _complete,
}
"""What the sending side asks may be about an address that is no longer the stream's."""
