"""Versions of a projection: a new one is built beside the live one, then switched in one transaction."""

import asyncio

from kenes.mongo.client import Database, Session, transact
from kenes.mongo.projection import OFFSETS, VERSION_KNOWN_FOR, VERSIONS, Projection, Version, live_version


class VersionConflictError(RuntimeError):
    """Somebody else switched this projection meanwhile."""


async def begin_version(database: Database, projection: Projection) -> Version:
    """A fresh version, empty and at offset 0."""
    await live_version(database, projection)  # makes sure there is a record to count up
    found = await database[VERSIONS].find_one_and_update(
        {"_id": projection.name}, {"$inc": {"newest": 1}}, return_document=True
    )
    if found is None:
        raise VersionConflictError(f"the versions of {projection.name} were dropped")
    version = Version(projection, found["newest"], database)
    await version.prepare()
    return version


async def switch(database: Database, version: Version) -> None:
    """Makes a version the live one and drops the one it replaces, once every reader must have noticed.

    Raises `VersionConflictError` when the live version changed since.
    """
    before = await live_version(database, version.projection)

    async def work(session: Session) -> None:
        moved = await database[VERSIONS].update_one(
            {"_id": version.projection.name, "live": before.number},
            {"$set": {"live": version.number}},
            session=session,
        )
        if moved.matched_count != 1:
            raise VersionConflictError(f"{version.projection.name} was switched by somebody else")
        # The worker's next batch finds its offsets retired, lets go and goes on from the new version's.
        await before.retire(session)

    await transact(database, work)
    await let_go(before)


async def let_go(version: Version) -> None:
    """Drops a version that is live no more, once every reader must have noticed."""
    await asyncio.sleep(VERSION_KNOWN_FOR * 3)
    await version.drop()


async def resume(version: Version) -> None:
    """Lets workers fold a version again that was retired."""
    before = f"{version.projection.name}.v{version.number}"
    own = {"$gte": f"{before}/", "$lt": f"{before}0"}  # 0 comes right after the slash
    await version.database[OFFSETS].update_many({"_id": own}, {"$set": {"retired": False}})
