"""Chats with the bot: who starts it by their link is told there, until they stop it or block it.

Of all stream processes the one that owns the first partition of deliveries listens, since the Bot API tells one.
"""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from kenes.identity.sealing import Keyring
from kenes.kafka.waiting import Decisions
from kenes.mongo.client import Collection
from kenes.mongo.vault import Vault
from kenes.service.asking import Asking
from kenes.service.definition import Clock, Context
from kenes.web.i18n import Catalogs
from kenes.web.problems import Problem
from schemas.topics import DELIVERY_REQUESTS, SUBSCRIPTION_REQUESTS
from services.notifications.channels.telegram.bot import Bot
from services.notifications.delivering.unsubscribing import Ending
from services.notifications.following.commands import SOURCE, Commands
from services.notifications.following.opting_in import OptingIn, opting_in
from services.notifications.settings import Settings
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
    opting_in: OptingIn

    async def start(self, token: str, chat: str) -> bool:
        """Somebody came by a link. False for a link that does nothing, unless it connected this very chat before."""
        try:
            ending = await self.opting_in.connect_chat(token, chat)
        except Problem:
            return await self.collection.find_one({"_id": self._id(chat)}) is not None
        told = {"subscriber": ending.subscriber, "channel": ending.channel}
        await self.collection.update_one({"_id": self._id(chat)}, {"$addToSet": {"told": told}}, upsert=True)
        return True

    async def stop(self, chat: str) -> None:
        """Ends all that is told in a chat."""
        found = await self.collection.find_one({"_id": self._id(chat)})
        for each in found["told"] if found else ():
            await self.opting_in.commands.end(Ending(each["subscriber"], each["channel"], None), 0)
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


@asynccontextmanager
async def listening(
    context: Context, keyring: Keyring, settings: Settings, telegram: Telegram | None, owns: Callable[[int], bool]
) -> AsyncIterator[Sequence[Clock]]:
    """The clock of the bot's ear; none where there is no bot, or no way to ask for its links.

    `owns` tells whether this process owns a partition of deliveries.
    """
    opted = await opting_in(context, keyring, _commands(context, keyring), settings)
    if telegram is None or opted is None:
        yield ()
        return
    chats = Chats(context.database["telegram_chats"], keyring, opted)
    bot = Bot(telegram.api, telegram.messenger, Catalogs((LOCALES,)), on_start=chats.start, on_stop=chats.stop)
    try:
        yield (Clock(EVERY, Listening(bot, owns).tick),)
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
