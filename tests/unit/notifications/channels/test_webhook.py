"""Webhooks: what a receiver can verify, what its answers mean, and when it is tried again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_structured_event
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from kenes.egress.client import Answer, Egress
from kenes.egress.errors import EgressError
from kenes.egress.settings import EgressSettings
from kenes.observe import tracing
from services.notifications.channels.heard import LONGEST, retry_after
from services.notifications.channels.port import Gone, Outcome, Retry, Sent
from services.notifications.channels.retries import JITTER, PAUSES, pause
from services.notifications.channels.webhook import LARGEST, Hook, Receiver, WebhookChannel, hook_of, new_secret
from tests.unit.egress.receivers import http, receiver, saying

NOW = datetime(2026, 11, 22, 9, 5, tzinfo=UTC)
DATAREF = "https://news.example/api/notifications/v1/events/e1"
EVENT: dict[str, Any] = {
    "specversion": "1.0",
    "id": "e1",
    "source": "/notifications",
    "type": "notifications.petition.closed.v1",
    "subject": "p1",
    "time": NOW.isoformat(),
    "datacontenttype": "application/json",
    "data": {"about": {"title": {"kk": "Көпір"}}},
}


class Saying:
    """A receiver that answers one thing, or nothing."""

    def __init__(self, answer: Answer | EgressError) -> None:
        self.answer = answer
        self.sent: list[tuple[bytes, dict[str, str]]] = []

    async def post(self, url: str, content: bytes, headers: Mapping[str, str]) -> Answer:
        self.sent.append((content, dict(headers)))
        if isinstance(self.answer, EgressError):
            raise self.answer
        return self.answer


def to(*secrets: str) -> Receiver:
    return Receiver("https://hooks.example/x", secrets or (new_secret(),))


async def test_the_official_library_verifies_with_either_secret_while_one_takes_over() -> None:
    new, old = new_secret(), new_secret()
    there = Saying(Answer(204, {}))
    assert await WebhookChannel(there).send(to(new, old), hook_of(EVENT, DATAREF)) == Sent(204)
    ((body, headers),) = there.sent
    for secret in (new, old):
        assert Webhook(secret).verify(body, headers) == EVENT
    with pytest.raises(WebhookVerificationError):
        Webhook(new_secret()).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(new).verify(body.replace(b"p1", b"p2"), headers)
    assert headers["webhook-id"] == "e1"


async def test_a_later_try_has_the_same_id_and_its_own_time() -> None:
    there = Saying(Answer(204, {}))
    times = iter([NOW, NOW + timedelta(hours=1)])
    channel = WebhookChannel(there, now=lambda: next(times))
    for _ in range(2):
        await channel.send(to(), Hook("e1", b"{}"))
    stamps = [(headers["webhook-id"], headers["webhook-timestamp"]) for _, headers in there.sent]
    assert stamps == [("e1", str(int(NOW.timestamp()))), ("e1", str(int(NOW.timestamp()) + 3600))]


async def test_each_try_is_a_span_of_its_own_in_the_trace_of_the_event() -> None:
    there = Saying(Answer(204, {}))
    began = tracing.new_trace()
    event = EVENT | {"traceparent": began.traceparent()}
    for _ in range(2):
        await WebhookChannel(there).send(to(), hook_of(event, DATAREF))
    spans = [tracing.parse(headers["traceparent"]) for _, headers in there.sent]
    assert {span.trace_id for span in spans if span} == {began.trace_id}
    assert len({began.span_id, *(span.span_id for span in spans if span)}) == 3
    assert {json.loads(body)["traceparent"] for body, _ in there.sent} == {began.traceparent()}


@pytest.mark.parametrize("more", [{}, {"traceparent": "00-not-a-trace"}])
async def test_what_has_no_trace_is_sent_without_one(more: dict[str, str]) -> None:
    there = Saying(Answer(204, {}))
    assert await WebhookChannel(there).send(to(), hook_of(EVENT | more, DATAREF)) == Sent(204)
    ((_, headers),) = there.sent
    assert "traceparent" not in headers


async def test_the_sdk_of_cloudevents_reads_what_arrives_over_a_socket() -> None:
    async with receiver(saying(http("200 OK"))) as server:
        egress = Egress(EgressSettings(egress_test_targets=frozenset({server.url})))
        sent = await WebhookChannel(egress).send(Receiver(server.url, (new_secret(),)), hook_of(EVENT, DATAREF))
        await egress.aclose()
    assert sent == Sent(200)
    ((head, body),) = server.requests
    assert "content-type: application/cloudevents+json\r\n" in head
    event = from_structured_event(HTTPMessage({"content-type": "application/cloudevents+json"}, body))
    assert (event.get_id(), event.get_subject(), event.get_data()) == ("e1", "p1", EVENT["data"])


def test_data_that_does_not_fit_is_left_out_and_the_place_of_it_named() -> None:
    hook = hook_of(EVENT | {"data": {"statement": "ә" * 30_000}}, DATAREF)
    told = json.loads(hook.body)
    assert len(hook.body) < LARGEST
    assert (told["id"], told["dataref"], "data" in told) == ("e1", DATAREF, False)
    assert "dataref" not in json.loads(hook_of(EVENT, DATAREF).body)


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Answer(200, {}), Sent(200)),
        (Answer(299, {}), Sent(299)),
        (Answer(410, {}), Gone("gone", 410)),
        (Answer(429, {"retry-after": "120"}), Retry("refused", 120.0, 429)),
        (Answer(503, {"retry-after": "Sun, 22 Nov 2026 09:06:00 GMT"}), Retry("refused", 60.0, 503)),
        (Answer(503, {}), Retry("refused", None, 503)),
        (Answer(500, {"retry-after": "120"}), Retry("refused", None, 500)),
        (Answer(301, {"location": "http://10.0.0.1/"}), Retry("refused", None, 301)),
        (Answer(404, {}), Retry("refused", None, 404)),
        (EgressError("timeout"), Retry("timeout")),
        (EgressError("private-address"), Retry("private-address")),
    ],
)
async def test_what_an_answer_means(answer: Answer | EgressError, outcome: Outcome) -> None:
    assert await WebhookChannel(Saying(answer), now=lambda: NOW).send(to(), Hook("e1", b"{}")) == outcome


def test_an_address_and_its_secrets_show_in_no_log() -> None:
    assert repr(to()) == "Receiver()"
    with pytest.raises(ValueError, match="signed"):
        Receiver("https://hooks.example/", ())


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("0", 0.0),
        ("17", 17.0),
        ("99999999999999999999", LONGEST),
        ("Sun, 22 Nov 2026 08:00:00 GMT", 0.0),
        ("Sun, 22 Nov 2099 08:00:00 GMT", LONGEST),
        ("-5", None),
        ("1.5", None),
        ("soon", None),
        ("", None),
        ("٣", None),
        ("Sun, 22 Nov 2026 09:06:00", None),
    ],
)
def test_a_wish_is_heard_within_reason(said: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": said}, NOW) == seconds


def test_pauses_are_those_of_the_specification_and_then_end() -> None:
    assert [pause(failed, 0) for failed in range(1, 10)] == [
        5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400,
    ]  # fmt: skip
    assert pause(10, 0) is None


@given(st.integers(1, len(PAUSES)), st.floats(0, 1, exclude_max=True), st.floats(0, LONGEST))
def test_jitter_only_lengthens_and_a_wish_is_never_undercut(failed: int, chance: float, asked: float) -> None:
    found = pause(failed, chance, asked)
    assert found is not None
    assert max(PAUSES[failed - 1], asked) <= found <= max(PAUSES[failed - 1] * (1 + JITTER), asked)
