"""The list of a petition's signers: rows a second, and what the api process holds in memory while it writes them.

A million signatures are put into the projections as they would stand there; the goal and the charge are real.
BENCH_SIGNERS sets another number.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import time
from collections import Counter
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

import httpx

from kenes.identity.sealing import PersonKey
from kenes.kafka.producer import Producer
from kenes.kafka.records import Recorded
from kenes.load.api import PREFIX
from kenes.mongo.client import Collection, Database, Document, beside, connected
from kenes.mongo.projection import OFFSETS
from kenes.service.receipts import receipt_id
from schemas.envelope import Event
from schemas.petitions.v1 import GoalRequested, PrivateEntry, SignatureAccepted
from schemas.topics import PETITION_REQUESTS, SIGNATURES
from services.petitions.answering.export import BATCH
from services.petitions.projection import fold_tallies, projections
from services.petitions.settings import Settings
from tests.issuer import REGIONS
from tests.load.measures import Goal
from tests.load.records import KEYRING
from tests.load.setting import Setting

SIGNERS: Final = int(os.environ.get("BENCH_SIGNERS", "1000000"))
_FIRST: Final = 1_000_000
"""Receipts far from those of the product's own few."""
_BULK: Final = 1000
_BARE_ROWS: Final = 20_000
_SIGNATURES: Final = "signatures.v1"
_ROLE: Final = "agency:kz-government"
_TOLD: Final = '{"given_name": "Айгерім", "family_name": "Серікқызы", "person": "https://id.example/person-123456"}'


async def run(setting: Setting) -> None:
    """Fills, takes charge, and takes the list."""
    await setting.open_petitions(1)
    petition = setting.petitions[0]
    async with connected(setting.product.mongo.uri, _database()) as database:
        began = time.perf_counter()
        await _fill(database, petition)
        setting.measures.add("export.filled", time.perf_counter() - began, "s")
        bare = await _bare(database)
    headers = {"authorization": f"Bearer {setting.product.issuer.token('official', roles=['citizen', _ROLE])}"}
    async with httpx.AsyncClient(base_url=setting.product.url, headers=headers, timeout=120.0) as client:
        await _charge(setting, client, petition)
        before, used, began = setting.memory("api"), setting.cpu_seconds(), time.perf_counter()
        rows = await _take(client, petition)
        seconds = time.perf_counter() - began
        spent = {role: now - used[role] for role, now in setting.cpu_seconds().items()}
    assert rows == SIGNERS, rows
    setting.measures.add("export.signers", rows, "rows")
    setting.measures.add("export.bare", bare, "rows/s")
    setting.measures.add("export.rate", rows / seconds, "rows/s", baseline=bare)
    for role in ("api", "mongo"):
        setting.measures.add(f"export.cpu_{role}", spent[role] / rows * 1e6, "us/row")
    setting.measures.add("export.memory_api_before", before / 1e6, "MB")
    setting.measures.add("export.memory_api.peak", setting.peak_memory("api") / 1e6, "MB", goal=Goal("<", 200))


def _database() -> str:
    return str(Settings.model_fields["petitions_database"].default)


def _people() -> str:
    return str(Settings.model_fields["people_database"].default)


async def _fill(database: Database, petition: str) -> None:
    """Two partitions at a time: one's signatures are made while the database takes in the other's."""
    turns = asyncio.Semaphore(2)

    async def fill(partition: int) -> None:
        async with turns:
            await _fill_partition(database, petition, partition)

    await asyncio.gather(*(fill(partition) for partition in range(SIGNATURES.partitions)))


async def _fill_partition(database: Database, petition: str, partition: int) -> None:
    fold = next(each.fold for each in projections(KEYRING.open_owner) if each.name == "signatures")
    count = len(range(partition, SIGNERS, SIGNATURES.partitions))
    tally: Counter[str] = Counter()
    for start in range(0, count, _BULK):
        keys: list[Document] = []
        acts = [_signed(petition, partition, at, keys) for at in range(start, min(start + _BULK, count))]
        inserts: Any = [each for each in fold(acts) if getattr(each, "collection", "") == "signatures"]
        await _vault(database).insert_many(keys, ordered=False)
        await database[_SIGNATURES].insert_many([each.document for each in inserts], ordered=False)
        changed: Any = next(iter(fold_tallies(acts)))
        tally.update(changed.change["$inc"])
    if count:
        last = {"petition": petition, "p": partition, "s": _FIRST + count - 1}
        await database["tallies.v1"].update_one(
            {"_id": f"{petition}/{partition}"}, {"$inc": dict(tally), "$set": last}, upsert=True
        )
        await database[OFFSETS].update_one(
            {"_id": f"signatures.v1/{SIGNATURES.name}/{partition}"}, {"$set": {"sequence": last["s"]}}
        )


async def _bare(database: Database) -> float:
    """Rows a second when the same documents and keys are only fetched, some of them, and nothing is opened."""
    rows, began = 0, time.perf_counter()
    for start in range(0, min(_BARE_ROWS, SIGNERS // SIGNATURES.partitions), BATCH):
        receipts = [receipt_id(0, _FIRST + start + number) for number in range(BATCH)]
        found = await database[_SIGNATURES].find({"_id": {"$in": receipts}}).to_list(None)
        owners = [KEYRING.open_owner(each["owner"]) for each in found]
        await _vault(database).find({"_id": {"$in": owners}}).to_list(None)
        rows += len(found)
    return rows / (time.perf_counter() - began)


def _vault(database: Database) -> Collection:
    return beside(database, _people())["vault.keys"]


def _signed(petition: str, partition: int, number: int, keys: list[Document]) -> Recorded:
    """An accepted signature of somebody new, whose key goes to `keys`."""
    name, made = f"signer-{partition}-{number}", PersonKey.generate()
    index, key = KEYRING.index(name), PersonKey(made)
    keys.append({"_id": index, "key": KEYRING.wrap(index, made)})
    data = SignatureAccepted(
        petition=petition,
        signer=KEYRING.pseudonym(petition, name),
        act=1,
        region=REGIONS[number % len(REGIONS)],
        listed=False,
        sealed=key.seal(_TOLD, petition),
        mine=PrivateEntry(owner=KEYRING.seal_owner(index), entry=key.entry(petition), note=""),
    )
    now = datetime.now(UTC)
    return Recorded(partition, 0, now, None, Event(str(uuid4()), "/petitions", petition, now, data, _FIRST + number))


async def _charge(setting: Setting, client: httpx.AsyncClient, petition: str) -> None:
    """The goal is reached, and the body takes the petition in charge."""
    async with Producer(setting.product.kafka.bootstrap, "bench", timeout=30.0) as producer:
        asked = GoalRequested(petition=petition, count=max(SIGNERS, 50_000))
        event = Event(str(uuid4()), "/petitions", petition, datetime.now(UTC), asked)
        await producer.send(PETITION_REQUESTS, petition.encode(), event)
    async with asyncio.timeout(60):
        while True:
            path = f"{PREFIX}/petitions/{petition}/charge"
            answer = await client.post(path, headers={"prefer": "wait=20"})
            if answer.status_code == 200:
                return
            assert answer.json()["code"] == "nothing-owed", answer.text
            await asyncio.sleep(0.5)


async def _take(client: httpx.AsyncClient, petition: str) -> int:
    """Reads the list to its end; the rows it has, once its checksums are right."""
    path, whole, tail, lines = f"{PREFIX}/petitions/{petition}/signers.csv", hashlib.sha256(), b"", 0
    async with client.stream("GET", path) as answer:
        assert answer.status_code == 200, await answer.aread()
        async for chunk in answer.aiter_bytes():
            whole.update(chunk)
            lines += chunk.count(b"\n")
            tail = (tail + chunk)[-200:]
    last = tail.decode(errors="replace").splitlines()[-1].split(",")
    assert (last[0], int(last[1])) == ("total", lines - 2), last
    told = await client.get(f"{path}.sha256")
    assert told.text.split()[0] == whole.hexdigest(), told.text
    return int(last[1])
