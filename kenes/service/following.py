"""A process's own view of a decisions topic: a projection's documents, then the live tail from where they end."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager

from kenes.kafka.decider import Position
from kenes.kafka.records import Recorded
from kenes.kafka.tail import Tail
from kenes.mongo.client import LOADED_WITHIN, patience
from kenes.mongo.projection import Projection, Version, live_version
from kenes.service.definition import Context, Service
from kenes.tasks import Tasks

Load = Callable[[Version], Awaitable[Mapping[int, Position]]]


class SwitchedError(RuntimeError):
    """A projection was switched while it was loaded: part of it may have been dropped already, so start again."""


@asynccontextmanager
async def following(
    service: Service,
    context: Context,
    projection: Projection,
    load: Load,
    *takers: Callable[[Recorded], None],
) -> AsyncIterator[Tail]:
    """Loads the live version of `projection`, then hands each further decision to `takers`, in the background.

    `load` takes in the stored documents and returns the positions to go on from. Enters once the tail has read all
    that was in the topic. A tail that fails ends the block with its error. Raises `SwitchedError`.
    """

    def take(decision: Recorded) -> None:
        for taker in takers:
            taker(decision)

    version = await live_version(context.database, projection)
    with patience(LOADED_WITHIN):
        positions = await load(version)
    if (await live_version(context.database, projection)).number != version.number:
        raise SwitchedError(f"{projection.name} was switched while it was loaded")
    tail = Tail(service.settings.kafka_bootstrap, projection.topic, take)
    async with Tasks() as tasks:
        task = tasks.create_task(tail.follow(positions), name=f"tail of {projection.topic.name}")
        await tail.caught_up.wait()
        try:
            yield tail
        finally:
            task.cancel()
