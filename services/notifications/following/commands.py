"""What subscribers ask for, as requests on the topics. Produces and waits; decides nothing."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from kenes.identity.person import Person
from kenes.identity.sealing import Keyring, PersonKey
from kenes.mail.address import MailAddress, identity_of
from kenes.mongo.vault import Vault
from kenes.service.asking import Asking, Outcome
from schemas.notifications.deliveries import ReadAllRequested, ReadRequested, RetryRequested
from schemas.notifications.parts import Cadence, ChannelEnd, ChannelKind, Preferences
from schemas.notifications.subscriptions import (
    ChannelConfirmRequested,
    ChannelEndRequested,
    ChannelRequested,
    EraseRequested,
    FollowRequested,
    PreferencesRequested,
    SubscriptionRequest,
    UnfollowRequested,
)
from schemas.parts import Language
from schemas.payload import Payload
from services.notifications.delivering.unsubscribing import Ending
from services.notifications.domain.subscriber import NOBODY, Subscriber
from services.notifications.following.naming import read_channel
from services.notifications.following.reads import destination_of
from services.notifications.people import subscriber_of

SOURCE = "/notifications"


@dataclass(frozen=True, slots=True, repr=False)
class Who:
    """Somebody who follows: the id of the person, and whether they can sign in."""

    person: str
    account: bool

    @classmethod
    def signed_in(cls, person: Person) -> "Who":
        """Somebody with an account."""
        return cls(person.id, account=True)

    @classmethod
    def at(cls, address: MailAddress) -> "Who":
        """Whoever reads the mail of an address."""
        return cls(address.person, account=False)


async def _nobody(_subscriber: str) -> Subscriber:
    return NOBODY


@dataclass(frozen=True)
class Commands:
    """Sends requests of subscribers. All methods raise `BrokerUnavailableError`; `wait` is in seconds.

    `known` reads a subscriber; whoever asks for no channel by mail can do without.
    """

    keyring: Keyring
    vault: Vault
    subscriptions: Asking
    deliveries: Asking
    known: Callable[[str], Awaitable[Subscriber]] = _nobody

    def subscriber(self, who: Who) -> str:
        """The pseudonym that somebody follows under."""
        return subscriber_of(self.keyring, who.person)

    async def channel_id(self, who: Who, kind: ChannelKind, destination: str) -> str:
        """The id of a destination: the same whenever the same person names it, in whatever spelling of a mailbox.

        Raises `DatabaseUnavailableError`.
        """
        key = await self.vault.key_of(who.person)
        if kind is not ChannelKind.EMAIL:
            return key.entry(f"{kind}/{destination}")
        mailbox = identity_of(destination)
        for each in (await self.known(self.subscriber(who))).channels:
            # It may be called by a spelling: ids once were.
            if (written := destination_of(each, key)) is not None and identity_of(written) == mailbox:
                return each.id
        return key.entry(f"{kind}/{mailbox}")

    async def follow(
        self,
        who: Who,
        interest: str,
        cadence: Cadence,
        channels: tuple[str, ...],
        wait: float,
        language: Language | None = None,
    ) -> Outcome:
        """Follows something, or follows it otherwise; the page is read in `language`.

        Raises `DatabaseUnavailableError`.
        """
        await self._key(who)  # without a key nobody would ever be told
        request = FollowRequested(
            subscriber=self.subscriber(who),
            owner=self._owner(who),
            account=who.account,
            interest=interest,
            cadence=cadence,
            channels=channels,
            language=language,
        )
        return await self._ask(request, wait)

    async def unfollow(self, who: Who, interest: str, wait: float) -> Outcome:
        """Follows something no more."""
        return await self._ask(UnfollowRequested(subscriber=self.subscriber(who), interest=interest), wait)

    async def add_channel(
        self,
        who: Who,
        kind: ChannelKind,
        destination: str,
        wait: float,
        *,
        confirmed: bool,
        language: Language | None = None,
    ) -> Outcome:
        """Names a destination; the page is read in `language`. Raises `DatabaseUnavailableError`."""
        key = await self._key(who)
        channel = await self.channel_id(who, kind, destination)
        request = ChannelRequested(
            subscriber=self.subscriber(who),
            owner=self._owner(who),
            account=who.account,
            channel=channel,
            kind=kind,
            sealed=key.seal(destination, channel),
            confirmed=confirmed,
            language=language,
        )
        return await self._ask(request, wait)

    async def confirm_channel(self, who: Who, channel: str, wait: float) -> Outcome:
        """Says that a destination is one's own."""
        return await self._ask(ChannelConfirmRequested(subscriber=self.subscriber(who), channel=channel), wait)

    async def end_channel(self, who: Who, channel: str, wait: float) -> Outcome:
        """Ends a destination. Raises 404 for what no destination is called."""
        request = ChannelEndRequested(
            subscriber=self.subscriber(who), channel=read_channel(channel), cause=ChannelEnd.PERSON
        )
        return await self._ask(request, wait)

    async def end_gone(self, subscriber: str, channel: str) -> Outcome:
        """Ends a destination of a subscriber that takes nothing any more, and waits for nobody."""
        request = ChannelEndRequested(subscriber=subscriber, channel=channel, cause=ChannelEnd.GONE)
        return await self._ask(request, 0)

    async def prefer(self, who: Who, preferences: Preferences, wait: float) -> Outcome:
        """Says in which language and when one wants to be told."""
        request = PreferencesRequested(
            subscriber=self.subscriber(who), owner=self._owner(who), account=who.account, preferences=preferences
        )
        return await self._ask(request, wait)

    async def erase(self, who: Who, wait: float) -> Outcome:
        """Forgets what somebody follows, and every way to tell them. The key of the person is not destroyed by it."""
        return await self._ask(EraseRequested(subscriber=self.subscriber(who)), wait)

    async def end(self, ending: Ending, wait: float) -> Outcome:
        """Ends what a link in a letter ends."""
        if ending.interest is not None:
            return await self._ask(UnfollowRequested(subscriber=ending.subscriber, interest=ending.interest), wait)
        cause = ChannelEnd.UNSUBSCRIBED
        request = ChannelEndRequested(subscriber=ending.subscriber, channel=ending.channel, cause=cause)
        return await self._ask(request, wait)

    async def read(self, who: Who, delivery: str, wait: float) -> Outcome:
        """Marks one thing in the inbox as read."""
        return await self._about_delivery(who, ReadRequested(subscriber=self.subscriber(who), delivery=delivery), wait)

    async def read_all(self, who: Who, wait: float) -> Outcome:
        """Marks all that is in the inbox as read."""
        request = ReadAllRequested(subscriber=self.subscriber(who), until=datetime.now(UTC))
        return await self._about_delivery(who, request, wait)

    async def retry(self, who: Who, delivery: str, wait: float) -> Outcome:
        """Has what was given up tried again."""
        return await self._about_delivery(who, RetryRequested(subscriber=self.subscriber(who), delivery=delivery), wait)

    async def _key(self, who: Who) -> PersonKey:
        """The key of somebody. Where a new one is made nothing is left from before the last one was destroyed."""
        if (key := await self.vault.find(who.person)) is not None:
            return key
        if (await self.known(self.subscriber(who))).owner:
            await self.erase(who, 0)
        return await self.vault.key_of(who.person)

    async def _ask(self, request: SubscriptionRequest, wait: float) -> Outcome:
        return await self.subscriptions.ask(request.subscriber, request.subscriber, request, wait)

    async def _about_delivery(self, who: Who, request: Payload, wait: float) -> Outcome:
        subscriber = self.subscriber(who)
        return await self.deliveries.ask(subscriber, subscriber, request, wait)

    def _owner(self, who: Who) -> str:
        return self.keyring.seal_owner(self.keyring.index(who.person))
