"""Notices as Telegram messages."""

from __future__ import annotations

from html import escape
from typing import ClassVar, Final

from schemas.notifications.parts import Priority
from services.notifications.channels.port import Notice, Outcome
from services.notifications.channels.telegram.messenger import Messenger
from services.notifications.wording.telling import Told, ToldItem, Wording

LONGEST: Final = 4_096
"""Letters of a message, by the Bot API. Markup does not count there; here it does, to be safe."""


def is_public(chat: str) -> bool:
    """Whether a chat's id is a channel's: only people's are above zero."""
    return chat.startswith("-")


class TelegramChannel:
    """Sends to chats of people, and posts to public channels.

    The Bot API cannot be told that a message is the same one: a try whose answer was lost is told a second time.
    """

    name: ClassVar[str] = "telegram"

    def __init__(self, messenger: Messenger, wording: Wording) -> None:
        self._messenger = messenger
        self._wording = wording

    async def send(self, destination: str, message: Notice, /) -> Outcome:
        """One try, to the chat with this id."""
        # What everybody reads must not hold a link by which anybody could end it.
        foot = "" if is_public(destination) else self._foot(message)
        text = self.text(message, LONGEST - len(foot)) + foot
        return await self._messenger.send(destination, text, silent=message.priority is Priority.LOW)

    def text(self, notice: Notice, longest: int = LONGEST) -> str:
        """The notice in Telegram's HTML: as many of its things as fit, and how many do not."""
        told = self._wording.tell(notice)
        t = self._wording.translator(notice)
        blocks = [f"<b>{escape(told.subject)}</b>"] if notice.is_digest else []
        blocks += _blocks(told)
        more = escape(t("notice.digest.more", count=len(told.items)))
        text = blocks[0]
        for block in blocks[1:]:
            if len(text) + len(block) + len(more) + 4 > longest:
                return f"{text}\n\n{more}"
            text = f"{text}\n\n{block}"
        return text

    def _foot(self, notice: Notice) -> str:
        t = self._wording.translator(notice)
        links = [_link(notice.unsubscribe, t("notice.unsubscribe")), _link(notice.manage, t("notice.manage"))]
        return "\n\n" + " · ".join(links)


def _blocks(told: Told) -> list[str]:
    if len(told.items) > 1:
        return [f"{escape(item.headline)}\n{_link(item.url, item.title)}" for item in told.items]
    (item,) = told.items
    return [f"<b>{escape(item.headline)}</b>\n{_link(item.url, item.title)}\n{escape(item.when)}", *_facts(item)]


def _facts(item: ToldItem) -> list[str]:
    return ["\n".join(f"{escape(label)}: {escape(value)}" for label, value in item.facts)] if item.facts else []


def _link(url: str, words: str) -> str:
    return f'<a href="{escape(url)}">{escape(words)}</a>'
