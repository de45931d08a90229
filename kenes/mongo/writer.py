"""Who writes the partitions of a projection, so that whoever takes one over ends what its predecessor left open.

A process that is killed between the first write of a transaction and its commit leaves the offsets locked: servers give
such a transaction up after a minute, and until then everybody else's writes conflict with it.
"""

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from pymongo import UpdateOne

from kenes.mongo.client import Session
from kenes.mongo.projection import WRITERS, Version
from kenes.observe.logs import get_logger

_log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Writer:
    """One process's writing of a version. All its transactions are of one session, which others can end."""

    version: Version
    session: Session

    async def take_over(self, partitions: Collection[int]) -> None:
        """Ends the transactions of whoever wrote these partitions before, and notes that this session does now.

        Somebody who still writes loses nothing: an ended transaction is tried again, and refused where the offset has
        moved.
        """
        session: Any = self.session.session_id
        mine = session["id"]
        places = [self.version.offset_id(partition) for partition in partitions]
        writers = self.version.database[WRITERS]
        before = {found["session"] async for found in writers.find({"_id": {"$in": places}})} - {mine}
        if before:
            # Before this one is noted: killed in between, the next still finds the same predecessors.
            await self.version.database.client.admin.command("killSessions", [{"id": session} for session in before])
            _log.info("former writers' transactions are ended", projection=self.version.projection.name)
        if places:
            noted = [UpdateOne({"_id": place}, {"$set": {"session": mine}}, upsert=True) for place in places]
            await writers.bulk_write(noted, ordered=False)


@asynccontextmanager
async def writing(version: Version) -> AsyncIterator[Writer]:
    """A writer of this version, for as long as the block runs."""
    async with await version.database.client.start_session() as session:
        yield Writer(version, session)
