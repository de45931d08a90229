"""The bot that people start by a link and stop by a word or by blocking it, and that channels let in and put out.

Updates are confirmed only after they were taken, so a process that ends in between gets them again: what they call
must bear a second time.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from html import escape
from typing import Any, Final

from kenes.observe.logs import get_logger
from kenes.web.i18n import LANGUAGES, Catalogs, Translator
from services.notifications.channels.port import Outcome
from services.notifications.channels.telegram.api import BotApi, TelegramRefusedError, TelegramUnavailableError
from services.notifications.channels.telegram.messenger import Messenger

OnStart = Callable[[str, str], Awaitable[bool]]
"""Token and chat. False where the token is unknown or too old."""
OnEnd = Callable[[str], Awaitable[None]]
"""Chat."""

_START: Final = re.compile(r"/start(?:@\w+)?(?:\s+([A-Za-z0-9_-]{1,64}))?\s*", re.ASCII)
_STOP: Final = re.compile(r"/stop(?:@\w+)?\s*", re.ASCII)
_LEFT: Final = ("kicked", "left")
_REPLIES: Final = 3
"""Answers that wait for their turn in one chat; what is written beyond that gets none."""
_PAUSES: Final = (0.5, 1.0, 2.0, 5.0, 15.0, 30.0)
"""Seconds until the Bot API is asked again, by how often it failed in a row."""
_log = get_logger(__name__)


def deep_link(bot: str, token: str) -> str:
    """The address that starts the bot (its name without `@`) with a token of 1 to 64 of `A-Za-z0-9_-`.

    Raises `ValueError` for another token.
    """
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,64}", token, re.ASCII):
        raise ValueError("not a token that a link to a bot can carry")
    return f"https://t.me/{bot}?start={token}"


@dataclass(frozen=True, slots=True)
class _Said:
    """What somebody wrote in a private chat, and the language of their Telegram."""

    chat: str
    text: str
    language: str


class Bot:
    """Looks what happened, calls `on_start`, `on_stop` and, where it was put out, `on_gone`, and answers people.

    The Bot API tells one listener at a time: of all processes one looks.
    """

    def __init__(
        self,
        api: BotApi,
        messenger: Messenger,
        catalogs: Catalogs,
        *,
        on_start: OnStart,
        on_stop: OnEnd,
        on_gone: OnEnd,
    ) -> None:
        self._api = api
        self._messenger = messenger
        self._catalogs = catalogs
        self._on_start = on_start
        self._on_stop = on_stop
        self._on_gone = on_gone
        self._replies: dict[asyncio.Task[Outcome], str] = {}
        self._offset = 0
        self._failed = 0
        self._rests_until = 0.0

    async def look(self, seconds: int = 0) -> None:
        """One look at what happened, which waits so many seconds for something to happen.

        Only an error of the callbacks is raised; what it was about comes again at the next look.
        """
        clock = asyncio.get_running_loop().time
        if clock() < self._rests_until:
            return
        try:
            updates = await self._api.get_updates(self._offset, seconds)
        except (TelegramUnavailableError, TelegramRefusedError) as error:
            pause = _PAUSES[min(self._failed, len(_PAUSES) - 1)]
            self._failed, self._rests_until = self._failed + 1, clock() + pause
            _log.warning("the Bot API tells no updates", reason=str(error), again_in=pause)
            return
        self._failed = 0
        for update in updates:
            await self.take(update)
            self._offset = max(self._offset, int(update["update_id"]) + 1)

    async def aclose(self) -> None:
        """Ends the answers that still wait for their turn."""
        replies = list(self._replies)
        for reply in replies:
            reply.cancel()
        await asyncio.gather(*replies, return_exceptions=True)

    async def take(self, update: dict[str, Any]) -> None:
        """One update. What is neither a word of ours nor somebody's leaving is passed over."""
        gone = _left(update)
        if gone is not None:
            await self._on_gone(gone)
            return
        said = _said(update)
        if said is not None:
            self._reply(said.chat, await self._answer(said))

    def _reply(self, chat: str, text: str) -> None:
        """Answers without waiting: whoever writes a lot waits for their own turns, and nobody else does."""
        if list(self._replies.values()).count(chat) < _REPLIES:
            reply = asyncio.create_task(self._messenger.send(chat, escape(text)))
            self._replies[reply] = chat
            reply.add_done_callback(self._replies.pop)

    async def _answer(self, said: _Said) -> str:
        t = Translator(self._catalogs, said.language)
        if _STOP.fullmatch(said.text):
            await self._on_stop(said.chat)
            return t("notice.bot.stopped")
        start = _START.fullmatch(said.text)
        if start is None or start[1] is None:
            return t("notice.bot.help")
        return t("notice.bot.started" if await self._on_start(start[1], said.chat) else "notice.bot.unknown")


def _said(update: dict[str, Any]) -> _Said | None:
    match update:
        case {"message": {"chat": {"id": int(chat), "type": "private"}, "text": str(text), **rest}}:
            return _Said(str(chat), text, _language(rest.get("from")))
    return None


def _left(update: dict[str, Any]) -> str | None:
    match update:
        case {"my_chat_member": {"chat": {"id": int(chat)}, "new_chat_member": {"status": str(status)}}}:
            return str(chat) if status in _LEFT else None
    return None


def _language(person: Any) -> str:
    code = str(person.get("language_code", "")).partition("-")[0] if isinstance(person, dict) else ""
    return code if code in LANGUAGES else "kk"
