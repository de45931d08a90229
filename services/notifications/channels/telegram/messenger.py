"""Sends messages within Telegram's limits: so many in any second, one in a second to a chat, and pauses when asked."""

from __future__ import annotations

from typing import Final

from services.notifications.channels.limits import Pauses, Window, Windows
from services.notifications.channels.port import Gone, Outcome, Retry, Sent
from services.notifications.channels.telegram.api import BotApi, TelegramRefusedError, TelegramUnavailableError

PATIENCE: Final = 60.0
"""Seconds of pauses that a message waits for here, in its place; a longer one is the caller's to wait for."""
_TOO_MANY: Final = 429
_FORBIDDEN: Final = 403
_BAD_REQUEST: Final = 400
# The Bot API has no codes for these, only words.
_NO_CHAT: Final = (
    "chat not found",
    "user not found",
    "peer_id_invalid",
    "upgraded to a supergroup",
    "user is deactivated",
)
_NO_RIGHT: Final = "need administrator rights in the channel chat"


class Messenger:
    """One for a process and bot: the limits are the bot's. Messages to one chat arrive in the order of their calls."""

    def __init__(self, api: BotApi, per_second: int = 30, *, second: float = 1.0) -> None:
        """`second` is how long a second is: tests shorten it together with that of the other side."""
        self._api = api
        self._all = Window(per_second, second)
        self._chats = Windows(1, second)
        self._pauses = Pauses()

    async def send(self, chat: str, html: str, *, silent: bool = False) -> Outcome:
        """One message to the chat with this id."""
        async with self._chats.turn(chat):
            waited = 0.0
            while True:
                await self._pauses.over(chat)
                try:
                    async with self._all.turn():
                        await self._api.send_message(chat, html, silent=silent)
                except TelegramUnavailableError:
                    return Retry("away")
                except TelegramRefusedError as error:
                    asked = error.retry_after or 1.0
                    if error.code != _TOO_MANY:
                        return _outcome(error)
                    self._pauses.hear(chat, asked)
                    waited += asked
                    if waited > PATIENCE:
                        return Retry("limited", asked, error.code)
                else:
                    return Sent()


def _outcome(error: TelegramRefusedError) -> Outcome:
    if error.code == _FORBIDDEN:
        return Gone("blocked", error.code)
    said = error.description.lower()
    if error.code == _BAD_REQUEST and any(words in said for words in _NO_CHAT):
        return Gone("no-chat", error.code)
    if error.code == _BAD_REQUEST and _NO_RIGHT in said:
        return Gone("blocked", error.code)
    return Retry("refused", error.retry_after, error.code)
