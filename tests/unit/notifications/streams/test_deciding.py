"""What may be done about a stream."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from schemas.notifications import streams as asked
from schemas.notifications.streams import StreamFilter, StreamRefused, Work
from schemas.payload import Payload
from services.notifications.domain.streams import AgencyStream, StreamStatus, evolve
from services.notifications.domain.streams_deciding import MOST_ORDERS, OLD_SECRET_SIGNS, decide

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
MINE: dict[str, Any] = {"stream": "s", "owner": "agency:transport"}
URL, OTHER = "https://hooks.example/kenes", "https://other.example"


def after(*requests: Payload, stream: AgencyStream | None = None, at: datetime = NOW) -> AgencyStream:
    """The stream after these requests, none of which may be refused."""
    for request in (create(), *requests) if stream is None else requests:
        decision = decide(stream, request, at)
        assert not isinstance(decision, StreamRefused), decision
        stream = evolve(stream, decision, at)
    assert stream is not None
    return stream


def create(**changes: Any) -> Payload:
    told = {"name": "Events", "endpoint": URL, "filter": StreamFilter(), "secret": "sealed", "start": 7}
    return asked.StreamCreateRequested(**MINE | told | changes)


def rotation(secret: str) -> Payload:
    return asked.StreamRotationRequested(**MINE, secret=secret)


def refused(stream: AgencyStream | None, request: Payload) -> str:
    decision = decide(stream, request, NOW)
    assert isinstance(decision, StreamRefused)
    assert evolve(stream, decision, NOW) is stream
    return decision.code


VERIFY = asked.StreamVerificationRequested(stream="s", endpoint=URL)
PAUSE, RESUME = asked.StreamPauseRequested(**MINE), asked.StreamResumeRequested(**MINE)
DISABLE = asked.StreamDisablingRequested(stream="s", endpoint=URL, reason="gone")
REPLAY = asked.StreamReplayRequested(**MINE, start=0, end=5)


@pytest.mark.parametrize(
    ("requests", "status"),
    [
        ((), StreamStatus.UNVERIFIED),
        ((VERIFY,), StreamStatus.ACTIVE),
        ((VERIFY, PAUSE), StreamStatus.PAUSED),
        ((VERIFY, PAUSE, RESUME), StreamStatus.ACTIVE),
        ((VERIFY, DISABLE), StreamStatus.DISABLED),
        ((VERIFY, DISABLE, RESUME), StreamStatus.UNVERIFIED),
        ((VERIFY, asked.StreamChangeRequested(**MINE, name="Other")), StreamStatus.ACTIVE),
        ((VERIFY, asked.StreamChangeRequested(**MINE, endpoint=URL + "/2")), StreamStatus.UNVERIFIED),
        ((asked.StreamDeletionRequested(**MINE),), StreamStatus.DELETED),
    ],
)
def test_a_stream_flows_once_it_is_verified_and_nothing_stops_it(
    requests: tuple[Payload, ...], status: StreamStatus
) -> None:
    assert after(*requests).status is status


@pytest.mark.parametrize(
    ("requests", "request_", "code"),
    [
        ((), create(), "stream-exists"),
        ((), asked.StreamPauseRequested(stream="s", owner="somebody"), "stream-unknown"),
        ((asked.StreamDeletionRequested(**MINE),), RESUME, "stream-unknown"),
        ((), RESUME, "nothing-changes"),
        ((PAUSE,), PAUSE, "nothing-changes"),
        ((), asked.StreamChangeRequested(**MINE, name="Events"), "nothing-changes"),
        ((), REPLAY, "stream-unverified"),
        ((VERIFY,), asked.StreamReplayRequested(**MINE, start=5, end=5), "replay-empty"),
        ((VERIFY,), VERIFY, "nothing-changes"),
        ((), asked.StreamVerificationRequested(stream="s", endpoint=OTHER), "endpoint-changed"),
        (
            (VERIFY,),
            asked.StreamDisablingRequested(stream="s", endpoint=OTHER, reason="gone"),
            "endpoint-changed",
        ),
        ((), asked.StreamCompletionRequested(stream="s", order=1), "order-unknown"),
    ],
)
def test_what_does_not_fit_is_refused_and_changes_nothing(
    requests: tuple[Payload, ...], request_: Payload, code: str
) -> None:
    assert refused(after(*requests), request_) == code


def test_nothing_can_be_asked_of_a_stream_that_is_not_there() -> None:
    assert refused(None, PAUSE) == "stream-unknown"
    assert refused(None, VERIFY) == "stream-unknown"


def test_the_secret_before_signs_for_a_day_beside_the_new_one() -> None:
    assert after().old_secret_until is None
    stream = after(rotation("new"))
    assert stream.signing(NOW + OLD_SECRET_SIGNS - timedelta(seconds=1)) == ("new", "sealed")
    assert stream.signing(NOW + OLD_SECRET_SIGNS) == ("new",)


def test_a_secret_signs_as_long_as_was_promised_also_where_several_come_after_it() -> None:
    stream, hour = after(), timedelta(hours=1)
    for number in range(3):
        stream = after(rotation(f"{number}"), stream=stream, at=NOW + number * hour)
    assert stream.signing(NOW + 3 * hour) == ("2", "1", "0", "sealed")
    assert stream.signing(NOW + OLD_SECRET_SIGNS) == ("2", "1", "0")
    assert stream.old_secret_until == NOW + 2 * hour + OLD_SECRET_SIGNS
    stream = after(rotation("3"), stream=stream, at=NOW + OLD_SECRET_SIGNS + hour)
    assert [each.sealed for each in stream.secrets] == ["3", "2", "1"], "what has ended is not kept"


def test_the_secrets_of_a_stream_are_bounded() -> None:
    stream = after(*[rotation(f"{number}") for number in range(9)])
    assert stream.signing(NOW) == ("8", "7", "6", "5", "4")


def test_orders_have_numbers_that_never_come_again_and_are_bounded() -> None:
    stream = after(VERIFY, REPLAY, asked.StreamRetryRequested(**MINE, cursor=9))
    assert [(each.number, each.work, each.start, each.end) for each in stream.orders] == [
        (1, Work.REPLAY, 0, 5),
        (2, Work.RETRY, 8, 9),
    ]
    stream = after(asked.StreamCompletionRequested(stream="s", order=2), REPLAY, stream=stream)
    assert [each.number for each in stream.orders] == [1, 3]
    stream = after(*[asked.StreamTestRequested(**MINE)] * (MOST_ORDERS - 2), stream=stream)
    assert refused(stream, REPLAY) == "too-many-orders"


def test_a_deleted_stream_keeps_no_secret() -> None:
    assert after(asked.StreamDeletionRequested(**MINE)).secrets == ()


def test_every_request_is_decided() -> None:
    with pytest.raises(TypeError):
        decide(after(), StreamRefused(stream="s", code="x"), NOW)
