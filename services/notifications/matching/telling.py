"""Tells followers: a page of them at a time, each by a request for a delivery, and then asks for the next page.

A crash repeats a page. Deliveries that were asked for before are refused by their ids, and so is the page: nobody is
told twice, and no second chain of pages begins.

Nothing is told to somebody whose key is destroyed: all that is known of what they followed is to be forgotten then.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from kenes.identity.sealing import Keyring
from kenes.kafka.producer import Producer
from kenes.kafka.records import Recorded
from kenes.kafka.worker import Worker
from kenes.mongo.vault import Vault
from kenes.tasks import Tasks
from schemas.envelope import Event
from schemas.notifications.deliveries import DeliveryRequested
from schemas.notifications.fan_outs import FanOutAdvanced, FanOutBegun, FanOutPageRequested
from schemas.notifications.parts import INBOX, ChannelKind, Place
from schemas.notifications.subscriptions import EraseRequested
from schemas.payload import Payload
from schemas.topics import DELIVERY_REQUESTS, FAN_OUT_REQUESTS, FAN_OUTS, SUBSCRIPTION_REQUESTS, Topic
from services.notifications.domain.delivery import delivery_id
from services.notifications.matching.followers import Follower, Followers
from services.notifications.matching.requests import follow_up
from services.notifications.matching.settling import Settling
from services.notifications.people import keys_of

AT_ONCE: Final = 8
"""Pages told at once: one waits for database and broker nearly all its time, and most events have few followers."""


@dataclass(frozen=True)
class Telling:
    """Reads the decisions on fan-outs."""

    followers: Followers
    settling: Settling
    vault: Vault
    keyring: Keyring
    producer: Producer

    def worker(self) -> Worker:
        """The worker on the topic."""
        return Worker("telling", (FAN_OUTS,), self.handle)

    async def handle(self, _topic: Topic, events: Sequence[Recorded]) -> None:
        """Tells a page of each; the first one when everybody is known who followed before."""
        standing = [each for each in events if each.event.offset in (None, each.offset)]
        if any(isinstance(each.data, FanOutBegun) for each in standing):
            await self.settling.settled()
        waiting = iter(standing)
        async with Tasks() as tasks:
            for _ in range(min(AT_ONCE, len(standing))):
                tasks.create_task(self._tell_each(waiting))

    async def _tell_each(self, waiting: Iterator[Recorded]) -> None:
        """Tells a page of whichever is next, until none is left: several take from the same."""
        for each in waiting:
            match each.data:
                case FanOutBegun() as begun:
                    await self._tell(each, begun, Place())
                case FanOutAdvanced(place=place) as advanced:
                    await self._tell(each, advanced, place)

    async def _tell(self, decision: Recorded, data: FanOutBegun | FanOutAdvanced, place: Place) -> None:
        followers, following = await self.followers.page(data.wanted, place)
        now, trace = datetime.now(UTC), decision.event.traceparent
        keys = await keys_of(self.vault, self.keyring, {each.owner for each in followers})
        await self._forget([each.subscriber for each in followers if each.owner not in keys], decision)
        asked: list[tuple[bytes, Event[Payload]]] = [
            (request.subscriber.encode(), follow_up(request, request.subscriber, request.delivery, now, trace))
            for follower in followers
            if follower.owner in keys
            for request in _deliveries(data, follower, decision.event.time)
        ]
        if asked:
            await self.producer.send_each(DELIVERY_REQUESTS, asked)
        done = FanOutPageRequested(event=data.event, place=place, next=following, told=len(asked))
        page = follow_up(done, decision.event.subject, f"{decision.event.id}/{place}", now, trace)
        await self.producer.send(FAN_OUT_REQUESTS, data.event.encode(), page)

    async def _forget(self, erased: Sequence[str], decision: Recorded) -> None:
        """Asks that nothing be known any more of people who were erased."""
        now, trace = datetime.now(UTC), decision.event.traceparent
        asked: list[tuple[bytes, Event[Payload]]] = [
            (name.encode(), follow_up(EraseRequested(subscriber=name), name, decision.event.id, now, trace))
            for name in dict.fromkeys(erased)
        ]
        if asked:
            await self.producer.send_each(SUBSCRIPTION_REQUESTS, asked)


def _deliveries(
    data: FanOutBegun | FanOutAdvanced, follower: Follower, decided: datetime
) -> Iterator[DeliveryRequested]:
    # A destination that came later has another id for each old event: all are read again after a restore.
    ways = [(each.id, each.kind) for each in follower.told_by(decided if data.wanted.late else data.wanted.at)]
    if follower.account:
        ways.append((INBOX, ChannelKind.INBOX))
    for channel, kind in ways:
        yield DeliveryRequested(
            subscriber=follower.subscriber,
            delivery=delivery_id(data.event, follower.subscriber, channel),
            event=data.event,
            interest=follower.interest,
            channel=channel,
            kind=kind,
            cadence=follower.cadence,
            priority=data.wanted.priority,
            preferences=follower.preferences,
        )
