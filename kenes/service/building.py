"""Building a version of a projection: as many processes as there are cores, each with its own partitions."""

import asyncio
import os
import sys
from collections.abc import Collection

import uvloop

from kenes.kafka.reader import end_offsets, read_to_end, reading
from kenes.mongo.client import connected
from kenes.mongo.projection import Version
from kenes.mongo.projector import Projector
from kenes.mongo.versions import switch
from kenes.observe.logs import configure_logs
from kenes.service.definition import Service
from kenes.service.helpers import helpers
from kenes.settings import KitSettings
from kenes.tasks import Tasks

WORTH_A_PROCESS = 20_000
"""Events: to start a process takes as long as folding about so many."""


async def build(service: Service, version: Version, timeout: float, *, apart: bool = False) -> int:
    """Folds a version from where it stands up to the end of its topic; returns the events folded.

    No document is shared between partitions, so processes need not know of each other. `timeout` is in seconds, per
    operation on the database. `apart` leaves this process to what else it does: the others fold everything.
    Raises `NotOwnerError`, alone or in a group, when the version is retired meanwhile.
    """
    bootstrap, partitions = service.settings.kafka_bootstrap, range(version.projection.topic.partitions)
    cores = min(os.cpu_count() or 1, 1 + await _left(bootstrap, version) // WORTH_A_PROCESS, len(partitions))
    shares = [partitions[first::cores] for first in range(cores)]
    if cores == 1:
        return await catch_up(bootstrap, version)
    here, elsewhere = ([], shares) if apart else (shares[:1], shares[1:])
    told = (type(service), service.settings, version.projection.name, version.number)
    async with helpers(len(elsewhere)) as pool:
        loop = asyncio.get_running_loop()
        folding = [loop.run_in_executor(pool, _catch_up_here, *told, list(share), timeout) for share in elsewhere]
        try:
            return sum(await asyncio.gather(*folding, *(catch_up(bootstrap, version, share) for share in here)))
        except asyncio.CancelledError:
            await version.retire()  # the other processes notice with their next batch: they are not to outlive this one
            raise


async def take_over(bootstrap: str, version: Version) -> int:
    """Makes a built version the live one; returns the events folded on the way. Raises `VersionConflictError`."""
    # What came since it was built is little: once more, so that the worker has next to nothing to catch up with.
    events = await catch_up(bootstrap, version)
    await switch(version.database, version)
    return events


async def catch_up(bootstrap: str, version: Version, partitions: Collection[int] | None = None) -> int:
    """Folds some partitions of a version, or all, in this process; returns the events folded.

    While the database writes one batch, the next one is read and folded.
    """
    projector = Projector(version, dead_letters=None)
    positions = await projector.start()
    starts = {partition: positions[partition] for partition in (positions if partitions is None else partitions)}
    events = 0
    writing: asyncio.Task[int] | None = None

    async def settled() -> None:
        if writing is not None:
            await writing

    async with Tasks() as tasks:
        async for records in read_to_end(bootstrap, version.projection.topic, starts):
            prepared = await projector.prepare({records[0].partition: records}, settled)
            if writing is not None:
                events += await writing
            writing = tasks.create_task(projector.commit(prepared))
        if writing is not None:
            events += await writing
    return events


async def _left(bootstrap: str, version: Version) -> int:
    """How many records there are from where the version stands."""
    starts = {partition: position.next_offset for partition, position in (await version.positions()).items()}
    async with reading(bootstrap, version.projection.topic, starts) as consumer:
        ends = await end_offsets(consumer, version.projection.topic, list(starts))
    return sum(ends.values()) - sum(starts.values())


def _catch_up_here(
    kind: type[Service], settings: KitSettings, projection: str, number: int, partitions: list[int], timeout: float
) -> int:
    """In a process of its own: the same service again, and its share of the partitions."""
    make: type = kind
    configure_logs(kind.name, "rebuild", level=settings.log_level, stream=sys.stderr)
    return uvloop.run(_fold(make(settings), projection, number, partitions, timeout))


async def _fold(service: Service, projection: str, number: int, partitions: list[int], timeout: float) -> int:
    settings = service.settings
    async with connected(settings.mongo_uri, service.database, timeout=timeout) as database:
        version = Version(service.projection(projection), number, database)
        return await catch_up(settings.kafka_bootstrap, version, partitions)
