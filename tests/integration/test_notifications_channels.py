"""All ways out at once, each to its sink as a process of its own, as the local stack runs them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from email import message_from_string
from pathlib import Path
from typing import Any

import httpx
import pytest

from kenes.local import environment
from kenes.local.probe import HOST
from schemas.notifications.parts import ChannelKind
from services.notifications.channels.port import Gone, NoticeChannel, Sent
from services.notifications.channels.telegram.api import BotApi
from services.notifications.channels.telegram.bot import Bot
from services.notifications.channels.telegram.messenger import Messenger
from services.notifications.channels.telegram.settings import TelegramSettings
from services.notifications.ways import ways
from tests.sinks import free_sinks, running_sinks, told_of
from tests.unit.notifications.channels.support import ID, TITLE, UNSUBSCRIBE, URL, notice
from tests.unit.notifications.channels.test_telegram_bot import CATALOGS, Followers
from tests.waiting import eventually_read

MESSAGES = 150
"""Five seconds of what Telegram takes."""


@pytest.fixture(scope="module")
def sinks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The pages of the sinks by name, and what the services are told of them."""
    settings = free_sinks(tmp_path_factory.mktemp("sinks"))
    with running_sinks(settings, "mail", "telegram", "push"):
        yield told_of(settings) | {
            "mail": f"http://{HOST}:{settings.mail_port}",
            "push": f"http://{HOST}:{settings.push_port}",
        }


@pytest.fixture
async def browser() -> AsyncIterator[httpx.AsyncClient]:
    """Whoever looks at the pages."""
    async with httpx.AsyncClient() as client:
        yield client


@pytest.fixture
async def channels(
    sinks: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[dict[ChannelKind, NoticeChannel]]:
    for name, value in sinks.items():
        monkeypatch.setenv(name, value)
    async with ways("https://petitions.example") as opened:
        yield dict(opened.channels)


async def said(browser: httpx.AsyncClient, page: str, most: int) -> list[dict[str, Any]]:
    """The messages of a page, once there are so many."""

    async def read() -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await browser.get(f"{page}/messages.json")).json()
        return found

    return await eventually_read(read, lambda found: len(found) >= most)


async def test_a_letter_arrives_with_its_headers_and_both_parts(
    sinks: dict[str, str], channels: dict[ChannelKind, NoticeChannel], browser: httpx.AsyncClient
) -> None:
    assert await channels[ChannelKind.EMAIL].send("aigerim@example.org", notice()) == Sent()
    (letter,) = (await browser.get(f"{sinks['mail']}/letters.json")).json()
    headers = message_from_string("".join(f"{name}: {value}\n" for name, value in letter["headers"]))
    assert headers["Message-ID"] == f"<{ID}@kenes.test>"
    assert headers["List-Id"] == "<notices.petitions.example>"
    assert headers["List-Unsubscribe"] == f"<{UNSUBSCRIBE}>"
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert TITLE in letter["subject"]
    assert URL in letter["text"]
    assert URL in letter["html"]


async def test_a_push_message_is_opened_by_its_browser(
    sinks: dict[str, str], channels: dict[ChannelKind, NoticeChannel], browser: httpx.AsyncClient
) -> None:
    subscription = (await browser.post(f"{sinks['push']}/subscriptions")).json()
    assert await channels[ChannelKind.WEBPUSH].send(json.dumps(subscription), notice()) == Sent(201)
    (pushed,) = (await browser.get(f"{sinks['push']}/messages.json")).json()
    assert json.loads(pushed["text"])["url"] == URL
    await browser.delete(subscription["endpoint"])
    assert await channels[ChannelKind.WEBPUSH].send(json.dumps(subscription), notice()) == Gone("gone", 410)


async def test_somebody_presses_start_on_the_page_and_is_told(
    sinks: dict[str, str], channels: dict[ChannelKind, NoticeChannel], browser: httpx.AsyncClient
) -> None:
    page, followers = sinks["KENES_TELEGRAM_API"], Followers()
    pressed = await browser.post(page, data={"act": "start", "chat": "1001", "token": "https://t.me/x?start=abc"})
    assert pressed.status_code == 303
    async with BotApi(TelegramSettings()) as api:
        bot = Bot(
            api, Messenger(api), CATALOGS, on_start=followers.start, on_stop=followers.stop, on_gone=followers.stop
        )
        await bot.look()
        await said(browser, page, 1)
        await bot.aclose()
    assert followers.calls == [("abc", "1001")]
    await asyncio.sleep(1)  # the bot has just written to this chat, by a limiter of its own
    assert await channels[ChannelKind.TELEGRAM].send("1001", notice()) == Sent()
    assert "<script" not in (await browser.get(page)).text
    assert TITLE in (await browser.get(page)).text
    forged = await browser.post(page, data={"act": "block", "chat": "1001"}, headers={"sec-fetch-site": "cross-site"})
    assert forged.status_code == 403


async def test_telegram_takes_a_crowd_in_real_time_without_a_word_of_too_many(
    tmp_path: Path, browser: httpx.AsyncClient
) -> None:
    local = free_sinks(tmp_path)
    page = f"http://{HOST}:{local.telegram_port}"
    settings = TelegramSettings(telegram_token="1:local", telegram_bot="kenes_local_bot", telegram_api=page)
    with running_sinks(local, "telegram"):
        async with BotApi(settings) as api:
            for number in range(MESSAGES):
                await browser.post(f"{page}/channels", data={"name": f"channel{number}", "bot": "posts"})
            sending = Messenger(api)
            sent = await asyncio.gather(*(sending.send(f"@channel{number}", "x") for number in range(MESSAGES)))
        assert set(sent) == {Sent()}
        assert len((await browser.get(f"{page}/messages.json")).json()) == MESSAGES
        assert (await browser.get(f"{page}/refused.json")).json() == 0


async def test_what_is_not_set_up_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (environment.SMTP, environment.TELEGRAM, environment.WEBPUSH):
        monkeypatch.delenv(name, raising=False)
    async with ways("https://petitions.example") as opened:
        assert not opened.channels
        assert opened.telegram is None


async def test_the_words_of_the_pages_are_in_every_language(sinks: dict[str, str], browser: httpx.AsyncClient) -> None:
    for page in (sinks["mail"], sinks["KENES_TELEGRAM_API"], sinks["push"]):
        titles = {(await browser.get(page, params={"lang": language})).text for language in ("kk", "ru", "en")}
        assert len(titles) == 3
        assert (await browser.get(f"{page}/static/sink.css")).status_code == 200
        assert (await browser.get(page, headers={"host": "evil.example"})).status_code == 400
