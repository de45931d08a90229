"""Building a version of a projection: as many processes as there are cores, each with its own partitions."""

import asyncio
import os
from collections.abc import Collection
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import uvloop

from kenes.kafka.reader import end_offsets, read_to_end, reading
from kenes.mongo.client import connected
from kenes.mongo.projection import Version
from kenes.mongo.projector import Projector
from kenes.service.definition import Service
from kenes.settings import KitSettings

WORTH_A_PROCESS = 20_000
"""Events: to start a process takes as long as folding about so many."""


async def build(service: Service, version: Version, timeout: float) -> int:
    """Folds a version from where it stands up to the end of its topic; returns the events folded.

    No document is shared between partitions, so processes need not know of each other. `timeout` is in seconds, per
    operation on the database.
    """
    bootstrap, partitions = service.settings.kafka_bootstrap, range(version.projection.topic.partitions)
    cores = min(os.cpu_count() or 1, 1 + await _left(bootstrap, version) // WORTH_A_PROCESS, len(partitions))
    own, *others = (partitions[first::cores] for first in range(cores))
    if not others:
        return await catch_up(bootstrap, version)
    loop, told = asyncio.get_running_loop(), (type(service), service.settings, version.projection.name, version.number)
    with ProcessPoolExecutor(len(others), mp_context=get_context("spawn")) as pool:
        elsewhere = [loop.run_in_executor(pool, _catch_up_here, *told, list(share), timeout) for share in others]
        return sum(await asyncio.gather(catch_up(bootstrap, version, own), *elsewhere))


async def catch_up(bootstrap: str, version: Version, partitions: Collection[int] | None = None) -> int:
    """Folds some partitions of a version, or all, in this process; returns the events folded.

    While the database writes one batch, the next one is read and folded.
    """
    projector = Projector(version, dead_letters=None)
    positions = await projector.start()
    starts = {partition: positions[partition] for partition in (positions if partitions is None else partitions)}
    events = 0
    async with asyncio.TaskGroup() as tasks:
        writing: asyncio.Task[int] | None = None
        async for records in read_to_end(bootstrap, version.projection.topic, starts):
            prepared = await projector.prepare({records[0].partition: records}, writing)
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
    return uvloop.run(_fold(make(settings), projection, number, partitions, timeout))


async def _fold(service: Service, projection: str, number: int, partitions: list[int], timeout: float) -> int:
    settings = service.settings
    async with connected(settings.mongo_uri, service.database, timeout=timeout) as database:
        version = Version(service.projection(projection), number, database)
        return await catch_up(settings.kafka_bootstrap, version, partitions)
