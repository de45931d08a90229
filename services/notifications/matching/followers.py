"""Followers, read a page at a time by equality: what others follow is never looked at."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from kenes.mongo.client import Document
from kenes.mongo.folding import AT_ONCE, HELD_AT_ONCE, Lookup, find_in
from kenes.mongo.projection import LiveVersions, Projection
from schemas.notifications.parts import Cadence, Place, Preferences, Wanted
from services.notifications.domain.interests import finds
from services.notifications.domain.subscriber import Channel
from services.notifications.folds.subscriptions import PER_PAGE, page_id

_REACH: Final = {"owner": 1, "channels": 1, "account": 1, "preferences": 1}


@dataclass(frozen=True, slots=True)
class Follower:
    """Somebody who wants to know, since an instant; no `chosen` channels are all of the `channels` there are.

    `owner` is the sealed index of the person.
    """

    subscriber: str
    owner: str
    interest: str
    cadence: Cadence
    chosen: tuple[str, ...]
    since: datetime
    account: bool
    channels: tuple[Channel, ...]
    preferences: Preferences

    def told_by(self, happened: datetime) -> tuple[Channel, ...]:
        """The destinations that are told of what happened at an instant."""
        chosen = (each for each in self.channels if not self.chosen or each.id in self.chosen)
        return tuple(each for each in chosen if each.told_of(happened))


@dataclass(frozen=True)
class Followers:
    """Reads `shelves`, `follows` and `subscribers` of the subscriptions' projection."""

    versions: LiveVersions
    projection: Projection

    async def page(self, wanted: Wanted, place: Place) -> tuple[list[Follower], Place | None]:
        """Followers from a place on, as many as one page can hold, and where the next ones stand."""
        names: list[str] = []
        held = 0
        async for at, followers in self._pages(wanted.keys, place):
            if names and held + followers > PER_PAGE:
                return await self._on(names, wanted), at
            names.append(page_id(wanted.keys[at.key], at.partition, at.page))
            held += followers
        return await self._on(names, wanted), None

    async def _pages(self, keys: Sequence[str], place: Place) -> AsyncIterator[tuple[Place, int]]:
        """The pages there are, from a place on, and how many followers each was given."""
        version = await self.versions.get(self.projection)
        shelves = version.collection("shelves")
        for first in range(place.key, len(keys), HELD_AT_ONCE):
            numbers = {key: number for number, key in enumerate(keys[first : first + HELD_AT_ONCE], first)}
            found = await find_in(shelves, Lookup("shelves", "key", numbers))
            counts = {(numbers[each["key"]], each["p"]): each["count"] for each in found}
            for (key, part), count in sorted(counts.items()):
                for page, given in enumerate(range(0, count, PER_PAGE)):
                    if (key, part, page) >= (place.key, place.partition, place.page):
                        yield Place(key=key, partition=part, page=page), min(PER_PAGE, count - given)

    async def _on(self, pages: Sequence[str], wanted: Wanted) -> list[Follower]:
        """Those on these pages who want to know, with the ways to tell them."""
        version = await self.versions.get(self.projection)
        follows = await find_in(version.collection("follows"), Lookup("follows", "page", pages))
        met = [each for each in follows if _meets(each, wanted)]
        subscribers = version.collection("subscribers")
        names, known = list(dict.fromkeys(each["subscriber"] for each in met)), dict[str, Document]()
        for start in range(0, len(names), AT_ONCE):
            async for each in subscribers.find({"_id": {"$in": names[start : start + AT_ONCE]}}, _REACH):
                known[each["_id"]] = each
        return [_follower(each, known[each["subscriber"]]) for each in met if each["subscriber"] in known]


def _meets(follow: Document, wanted: Wanted) -> bool:
    """Whether it was followed before it happened, and the search finds it."""
    in_time = wanted.late or follow["since"] <= wanted.at
    return in_time and finds(follow["interest"], wanted.words)


def _follower(follow: Document, subscriber: Document) -> Follower:
    return Follower(
        subscriber=follow["subscriber"],
        owner=subscriber["owner"],
        interest=follow["interest"],
        cadence=Cadence(follow["cadence"]),
        chosen=tuple(follow["channels"]),
        since=follow["since"],
        account=subscriber["account"],
        channels=tuple(Channel.model_validate(each) for each in subscriber["channels"]),
        preferences=Preferences.model_validate(subscriber["preferences"]),
    )
