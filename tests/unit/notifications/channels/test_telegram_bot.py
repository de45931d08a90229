"""The bot: people who start it by a link, stop it or block it, and processes that end in between."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kenes.local.telegram_fake.app import app
from kenes.local.telegram_fake.chats import Chats
from kenes.local.telegram_fake.limits import Limits
from kenes.web.i18n import Catalogs
from services.notifications.channels.telegram.api import BotApi
from services.notifications.channels.telegram.bot import Bot, deep_link
from services.notifications.channels.telegram.messenger import Messenger
from services.notifications.channels.telegram.settings import TelegramSettings
from services.notifications.wording.telling import LOCALES

SETTINGS = TelegramSettings(telegram_token="1:secret", telegram_bot="kenes_bot", telegram_api="http://127.0.0.1")
CATALOGS = Catalogs((LOCALES,), strict=True)


class Followers:
    """Who started with which token, and who stopped; `fails` makes the first call end badly."""

    def __init__(self, fails: bool = False) -> None:
        self.calls: list[tuple[str, ...]] = []
        self.fails = fails

    async def start(self, token: str, chat: str) -> bool:
        self.calls.append((token, chat))
        if self.fails:
            raise RuntimeError("the database is away")
        return token != "old"

    async def stop(self, chat: str) -> None:
        self.calls.append((chat,))


@asynccontextmanager
async def bot(chats: Chats, followers: Followers) -> AsyncIterator[Bot]:
    async with BotApi(SETTINGS, httpx.ASGITransport(app(chats), client=("127.0.0.1", 5))) as api:
        found = Bot(
            api,
            Messenger(api, second=0.001),
            CATALOGS,
            on_start=followers.start,
            on_stop=followers.stop,
            on_gone=followers.stop,
        )
        yield found
        await found.aclose()


async def listen(found: Bot) -> None:
    while True:
        await found.look(50)


@asynccontextmanager
async def listening(chats: Chats, followers: Followers) -> AsyncIterator[asyncio.Task[None]]:
    async with bot(chats, followers) as found:
        task = asyncio.create_task(listen(found))
        yield task
        task.cancel()
        with suppress(asyncio.CancelledError, RuntimeError):
            await task


def fresh() -> Chats:
    return Chats(Limits(1000, 0.0001))


async def until(reached: Any) -> None:
    async with asyncio.timeout(10):
        while not reached():  # noqa: ASYNC110 - another task brings it about
            await asyncio.sleep(0.005)


async def test_somebody_comes_by_the_link_and_is_told_so_in_their_language() -> None:
    chats, followers = fresh(), Followers()
    async with listening(chats, followers):
        chats.start("7", "abc-DEF_9", "ru-RU")
        await until(lambda: chats.messages)
        chats.start("8", "old", "en")
        await until(lambda: len(chats.messages) == 2)
    assert followers.calls == [("abc-DEF_9", "7"), ("old", "8")]
    later, first = chats.messages
    assert first.text.startswith("Готово")
    assert later.text.startswith("This link is too old")


async def test_stopping_and_blocking_end_it() -> None:
    chats, followers = fresh(), Followers()
    async with listening(chats, followers):
        chats.start("7", "")
        chats.write("7", "/stop@kenes_bot")
        chats.block("7")
        await until(lambda: len(followers.calls) == 2)
    assert followers.calls == [("7",), ("7",)]


async def test_what_was_not_taken_comes_again_and_what_was_taken_does_not() -> None:
    chats, failing = fresh(), Followers(fails=True)
    async with listening(chats, failing) as task:
        chats.start("7", "token")
        await until(task.done)
    again = Followers()
    async with listening(chats, again):
        await until(lambda: chats.messages)
        chats.start("8", "next")
        await until(lambda: len(chats.messages) == 2)
    async with listening(chats, third := Followers()):
        chats.start("9", "last")
        await until(lambda: len(chats.messages) == 3)
    assert (failing.calls, again.calls) == ([("token", "7")], [("token", "7"), ("next", "8")])
    assert third.calls[-1] == ("last", "9")
    assert ("token", "7") not in third.calls


async def test_somebody_who_writes_a_lot_keeps_nobody_waiting() -> None:
    chats, followers = Chats(Limits(1000, 60)), Followers()
    async with listening(chats, followers):
        for _ in range(50):
            chats.write("7", "hello")
        chats.start("8", "token")
        await until(lambda: followers.calls)
    assert followers.calls == [("token", "8")]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: st.dictionaries(
            st.sampled_from(["message", "my_chat_member", "chat", "id", "type", "text", "from", "language_code"]), inner
        ),
        max_leaves=8,
    )
)
def test_no_update_of_another_shape_ends_the_bot(update: Any) -> None:
    async def take() -> None:
        async with bot(fresh(), Followers()) as found:
            await found.take({"update_id": 1, **(update if isinstance(update, dict) else {"message": update})})

    asyncio.run(take())


async def test_a_bot_api_that_is_away_is_asked_again_only_after_a_pause() -> None:
    asked: list[httpx.Request] = []

    def away(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        raise httpx.ConnectError("away")

    followers = Followers()
    async with BotApi(SETTINGS, httpx.MockTransport(away)) as api:
        found = Bot(
            api, Messenger(api), CATALOGS, on_start=followers.start, on_stop=followers.stop, on_gone=followers.stop
        )
        for _ in range(5):
            await found.look()
    assert len(asked) == 1


def test_a_link_carries_only_a_token_that_telegram_takes() -> None:
    assert deep_link("kenes_bot", "a-B_9") == "https://t.me/kenes_bot?start=a-B_9"
    for token in ("", "a b", "x" * 65, "a&start=b"):
        with pytest.raises(ValueError, match="token"):
            deep_link("kenes_bot", token)
