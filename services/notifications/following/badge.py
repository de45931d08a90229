"""How many things lie unread in an inbox, live: they are read once, and every decision after that is followed.

Which they are is kept, not how many: something may be read twice, by itself and with the whole inbox.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Final

import orjson

from kenes.kafka.decider import Position
from kenes.kafka.records import Recorded
from kenes.kafka.waiting import Decisions
from kenes.mongo.client import Session, transact
from kenes.mongo.projection import LiveVersions, Projection, Version
from kenes.web.live import LiveHub
from schemas.envelope import sequence_of
from schemas.notifications.deliveries import DeliverySeen, DeliveryShown, InboxSeen
from schemas.notifications.subscriptions import SubscriberErased

WATCHED: Final = 20_000
"""Inboxes that are kept: those that were asked for last, or are watched."""


class Badges:
    """The inboxes that are watched. `take` is called with each decision on a delivery, in order."""

    def __init__(
        self,
        hub: LiveHub,
        versions: LiveVersions,
        deliveries: Projection,
        recent: Decisions,
        erased: Callable[[str], Awaitable[datetime | None]],
    ) -> None:
        """`recent` has heard every decision before `take` does. `erased` tells when a subscriber was, if ever."""
        self._hub = hub
        self._versions = versions
        self._deliveries = deliveries
        self._recent = recent
        self._erased = erased
        self._heard: dict[int, int] = {}
        self._unread: OrderedDict[str, frozenset[str]] = OrderedDict()
        self._lacking: set[str] = set()  # of those that are kept: decisions were missed, so they are read again

    async def load(self, version: Version) -> Mapping[int, Position]:
        """Where the tail goes on from."""
        positions = await version.positions()
        self._heard = {partition: position.sequence for partition, position in positions.items()}
        return positions

    @property
    def version(self) -> int:
        """How many requests on deliveries were decided, as far as this process has heard: it only grows."""
        return sum(self._heard.values()) + len(self._heard)

    def take(self, decision: Recorded) -> None:
        """Follows a decision, and tells who watches."""
        name = decision.event.subject
        self._heard[decision.partition] = sequence_of(decision.event)
        if name in self._unread:
            self._unread[name] = unread = _after(self._unread[name], decision)
            self._hub.publish(name, self.version, lambda: frame(len(unread)))

    def forget(self, decision: Recorded) -> None:
        """Follows a decision on a subscription: nothing is unread for who was erased."""
        if isinstance(decision.data, SubscriberErased) and decision.event.subject in self._unread:
            self._unread[decision.event.subject] = frozenset()

    async def unread(self, name: str) -> int:
        """How much is unread, with what was decided a moment ago."""
        if name not in self._unread or name in self._lacking:
            await self._read(name)
        self._unread.move_to_end(name)
        return len(self._unread[name])

    async def snapshot(self, name: str) -> tuple[int, bytes]:
        """Version and data of a frame, for whoever begins to watch."""
        unread = await self.unread(name)
        return self.version, frame(unread)

    async def _read(self, name: str) -> None:
        erased = await self._erased(name)
        folded, unread = await self._stored(name, erased)
        for decision in self._recent.latest():
            after = folded[decision.partition].sequence
            stands = erased is None or decision.event.time > erased
            if decision.event.subject == name and sequence_of(decision.event) > after and stands:
                unread = _after(unread, decision)
        self._make_room()
        self._unread[name] = unread
        if self._remembers_from(folded):
            self._lacking.discard(name)
        else:
            self._lacking.add(name)

    def _make_room(self) -> None:
        """Lets go of the inbox that was asked for the longest ago. Whoever watches theirs does not ask again."""
        if len(self._unread) < WATCHED:
            return
        oldest = next((name for name in self._unread if not self._hub.watches(name)), None)
        if oldest is not None:
            del self._unread[oldest]
            self._lacking.discard(oldest)

    def _remembers_from(self, folded: Mapping[int, Position]) -> bool:
        """Whether every decision that is not folded is remembered: of a large fan-out that lags only the last are."""
        oldest: dict[int, int] = {}
        for each in self._recent.latest():
            oldest.setdefault(each.partition, sequence_of(each.event))
        behind = [each for each, heard in self._heard.items() if heard > folded[each].sequence]
        return all(oldest.get(each, self._heard[each] + 1) <= folded[each].sequence + 1 for each in behind)

    async def _stored(self, name: str, erased: datetime | None) -> tuple[dict[int, Position], frozenset[str]]:
        """Which are unread, and what is folded into that: read at the same instant."""
        version = await self._versions.get(self._deliveries)
        positions: dict[int, Position] = {}
        unread: set[str] = set()
        query = {"unread_of": name} if erased is None else {"unread_of": name, "at": {"$gt": erased}}

        async def read(session: Session) -> None:
            positions.update(await version.positions(session))
            unread.clear()
            async for found in version.collection("deliveries").find(query, {"_id": 1}, session=session):
                unread.add(found["_id"])

        await transact(version.database, read)
        return positions, frozenset(unread)


def frame(unread: int) -> bytes:
    """The data of one live event, JSON."""
    return orjson.dumps({"unread": unread})


def _after(unread: frozenset[str], decision: Recorded) -> frozenset[str]:
    match decision.data:
        case DeliveryShown(delivery=delivery):
            return unread | {delivery}
        case DeliverySeen(delivery=delivery):
            return unread - {delivery}
        case InboxSeen():
            return frozenset()
        case _:
            return unread
