"""Chats with the bot: who starts it by their link is told there, until they stop it or block it.

Of all stream processes the one that owns the first partition of deliveries listens, since the Bot API tells one.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from kenes.identity.sealing import Keyring
from kenes.kafka.waiting import Decisions
from kenes.kafka.worker import Worker
from kenes.mail.settings import LinkSettings
from kenes.mongo.client import Collection
from kenes.mongo.vault import Vault
from kenes.service.asking import Asking
from kenes.service.definition import Clock, Context
from kenes.setting_files import load_settings
from kenes.web.i18n import Catalogs
from kenes.web.problems import Problem
from schemas.topics import DELIVERY_REQUESTS, SUBSCRIPTION_REQUESTS
from services.notifications.channels.telegram.bot import Bot
from services.notifications.delivering.unsubscribing import Ending
from services.notifications.following.chat_links import ChatLinks
from services.notifications.following.commands import SOURCE, Commands
from services.notifications.following.links import links_of
from services.notifications.public_channels.checking import ChannelChecks
from services.notifications.ways import Telegram
from services.notifications.wording.telling import LOCALES

EVERY: Final = 1.0
"""Seconds between two looks at what was written to the bot."""
_FIRST: Final = 0


@dataclass(frozen=True)
class Chats:
    """Who is told in which chat: `telegram_chats`, one document per chat, by a keyed hash of it.

    Without it nobody is told less: it only lets somebody end with a word what they began with a link.
    """

    collection: Collection
    keyring: Keyring
    links: ChatLinks

    async def start(self, token: str, chat: str) -> bool:
        """Somebody came by a link. False for a link that does nothing, unless it connected this very chat before."""
        try:
            ending = await self.links.connect(token, chat)
        except Problem:
            return await self.collection.find_one({"_id": self._id(chat)}) is not None
        await self.note(chat, ending)
        return True

    async def note(self, chat: str, ending: Ending) -> None:
        """Keeps what ends what is told in a chat."""
        told = {"subscriber": ending.subscriber, "channel": ending.channel}
        await self.collection.update_one({"_id": self._id(chat)}, {"$addToSet": {"told": told}}, upsert=True)

    async def stop(self, chat: str) -> None:
        """Ends all that is told in a chat, by a word of its reader."""
        await self._end(chat, lambda told: self.links.commands.end(told, 0))

    async def gone(self, chat: str) -> None:
        """Ends all that was told in a chat which has put the bot out."""
        await self._end(chat, lambda told: self.links.commands.end_gone(told.subscriber, told.channel))

    async def _end(self, chat: str, end: Callable[[Ending], Awaitable[object]]) -> None:
        found = await self.collection.find_one({"_id": self._id(chat)})
        for each in found["told"] if found else ():
            await end(Ending(each["subscriber"], each["channel"], None))
        await self.collection.delete_one({"_id": self._id(chat)})

    def _id(self, chat: str) -> bytes:
        return self.keyring.index(f"telegram|{chat}")


@dataclass(frozen=True)
class Listening:
    """Looks what was written to the bot, where it is this process's turn."""

    bot: Bot
    owns: Callable[[int], bool]

    async def tick(self) -> None:
        """One look."""
        if self.owns(_FIRST):
            await self.bot.look()


@dataclass(frozen=True)
class BotSide:
    """What the stream process runs for the bot; nothing where there is none."""

    clocks: Sequence[Clock] = ()
    workers: Sequence[Worker] = ()


@asynccontextmanager
async def bot_side(
    context: Context, keyring: Keyring, telegram: Telegram | None, owns: Callable[[int], bool]
) -> AsyncIterator[BotSide]:
    """The bot's ear, and what looks at channels of bodies. `owns`: whether a partition of deliveries is ours."""
    if telegram is None:
        yield BotSide()
        return
    commands = _commands(context, keyring)
    links = ChatLinks(await links_of(context, load_settings(LinkSettings).limits), keyring, commands)
    chats = Chats(context.database["telegram_chats"], keyring, links)
    checks = ChannelChecks(telegram.api, keyring, commands, context.producer, chats.note)
    bot = Bot(
        telegram.api,
        telegram.messenger,
        Catalogs((LOCALES,)),
        on_start=chats.start,
        on_stop=chats.stop,
        on_gone=chats.gone,
    )
    try:
        yield BotSide((Clock(EVERY, Listening(bot, owns).tick),), (checks.worker(),))
    finally:
        await bot.aclose()


def _commands(context: Context, keyring: Keyring) -> Commands:
    """Commands that nobody waits for."""
    return Commands(
        keyring,
        Vault(context.people, keyring),
        Asking(SOURCE, SUBSCRIPTION_REQUESTS, context.producer, Decisions()),
        Asking(SOURCE, DELIVERY_REQUESTS, context.producer, Decisions()),
    )
