"""People are told by Telegram and by their browsers, from the first press of a button to the last."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from kenes.local.probe import HOST
from kenes.local.settings import LocalSettings
from schemas.petitions import v1 as petitions
from schemas.topics import PETITIONS
from tests.integration.api import problem
from tests.integration.notifying import Deciding, Notifying
from tests.processes import Product, running_product
from tests.sinks import free_sinks, running_sinks, told_of
from tests.unit.mail.test_bounces import bounce
from tests.waiting import eventually

RELAY = "the relay's own secret"
pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalSettings]:
    """The sinks."""
    settings = free_sinks(tmp_path_factory.mktemp("sinks"))
    with running_sinks(settings, "mail", "telegram", "push"):
        yield settings


@pytest.fixture(scope="module")
def product(local: LocalSettings) -> Iterator[Product]:
    """Notifications with every way out."""
    told = told_of(local) | {"KENES_LETTERS_BY_CLIENT": "1000", "KENES_BOUNCES_TOKEN": RELAY}
    with running_product(service="notifications", environment=told) as started:
        yield started


class Phone:
    """Somebody's Telegram, as the page of the local Bot API has it."""

    def __init__(self, local: LocalSettings, chat: str) -> None:
        self.page = f"http://{HOST}:{local.telegram_port}"
        self.chat = chat

    def press(self, act: str, token: str = "") -> None:
        pressed = httpx.post(self.page, data={"act": act, "chat": self.chat, "token": token})
        assert pressed.status_code == 303

    def messages(self) -> list[str]:
        """The newest first."""
        return [each["text"] for each in shown(self.page) if each["chat"] == self.chat]


class Browser:
    """Somebody's browser, as the local push service has it."""

    def __init__(self, local: LocalSettings) -> None:
        self.page = f"http://{HOST}:{local.push_port}"
        self.subscription = httpx.post(f"{self.page}/subscriptions").json()

    def messages(self) -> list[str]:
        """The newest first."""
        return [each["text"] for each in shown(self.page)]

    def unsubscribe(self) -> None:
        httpx.delete(self.subscription["endpoint"])


def shown(page: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = httpx.get(f"{page}/messages.json").json()
    return found


def channels(notifying: Notifying, token: str) -> list[str]:
    return [each["kind"] for each in notifying.ask("GET", "/following", token, wait=0).json()["channels"]]


async def test_who_starts_the_bot_is_told_in_the_chat_until_they_stop_it(
    notifying: Notifying, local: LocalSettings, others: Deciding
) -> None:
    petition, token, phone = str(uuid4()), notifying.person(), Phone(local, "1001")
    given = notifying.ask("POST", "/channels/telegram", token, wait=0).json()["token"]
    phone.press("start", f"https://t.me/kenes_local_bot?start={given}")
    eventually(phone.messages, lambda found: found and found[0].startswith("Дайын"))
    eventually(lambda: channels(notifying, token), lambda found: "telegram" in found)

    stranger = Phone(local, "1002")
    stranger.press("start", given)
    eventually(stranger.messages, lambda found: found and found[0].startswith("Бұл сілтеме"))

    notifying.follow(token, f"petition:{petition}")
    await others.publish(petition)
    (told, *_) = eventually(phone.messages, lambda found: len(found) == 2)
    assert "Парк у реки" in told
    assert "/unsubscribe/" in told

    phone.press("stop")
    eventually(lambda: channels(notifying, token), lambda found: "telegram" not in found)
    assert len(stranger.messages()) == 1


async def test_who_blocks_the_bot_is_told_there_no_more(notifying: Notifying, local: LocalSettings) -> None:
    token, phone = notifying.person(), Phone(local, "1003")
    phone.press("start", notifying.ask("POST", "/channels/telegram", token, wait=0).json()["token"])
    eventually(lambda: channels(notifying, token), lambda found: "telegram" in found)
    phone.press("block")
    eventually(lambda: channels(notifying, token), lambda found: "telegram" not in found)


async def test_a_browser_is_told_until_it_takes_no_more(
    notifying: Notifying, local: LocalSettings, others: Deciding
) -> None:
    petition, token, browser = str(uuid4()), notifying.person(), Browser(local)
    elsewhere = json.dumps(browser.subscription | {"endpoint": "https://10.0.0.1/push"})
    refused = notifying.ask("POST", "/channels", token, json={"kind": "webpush", "destination": elsewhere})
    problem(refused, 422, "subscription-unusable")
    destination = json.dumps(browser.subscription)
    notifying.done("POST", "/channels", token, json={"kind": "webpush", "destination": destination})
    notifying.follow(token, f"petition:{petition}")
    await others.publish(petition)
    (pushed,) = eventually(browser.messages, lambda found: found)
    assert "Парк у реки" in json.loads(pushed)["text"]

    browser.unsubscribe()
    await others.say(PETITIONS, petition, petitions.Archived(petition=petition))
    eventually(lambda: channels(notifying, token), lambda found: "webpush" not in found)


async def test_a_mailbox_that_does_not_exist_is_not_written_to_again(
    notifying: Notifying, local: LocalSettings, others: Deciding
) -> None:
    petition, token, address = str(uuid4()), notifying.person(), f"{uuid4().hex}@mail.kz"
    sink = f"http://{HOST}:{local.mail_port}"
    notifying.done("POST", "/channels", token, json={"kind": "email", "destination": address})
    (letter,) = eventually(lambda: letters(sink, address), lambda found: found)
    agree(letter)
    notifying.follow(token, f"petition:{petition}")
    await others.publish(petition)
    told, _ = eventually(lambda: letters(sink, address), lambda found: len(found) == 2)
    reference = dict(told["headers"])["Message-ID"].strip("<>").partition("@")[0]

    assert hand_over(notifying, bounce(to=f"bounces+{reference}@kenes.test"), "somebody else's secret") == 401
    assert hand_over(notifying, bounce(to=f"bounces+{reference}@kenes.test", status="5.2.2"), RELAY) == 204
    assert hand_over(notifying, b"Subject: I am on holiday\r\n\r\nSee you", RELAY) == 204
    notifying.follow(token, "petition:another")  # decided after what the relay has handed over
    assert channels(notifying, token) == ["email"]
    assert hand_over(notifying, bounce(to=f"bounces+{reference}@kenes.test"), RELAY) == 204
    eventually(lambda: channels(notifying, token), lambda found: "email" not in found)


def agree(letter: dict[str, Any]) -> None:
    """What the reader of the letter does."""
    assert httpx.post(letter["links"][0]).status_code == 200


def letters(sink: str, address: str) -> list[dict[str, Any]]:
    """The newest first."""
    return [each for each in httpx.get(f"{sink}/letters.json").json() if each["to"] == [address]]


def hand_over(notifying: Notifying, content: bytes, secret: str) -> int:
    """What the relay does with a mail to the bounces' address."""
    sent = notifying.client.post(
        "/notifications/bounces", content=content, headers={"authorization": f"Bearer {secret}"}
    )
    return sent.status_code
