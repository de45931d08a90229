"""Versions of a projection: a new one is built beside the live one, then switched in one transaction."""

import asyncio
import re
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from kenes.mongo.client import Database, Session, transact
from kenes.mongo.projection import OFFSETS, VERSION_KNOWN_FOR, VERSIONS, Projection, Version, live_version

ABANDONED_AFTER = timedelta(days=1)
"""A rebuild or an audit from a shell takes less."""


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


async def drop_unless_live(version: Version) -> None:
    """Drops a version that was begun for nothing; readers may have it already."""
    if (await live_version(version.database, version.projection)).number != version.number:
        await version.drop()


async def drop_abandoned(database: Database, projection: Projection, wanted: Collection[int]) -> None:
    """Drops versions that are neither live nor `wanted`, a day after they were first found to be so.

    Whoever began one, or was to drop it, has been killed: nobody else comes back to it.
    """
    existing = _numbers(projection, await database.list_collection_names())
    record = await database[VERSIONS].find_one({"_id": projection.name})
    if record is None:
        return
    now, known = datetime.now(UTC), record.get("abandoned", {})
    found = {str(number): known.get(str(number), now) for number in existing - {record["live"], *wanted}}
    if found != known:
        await database[VERSIONS].update_one({"_id": projection.name}, {"$set": {"abandoned": found}})
    for number, since in found.items():
        if now - since > ABANDONED_AFTER:
            await Version(projection, int(number), database).drop()


def _numbers(projection: Projection, names: Collection[str]) -> set[int]:
    """The versions of a projection of which there are collections."""
    ours = re.compile(rf"({'|'.join(map(re.escape, projection.collections))})\.v(\d+)")
    return {int(found[2]) for name in names if (found := ours.fullmatch(name))}


async def resume(version: Version) -> None:
    """Lets workers fold a version again that was retired."""
    before = f"{version.projection.name}.v{version.number}"
    own = {"$gte": f"{before}/", "$lt": f"{before}0"}  # 0 comes right after the slash
    await version.database[OFFSETS].update_many({"_id": own}, {"$set": {"retired": False}})
