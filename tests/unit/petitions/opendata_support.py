"""The open data behind the real edge, over petitions and hours that a test names."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import httpx
from starlette.applications import Starlette

from kenes.web.app import build_app
from kenes.web.language import edge_catalogs
from kenes.web.live import LiveHub
from kenes.web.open_data import FirstSeen
from kenes.web.openapi import Operation, routes
from kenes.web.settings import WebSettings
from services.petitions.domain.petition import Petition
from services.petitions.live import Count, LiveCounts
from services.petitions.opendata.operations import open_operations
from services.petitions.opendata.small_groups import Hour, Minutes
from services.petitions.opendata.sources import Sources
from services.petitions.search.wanted import Filter
from services.petitions.serving import FOLDERS
from tests.unit.petitions.pages_support import ORIGIN, PACKS, petition

LEAST = 5
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


def hour(minutes: Minutes, start: datetime = NOON) -> Hour:
    """An hour in which these signed."""
    return Hour(start, minutes)


@dataclass
class Facts:
    """What is read. `asked` are the filters of lists, `read` the hours handed out so far, `now` the clock."""

    petitions: list[Petition] = field(default_factory=lambda: [petition()])
    past: Sequence[Hour] = ()
    asked: list[Filter] = field(default_factory=list)
    read: int = 0
    now: datetime = NOON

    async def petition(self, petition_id: str) -> Petition | None:
        return next((each for each in self.petitions if each.id == petition_id), None)

    async def hours(self, _petition: str, until: datetime | None = None) -> AsyncIterator[Hour]:
        for each in self.past:
            if until is None or each.start < until:
                self.read += 1
                yield each


class Asked:
    """`Queries` of a list."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self.petition = facts.petition

    async def petitions(self, wanted: Filter) -> list[Petition]:
        self._facts.asked.append(wanted)
        return self._facts.petitions[: wanted.limit]


@dataclass
class OpenWorld:
    """A client of the open data, and what it is made from."""

    client: httpx.AsyncClient
    facts: Facts
    counts: LiveCounts
    operations: list[Operation]

    async def get(self, path: str, headers: Mapping[str, str] | None = None) -> httpx.Response:
        return await self.client.get(path, headers=headers)

    def counted(self, petition_id: str, number: int) -> None:
        """So many have signed."""
        self.counts._counts[petition_id] = Count(accepted=number)


@asynccontextmanager
async def open_world(facts: Facts | None = None) -> AsyncIterator[OpenWorld]:
    """The operations at the root of a site; messages must be there in every language."""
    facts, counts = facts or Facts(), LiveCounts(LiveHub(), LEAST)
    sources = Sources(cast("Any", Asked(facts)), counts, PACKS, facts, LEAST, FirstSeen(clock=lambda: facts.now))
    operations = open_operations(sources)
    app: Starlette = build_app(
        routes(operations),
        settings=WebSettings(public_url=ORIGIN),
        catalogs=edge_catalogs((FOLDERS.locales,), strict=True),
    )
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 5))
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
        yield OpenWorld(client, facts, counts, operations)


def days(number: int, minutes: Minutes) -> list[Hour]:
    """The same hour on so many days in a row."""
    return [hour(minutes, NOON + timedelta(days=day)) for day in range(number)]
