"""What was seen over a day: in memory to draw it, and in the console's database so that a restart keeps it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from kenes.mongo.client import Database
from services.console.sampling.rings import Point, Ring, rates, thinned

MINUTE: Final = 60
KEPT: Final = 25 * 60
"""Minutes that are kept: a day, and an hour to look back on."""
COLLECTION: Final = "history"
DRAWN: Final = 144
"""Points of a drawing: more would not be seen."""


class Span(StrEnum):
    """How far back a chart looks."""

    TEN_MINUTES = "10m"
    HOUR = "1h"
    DAY = "24h"


@dataclass(frozen=True, slots=True)
class Growth:
    """By how much a figure grew. `at_least`: it is not known from before, and may have grown by more."""

    by: float
    at_least: bool


SECONDS: Final = {Span.TEN_MINUTES: 600, Span.HOUR: 3600, Span.DAY: 86_400}


@dataclass
class History:
    """Figures by name. A name is `topic/NAME/end`, `group/NAME/lag` and the like; `every` is seconds between looks."""

    every: int
    fine: Ring = field(init=False)
    coarse: Ring = field(init=False)

    def __post_init__(self) -> None:
        self.fine = Ring(self.every, 3600 // self.every + 2)
        self.coarse = Ring(MINUTE, KEPT)

    def put(self, at: datetime, figures: Mapping[str, float]) -> None:
        """Notes the figures of one look."""
        self.fine.put(at.timestamp(), figures)
        self.coarse.put(at.timestamp(), figures)

    def points(self, name: str, now: datetime, span: Span) -> list[Point]:
        """A figure over a span of time, oldest first."""
        return thinned(self._points(name, now, span), DRAWN)

    def rate(self, name: str, now: datetime, span: Span) -> list[Point]:
        """How much a growing figure grew per second, over a span of time."""
        return thinned(rates(self._points(name, now, span)), DRAWN)

    def rate_now(self, name: str, now: datetime) -> float | None:
        """How much it grew per second in the last minute."""
        points = self.fine.points(name, now.timestamp(), MINUTE // self.every + 1)
        known = [(each.at, each.value) for each in points if each.value is not None]
        if len(known) < 2:
            return None
        (began, first), (ended, last) = known[0], known[-1]
        return max(last - first, 0.0) / (ended - began)

    def grown(self, name: str, now: datetime, seconds: int) -> Growth | None:
        """By how much it grew in the last so many seconds; what came while nobody looked is counted with them."""
        began = now.timestamp() - seconds
        before = self.coarse.latest(name, began)
        points = self.coarse.points(name, now.timestamp(), seconds // MINUTE)
        known = [each.value for each in points if each.value is not None]
        if not known:
            return None
        first = known[0] if before is None else before
        return Growth(max(known[-1] - first, 0.0), at_least=before is None)

    def _points(self, name: str, now: datetime, span: Span) -> list[Point]:
        ring = self.coarse if span is Span.DAY else self.fine
        return ring.points(name, now.timestamp(), SECONDS[span] // ring.step)


class StoredHistory:
    """The coarse figures in MongoDB: a document for each minute of the last day, written over when its turn comes."""

    def __init__(self, database: Database, history: History) -> None:
        self._documents = database[COLLECTION]
        self._history = history
        self._written = -1

    async def load(self) -> None:
        """Takes in what was written before. Raises `DatabaseError`."""
        async for document in self._documents.find({}):
            figures = dict(zip(document["names"], document["values"], strict=True))
            self._history.coarse.put(document["minute"] * MINUTE, figures)

    async def save(self, now: datetime) -> None:
        """Writes the minute that has just ended, once. Raises `DatabaseError`."""
        minute = int(now.timestamp()) // MINUTE - 1
        figures = self._history.coarse.at(minute)
        if minute == self._written or not figures:
            return
        document = {"minute": minute, "names": list(figures), "values": list(figures.values())}
        await self._documents.replace_one({"_id": minute % KEPT}, {"_id": minute % KEPT, **document}, upsert=True)
        self._written = minute
