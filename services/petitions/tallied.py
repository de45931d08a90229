"""Counts as the tallies projection has them: what the clock goes by. They may be a moment old."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from kenes.mongo.client import Database, Document
from kenes.mongo.projection import LiveVersions, Projection
from services.petitions.projection import tally_ids

PART = 48
_FIELDS = {"petition": 1, "accepted": 1, "withdrawn": 1, "regions": 1, "p": 1, "s": 1}


@dataclass(slots=True)
class Tally:
    """One petition's signatures that count, and by region; `folded` is the last sequence of each partition in it."""

    count: int = 0
    regions: dict[str, int] = field(default_factory=dict)
    folded: dict[int, int] = field(default_factory=dict)

    def add(self, document: Document) -> None:
        """Takes in what one partition has."""
        self.folded[document["p"]] = document["s"]
        self.count += document.get("accepted", 0) - document.get("withdrawn", 0)
        for region, number in document.get("regions", {}).items():
            self.regions[region] = self.regions.get(region, 0) + number

    def has_folded(self, sequences: Mapping[int, int]) -> bool:
        """Whether the decision with this sequence is in it, for each of these partitions."""
        return all(self.folded.get(partition, -1) >= sequence for partition, sequence in sequences.items())


class Tallied:
    """Reads the live version of the tallies."""

    def __init__(self, database: Database, tallies: Projection) -> None:
        self._versions = LiveVersions(database)
        self._tallies = tallies

    async def of(self, petitions: Collection[str]) -> dict[str, Tally]:
        """The tallies of these petitions; those nobody has signed are left out."""
        found: dict[str, Tally] = {}
        for some in in_parts([tally for petition in petitions for tally in tally_ids(petition)]):
            await self._read({"_id": {"$in": some}}, found)
        return found

    async def all(self) -> dict[str, Tally]:
        """Every petition that has been signed."""
        found: dict[str, Tally] = {}
        await self._read({}, found)
        return found

    async def has_folded(self, ends: Mapping[int, int]) -> bool:
        """Whether the decision on the last request before each of these ends is in the tallies."""
        positions = await (await self._versions.get(self._tallies)).positions()
        return all(positions[partition].sequence >= end - 1 for partition, end in ends.items())

    async def _read(self, query: Document, found: dict[str, Tally]) -> None:
        version = await self._versions.get(self._tallies)
        async for document in version.collection("tallies").find(query, _FIELDS):
            found.setdefault(document["petition"], Tally()).add(document)


def in_parts(ids: Sequence[str]) -> Iterator[list[str]]:
    """A few ids at a time: the embedded server's time for a list of them grows with its square."""
    return (list(ids[start : start + PART]) for start in range(0, len(ids), PART))
