"""Invented people and channels, their chats with the bot, and what happens in them."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any, Final

from kenes.local.telegram_fake.channels import Bot, Channel, RefusedError, status_of
from kenes.local.telegram_fake.limits import Limits

KEPT: Final = 10_000
LONGEST: Final = 4_096


@dataclass(frozen=True, slots=True)
class Message:
    """What the bot wrote; `at` in seconds of the clock that limits go by."""

    number: int
    chat: str
    text: str
    at: float
    when: datetime


class Chats:
    """All of this run. A chat with a person exists once they have pressed start, a channel once it was founded."""

    def __init__(self, limits: Limits | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits or Limits()
        self._clock = clock
        self._messages: deque[Message] = deque(maxlen=KEPT)
        self._updates: deque[dict[str, Any]] = deque()
        self._numbers = count(1)
        self._news = asyncio.Event()
        self.people: dict[str, str] = {}
        self.blocked: set[str] = set()
        self.channels: dict[str, Channel] = {}
        """By their ids."""
        self.refused = 0
        """Messages that were too many."""

    @property
    def messages(self) -> list[Message]:
        """The newest first."""
        return list(reversed(self._messages))

    def start(self, chat: str, token: str, language: str = "kk") -> None:
        """Somebody presses start, having come by a link with this token."""
        self.blocked.discard(chat)
        self.people[chat] = language
        self._write(chat, f"/start {token}".strip())

    def write(self, chat: str, text: str) -> None:
        """Somebody writes to the bot."""
        self._write(chat, text)

    def block(self, chat: str) -> None:
        """Somebody blocks the bot."""
        self.blocked.add(chat)
        self._happened({"my_chat_member": {"chat": _chat(chat), "new_chat_member": {"status": "kicked"}}})

    def found(self, name: str, title: str, description: str = "") -> Channel:
        """Somebody founds a public channel, or changes its title and description."""
        known = next((each for each in self.channels.values() if each.name == name.lower()), None)
        channel = known or Channel(str(-1_000_000_000_000 - next(self._numbers)), name.lower())
        channel.title, channel.description = title, description
        self.channels[channel.id] = channel
        return channel

    def admit(self, channel: Channel, bot: Bot) -> None:
        """Somebody who looks after a channel makes the bot what it is there: an administrator, or nobody."""
        channel.bot = bot
        status = {"status": status_of(bot)}
        self._happened({"my_chat_member": {"chat": channel.shown, "new_chat_member": status}})

    def chat(self, chat: str) -> dict[str, Any]:
        """What the bot is shown of a chat. Raises `RefusedError`."""
        channel = self._channel(chat)
        if channel is not None:
            return channel.shown | {"description": channel.description}
        if chat not in self.people:
            raise RefusedError(400, "Bad Request: chat not found")
        return _chat(chat)

    def member(self, chat: str, user: int) -> dict[str, Any]:
        """What the bot is shown of itself in a channel: nothing, where it is not let in. Raises `RefusedError`."""
        channel = self._channel(chat)
        if channel is None:
            raise RefusedError(400, "Bad Request: chat not found")
        return channel.member(user)

    def _channel(self, chat: str) -> Channel | None:
        """A channel by its id or its @name."""
        named = (each for each in self.channels.values() if f"@{each.name}" == chat.lower())
        return self.channels.get(chat) or next(named, None)

    def send(self, chat: str, text: str) -> Message:
        """The bot writes. Raises `RefusedError`."""
        if not text or len(text) > LONGEST:
            raise RefusedError(
                400, "Bad Request: message is too long" if text else "Bad Request: message text is empty"
            )
        chat = self._addressed(chat)
        now = self._clock()
        if not self._limits.allow(chat, now):
            self.refused += 1
            after = self._limits.retry_after
            raise RefusedError(429, f"Too Many Requests: retry after {after}", retry_after=after)
        message = Message(next(self._numbers), chat, text, now, datetime.now(UTC))
        self._messages.append(message)
        return message

    def _addressed(self, chat: str) -> str:
        """The id of a chat that the bot may write to. Raises `RefusedError`."""
        channel = self._channel(chat)
        if channel is not None:
            channel.check_post()
            return channel.id
        if chat in self.blocked:
            raise RefusedError(403, "Forbidden: bot was blocked by the user")
        if chat not in self.people:
            raise RefusedError(400, "Bad Request: chat not found")
        return chat

    async def updates(self, offset: int, seconds: float) -> list[dict[str, Any]]:
        """What happened since `offset`; all before it is forgotten. Waits for something to happen."""
        while self._updates and self._updates[0]["update_id"] < offset:
            self._updates.popleft()
        if not self._updates and seconds > 0:
            self._news.clear()
            try:
                await asyncio.wait_for(self._news.wait(), seconds)
            except TimeoutError:
                return []
        return list(self._updates)[:100]

    def _write(self, chat: str, text: str) -> None:
        person = {"id": int(chat), "language_code": self.people.get(chat, "kk")}
        self._happened({"message": {"chat": _chat(chat), "from": person, "text": text}})

    def _happened(self, update: dict[str, Any]) -> None:
        self._updates.append({"update_id": next(self._numbers), **update})
        self._news.set()


def _chat(chat: str) -> dict[str, Any]:
    return {"id": int(chat), "type": "private"}
