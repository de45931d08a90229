"""The steps of a rebuild and of an audit, each of which may be begun again after a crash."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

from kenes.kafka.reader import ends
from kenes.mongo.client import Collection, Document
from kenes.mongo.projection import NotOwnerError, Projection, Version, live_version
from kenes.mongo.versions import VersionConflictError, begin_version, drop_unless_live, let_go, resume
from kenes.observe.logs import get_logger
from kenes.observe.masking import Masker
from kenes.service.auditing import audit_apart
from kenes.service.building import build, take_over
from kenes.service.definition import Context, Service
from kenes.service.maintenance import patience
from schemas.console.subjects import upkeep_subject
from schemas.console.upkeep import Order, Outcome, OutcomeRequested, UpkeepOrdered
from schemas.envelope import Event
from schemas.topics import ACT_REQUESTS

_log = get_logger(__name__)

UPKEEP: Final = "upkeep"
PROGRESS_EVERY: Final = 0.5
"""Seconds between two tellings of how far a work is: often enough for a bar that moves."""
LONGEST: Final = 300
ENDED: Final = frozenset({"switched", "dropped", "audited", "failed"})
"""Phases in which a work has nothing more to do with any version."""
UNKNOWN: Final = "the service's database was lost or restored since: it has not begun this"


class Works:
    """Does what the documents of `upkeep` say, and asks the console to note what became of it."""

    def __init__(self, service: Service, context: Context) -> None:
        self._service = service
        self._context = context
        self._stored: Collection = context.database[UPKEEP]
        self._bootstrap = service.settings.kafka_bootstrap
        self._mask = Masker().text

    async def step(self, work: Document) -> None:
        """One step. Errors of the broker and the database rise, alone or in a group: it is to be tried again then."""
        try:
            projection = self._service.projection(work["projection"])
        except LookupError as error:
            await self.fail(work, str(error))
            return
        try:
            match work["phase"]:
                case "building":
                    await self._build(work, projection)
                case "switching":
                    await self._switch(work, projection)
                case "dropping":
                    await self._drop(work, projection)
                case "auditing":
                    await self._audit(work, projection)
        except* NotOwnerError:
            _log.info("a version was taken away while it was folded", work=work["_id"])
        except* VersionConflictError as errors:
            await self.fail(work, str(errors.exceptions[0]))

    async def _build(self, work: Document, projection: Projection) -> None:
        version = await self._version(work, projection)
        if version is None:
            return
        await resume(version)
        if not await self._is_still(work, "building"):
            await version.retire()  # it was paused or dropped in this moment
            return
        async with self._telling(work, version):
            await build(self._service, version, patience(self._service), apart=True)
        await self._note(work, Outcome.BUILT, version=version.number, count=await _folded(version))
        await self._stored.update_one(
            {"_id": work["_id"], "work": work["work"], "phase": "building"},
            {"$set": {"phase": "built", "active": False}},
        )

    async def _version(self, work: Document, projection: Projection) -> Version | None:
        """The version of a rebuild, begun if need be; `None` where it was dropped meanwhile."""
        if work["version"] is not None:
            return Version(projection, work["version"], self._context.database)
        version = await begin_version(self._context.database, projection)
        kept = await self._stored.update_one(
            {"_id": work["_id"], "work": work["work"], "phase": {"$in": ["building", "paused"]}},
            {"$set": {"version": version.number}},
        )
        if kept.matched_count:
            return version
        await version.drop()
        return None

    async def _is_still(self, work: Document, phase: str) -> bool:
        found = await self._stored.find_one({"_id": work["_id"]})
        return found is not None and (found["work"], found["phase"]) == (work["work"], phase)

    async def _switch(self, work: Document, projection: Projection) -> None:
        version = Version(projection, work["version"], self._context.database)
        live = (await live_version(self._context.database, projection)).number
        if live != version.number:
            await resume(version)  # a pause that came when all was folded retired what was built
            own = {"_id": work["_id"], "work": work["work"]}
            await self._stored.update_one(own, {"$set": {"replaced": live}})
            await take_over(self._bootstrap, version)
        elif work.get("replaced") is not None:  # a process ended before it had dropped that
            await let_go(Version(projection, work["replaced"], self._context.database))
        await self._note(work, Outcome.SWITCHED, version=version.number)
        await self._end(work, "switched")

    async def _drop(self, work: Document, projection: Projection) -> None:
        if work["version"] is not None:
            await Version(projection, work["version"], self._context.database).drop()
        await self._note(work, Outcome.DROPPED, version=work["version"])
        await self._end(work, "dropped")

    async def _audit(self, work: Document, projection: Projection) -> None:
        checked, differences = await audit_apart(self._service, projection, patience(self._service))
        told = [self._mask(difference)[:LONGEST] for difference in differences]
        await self._note(work, Outcome.AUDITED, count=checked, differences=tuple(told))
        await self._end(work, "audited")

    async def fail(self, work: Document, error: str) -> None:
        """Ends a work that cannot be done."""
        if "work" not in work:  # kept of an order whose work another database had begun
            await self._end(work, "failed")
            return
        auditing = work["phase"] == "auditing"
        outcome = Outcome.AUDIT_FAILED if auditing else Outcome.FAILED
        if not auditing:
            await self._clear_away(work)
        await self._note(work, outcome, version=work["version"], error=self._mask(error)[:LONGEST])
        await self._end(work, "failed")

    async def give_up(self, ordered: UpkeepOrdered) -> None:
        """Ends a work of which this database knows nothing."""
        outcome = Outcome.AUDIT_FAILED if ordered.order is Order.AUDIT else Outcome.FAILED
        await self._note({"projection": ordered.projection, "work": ordered.work}, outcome, error=UNKNOWN)

    async def _clear_away(self, work: Document) -> None:
        """Drops the version of a rebuild that failed, unless readers have it already."""
        found = await self._stored.find_one({"_id": work["_id"]})
        known = {projection.name: projection for projection in self._service.projections}
        projection = known.get(work["projection"])
        if found is None or found["version"] is None or projection is None:
            return
        await drop_unless_live(Version(projection, found["version"], self._context.database))

    async def _end(self, work: Document, phase: str) -> None:
        await self._stored.update_one(
            {"_id": work["_id"], "work": work.get("work")}, {"$set": {"phase": phase, "active": False}}
        )

    async def _note(self, work: Document, outcome: Outcome, **told: Any) -> None:
        """Asks for the outcome to be noted. Said twice after a crash, it is noted once."""
        subject = upkeep_subject(self._service.name, work["projection"])
        request = OutcomeRequested(
            service=self._service.name, projection=work["projection"], work=work["work"], outcome=outcome, **told
        )
        event = Event(
            id=str(uuid4()),
            source=f"/{self._service.name}",
            subject=subject,
            time=datetime.now(UTC),
            data=request,
        )
        await self._context.producer.send(ACT_REQUESTS, subject.encode(), event)

    @asynccontextmanager
    async def _telling(self, work: Document, version: Version) -> AsyncIterator[None]:
        """Writes how far a version is folded while the block runs, and once more at its end."""
        began, first = time.monotonic(), await _folded(version)
        total = sum((await ends(self._bootstrap, version.projection.topic)).values())

        async def tell() -> None:
            folded = await _folded(version)
            rate = (folded - first) / max(time.monotonic() - began, 0.001)
            progress = {"folded": folded, "total": max(total, folded), "rate": rate}
            await self._stored.update_one({"_id": work["_id"], "work": work["work"]}, {"$set": progress})

        async def keep_telling() -> None:
            while True:
                await tell()
                await asyncio.sleep(PROGRESS_EVERY)

        telling = asyncio.create_task(keep_telling())
        try:
            yield
        finally:
            telling.cancel()
            await asyncio.wait([telling])
        await tell()


async def _folded(version: Version) -> int:
    return sum(position.next_offset for position in (await version.positions()).values())
