"""Whether a public channel may be written to, and whether who named it looks after it: both by the Bot API alone.

The bot must be an administrator that may post, which only those who look after the channel can make it; and the code of
whoever asks must stand in the channel's description, which only they can write.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from services.notifications.channels.telegram.api import BotApi, TelegramRefusedError, TelegramUnavailableError
from services.notifications.domain.public_channel import ChannelFault

PAUSES: Final = (1.0, 3.0, 10.0)
"""Seconds after each try to ask that got no answer."""
LONGEST: Final = 30.0
"""Seconds of a pause that is asked for and kept; who asked us can ask again."""
LONGEST_TITLE: Final = 255
_HIDDEN: Final = (400, 403)


@dataclass(frozen=True, slots=True)
class Seen:
    """A channel that may be written to: its id, which a new name does not change, and its title."""

    chat: str
    title: str


async def look_at(api: BotApi, name: str, code: str, pauses: Sequence[float] = PAUSES) -> Seen | ChannelFault:
    """The channel with a public name, or what is to be mended. Asks a few times where there is no answer."""
    for pause in pauses:
        try:
            return await _look(api, name, code)
        except TelegramUnavailableError:
            await asyncio.sleep(pause)
        except TelegramRefusedError as error:
            await asyncio.sleep(min(error.retry_after or pause, LONGEST))
    return ChannelFault.AWAY


async def _look(api: BotApi, name: str, code: str) -> Seen | ChannelFault:
    chat = await _asked(api.get_chat(f"@{name}"))
    if chat is None:
        return ChannelFault.NOT_FOUND
    if chat.get("type") != "channel" or not isinstance(chat.get("id"), int):
        return ChannelFault.NOT_A_CHANNEL
    number, me = str(chat["id"]), await api.get_me()
    member = await _asked(api.get_chat_member(number, int(me["id"])))
    if member is None or member.get("status") != "administrator" or not member.get("can_post_messages"):
        return ChannelFault.NOT_ADMINISTRATOR
    if code not in str(chat.get("description", "")):
        return ChannelFault.CODE_MISSING
    return Seen(number, str(chat.get("title", ""))[:LONGEST_TITLE])


async def _asked(answer: Awaitable[dict[str, Any]]) -> dict[str, Any] | None:
    """What was asked for; `None` where Telegram shows it to no bot, or not to ours."""
    try:
        return await answer
    except TelegramRefusedError as error:
        if error.code in _HIDDEN:
            return None
        raise
