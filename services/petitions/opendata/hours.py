"""Reads a petition's history hour by hour, in the memory of one hour however long it is."""

from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol

from kenes.mongo.client import Database, Document
from kenes.mongo.projection import LiveCollections, Projection
from services.petitions.opendata.small_groups import Hour
from services.petitions.projection import history_range

BATCH = 100
"""Stored hours fetched at once; each partition has its own document of an hour."""


class Hours(Protocol):
    """Where hours are read."""

    def hours(self, petition: str, until: datetime | None = None) -> AsyncIterator[Hour]:
        """The hours with signatures that begin before `until` (UTC, a full hour), the oldest first."""
        ...


class HistoryReads:
    """Reads the live version of the `history` projection."""

    def __init__(self, database: Database, projections: Sequence[Projection]) -> None:
        self._live = LiveCollections(database, projections)

    async def hours(self, petition: str, until: datetime | None = None) -> AsyncIterator[Hour]:
        """See Hours. Keys are petition, hour and partition: in their order, the parts of an hour stand together."""
        history = await self._live.of("history")
        keys = dict(history_range(petition))
        if until is not None:
            keys["$lt"] = f"{petition}/{until.astimezone(UTC):%Y-%m-%dT%H}"
        cursor = history.find({"_id": keys}).sort("_id", 1).batch_size(BATCH)
        name, minutes = "", dict[int, Counter[str]]()
        async for document in cursor:
            if document["hour"] != name:
                if minutes:
                    yield _hour(name, minutes)
                name, minutes = document["hour"], {}
            _add(document, minutes)
        if minutes:
            yield _hour(name, minutes)


def _hour(name: str, minutes: Mapping[int, Counter[str]]) -> Hour:
    return Hour(datetime.fromisoformat(f"{name}:00:00+00:00"), minutes)


def _add(document: Document, minutes: dict[int, Counter[str]]) -> None:
    for minute, acts in document["minutes"].items():
        regions = minutes.setdefault(int(minute), Counter())
        for sign, what in ((1, "accepted"), (-1, "withdrawn")):
            _sum(acts.get(what, {}), regions, sign)


def _sum(numbers: Mapping[str, Any], regions: Counter[str], sign: int) -> None:
    for region, number in numbers.items():
        regions[region] += sign * number
