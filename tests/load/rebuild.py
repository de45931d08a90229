"""Events a second when projections are rebuilt from offset 0, beside what the bare client and server do.

The topic is filled with decisions as the product writes them; its processes do not run meanwhile.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import AsyncIterator
from typing import Any, Final

from kenes.kafka.admin import ensure_topics
from kenes.kafka.producer import Producer
from kenes.kafka.reader import read_to_end
from kenes.kafka.records import Recorded, read
from kenes.mongo.client import Collection, Database, connected
from kenes.mongo.operations import Insert
from kenes.mongo.projection import Projection, Version, live_version
from schemas.topics import SIGNATURES
from services.petitions.projection import projections
from tests.load.measures import Goal
from tests.load.records import KEYRING, accepted, petition_ids
from tests.load.setting import Setting

EVENTS: Final = 240_000
BULK: Final = 1000
"""Documents per bare bulk insert."""
_CHUNK: Final = 500
_PETITIONS: Final = 200
_DATABASE: Final = "petitions"
_TOLD: Final = re.compile(r"live, (?P<events>[\d,]+) events, (?P<rate>[\d,]+) events/s")


async def run(setting: Setting) -> None:
    """Tallies, then one document per signer, each beside its bare counterpart."""
    bootstrap = setting.product.kafka.bootstrap
    await _fill(bootstrap)
    setting.measures.add("rebuild.bare_read", await _bare_read(bootstrap), "events/s")
    async with connected(setting.product.mongo.uri, _DATABASE) as database:
        found = {each.name: each for each in projections(KEYRING.open_owner)}
        rate, version = await _rebuild(setting, database, found["tallies"])
        await _check(version, "tallies", EVENTS)
        bare = setting.measures.value("rebuild.bare_read")
        setting.measures.add("rebuild.tallies", rate, "events/s", baseline=bare, goal=Goal(">=", 30_000))
        await _documents(setting, database, found["signatures"])


async def _fill(bootstrap: str) -> None:
    await ensure_topics(bootstrap, [SIGNATURES], 1)
    petitions = petition_ids(_PETITIONS)
    async with Producer(bootstrap, "bench", timeout=30.0) as producer:
        for partition in range(SIGNATURES.partitions):
            made = list(accepted(petitions, partition, EVENTS // SIGNATURES.partitions))
            for start in range(0, len(made), _CHUNK):
                await producer.send_all(SIGNATURES, partition, made[start : start + _CHUNK])


async def _bare_read(bootstrap: str) -> float:
    """Records a second of the bare consumer, which decodes nothing."""
    began = time.perf_counter()
    count = 0
    async for records in read_to_end(bootstrap, SIGNATURES, dict.fromkeys(range(SIGNATURES.partitions), 0)):
        count += len(records)
    assert count == EVENTS
    return count / (time.perf_counter() - began)


async def _rebuild(setting: Setting, database: Database, projection: Projection) -> tuple[float, Version]:
    """By the command that operators use, and at the rate it says."""
    status, output = await asyncio.to_thread(setting.product.run, "rebuild", projection.name)
    told = _TOLD.search(output)
    assert status == 0, output
    assert told is not None, output
    assert int(told["events"].replace(",", "")) == EVENTS, output
    return float(told["rate"].replace(",", "")), await live_version(database, projection)


async def _check(version: Version, collection: str, expected: int) -> None:
    """A fast rebuild that loses events would be none."""
    counted = [document.get("accepted", 1) async for document in version.collection(collection).find()]
    assert sum(counted) == expected, sum(counted)


async def _documents(setting: Setting, database: Database, projection: Projection) -> None:
    bootstrap = setting.product.kafka.bootstrap
    bare = await _bare_insert(bootstrap, database, projection, indexed=True)
    plain = await _bare_insert(bootstrap, database, projection, indexed=False)
    rate, version = await _rebuild(setting, database, projection)
    documents = 0
    for collection in version.collections.values():
        documents += await collection.count_documents({})
    assert documents == 2 * EVENTS, documents  # the public one by receipt, and the entry on the person's own page
    goal = Goal(">=", 0.8, ratio=True)
    setting.measures.add("rebuild.signatures", rate, "events/s")
    setting.measures.add("rebuild.documents", rate * documents / EVENTS, "documents/s", baseline=bare, goal=goal)
    setting.measures.add("rebuild.bare_insert", bare, "documents/s")
    setting.measures.add("rebuild.bare_insert_without_indexes", plain, "documents/s")


async def _bare_insert(bootstrap: str, database: Database, projection: Projection, *, indexed: bool) -> float:
    """Documents a second of bulk inserts alone: the same documents, ready made, outside of any transaction."""
    targets: dict[str, Collection] = {}
    for name, indexes in projection.collections.items():
        # Left behind: the folder goes as a whole, and some servers take a minute to drop what they took in.
        targets[name] = database[f"bare_{name}_{indexed}"]
        for index in indexes if indexed else ():
            await targets[name].create_index([(key, 1) for key in index.fields])
    seconds, written = 0.0, 0
    async for documents in _made(bootstrap, projection):
        for name, some in documents.items():
            for start in range(0, len(some), BULK):
                bulk = some[start : start + BULK]
                began = time.perf_counter()
                await targets[name].insert_many(bulk, ordered=False)
                seconds += time.perf_counter() - began
                written += len(bulk)
    return written / seconds


async def _made(bootstrap: str, projection: Projection) -> AsyncIterator[dict[str, list[dict[str, Any]]]]:
    """The documents of the projection, by collection, as its fold makes them."""
    starts = dict.fromkeys(range(SIGNATURES.partitions), 0)
    async for records in read_to_end(bootstrap, SIGNATURES, starts):
        events: list[Recorded] = [read(SIGNATURES, record) for record in records]
        made: dict[str, list[dict[str, Any]]] = {}
        for operation in projection.fold(events):
            assert isinstance(operation, Insert)
            made.setdefault(operation.collection, []).append(operation.document)
        yield made
