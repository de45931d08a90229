"""What is to be sent, as the projection of deliveries has it."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from kenes.kafka.decider import Position
from kenes.mongo.client import Document
from kenes.mongo.folding import Lookup, find_in
from kenes.mongo.projection import LiveVersions, Version
from services.notifications.folds.deliveries import Page
from services.notifications.following.projections import TOLD

Group = tuple[str, str, datetime]
"""Subscriber, channel and instant: what is told together."""


@dataclass(frozen=True)
class Looked:
    """One look at the outbox: the version of the projection, and where it stood just before anything was read of it."""

    version: Version
    positions: Mapping[int, Position]

    async def pages(self, partitions: Collection[int], now: datetime) -> list[Page]:
        """The pages of these partitions on which something may be due, the most urgent first."""
        agendas = self.version.collection("agendas")
        found = await find_in(agendas, Lookup("agendas", "_id", partitions))
        pages = [Page.read(name) for agenda in found for name in agenda["pages"]]
        return sorted((page for page in pages if page.due <= now), key=lambda page: page.urgency)

    async def due(self, page: Page, now: datetime) -> dict[Group, list[Document]]:
        """What is due on a page, by what is told together."""
        groups: dict[Group, list[Document]] = defaultdict(list)
        async for each in self.version.collection("deliveries").find({"page": str(page)}):
            if each["due"] <= now:
                groups[each["subscriber"], each["channel"], each["due"]].append(each)
        return groups


async def look(versions: LiveVersions) -> Looked:
    """Looks at the outbox."""
    version = await versions.get(TOLD)
    return Looked(version, await version.positions())


async def by_id(version: Version, collection: str, ids: Sequence[Any]) -> dict[Any, Document]:
    """Documents of a projection's version, by id."""
    found = await find_in(version.collection(collection), Lookup(collection, "_id", ids))
    return {each["_id"]: each for each in found}
