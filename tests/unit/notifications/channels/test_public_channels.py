"""Public channels by the stand-in for the Bot API: who may link one, what the bot may post, and what ends it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest

from kenes.local.telegram_fake.app import app
from kenes.local.telegram_fake.channels import Bot, Channel
from kenes.local.telegram_fake.chats import Chats
from kenes.local.telegram_fake.limits import Limits
from services.notifications.channels.port import Gone, Outcome, Sent
from services.notifications.channels.telegram.api import BotApi
from services.notifications.channels.telegram.messenger import Messenger
from services.notifications.channels.telegram.publicity import Seen, look_at
from services.notifications.channels.telegram.settings import TelegramSettings
from services.notifications.domain.public_channel import ChannelFault

SETTINGS = TelegramSettings(telegram_token="1:secret", telegram_bot="kenes_bot", telegram_api="http://127.0.0.1")
CODE = "kenes-abc"


@asynccontextmanager
async def api(chats: Chats) -> AsyncIterator[BotApi]:
    async with BotApi(SETTINGS, httpx.ASGITransport(app(chats), client=("127.0.0.1", 5))) as opened:
        yield opened


def founded(bot: Bot, description: str = f"News. {CODE}") -> tuple[Chats, Channel]:
    chats = Chats(Limits(1000, 0.0001))
    channel = chats.found("Akimat", "Акимат города", description)
    channel.bot = bot
    return chats, channel


async def test_a_channel_with_the_bot_and_the_code_can_be_linked_by_its_lasting_id() -> None:
    chats, channel = founded(Bot.POSTS)
    async with api(chats) as opened:
        assert await look_at(opened, "akimat", CODE) == Seen(channel.id, "Акимат города")
    assert channel.id.startswith("-100")


@pytest.mark.parametrize(
    ("bot", "description", "name", "fault"),
    [
        (Bot.POSTS, CODE, "elsewhere", ChannelFault.NOT_FOUND),
        (Bot.ABSENT, CODE, "akimat", ChannelFault.NOT_ADMINISTRATOR),
        (Bot.KICKED, CODE, "akimat", ChannelFault.NOT_ADMINISTRATOR),
        (Bot.READS, CODE, "akimat", ChannelFault.NOT_ADMINISTRATOR),
        (Bot.POSTS, "kenes-of-another-body", "akimat", ChannelFault.CODE_MISSING),
        (Bot.POSTS, "", "akimat", ChannelFault.CODE_MISSING),
    ],
)
async def test_what_must_be_mended_is_named(bot: Bot, description: str, name: str, fault: ChannelFault) -> None:
    chats, _ = founded(bot, description)
    async with api(chats) as opened:
        assert await look_at(opened, name, CODE) == fault


async def test_a_person_or_a_group_is_no_channel() -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"ok": True, "result": {"id": -5, "type": "supergroup"}})

    async with BotApi(SETTINGS, httpx.MockTransport(answer)) as opened:
        assert await look_at(opened, "akimat", CODE) == ChannelFault.NOT_A_CHANNEL


async def test_where_telegram_does_not_answer_it_is_asked_again_and_then_told_so() -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(502, content=b"")

    async with BotApi(SETTINGS, httpx.MockTransport(answer)) as opened:
        assert await look_at(opened, "akimat", CODE, pauses=(0.0, 0.0)) == ChannelFault.AWAY
    assert len(asked) == 2


async def test_a_pause_that_telegram_asks_for_is_kept_and_the_channel_found_after_it() -> None:
    chats, channel = founded(Bot.POSTS)
    fake = httpx.ASGITransport(app(chats), client=("127.0.0.1", 5))
    refusals = [{"ok": False, "error_code": 429, "description": "Too Many", "parameters": {"retry_after": 0.01}}]

    class Busy(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            if refusals:
                return httpx.Response(429, json=refusals.pop())
            return await fake.handle_async_request(request)

    async with BotApi(SETTINGS, Busy()) as opened:
        assert await look_at(opened, "akimat", CODE) == Seen(channel.id, channel.title)


@pytest.mark.parametrize(
    ("bot", "outcome"),
    [
        (Bot.POSTS, Sent()),
        (Bot.ABSENT, Gone("blocked", 403)),
        (Bot.KICKED, Gone("blocked", 403)),
        (Bot.READS, Gone("blocked", 400)),
    ],
)
async def test_only_a_bot_that_may_post_does_and_losing_the_right_ends_the_link(bot: Bot, outcome: Outcome) -> None:
    chats, channel = founded(bot)
    async with api(chats) as opened:
        assert await Messenger(opened, second=0.001).send(channel.id, "news") == outcome
    assert [each.chat for each in chats.messages] == ([channel.id] if outcome == Sent() else [])


async def test_a_channel_is_told_once_in_a_second_as_a_person_is() -> None:
    chats = Chats(Limits(30, 60.0))
    channel = chats.found("akimat", "Акимат")
    chats.admit(channel, Bot.POSTS)
    async with api(chats) as opened:
        sent = httpx.AsyncClient(transport=httpx.ASGITransport(app(chats)), base_url="http://127.0.0.1/bot1:x/")
        async with sent as client:
            first = await client.post("sendMessage", json={"chat_id": channel.id, "text": "a"})
            second = await client.post("sendMessage", json={"chat_id": "@akimat", "text": "b"})
        assert (first.status_code, second.status_code) == (200, 429)
        assert second.json()["parameters"]["retry_after"] == 60
        assert (await opened.get_chat("@AKIMAT"))["id"] == int(channel.id)
