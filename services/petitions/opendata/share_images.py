"""Share images made in bounded work: however many ask, and however fast a count moves."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from services.petitions.opendata.share_image import Picture, draw

EVERY: Final = 30.0
"""Seconds between two drawings of one petition."""


@dataclass(frozen=True)
class Drawn:
    """A picture that is drawn or being drawn: since `at` by the monotonic clock, since `when` (UTC) by the calendar."""

    shown: Picture
    png: asyncio.Task[bytes]
    at: float
    when: datetime


@dataclass
class ShareImages:
    """The latest image of each petition, `most` of them at once, the longest unused forgotten first.

    One is drawn at a time, in a thread of its own: a thousand petitions shared at once make a queue, not a load.
    """

    draw: Callable[[Picture], bytes] = draw
    clock: Callable[[], float] = time.monotonic
    most: int = 1024
    _drawn: OrderedDict[str, Drawn] = field(default_factory=OrderedDict)
    _pen: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def get(self, petition: str, wanted: Picture) -> Drawn:
        """The image of a petition; the task in it is done. It may be up to 30 seconds behind `wanted`."""
        drawn = self._drawn.get(petition)
        if drawn is None or (drawn.shown != wanted and self.clock() - drawn.at >= EVERY):
            task = asyncio.create_task(self._make(wanted))
            drawn = self._drawn[petition] = Drawn(wanted, task, self.clock(), datetime.now(UTC).replace(microsecond=0))
        self._drawn.move_to_end(petition)
        while len(self._drawn) > self.most:
            self._drawn.popitem(last=False)
        try:
            # The first who asked may leave without taking the image from the others.
            await asyncio.shield(drawn.png)
        except Exception:
            if self._drawn.get(petition) is drawn:
                del self._drawn[petition]
            raise
        return drawn

    async def _make(self, wanted: Picture) -> bytes:
        async with self._pen:
            return await asyncio.to_thread(self.draw, wanted)
