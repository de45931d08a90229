"""Clients of the brokers that are closed whatever happens, also where the broker was away as they started."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient

from kenes.kafka.connection import client_options
from kenes.tasks import is_cancelled


@asynccontextmanager
async def administering(bootstrap: str) -> AsyncIterator[AIOKafkaAdminClient]:
    """A client for topics and groups. Raises `KafkaError` when no broker can be reached."""
    admin = AIOKafkaAdminClient(**client_options(bootstrap))
    try:
        await admin.start()
        yield admin
    finally:
        await admin.close()


@asynccontextmanager
async def consuming(consumer: AIOKafkaConsumer) -> AsyncIterator[AIOKafkaConsumer]:
    """Starts a consumer and stops it in the end. Raises `KafkaError` when no broker can be reached."""
    try:
        await consumer.start()
        yield consumer
    finally:
        await _stop(consumer)


@asynccontextmanager
async def asking(bootstrap: str) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer that reads nothing: it is asked where partitions begin and end. Raises as `consuming` does."""
    async with consuming(AIOKafkaConsumer(**client_options(bootstrap), enable_auto_commit=False)) as consumer:
        yield consumer


async def _stop(consumer: AIOKafkaConsumer) -> None:
    """Stops it, also while the broker is away.

    The client then cancels fetches of its own that wait for another try, and lets the first one's end through: it would
    look like the end of whoever stops it, and leave the connections open.
    """
    try:
        await consumer.stop()
    except asyncio.CancelledError:
        await consumer._client.close()
        if is_cancelled():
            raise
