"""Push messages, opened by a push service that checks what a real one checks."""

from __future__ import annotations

import itertools
import json
import secrets
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from kenes.egress.client import Answer
from kenes.egress.errors import EgressError
from kenes.local.push_sink.app import app
from kenes.local.push_sink.browsers import LARGEST, Browsers
from kenes.web.i18n import LANGUAGES
from schemas.notifications.parts import Priority
from schemas.parts import Language
from services.notifications.channels.port import Fact, Gone, Outcome, Retry, Sent
from services.notifications.channels.webpush.channel import WebPushChannel
from services.notifications.channels.webpush.settings import WebPushSettings
from services.notifications.channels.webpush.subscription import SubscriptionError, parse_subscription
from services.notifications.channels.webpush.vapid import LIFETIME, Vapid, VapidKey, decoded, encoded
from tests.unit.notifications.channels.support import ID, TITLE, URL, WORDING, item, notice

ORIGIN = "https://push.example"
HOSTS = ("push.example", ".services.example")
SETTINGS = WebPushSettings(
    webpush_key=encoded(secrets.token_bytes(31).rjust(32, b"\1")),
    webpush_contact="mailto:admin@petitions.example",
    webpush_hosts=HOSTS,
)


class Service:
    """A push service on the other side, reached without a network."""

    def __init__(self) -> None:
        self.browsers = Browsers(ORIGIN)
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app(self.browsers), client=("127.0.0.1", 5)), base_url="http://127.0.0.1"
        )

    async def post(self, url: str, content: bytes, headers: Mapping[str, str]) -> Answer:
        answer = await self.client.post(url.removeprefix(ORIGIN), content=content, headers=dict(headers))
        return Answer(answer.status_code, dict(answer.headers))

    def channel(self) -> WebPushChannel:
        return WebPushChannel(self, SETTINGS, WORDING)


class Saying:
    """A push service that answers one thing."""

    def __init__(self, answer: Answer | EgressError) -> None:
        self.answer = answer

    async def post(self, url: str, content: bytes, headers: Mapping[str, str]) -> Answer:
        if isinstance(self.answer, EgressError):
            raise self.answer
        return self.answer


def subscription(**changes: Any) -> str:
    return json.dumps(Browsers(ORIGIN).subscribe() | changes)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_browser_opens_the_message_and_knows_who_pushed(language: Language) -> None:
    service = Service()
    browser = json.dumps(service.browsers.subscribe())
    assert await service.channel().send(browser, notice(language=language, priority=Priority.URGENT)) == Sent(201)
    (pushed,) = service.browsers.messages
    told = json.loads(pushed.text)
    assert (told["id"], told["language"], told["url"]) == (ID, language, URL)
    assert told["text"].startswith(TITLE)
    assert (pushed.ttl, pushed.urgency, pushed.topic) == (SETTINGS.webpush_ttl, "high", ID.replace("-", ""))


async def test_a_digest_leads_to_everything_followed() -> None:
    told = json.loads(Service().channel().content(notice(item(), item(title="Второе"), language="ru")))
    assert (told["title"], told["url"]) == ("2 новости по вашим подпискам", "https://news.example/mine")
    happened = "Собрано нужное число подписей"
    assert told["text"].splitlines() == [f"{happened}: {TITLE}", f"{happened}: Второе"]


async def test_the_longest_message_fits_every_push_service() -> None:
    service = Service()
    browser = json.dumps(service.browsers.subscribe())
    long = item(title="ә" * 5_000, facts=dict.fromkeys(Fact, "\U0001f600" * 5_000))
    for told in (notice(long), notice(*[long] * 50)):
        assert await service.channel().send(browser, told) == Sent(201)
        body = parse_subscription(browser, HOSTS).encrypt(service.channel().content(told))
        assert len(body) <= LARGEST


async def test_a_browser_that_unsubscribed_ends_the_channel() -> None:
    service = Service()
    told = service.browsers.subscribe()
    service.browsers.unsubscribe(told["endpoint"].rpartition("/")[2])
    assert await service.channel().send(json.dumps(told), notice()) == Gone("gone", 410)


async def test_what_is_pushed_to_one_browser_opens_in_no_other() -> None:
    service = Service()
    one, other = service.browsers.subscribe(), service.browsers.subscribe()
    mixed = json.dumps(one | {"keys": other["keys"]})
    assert await service.channel().send(mixed, notice()) == Retry("refused", None, 400)
    assert not service.browsers.messages


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (Answer(202, {}), Sent(202)),
        (Answer(404, {}), Gone("gone", 404)),
        (Answer(429, {"retry-after": "30"}), Retry("refused", 30.0, 429)),
        (Answer(503, {"retry-after": "Thu, 01 Jan 1970 00:02:00 GMT"}), Retry("refused", 120.0, 503)),
        (Answer(413, {}), Retry("refused", None, 413)),
        (Answer(403, {}), Retry("refused", None, 403)),
        (Answer(301, {}), Retry("refused", None, 301)),
        (EgressError("timeout"), Retry("timeout")),
    ],
)
async def test_what_an_answer_means(answer: Answer | EgressError, outcome: Outcome) -> None:
    channel = WebPushChannel(Saying(answer), SETTINGS, WORDING, clock=lambda: 0.0)
    assert await channel.send(subscription(), notice()) == outcome


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "x" * 5_000,
        subscription(keys={}),
        subscription(keys={"p256dh": "AAAA", "auth": "AAAA"}),
        subscription(keys={"p256dh": "B" * 87, "auth": "A" * 22}),
        subscription(endpoint="https://evil.example/push/1"),
        subscription(endpoint="https://push.example.evil.example/"),
        subscription(endpoint="https://notservices.example/"),
        subscription(endpoint="https://127.0.0.1/"),
        subscription(endpoint="https://push.example@evil.example/"),
        subscription(endpoint=7),
    ],
    ids=itertools.count(),
)
async def test_what_is_no_subscription_to_a_known_service_is_refused(text: str) -> None:
    with pytest.raises(SubscriptionError) as refused:
        parse_subscription(text, HOSTS)
    assert "evil" not in str(refused.value)
    assert await Service().channel().send(text, notice()) == Gone("no-subscription")


def test_hosts_below_a_known_name_are_known() -> None:
    text = subscription(endpoint="https://updates.services.example/x")
    assert parse_subscription(text, HOSTS).target.host == "updates.services.example"


def test_a_token_serves_its_origin_for_hours_and_no_other() -> None:
    now = [0.0]
    vapid = Vapid(SETTINGS.key, "mailto:a@b.example", lambda: now[0])
    first = vapid.authorization(ORIGIN)
    assert vapid.authorization("https://other.example") != first
    assert vapid.authorization(ORIGIN) == first
    now[0] = LIFETIME / 2
    assert vapid.authorization(ORIGIN) != first


def test_a_key_is_checked_at_the_start_and_shows_in_no_log() -> None:
    assert len(decoded(SETTINGS.key.public, 65)) == 65
    assert not WebPushSettings().is_on
    for wrong in ("", "AAAA", encoded(bytes(32)), encoded(b"\xff" * 32), "!" * 43):
        with pytest.raises(ValueError, match="32 bytes of a P-256 key"):
            WebPushSettings(webpush_key=wrong, webpush_contact="mailto:a@b.example")
    with pytest.raises(ValueError, match="webpush_contact"):
        WebPushSettings(webpush_key=encoded(b"\1" * 32))
    with pytest.raises(ValueError, match="KENES_WEBPUSH_KEY"):
        _ = WebPushSettings().key
    assert repr(VapidKey.of(encoded(b"\1" * 32))) == "VapidKey()"
