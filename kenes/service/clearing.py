"""Drops versions of projections that a process left behind when it was killed."""

import asyncio
from typing import Final

from kenes.mongo.client import Database, DatabaseError
from kenes.mongo.versions import drop_abandoned
from kenes.observe.logs import get_logger
from kenes.service.definition import Service
from kenes.service.upkeep_work import ENDED, UPKEEP

_log = get_logger(__name__)

CLEAR_EVERY: Final = 3600.0


async def keep_clear(service: Service, database: Database) -> None:
    """Looks every hour, until cancelled."""
    while True:
        try:
            await clear(service, database)
        except DatabaseError as error:
            _log.warning("versions left behind cannot be dropped now", error=repr(error))
        await asyncio.sleep(CLEAR_EVERY)


async def clear(service: Service, database: Database) -> None:
    """Drops what nobody has claimed for a day: it is not live, and no order under way has to do with it."""
    for projection in service.projections:
        wanted = set[int]()
        async for work in database[UPKEEP].find({"projection": projection.name, "phase": {"$nin": list(ENDED)}}):
            wanted |= {work[member] for member in ("version", "replaced") if work.get(member) is not None}
        await drop_abandoned(database, projection, wanted)
