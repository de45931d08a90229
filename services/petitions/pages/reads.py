"""Reads that only the pages need: lists in any order with page numbers, what moves today, what resembles a title."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from kenes.mongo.client import Collection, Database, Document
from kenes.mongo.projection import LiveVersions, Projection
from services.petitions.domain.petition import Petition, Status
from services.petitions.live import LiveCounts
from services.petitions.projection import load_petition, words
from services.petitions.queries import Filter

PAGE = 20
CONSIDERED = 10_000
SIMILAR_WORDS = 6
SIMILAR_CONSIDERED = 200


class Sort(StrEnum):
    """In which order a list is read."""

    NEWEST = "newest"
    SIGNED = "signed"
    CLOSING = "closing"


@dataclass(frozen=True)
class Page:
    """One page of a list. `number` and `pages` count from 1."""

    petitions: list[Petition]
    number: int
    pages: int
    total: int


class PageReads:
    """Reads the live versions of the projections."""

    def __init__(self, database: Database, projections: Sequence[Projection], counts: LiveCounts) -> None:
        self._versions = LiveVersions(database)
        self._projections = {name: each for each in projections for name in each.collections}
        self._counts = counts

    async def page(self, wanted: Filter, sort: Sort, number: int, size: int = PAGE) -> Page:
        """One page; a number past the end gives the last page.

        Counts live in memory, not in the database: the most signed are ordered here, among the 10,000 newest.
        """
        petitions, query = await self._of("petitions"), wanted.query()
        total = await petitions.count_documents(query)
        pages = max(1, -(-total // size))
        number = min(max(number, 1), pages)
        skip = (number - 1) * size
        if sort is Sort.SIGNED:
            newest = petitions.find(query, {"_id": 1}).sort("opened_at", -1).limit(CONSIDERED)
            ids = self._counts.top([found["_id"] async for found in newest])[skip : skip + size]
            return Page(await self._load(ids), number, pages, total)
        order = [("closes_at", 1), ("_id", 1)] if sort is Sort.CLOSING else [("opened_at", -1), ("_id", -1)]
        cursor = petitions.find(query).sort(order).skip(skip).limit(size)
        return Page([load_petition(document) async for document in cursor], number, pages, total)

    async def moved(self, since: datetime, limit: int) -> list[tuple[Petition, int]]:
        """Collecting petitions that gained signatures since `since` (UTC), the most first, with the net number."""
        open_now = (await self._of("petitions")).find({"status": Status.COLLECTING}, {"_id": 1})
        ids = [found["_id"] async for found in open_now.sort("opened_at", -1).limit(CONSIDERED)]
        hours: Document = {"petition": {"$in": ids}, "hour": {"$gte": f"{since.astimezone(UTC):%Y-%m-%dT%H}"}}
        gained: dict[str, int] = {}
        async for hour in (await self._of("history")).find(hours):
            gained[hour["petition"]] = gained.get(hour["petition"], 0) + _net(hour)
        best = sorted((net, petition) for petition, net in gained.items() if net > 0)[: -limit - 1 : -1]
        return [(each, gained[each.id]) for each in await self._load([petition for _, petition in best])]

    async def similar(self, title: str, limit: int, *, but: str | None = None) -> list[Petition]:
        """Petitions that share words with a title, the most alike first.

        Words are compared by their beginnings: Kazakh and Russian change their ends.
        """
        stems = [_stem(word) for word in sorted(words(title), key=len, reverse=True) if len(word) > 3][:SIMILAR_WORDS]
        if not stems:
            return []
        query: Document = {
            "status": {"$in": [Status.COLLECTING, Status.CLOSED]},
            "$or": [{"words": {"$regex": f"^{stem}"}} for stem in stems],
        }
        cursor = (await self._of("petitions")).find(query).sort("opened_at", -1).limit(SIMILAR_CONSIDERED)
        scored = [(_shared(document["words"], stems), load_petition(document)) async for document in cursor]
        needed = min(2, len(stems))
        alike = sorted((pair for pair in scored if pair[0] >= needed and pair[1].id != but), key=lambda pair: -pair[0])
        return [petition for _, petition in alike[:limit]]

    async def _load(self, ids: Sequence[str]) -> list[Petition]:
        cursor = (await self._of("petitions")).find({"_id": {"$in": list(ids)}})
        found = {document["_id"]: load_petition(document) async for document in cursor}
        return [found[petition] for petition in ids if petition in found]

    async def _of(self, collection: str) -> Collection:
        version = await self._versions.get(self._projections[collection])
        return version.collection(collection)


def _net(hour: Document) -> int:
    """Accepted minus withdrawn in one stored hour."""
    return sum(
        sign * sum(acts.get(what, {}).values())
        for acts in hour["minutes"].values()
        for sign, what in ((1, "accepted"), (-1, "withdrawn"))
    )


def _stem(word: str) -> str:
    return word[: max(4, len(word) - 3)]


def _shared(document_words: Sequence[str], stems: Sequence[str]) -> int:
    return sum(any(word.startswith(stem) for word in document_words) for stem in stems)
