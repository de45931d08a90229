"""What is told together to one subscriber by one channel, put together of what is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from kenes.identity.sealing import Keyring, PersonKey, UnsealError
from kenes.mongo.client import Document
from schemas.notifications.parts import Priority
from schemas.parts import Language
from services.notifications.addresses import Addresses
from services.notifications.channels.port import Item, Notice
from services.notifications.delivering.unsubscribing import PATH, Ending, seal_ending
from services.notifications.domain.subscriber import Subscriber
from services.notifications.folds.deliveries import Page
from services.notifications.folds.subscriptions import load_subscriber
from services.notifications.wording.events import event_of, item_of

LONGEST: Final = 50
"""Things told in one letter; what is more comes in another."""

NO_CHANNEL: Final = "no-channel"
UNFOLLOWED: Final = "unfollowed"
ERASED: Final = "erased"
UNREADABLE: Final = "unreadable"


@dataclass(frozen=True, slots=True)
class Letter:
    """One thing to send. Without a `notice` nobody wants it any more, for this `reason`."""

    deliveries: Sequence[Document]
    notice: Notice | None
    destination: str = ""
    reason: str = ""

    @property
    def subscriber(self) -> str:
        """To whom."""
        return str(self.deliveries[0]["subscriber"])

    @property
    def partition(self) -> int:
        """Whose owner sends it."""
        return Page.read(self.deliveries[0]["page"]).partition

    @property
    def channel(self) -> str:
        """By which of their channels."""
        return str(self.deliveries[0]["channel"])


@dataclass(frozen=True)
class Letters:
    """Puts letters together."""

    keyring: Keyring
    addresses: Addresses

    def of(
        self,
        deliveries: Sequence[Document],
        stored: Document | None,
        key: PersonKey | None,
        news: Mapping[str, Document],
    ) -> list[Letter]:
        """The letters of what one subscriber is told at once by one channel.

        `stored` is the subscriber, `key` the person's; `news` are the events, by id.
        """
        first = deliveries[0]
        subscriber = None if stored is None else load_subscriber(stored)
        channel = None if subscriber is None else subscriber.channel(first["channel"])
        if subscriber is None or channel is None or not channel.confirmed:
            return [Letter(deliveries, None, reason=NO_CHANNEL)]
        if key is None:
            return [Letter(deliveries, None, reason=ERASED)]
        try:
            destination = key.open(channel.sealed, channel.id)
        except UnsealError:
            # Sealed under an earlier key of somebody who was erased, and has come back since.
            return [Letter(deliveries, None, reason=UNREADABLE)]
        wanted = [each for each in deliveries if subscriber.follow(each["interest"]) is not None]
        unwanted = [each for each in deliveries if subscriber.follow(each["interest"]) is None]
        parts = [wanted[start : start + LONGEST] for start in range(0, len(wanted), LONGEST)]
        letters = [Letter(part, self._notice(part, subscriber, news), destination) for part in parts]
        return [*letters, Letter(unwanted, None, reason=UNFOLLOWED)] if unwanted else letters

    def _notice(self, deliveries: Sequence[Document], subscriber: Subscriber, news: Mapping[str, Document]) -> Notice:
        language = subscriber.preferences.language
        told = sorted(deliveries, key=lambda each: news[each["event"]]["at"])
        interests = {each["interest"] for each in deliveries}
        who, channel = deliveries[0]["subscriber"], deliveries[0]["channel"]
        ending = Ending(who, channel, interests.pop() if len(interests) == 1 else None)
        return Notice(
            id=deliveries[0]["_id"],
            language=language,
            items=tuple(self._item(news[each["event"]], each["interest"], language) for each in told),
            unsubscribe=self._link(ending),
            # Whoever cannot sign in has no other page of their own.
            manage=f"{self.addresses.own}/notifications"
            if subscriber.account
            else self._link(Ending(who, channel, None)),
            zone=ZoneInfo(subscriber.preferences.zone),
            priority=Priority(deliveries[0]["priority"]),
        )

    def _link(self, ending: Ending) -> str:
        return f"{self.addresses.own}{PATH}/{seal_ending(self.keyring, ending)}"

    def _item(self, news: Document, interest: str, language: Language) -> Item:
        event = event_of(news["kind"], news["data"])
        at: datetime = news["at"]
        return item_of(event, language, url=self.addresses.event(event, interest), at=at)
