"""Messages through a stand-in for the Bot API that holds its limits."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from kenes.local.telegram_fake.app import app
from kenes.local.telegram_fake.channels import Bot
from kenes.local.telegram_fake.chats import Chats
from kenes.local.telegram_fake.limits import Limits
from kenes.web.i18n import LANGUAGES
from schemas.notifications.parts import Priority
from schemas.parts import Language
from services.notifications.channels.port import Fact, Gone, Outcome, Retry, Sent
from services.notifications.channels.telegram.api import BotApi
from services.notifications.channels.telegram.channel import LONGEST, TelegramChannel
from services.notifications.channels.telegram.messenger import PATIENCE, Messenger
from services.notifications.channels.telegram.settings import TelegramSettings
from tests.unit.notifications.channels.support import TITLE, UNSUBSCRIBE, WORDING, item, notice

SECOND = 0.05
SETTINGS = TelegramSettings(telegram_token="1:secret", telegram_bot="kenes_bot", telegram_api="http://127.0.0.1")


@asynccontextmanager
async def messenger(chats: Chats, second: float = SECOND) -> AsyncIterator[Messenger]:
    transport = httpx.ASGITransport(app(chats), client=("127.0.0.1", 5))
    async with BotApi(SETTINGS, transport) as api:
        yield Messenger(api, second=second)


@asynccontextmanager
async def answered(answer: Callable[[httpx.Request], httpx.Response]) -> AsyncIterator[Messenger]:
    async with BotApi(SETTINGS, httpx.MockTransport(answer)) as api:
        yield Messenger(api, second=0.001)


def chats_of(*people: str, per_second: int = 30) -> Chats:
    chats = Chats(Limits(per_second, SECOND))
    chats.people = dict.fromkeys(people, "kk")
    return chats


async def test_thousands_of_messages_never_exceed_the_limits_and_arrive_in_order() -> None:
    people = [str(number) for number in range(1, 151)]
    chats = chats_of(*people)
    async with messenger(chats) as sending:
        sent = await asyncio.gather(*(sending.send(chat, f"{turn}") for turn in range(20) for chat in people))
    assert set(sent) == {Sent()}
    assert chats.refused == 0  # the other side never had to say that it was too many
    times = sorted(each.at for each in chats.messages)
    assert all(later - earlier > SECOND * 0.99 for earlier, later in zip(times, times[30:], strict=False))
    for chat in people:
        mine = [each.text for each in reversed(chats.messages) if each.chat == chat]
        assert mine == [str(turn) for turn in range(20)]


async def test_a_pause_that_is_asked_for_is_heard_and_nothing_is_lost_or_out_of_order() -> None:
    """The other side takes fewer than we believe, so it has to ask."""
    people = [str(number) for number in range(1, 21)]
    chats = chats_of(*people, per_second=10)
    async with messenger(chats) as sending:
        sent = await asyncio.gather(*(sending.send(chat, f"{turn}") for turn in range(5) for chat in people))
    assert set(sent) == {Sent()}
    assert chats.refused > 0
    for chat in people:
        assert [each.text for each in reversed(chats.messages) if each.chat == chat] == ["0", "1", "2", "3", "4"]


async def test_a_long_pause_is_the_callers_to_wait_for() -> None:
    after = int(PATIENCE) + 1
    refusal = {"ok": False, "error_code": 429, "description": "Too Many Requests", "parameters": {"retry_after": after}}
    async with answered(lambda _: httpx.Response(429, json=refusal)) as sending:
        assert await sending.send("7", "x") == Retry("limited", after, 429)


@pytest.mark.parametrize(
    ("code", "description", "outcome"),
    [
        (403, "Forbidden: bot was blocked by the user", Gone("blocked", 403)),
        (403, "Forbidden: user is deactivated", Gone("blocked", 403)),
        (403, "Forbidden: bot is not a member of the channel chat", Gone("blocked", 403)),
        (400, "Bad Request: chat not found", Gone("no-chat", 400)),
        (400, "Bad Request: PEER_ID_INVALID", Gone("no-chat", 400)),
        (400, "Bad Request: can't parse entities", Retry("refused", None, 400)),
        (401, "Unauthorized", Retry("refused", None, 401)),
        (500, "Internal Server Error", Retry("refused", None, 500)),
    ],
)
async def test_what_an_answer_means(code: int, description: str, outcome: Outcome) -> None:
    refusal = {"ok": False, "error_code": code, "description": description}
    async with answered(lambda _: httpx.Response(code, json=refusal)) as sending:
        assert await sending.send("7", "x") == outcome


@pytest.mark.parametrize("answer", [b"", b"<html>", b"[]", b'{"ok":"yes"}', b'"x"'])
async def test_what_is_no_answer_of_the_bot_api_is_tried_again(answer: bytes) -> None:
    async with answered(lambda _: httpx.Response(502, content=answer)) as sending:
        assert await sending.send("7", "x") == Retry("away")


async def test_the_token_shows_in_no_error() -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError(f"cannot reach {request.url}")

    async with answered(fail) as sending:
        assert await sending.send("7", "x") == Retry("away")
    assert "secret" not in repr(SETTINGS)


async def test_blocking_and_unknown_chats_end_the_channel() -> None:
    chats = chats_of("1", "2")
    chats.block("2")
    async with messenger(chats) as sending:
        channel = TelegramChannel(sending, WORDING)
        assert [await channel.send(chat, notice()) for chat in ("1", "2", "3")] == [
            Sent(),
            Gone("blocked", 403),
            Gone("no-chat", 400),
        ]


@pytest.mark.parametrize("language", LANGUAGES)
async def test_a_person_can_unsubscribe_and_a_public_channel_shows_no_link_that_ends_it(language: Language) -> None:
    chats = chats_of("1")
    akimat = chats.found("akimat", "Акимат")
    chats.admit(akimat, Bot.POSTS)
    async with messenger(chats) as sending:
        channel = TelegramChannel(sending, WORDING)
        assert await channel.send("1", notice(language=language)) == Sent()
        assert await channel.send(akimat.id, notice(language=language)) == Sent()
    public, private = chats.messages
    assert UNSUBSCRIBE in private.text
    assert UNSUBSCRIBE not in public.text
    assert "news.example" not in public.text
    assert TITLE in public.text


async def test_what_can_wait_makes_no_sound() -> None:
    said: list[dict[str, Any]] = []

    def answer(request: httpx.Request) -> httpx.Response:
        said.append(json.loads(request.content))
        return httpx.Response(200, json={"ok": True, "result": {}})

    async with answered(answer) as sending:
        for priority in Priority:
            await TelegramChannel(sending, WORDING).send("7", notice(priority=priority))
    assert [each["disable_notification"] for each in said] == [priority is Priority.LOW for priority in Priority]


async def test_markup_of_others_is_text_and_a_message_is_never_too_long() -> None:
    async with messenger(chats_of("1")) as sending:
        channel = TelegramChannel(sending, WORDING)
        text = channel.text(notice(item(title="</a><b>&x", facts={Fact.REASON: "<i>"}), language="en"))
        assert "&lt;/a&gt;&lt;b&gt;&amp;x" in text
        assert "Reason: &lt;i&gt;" in text
        many = [item(title="&" * 400, facts=dict.fromkeys(Fact, "<" * 900)) for _ in range(60)]
        for told in (notice(many[0]), notice(*many)):
            text = channel.text(told)
            assert len(text) <= LONGEST
            for tag in ("a", "b"):
                assert len(re.findall(f"<{tag}[ >]", text)) == text.count(f"</{tag}>")
        assert "60" in channel.text(notice(*many)).splitlines()[-1]


def test_a_token_goes_with_a_name_and_without_one_the_channel_is_off() -> None:
    assert not TelegramSettings().is_on
    with pytest.raises(ValueError, match="telegram_bot"):
        TelegramSettings(telegram_token="1:secret")
    with pytest.raises(ValueError, match="KENES_TELEGRAM_TOKEN"):
        BotApi(TelegramSettings())
    assert TelegramSettings(telegram_token="1:secret", telegram_bot="@kenes_bot").bot == "kenes_bot"
