"""What must hold after a drill: nothing lost, nothing counted twice, everything stored says the same."""

from __future__ import annotations

import asyncio
import base64
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import httpx

from kenes.identity.sealing import Keyring
from kenes.mongo.client import connected
from kenes.mongo.projection import Projection, live_version
from tests.faults.asking import Books
from tests.faults.drilled import Drilled, Stored, Telling
from tests.processes import Product

SETTLE_SECONDS = 120.0
AT_ONCE = 32
_GLANCE = 0.5


@dataclass(frozen=True)
class Compared:
    """Acts lost, acts counted twice, and each difference to the client's books in words."""

    lost: int
    twice: int
    words: list[str]


async def read_receipts(url: str, books: Books) -> tuple[int, list[str]]:
    """Reads every receipt the client holds, again while it is undecided; the number read and what is wrong.

    `url` is where the API is, its prefix included.
    """
    holders = Counter(act for _, _, act in books.accepted)
    wrong = [f"{act} was accepted {times} times" for act, times in holders.items() if times > 1]
    room = asyncio.Semaphore(AT_ONCE)
    deadline = time.monotonic() + SETTLE_SECONDS
    async with httpx.AsyncClient(base_url=url, timeout=30) as client:

        async def read(receipt: str) -> dict[str, Any]:
            while True:
                async with room:
                    answer = await client.get(f"/receipts/{receipt}")
                found: dict[str, Any] = answer.json()
                if found["status"] != "pending" or time.monotonic() > deadline:
                    return found
                await asyncio.sleep(_GLANCE)

        accepted = await asyncio.gather(*(read(receipt) for receipt, _, _ in books.accepted))
        for (receipt, decision, act), found in zip(books.accepted, accepted, strict=True):
            if found.get("decision") != decision:
                wrong.append(f"{receipt} of {act} was answered as {decision} and reads {found}")
        pending = await asyncio.gather(*map(read, books.pending))
        for (receipt, act), found in zip(books.pending.items(), pending, strict=True):
            if found["status"] == "pending":
                wrong.append(f"{receipt} of {act} was answered 202 and is still undecided")
    return len(accepted) + len(pending), wrong


async def compare_counts(drilled: Drilled, product: Product, books: Books) -> Compared:
    """Compares what is shown and stored, once all of it says the same as the books or has had the time to."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while True:
        with httpx.Client(base_url=product.url + drilled.prefix, timeout=30) as client:
            tellings = [*drilled.shown(client), *drilled.stored(await stored(drilled, product))]
        compared = differences(tellings, books)
        if not compared.words or time.monotonic() > deadline:
            return compared
        await asyncio.sleep(_GLANCE)


def differences(tellings: Iterable[Telling], books: Books) -> Compared:
    """What each telling has less than the books, and more."""
    lost = twice = 0
    words: list[str] = []
    for telling in tellings:
        expected = {key: number for key, number in books.counts.items() if key[1] in telling.kinds}
        for key in expected.keys() | telling.counts.keys():
            known, told = expected.get(key, 0), telling.counts[key]
            lost, twice = lost + max(0, known - told), twice + max(0, told - known)
            if told != known:
                words.append(f"{telling.by} of {key[0]}: {told} {key[1]}, the client knows of {known}")
    return Compared(lost, twice, words)


async def compare_rebuilt(drilled: Drilled, product: Product) -> tuple[int, list[str]]:
    """Rebuilds every projection; the number of documents, and how the new versions differ from the old ones."""
    before = await stored(drilled, product)
    names = [projection.name for projection in _projections(drilled, product)]
    done = await asyncio.gather(*(asyncio.to_thread(product.run, "rebuild", name) for name in names))
    if failed := [output[-2000:] for status, output in done if status]:
        return 0, failed
    after = await stored(drilled, product)
    words = [
        f"{name} {key!r}: differs once rebuilt"
        for name in before
        for key in before[name].keys() | after[name].keys()
        if before[name].get(key) != after[name].get(key)
    ]
    return sum(map(len, before.values())), words


async def stored(drilled: Drilled, product: Product) -> Stored:
    """Every document of the live version of every projection."""
    async with connected(product.mongo.uri, product.service, timeout=60) as database:
        return {
            name: {document["_id"]: document async for document in collection.find()}
            for projection in _projections(drilled, product)
            for name, collection in (await live_version(database, projection)).collections.items()
        }


def _projections(drilled: Drilled, product: Product) -> tuple[Projection, ...]:
    """The service's projections under the product's master key."""
    keyring = Keyring(base64.b64decode(product.environment("project")["KENES_MASTER_KEY"]))
    return drilled.projections(keyring.open_owner)
