"""What subscribers are shown of what they follow and of what they were told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from kenes.identity.sealing import PersonKey, UnsealError
from kenes.kafka.records import Receipt
from kenes.kafka.waiting import Decisions
from kenes.mongo.client import Document
from kenes.mongo.folding import AT_ONCE, Lookup, find_in
from kenes.mongo.projection import LiveCollections
from kenes.service.answers import ReceiptView
from kenes.service.receipt_reads import awaited_receipt, stored_receipt
from schemas.envelope import sequence_of
from schemas.notifications.deliveries import DeliverySeen, InboxSeen
from schemas.notifications.parts import ChannelKind
from services.notifications.domain.subscriber import NOBODY, Channel, Subscriber, evolve
from services.notifications.folds.subscriptions import load_subscriber

PAGE: Final = 50
RECEIPTS: Final = {"subscription": "subscription_receipts", "delivery": "delivery_receipts"}
"""The collection of each kind of receipt."""
_TOLD: Final = dict.fromkeys(("event", "interest", "channel", "kind", "at", "phase", "sent_at", "tries", "reason"), 1)
_NAMED: Final = {"kind": 1, "data.about.title": 1}
"""Of an event what names it: somebody may have been told of thousands, and each may be long."""


@dataclass(frozen=True)
class Told:
    """One delivery, and the event it tells of; `news` is `None` where that is not known here yet."""

    delivery: Document
    news: Document | None


@dataclass(frozen=True)
class FollowReads:
    """Reads for one subscriber at a time. What they have just done is never missing from what they follow."""

    live: LiveCollections
    subscriptions: Decisions
    deliveries: Decisions

    async def subscriber(self, name: str) -> Subscriber:
        """What somebody follows, with what was decided a moment ago."""
        found = await (await self.live.of("subscribers")).find_one({"_id": name})
        state, folded = (NOBODY, -1) if found is None else (load_subscriber(found), found["s"])
        for each in self.subscriptions.latest():
            if each.event.subject == name and sequence_of(each.event) > folded:
                state = evolve(state, each.data, each.event.time)
        return state

    async def erased(self, name: str) -> datetime | None:
        """When somebody was last erased, if ever."""
        return (await self.subscriber(name)).erased

    async def told(self, name: str, before: datetime | None = None) -> list[Told]:
        """What somebody was told by their channels, the latest first: a page of it, of `PAGE` or a few more."""
        return await self._page({"subscriber": name, "inbox": False}, before)

    async def inbox(self, name: str, before: datetime | None = None) -> list[Told]:
        """What lies in somebody's inbox, the latest first: a page of it."""
        return await self._page({"subscriber": name, "inbox": True}, before)

    async def ever_told(self, name: str) -> list[Told]:
        """All that somebody was told by any way, the oldest first; of each event no more than what names it."""
        deliveries, stored = await self.live.of("deliveries"), await self.live.of("news")
        found = await deliveries.find({"subscriber": name}, _TOLD).to_list(None)
        events, named = list({each["event"] for each in found}), dict[Any, Document]()
        for start in range(0, len(events), AT_ONCE):
            async for each in stored.find({"_id": {"$in": events[start : start + AT_ONCE]}}, _NAMED):
                named[each["_id"]] = each
        return [Told(each, named.get(each["event"])) for each in sorted(found, key=lambda each: each["at"])]

    async def owns(self, name: str, delivery: str) -> bool:
        """Whether a delivery is somebody's."""
        found = await (await self.live.of("deliveries")).find_one({"_id": delivery}, {"subscriber": 1})
        return found is not None and found["subscriber"] == name

    async def _page(self, query: Document, before: datetime | None) -> list[Told]:
        erased = await self.erased(str(query["subscriber"]))
        bounds = {"$lt": before, "$gt": erased}  # whoever was erased, and has come back, has been told nothing
        at = {name: bound for name, bound in bounds.items() if bound is not None}
        within = query | {"at": at} if at else query
        deliveries = await self.live.of("deliveries")
        found = await deliveries.find(within).sort("at", -1).limit(PAGE).to_list(None)
        if len(found) == PAGE:
            # The next page begins before an instant, so what was told at one is not parted.
            last = found[-1]["at"]
            together = await deliveries.find(query | {"at": last}).to_list(None)
            found = [*(each for each in found if each["at"] > last), *together]
        for each in found:
            if self._read_just_now(str(query["subscriber"]), each):
                each["unread_of"] = None
        news = await self._news([each["event"] for each in found])
        return [Told(each, news.get(each["event"])) for each in found]

    def _read_just_now(self, name: str, delivery: Document) -> bool:
        """Whether a delivery was read by a decision that may not be folded yet."""
        for each in self.deliveries.latest():
            data = each.data
            if isinstance(data, InboxSeen) and data.subscriber == name and delivery["at"] <= data.until:
                return True
            if isinstance(data, DeliverySeen) and data.delivery == delivery["_id"]:
                return True
        return False

    async def _news(self, events: Sequence[str]) -> dict[Any, Document]:
        found = await find_in(await self.live.of("news"), Lookup("news", "_id", events))
        return {each["_id"]: each for each in found}

    async def receipt(self, kind: str, receipt: Receipt, wait: float) -> ReceiptView | None:
        """What became of a request, waited for so many seconds; `None` while it is undecided."""

        async def stored(receipt: Receipt) -> ReceiptView | None:
            return await stored_receipt(await self.live.of(RECEIPTS[kind]), receipt)

        decisions = self.subscriptions if kind == "subscription" else self.deliveries
        return await awaited_receipt(decisions, stored, receipt, wait)


def destination_of(channel: Channel, key: PersonKey | None) -> str | None:
    """A destination in its reader's own words: an address. A chat's number or a browser's keys tell them nothing."""
    if key is None or channel.kind is not ChannelKind.EMAIL:
        return None
    try:
        return key.open(channel.sealed, channel.id)
    except UnsealError:
        return None
