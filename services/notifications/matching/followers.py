"""Followers, read a page at a time by equality: what others follow is never looked at."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from kenes.kafka.decider import Position
from kenes.kafka.reader import ends
from kenes.mongo.client import Document
from kenes.mongo.folding import AT_ONCE, Lookup, find_in
from kenes.mongo.projection import LiveVersions, Projection
from kenes.observe.logs import get_logger
from schemas.notifications.parts import Cadence, Place, Preferences, Wanted
from schemas.topics import SUBSCRIPTION_REQUESTS, SUBSCRIPTIONS
from services.notifications.domain.interests import finds
from services.notifications.domain.subscriber import Channel
from services.notifications.folds.subscriptions import PER_PAGE, page_id, shelf_id

_log = get_logger(__name__)

PAUSE: Final = 0.05
DECIDED_WITHIN: Final = 5.0
"""Seconds in which whatever was asked for is decided, unless it cannot be read."""

_PARTITIONS: Final = SUBSCRIPTIONS.partitions
_KEYS_AT_ONCE: Final = AT_ONCE // _PARTITIONS
_REACH: Final = {"channels": 1, "account": 1, "preferences": 1}


@dataclass(frozen=True, slots=True)
class Follower:
    """Somebody who wants to know, since an instant; no `chosen` channels are all of the `channels` there are."""

    subscriber: str
    interest: str
    cadence: Cadence
    chosen: tuple[str, ...]
    since: datetime
    account: bool
    channels: tuple[Channel, ...]
    preferences: Preferences

    @property
    def told_by(self) -> tuple[Channel, ...]:
        """The destinations that are told of it."""
        return tuple(each for each in self.channels if each.confirmed and (not self.chosen or each.id in self.chosen))


@dataclass(frozen=True)
class Followers:
    """Reads `shelves`, `follows` and `subscribers` of the subscriptions' projection."""

    bootstrap: str
    versions: LiveVersions
    projection: Projection

    async def settled(self) -> None:
        """Returns once everybody who has asked to follow something by now is found here.

        A request that cannot be read is never decided: it is waited for a while, and then only for what was decided.
        """
        asked = await ends(self.bootstrap, SUBSCRIPTION_REQUESTS)
        try:
            async with asyncio.timeout(DECIDED_WITHIN):
                await self._until(lambda now: all(now[p].sequence >= end - 1 for p, end in asked.items()))
        except TimeoutError:
            _log.warning("not everything that was asked for is decided, or folded")
            decided = await ends(self.bootstrap, SUBSCRIPTIONS)
            await self._until(lambda now: all(now[p].next_offset >= end for p, end in decided.items()))

    async def _until(self, done: Callable[[Mapping[int, Position]], bool]) -> None:
        version = await self.versions.get(self.projection)
        while not done(await version.positions()):
            await asyncio.sleep(PAUSE)
            version = await self.versions.get(self.projection)

    async def page(self, wanted: Wanted, place: Place) -> tuple[list[Follower], Place | None]:
        """At least a page of followers from a place on, where there are so many, and where the next ones stand."""
        version = await self.versions.get(self.projection)
        follows = version.collection("follows")
        found: list[Document] = []
        async for at in self._pages(wanted.keys, place):
            if len(found) >= PER_PAGE:
                return await self._reached(found, wanted), at
            name = page_id(wanted.keys[at.key], at.partition, at.page)
            found += await follows.find({"page": name}).to_list(None)
        return await self._reached(found, wanted), None

    async def _pages(self, keys: Sequence[str], place: Place) -> AsyncIterator[Place]:
        """The pages there are, from a place on."""
        version = await self.versions.get(self.projection)
        shelves = version.collection("shelves")
        for first in range(place.key, len(keys), _KEYS_AT_ONCE):
            numbers = range(first, min(first + _KEYS_AT_ONCE, len(keys)))
            places = {shelf_id(keys[key], part): (key, part) for key in numbers for part in range(_PARTITIONS)}
            counts = {each["_id"]: each["count"] for each in await find_in(shelves, Lookup("shelves", "_id", places))}
            for name, (key, part) in places.items():
                pages = -(-counts.get(name, 0) // PER_PAGE)
                for page in range(pages):
                    if (key, part, page) >= (place.key, place.partition, place.page):
                        yield Place(key=key, partition=part, page=page)

    async def _reached(self, follows: Sequence[Document], wanted: Wanted) -> list[Follower]:
        """Those who followed before it happened, and whose search finds it, with the ways to tell them."""
        met = [each for each in follows if each["since"] <= wanted.at and finds(each["interest"], wanted.words)]
        version = await self.versions.get(self.projection)
        subscribers = version.collection("subscribers")
        names, known = list(dict.fromkeys(each["subscriber"] for each in met)), dict[str, Document]()
        for start in range(0, len(names), AT_ONCE):
            async for each in subscribers.find({"_id": {"$in": names[start : start + AT_ONCE]}}, _REACH):
                known[each["_id"]] = each
        return [_follower(each, known[each["subscriber"]]) for each in met if each["subscriber"] in known]


def _follower(follow: Document, subscriber: Document) -> Follower:
    return Follower(
        subscriber=follow["subscriber"],
        interest=follow["interest"],
        cadence=Cadence(follow["cadence"]),
        chosen=tuple(follow["channels"]),
        since=follow["since"],
        account=subscriber["account"],
        channels=tuple(Channel.model_validate(each) for each in subscriber["channels"]),
        preferences=Preferences.model_validate(subscriber["preferences"]),
    )
