"""What followers are shown, counted off the topic of deliveries; and documents written as a fold would have them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from itertools import islice
from typing import Final

from kenes.identity.sealing import PersonKey
from kenes.kafka.reader import ends, reading, to_record
from kenes.kafka.records import read
from kenes.mongo.client import Collection, Document, connected
from schemas.notifications.deliveries import DeliveryShown
from schemas.topics import DELIVERIES
from tests.load.records import KEYRING

_BATCH: Final = 5_000
_TOLD_WITHIN: Final = 400.0


class Shown:
    """Counts what was decided to be shown. `again` counts deliveries that were shown before."""

    def __init__(self) -> None:
        self.again = 0
        self._known: set[str] = set()
        self._waited = 0
        self._moved = asyncio.Condition()

    async def add(self, deliveries: Iterable[str]) -> None:
        """These were shown."""
        async with self._moved:
            for each in deliveries:
                self.again += each in self._known
                self._known.add(each)
            self._moved.notify_all()

    async def wait(self, number: int) -> None:
        """Returns once so many were shown since the last wait; they are counted off."""
        async with asyncio.timeout(_TOLD_WITHIN), self._moved:
            await self._moved.wait_for(lambda: self.beyond >= number)
            self._waited += number

    @property
    def beyond(self) -> int:
        """How many more there were than were waited for."""
        return len(self._known) - self._waited


@asynccontextmanager
async def shown(bootstrap: str) -> AsyncIterator[Shown]:
    """Follows the decisions on deliveries from here on."""
    counted = Shown()

    async def follow() -> None:
        async with reading(bootstrap, DELIVERIES, await ends(bootstrap, DELIVERIES)) as consumer:
            while True:
                found = await consumer.getmany(timeout_ms=200, max_records=5_000)
                events = [read(DELIVERIES, to_record(each)) for records in found.values() for each in records]
                await counted.add(each.data.delivery for each in events if isinstance(each.data, DeliveryShown))

    async with asyncio.TaskGroup() as tasks:
        task = tasks.create_task(follow())
        yield counted
        task.cancel()


async def fill(collection: Collection, documents: Iterator[Document]) -> None:
    """Inserts documents, some thousands at a time."""
    while batch := list(islice(documents, _BATCH)):
        await collection.insert_many(batch, ordered=False)


async def give_keys(uri: str, people: Iterable[str]) -> None:
    """A key for each: nobody without one is told anything."""
    indexes = map(KEYRING.index, people)
    async with connected(uri, "people", timeout=120.0) as database:
        keys = ({"_id": each, "key": KEYRING.wrap(each, PersonKey.generate())} for each in indexes)
        await fill(database["vault.keys"], keys)


def owner_of(person: str) -> str:
    """What leads to somebody's key."""
    return KEYRING.seal_owner(KEYRING.index(person))
