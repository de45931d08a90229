"""What officials ask of their body's channels. The rest a channel is asked as anybody who follows is."""

from dataclasses import dataclass
from uuid import uuid4

from kenes.identity.person import Person
from kenes.service.asking import Outcome
from schemas.notifications.parts import ChannelEnd, Official
from schemas.notifications.public_channels import PublicChannelRequested
from schemas.notifications.subscriptions import ChannelEndRequested
from schemas.parts import Language
from services.notifications.following.commands import Commands
from services.notifications.public_channels.naming import channel_of


@dataclass(frozen=True)
class ChannelCommands:
    """Sends requests. All methods raise `BrokerUnavailableError`, `DatabaseUnavailableError`; `wait` is in seconds."""

    following: Commands

    async def ask(self, by: Person, body: str, name: str, language: Language, wait: float) -> Outcome:
        """Asks that a channel be linked; whether it is comes after the messenger was asked."""
        who = channel_of(body, name)
        await self.following.vault.key_of(who.person)
        subscriber = self.following.subscriber(who)
        request = PublicChannelRequested(
            subscriber=subscriber,
            owner=self.following.keyring.seal_owner(self.following.keyring.index(who.person)),
            body=body,
            name=name,
            language=language,
            check=str(uuid4()),
            by=await self._official(by, subscriber),
        )
        return await self.following.subscriptions.ask(subscriber, subscriber, request, wait)

    async def end(self, by: Person, body: str, name: str, channel: str, wait: float) -> Outcome:
        """Ends a link."""
        subscriber = self.following.subscriber(channel_of(body, name))
        official = await self._official(by, subscriber)
        request = ChannelEndRequested(subscriber=subscriber, channel=channel, cause=ChannelEnd.PERSON, by=official)
        return await self.following.subscriptions.ask(subscriber, subscriber, request, wait)

    async def _official(self, person: Person, subscriber: str) -> Official:
        """Who acts, for the history of the channel; readable while the person's key exists."""
        name = f"{person.given_name} {person.family_name}".strip() or person.subject
        sealed = (await self.following.vault.key_of(person.id)).seal(name, subscriber)
        keyring = self.following.keyring
        return Official(owner=keyring.seal_owner(keyring.index(person.id)), name=sealed)
