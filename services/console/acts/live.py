"""Tells browsers at once that something was decided; the pages they fetch then have it."""

import asyncio
import time
from typing import Final

import orjson

from kenes.kafka.records import Recorded
from kenes.mongo.client import Database
from kenes.mongo.projection import LiveVersions, Projection
from kenes.web.live import LiveHub
from schemas.envelope import sequence_of

ACTS_KEY: Final = "acts"
"""Pages of dead letters and of the trail: something was decided."""
PROJECTIONS_KEY: Final = "projections"
"""Pages of projections: that, or a rebuild has moved."""
SETTLED_WITHIN: Final = 2.0
"""Seconds a page waits for what was decided just now: then it shows what is there."""
LOOK_AGAIN: Final = 0.03
"""Seconds between two looks at a projection, which as a rule has it by then."""


class LiveActs:
    """Follows the decided acts."""

    def __init__(self, database: Database, hub: LiveHub) -> None:
        self.hub = hub
        self._versions = LiveVersions(database)
        self._last = -1
        self._told = 0

    def take(self, decision: Recorded) -> None:
        """Tells whoever looks that there is something new."""
        self._last = sequence_of(decision.event)
        self.tell(ACTS_KEY)
        self.tell(PROJECTIONS_KEY)

    def tell(self, key: str) -> None:
        """Has the pages that watch `key` ask for themselves again."""
        # Milliseconds: the next process goes on from there.
        self._told = max(self._told + 1, int(time.time() * 1000))
        self.hub.publish(key, self._told, self.frame)

    def frame(self) -> bytes:
        """The data of one live event, JSON."""
        return orjson.dumps({"number": self._told})

    async def snapshot(self) -> tuple[int, bytes]:
        """What a page that begins to watch is told."""
        return self._told, self.frame()

    async def settled(self, projection: Projection) -> bool:
        """Waits until a projection has what was decided when this was called; false where that takes too long."""
        wanted = self._last
        try:
            async with asyncio.timeout(SETTLED_WITHIN):
                while await self._folded(projection) < wanted:  # noqa: ASYNC110 - the database tells nobody
                    await asyncio.sleep(LOOK_AGAIN)
        except TimeoutError:
            return False
        return True

    async def _folded(self, projection: Projection) -> int:
        """The acts are on one partition."""
        positions = await (await self._versions.get(projection)).positions()
        return positions[0].sequence
