"""Public channels, and what a bot may know of them and do in them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

BOT: Final = 1
"""The id of the bot, whatever its token."""


class RefusedError(Exception):
    """The Bot API's no."""

    def __init__(self, code: int, description: str, **parameters: float) -> None:
        super().__init__(description)
        self.answer: dict[str, Any] = {"ok": False, "error_code": code, "description": description}
        if parameters:
            self.answer["parameters"] = parameters


class Bot(StrEnum):
    """What the bot is in a channel; a reader who may not post is one of its administrators, too."""

    ABSENT = "absent"
    POSTS = "posts"
    READS = "reads"
    KICKED = "kicked"


@dataclass
class Channel:
    """One channel, with a name that everybody may find it by."""

    id: str
    name: str
    title: str = ""
    description: str = ""
    bot: Bot = Bot.ABSENT

    @property
    def shown(self) -> dict[str, Any]:
        """The channel as updates show it."""
        return {"id": int(self.id), "type": "channel", "username": self.name, "title": self.title}

    def member(self, user: int) -> dict[str, Any]:
        """A user of the channel, as its administrators are shown them. Raises `RefusedError`."""
        if self.bot is Bot.KICKED:
            raise RefusedError(403, "Forbidden: bot was kicked from the channel chat")
        if self.bot is Bot.ABSENT:
            raise RefusedError(400, "Bad Request: member list is inaccessible")
        if user != BOT:
            raise RefusedError(400, "Bad Request: user not found")
        return {
            "status": status_of(self.bot),
            "user": {"id": user, "is_bot": True},
            "can_post_messages": self.bot is Bot.POSTS,
        }

    def check_post(self) -> None:
        """Raises `RefusedError` where the bot may not post."""
        match self.bot:
            case Bot.ABSENT:
                raise RefusedError(403, "Forbidden: bot is not a member of the channel chat")
            case Bot.KICKED:
                raise RefusedError(403, "Forbidden: bot was kicked from the channel chat")
            case Bot.READS:
                raise RefusedError(400, "Bad Request: need administrator rights in the channel chat")


def status_of(bot: Bot) -> str:
    """What the bot is, in the words of the Bot API."""
    return {Bot.ABSENT: "left", Bot.KICKED: "kicked"}.get(bot, "administrator")
