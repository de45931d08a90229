"""Reads of the desk and of the public log from the projections' live versions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kenes.mongo.client import Collection, Database, Document
from kenes.mongo.projection import LiveCollections, Projection
from services.petitions.domain.moderation import UNDOABLE
from services.petitions.domain.petition import Petition
from services.petitions.domain.status import Status
from services.petitions.moderation.log import LogEntry, load_entry
from services.petitions.projection import load_petition

ON_DESK = 100
ELSEWHERE = 20
PAGE = 20


@dataclass(frozen=True)
class LogPage:
    """One page of the log. `number` and `pages` count from 1."""

    entries: list[LogEntry]
    number: int
    pages: int
    total: int


@dataclass(frozen=True)
class Desk:
    """What lies on the desk, due first; `total` counts what did not fit, too. `decided` may still be undone."""

    waiting: list[Petition]
    total: int
    decided: list[Petition]
    suspended: list[Petition]


class ModerationReads:
    """All methods raise `DatabaseUnavailableError`."""

    def __init__(self, database: Database, projections: Sequence[Projection]) -> None:
        self._live = LiveCollections(database, projections)

    async def desk(self) -> Desk:
        """The desk now."""
        petitions = await self._live.of("petitions")
        waiting: Document = {"status": str(Status.MODERATION)}
        decided: Document = {"status": {"$in": [str(each) for each in UNDOABLE]}, "finding": {"$ne": None}}
        return Desk(
            waiting=await _petitions(petitions, waiting, ("due", 1), ON_DESK),
            total=await petitions.count_documents(waiting),
            decided=await _petitions(petitions, decided | {"reached": []}, ("finding.at", -1), ELSEWHERE),
            suspended=await _petitions(petitions, {"status": str(Status.SUSPENDED)}, ("suspended_at", -1), ELSEWHERE),
        )

    async def log_page(self, number: int) -> LogPage:
        """A page of the log, the newest verdict first; a number past the end gives the last page."""
        log = await self._live.of("moderation_log")
        total = await log.count_documents({})
        pages = max(1, -(-total // PAGE))
        number = min(max(number, 1), pages)
        cursor = log.find({}).sort([("at", -1), ("_id", -1)]).skip((number - 1) * PAGE).limit(PAGE)
        return LogPage([load_entry(document) async for document in cursor], number, pages, total)

    async def log_before(self, before: tuple[datetime, str] | None, limit: int) -> list[LogEntry]:
        """The newest entries, or those that follow the one with this `at` and `id`."""
        query: Document = {}
        if before is not None:
            at, entry = before
            query = {"$or": [{"at": {"$lt": at}}, {"at": at, "_id": {"$lt": entry}}]}
        cursor = (await self._live.of("moderation_log")).find(query).sort([("at", -1), ("_id", -1)]).limit(limit)
        return [load_entry(document) async for document in cursor]


async def _petitions(petitions: Collection, query: Document, order: tuple[str, int], limit: int) -> list[Petition]:
    cursor = petitions.find(query).sort([order]).limit(limit)
    return [load_petition(document) async for document in cursor]
