"""Counts as the tallies projection has them: what the clock goes by. They may be a moment old."""

from collections.abc import Collection
from dataclasses import dataclass, field

from kenes.mongo.client import Database, Document
from kenes.mongo.projection import LiveVersions, Projection
from services.petitions.projection import tally_ids

_FIELDS = {"petition": 1, "accepted": 1, "withdrawn": 1, "regions": 1}


@dataclass(slots=True)
class Tally:
    """One petition's signatures that count, and by region."""

    count: int = 0
    regions: dict[str, int] = field(default_factory=dict)

    def add(self, document: Document) -> None:
        """Takes in what one partition has."""
        self.count += document.get("accepted", 0) - document.get("withdrawn", 0)
        for region, number in document.get("regions", {}).items():
            self.regions[region] = self.regions.get(region, 0) + number


class Tallied:
    """Reads the live version of the tallies."""

    def __init__(self, database: Database, tallies: Projection) -> None:
        self._versions = LiveVersions(database)
        self._tallies = tallies

    async def of(self, petitions: Collection[str]) -> dict[str, Tally]:
        """The tallies of these petitions; those nobody has signed are left out."""
        ids = [tally for petition in petitions for tally in tally_ids(petition)]
        return await self._read({"_id": {"$in": ids}})

    async def all(self) -> dict[str, Tally]:
        """Every petition that has been signed."""
        return await self._read({})

    async def _read(self, query: Document) -> dict[str, Tally]:
        version = await self._versions.get(self._tallies)
        found: dict[str, Tally] = {}
        async for document in version.collection("tallies").find(query, _FIELDS):
            found.setdefault(document["petition"], Tally()).add(document)
        return found
