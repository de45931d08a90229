"""A search through the topics: bounded in records and in time, taken up again where it was left, kept for a while.

It reads what is dated in the window and lies in its budget, whoever waits and however often they ask: each turn goes
on for `PATIENCE` seconds and leaves the rest to the next one. So no page hangs, and an open one sees steps come in.
"""

import asyncio
import time
from collections import OrderedDict
from datetime import UTC, datetime, timedelta
from typing import Final

from kenes.kafka.cluster import ClusterUnreachableError
from kenes.kafka.cluster_model import Place
from services.console.traces.asked import BACK, Asked
from services.console.traces.log import TOPICS, Extent, Log
from services.console.traces.matching import Found
from services.console.traces.reaches import Reach, reach_of, shares

BUDGET: Final = 200_000
"""Records that a search reads when it begins."""
LATER: Final = 2_000
"""Records of each partition that it may read beyond: what is written while somebody watches."""
PATIENCE: Final = 2.0
"""Seconds of a turn. A broker that does not answer adds the time after which the kit gives up."""
AT_ONCE: Final = 16
"""Partitions that are read side by side."""
KEPT: Final = 32
"""Searches that are remembered."""
KEPT_FOR: Final = timedelta(minutes=10)
"""How long one is gone on with; after that it begins anew, with a window and a budget of its own."""


class Search:
    """One search. `found` is what it has come upon, `failed` why its last turn ended early; empty where it did not."""

    def __init__(self, asked: Asked, log: Log, now: datetime, budget: int = BUDGET) -> None:
        self.begun_at = now
        self.at = asked.window.at or now
        self.since = self.at - BACK[asked.window.back]
        self.found = Found(asked)
        self.reaches: dict[Place, Reach] = {}
        self.extent = Extent({})
        self.failed = ""
        self.looked_at: datetime | None = None
        self._log = log
        self._budget = budget

    @property
    def whole(self) -> bool:
        """Whether everything was read that is to be."""
        return self.looked_at is not None and not self.failed and not any(each.unread for each in self.reaches.values())

    async def go_on(self, patience: float = PATIENCE) -> None:
        """One turn. A broker that is away is told in `failed`."""
        until = time.monotonic() + patience
        try:
            await self._survey()
            silent: set[Place] = set()
            while waiting := self._waiting(silent):
                silent |= await self._read(waiting)
                if time.monotonic() > until:  # asked after reading: every turn gets on, however slow the broker is
                    break
        except ClusterUnreachableError as error:
            self.failed = str(error)
        else:
            self.failed = ""

    async def _survey(self) -> None:
        self.extent = extent = await self._log.extent(self.since, self.at)
        self.looked_at = datetime.now(UTC)
        new = {place: edges for place, edges in extent.edges.items() if place not in self.reaches}
        allowed = shares({place: edges.end - edges.since for place, edges in new.items()}, self._budget)
        self._budget -= sum(allowed.values())
        for place, edges in extent.edges.items():
            if place in new:
                self.reaches[place] = reach_of(edges, allowed[place], LATER)
            else:
                self.reaches[place].grow(edges)

    def _waiting(self, silent: set[Place]) -> list[Place]:
        """Some partitions with something to read, first those of which least was read."""
        waiting = [place for place, each in self.reaches.items() if each.unread and place not in silent]
        return sorted(waiting, key=lambda place: self.reaches[place].read)[:AT_ONCE]

    async def _read(self, places: list[Place]) -> set[Place]:
        """Reads a piece of each; those that told nothing are left for this turn."""
        told = await self._log.read({place: self.reaches[place].next for place in places})
        for place in places:
            reach = self.reaches[place]
            for record in told.get(place, ()):
                reach.next = min(record.offset + 1, reach.limit)
                if record.offset >= reach.limit:
                    break
                self.found.take(TOPICS[place.topic], record)
        return {place for place in places if not told.get(place)}


class Searches:
    """Searches by what is asked for. They take turns: whoever comes in the meantime is told what is known so far."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self._kept: OrderedDict[Asked, Search] = OrderedDict()
        self._turn = asyncio.Lock()

    async def look(self, asked: Asked) -> Search:
        """The search for it, a turn further."""
        search = self._search(asked, datetime.now(UTC))
        try:
            async with asyncio.timeout(PATIENCE):
                await self._turn.acquire()
        except TimeoutError:
            return search
        try:
            await search.go_on()
        finally:
            self._turn.release()
        return search

    def _search(self, asked: Asked, now: datetime) -> Search:
        known = self._kept.get(asked)
        if known is None or now - known.begun_at > KEPT_FOR:
            self._kept[asked] = Search(asked, self.log, now)
        self._kept.move_to_end(asked)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return self._kept[asked]
