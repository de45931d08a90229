"""Links that start the bot for one person: whoever presses start there is told in that chat. No mail is needed."""

from dataclasses import dataclass
from typing import Final

from kenes.identity.sealing import Keyring
from kenes.mail.links import MailedLinks
from schemas.notifications.parts import ChannelKind
from schemas.parts import Language
from services.notifications.delivering.unsubscribing import Ending
from services.notifications.following.commands import Commands, Who

PURPOSE: Final = "telegram"


@dataclass(frozen=True)
class ChatLinks:
    """Makes such links, and takes them back from the bot."""

    links: MailedLinks
    keyring: Keyring
    commands: Commands

    async def token(self, who: Who, client: str, language: Language | None = None) -> str | None:
        """What a deep link to the bot carries for somebody; `None` where they have asked too often.

        Raises `TooManyLetters` for a client that has.
        """
        payload = {"person": who.person, "account": who.account, "language": language}
        asked_by = self.keyring.index(f"client|{client}")
        return await self.links.issue(PURPOSE, payload, mailbox=self._asker(who), client=asked_by)

    async def connect(self, token: str, chat: str) -> Ending:
        """Somebody started the bot by their link: they are told in this chat. Answers what ends it again.

        Raises the problems of a link that does nothing.
        """
        payload = await self.links.look(PURPOSE, token)
        who = Who(payload["person"], bool(payload["account"]))
        language = payload.get("language")
        await self.commands.add_channel(who, ChannelKind.TELEGRAM, chat, 0, confirmed=True, language=language)
        channel = await self.commands.channel_id(who, ChannelKind.TELEGRAM, chat)
        # Last: after a crash in between the same update comes again, and its link must still work.
        await self.links.spend(PURPOSE, token)
        return Ending(self.commands.subscriber(who), channel, None)

    def _asker(self, who: Who) -> bytes:
        return self.keyring.index(f"{PURPOSE}|{who.person}")
