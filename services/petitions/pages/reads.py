"""Reads that only the pages need: lists in any order with page numbers, what moves today, what resembles a title."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from kenes.mongo.client import Database, Document
from kenes.mongo.projection import LiveCollections, Projection
from services.petitions.domain.petition import Petition
from services.petitions.domain.status import Status
from services.petitions.live import LiveCounts
from services.petitions.search.following import Search
from services.petitions.search.index import Hits
from services.petitions.search.wanted import Filter, Sort

PAGE = 20
CONSIDERED = 10_000


@dataclass(frozen=True)
class Page:
    """One page of a list. `number` and `pages` count from 1."""

    petitions: list[Petition]
    number: int
    pages: int
    total: int


class PageReads:
    """Reads the search index, the counts and what petitions gained by the hour."""

    def __init__(
        self, database: Database, projections: Sequence[Projection], counts: LiveCounts, search: Search
    ) -> None:
        self._live = LiveCollections(database, projections)
        self._counts = counts
        self._search = search

    async def page(self, wanted: Filter, sort: Sort, number: int, size: int = PAGE) -> Page:
        """One page; a number past the end gives the last page.

        Counts live in memory, not in the index: the most signed are ordered here, among the 10,000 newest.
        """
        number = max(number, 1)
        found = await self._hits(wanted, sort, number, size)
        pages = max(1, -(-found.total // size))
        if number > pages:
            number, found = pages, await self._hits(wanted, sort, pages, size)
        return Page(self._search.read(found), number, pages, found.total)

    async def _hits(self, wanted: Filter, sort: Sort, number: int, size: int) -> Hits:
        index, asked = self._search.index, replace(wanted, limit=size)
        # The index makes room for what is skipped: no more than there is.
        skip = min((number - 1) * size, len(index))
        match sort:
            case Sort.SIGNED:
                newest = await self._search.aside(index.newest, replace(wanted, limit=CONSIDERED), count=True)
                most = self._counts.top([hit.petition for hit in newest.hits])
                return newest.only(most[skip : skip + size])
            case Sort.CLOSING:
                return await self._search.aside(index.closing, asked, offset=skip)
            case Sort.USUAL if wanted.words:
                return await self._search.aside(index.best, asked, offset=skip, count=True)
            case _:
                return await self._search.aside(index.newest, asked, offset=skip, count=True)

    async def moved(self, since: datetime, limit: int) -> list[tuple[Petition, int]]:
        """Collecting petitions that gained signatures since `since` (UTC), the most first, with the net number."""
        open_now = Filter(status=(Status.COLLECTING,), limit=CONSIDERED)
        newest = await self._search.aside(self._search.index.newest, open_now)
        known = {hit.petition for hit in newest.hits}
        hours: Document = {"hour": {"$gte": f"{since.astimezone(UTC):%Y-%m-%dT%H}"}}
        gained: dict[str, int] = {}
        async for hour in (await self._live.of("gains")).find(hours):
            for petition, net in hour["gained"].items():
                gained[petition] = gained.get(petition, 0) + net
        open_ones = ((net, petition) for petition, net in gained.items() if net > 0 and petition in known)
        best = sorted(open_ones)[: -limit - 1 : -1]
        return [(each, gained[each.id]) for each in self._search.read(newest.only([petition for _, petition in best]))]

    async def similar(self, text: str, limit: int, *, but: str | None = None) -> list[Petition]:
        """Petitions about what a title or text is about, the most alike first; `but` names one to leave out."""
        alike = await self._search.similar(text, limit + 1)
        return [petition for petition in alike if petition.id != but][:limit]
