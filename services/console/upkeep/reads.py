"""What pages read of projections: where each version stands, what goes on, and how far."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from kenes.mongo.client import Database, DatabaseError, Document
from kenes.mongo.projection import LiveCollections
from kenes.mongo.standings import ProjectionStanding
from kenes.service.upkeep_work import UPKEEP
from services.console.domain.upkeep import NOTHING, Phase, Upkeep, orders
from services.console.sampling.readings import Reading, State
from services.console.sampling.snapshot import Snapshot
from services.console.upkeep.projection import work_id

WITHIN: Final = 2.0
"""Seconds a service's database has to tell the progress of a rebuild."""


@dataclass(frozen=True)
class Progress:
    """How far a rebuild is: events folded of all there are, and how many a second."""

    version: int | None
    folded: int
    total: int
    rate: float

    @property
    def share(self) -> float:
        """From nothing to one."""
        return min(self.folded / self.total, 1.0) if self.total else 0.0

    @property
    def seconds_left(self) -> int | None:
        """At this rate; None where it does not move."""
        return round((self.total - self.folded) / self.rate) if self.rate > 0 and self.total >= self.folded else None


@dataclass(frozen=True)
class Told:
    """What became of the last order of a kind."""

    at: datetime
    outcome: str
    version: int | None
    count: int | None
    differences: tuple[str, ...]
    error: str

    @classmethod
    def of(cls, document: Document | None) -> "Told | None":
        """What a document tells, if there is one."""
        if document is None:
            return None
        known = {name: document[name] for name in ("at", "outcome", "version", "count", "error")}
        return cls(**known, differences=tuple(document["differences"]))


@dataclass(frozen=True)
class View:
    """One projection of a service. `undecided` are requests without a decision, up to the last one folded."""

    service: str
    name: str
    live: Reading[ProjectionStanding]
    others: tuple[ProjectionStanding, ...]
    undecided: int
    upkeep: Upkeep
    progress: Progress | None
    audited: Told | None
    ended: Told | None

    @property
    def state(self) -> State:
        """How the live version does."""
        return self.live.state

    @property
    def orders(self) -> frozenset[str]:
        """What may be ordered now."""
        return frozenset(map(str, orders(self.upkeep)))

    @property
    def moving(self) -> bool:
        """Whether a version is being folded now."""
        return self.upkeep.rebuild is not None and self.upkeep.rebuild.phase in (Phase.BUILDING, Phase.SWITCHING)


class Projections:
    """Puts together what the broker, the services' databases and the acts tell. The newest snapshot says how fresh."""

    def __init__(self, stored: LiveCollections, databases: Mapping[str, Database]) -> None:
        self._stored = stored
        self._databases = databases

    async def all(self, snapshot: Snapshot) -> list[View]:
        """Every projection of every service, in their order."""
        works = {document["_id"]: document async for document in (await self._stored.of("works")).find({})}
        services = dict.fromkeys(reading.service for reading in snapshot.projections)
        told = await asyncio.gather(*(self._progress(service) for service in services))
        progress = dict(zip(services, told, strict=True))
        return [
            _view(reading, snapshot, works.get(work_id(reading.service, reading.who.name)), progress[reading.service])
            for reading in snapshot.projections
            if reading.who.live
        ]

    async def one(self, snapshot: Snapshot, service: str, name: str) -> View | None:
        """A projection by the name of its service and its own."""
        return next((each for each in await self.all(snapshot) if (each.service, each.name) == (service, name)), None)

    async def moving(self) -> dict[str, Document]:
        """What services are doing now, by service and work; what cannot be asked is left out."""
        told = await asyncio.gather(*(self._progress(service) for service in self._databases))
        return {
            f"{service}/{key}": document
            for service, works in zip(self._databases, told, strict=True)
            for key, document in works.items()
            if document.get("active")
        }

    async def _progress(self, service: str) -> dict[str, Document]:
        try:
            async with asyncio.timeout(WITHIN):
                found = self._databases[service][UPKEEP].find({})
                return {document["_id"]: document async for document in found}
        except (DatabaseError, TimeoutError):
            return {}  # the page tells since when this database does not answer


def _view(
    reading: Reading[ProjectionStanding], snapshot: Snapshot, work: Document | None, progress: Mapping[str, Document]
) -> View:
    standing, service = reading.who, reading.service
    upkeep = NOTHING if work is None else Upkeep.model_validate(work["upkeep"])
    others = (each.who for each in snapshot.projections if each.service == service and each.who.name == standing.name)
    return View(
        service=service,
        name=standing.name,
        live=reading,
        others=tuple(each for each in others if not each.live),
        undecided=sum(max(0, at.sequence + 1 - at.next_offset) for at in standing.positions.values()),
        upkeep=upkeep,
        progress=_progress_of(upkeep, progress.get(f"rebuild/{standing.name}")),
        audited=Told.of(None if work is None else work["audited"]),
        ended=Told.of(None if work is None else work["ended"]),
    )


def _progress_of(upkeep: Upkeep, document: Mapping[str, Any] | None) -> Progress | None:
    """What the service tells of the rebuild that the acts know of; nothing yet where it has not begun."""
    if upkeep.rebuild is None:
        return None
    if document is None or document.get("work") != upkeep.rebuild.id:
        return Progress(None, 0, 0, 0.0)
    return Progress(document["version"], document["folded"], document["total"], document["rate"])
