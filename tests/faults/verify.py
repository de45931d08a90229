"""What must hold after a drill: nothing lost, nothing counted twice, everything stored says the same."""

from __future__ import annotations

import asyncio
import base64
import itertools
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from kenes.identity.sealing import Keyring
from kenes.mongo.client import Database, Document, connected
from kenes.mongo.projection import Projection, live_version
from services.petitions.projection import projections
from tests.faults.signing import PREFIX, Books
from tests.processes import Product

SETTLE_SECONDS = 60.0
AT_ONCE = 32
ACCEPTED = "petitions.signature.accepted.v1"

Stored = dict[str, dict[Any, Document]]
"""Documents by collection and id."""


async def read_receipts(url: str, books: Books) -> tuple[int, list[str]]:
    """Reads every receipt the client holds, again while it is undecided; the number read and what is wrong."""
    wrong: list[str] = []
    room = asyncio.Semaphore(AT_ONCE)
    deadline = time.monotonic() + SETTLE_SECONDS
    async with httpx.AsyncClient(base_url=f"{url}{PREFIX}", timeout=30) as client:

        async def read(receipt: str) -> dict[str, Any]:
            while True:
                async with room:
                    answer = await client.get(f"/receipts/{receipt}")
                found: dict[str, Any] = answer.json()
                if found["status"] != "pending" or time.monotonic() > deadline:
                    return found
                await asyncio.sleep(0.5)

        holders = Counter(who for _, who in books.accepted)
        wrong += [f"{who} was accepted {times} times" for who, times in holders.items() if times > 1]
        accepted = await asyncio.gather(*(read(receipt) for receipt, _ in books.accepted))
        for (receipt, _), found in zip(books.accepted, accepted, strict=True):
            if found.get("decision") != ACCEPTED:
                wrong.append(f"{receipt} was answered 201 and reads {found}")
        pending = await asyncio.gather(*map(read, books.pending))
        for receipt, found in zip(books.pending, pending, strict=True):
            if found["status"] == "pending":
                wrong.append(f"{receipt} was answered 202 and is still undecided")
    return len(accepted) + len(pending), wrong


def shown_counts(url: str, petitions: list[str]) -> dict[str, tuple[int, int]]:
    """Accepted and withdrawn signatures of each petition, as the api tells anybody."""
    shown = {}
    for petition in petitions:
        found = httpx.get(f"{url}{PREFIX}/petitions/{petition}/count").json()
        shown[petition] = (found["accepted"], found["withdrawn"])
    return shown


def differences(counts: dict[str, tuple[int, int]], books: Books) -> tuple[int, int, list[str]]:
    """Acts lost, acts counted twice, and each difference to the client's books in words."""
    lost = twice = 0
    words: list[str] = []
    for petition, found in counts.items():
        for number, expected, what in zip(found, books.expected(petition), ("accepted", "withdrawn"), strict=True):
            lost, twice = lost + max(0, expected - number), twice + max(0, number - expected)
            if number != expected:
                words.append(f"{petition}: {number} {what}, the client knows of {expected}")
    return lost, twice, words


async def stored_counts(product: Product, petitions: list[str], books: Books) -> dict[str, tuple[int, int]]:
    """The counts in the tallies, once every projection holds every act or has had the time to."""
    acts = len(books.signed) + len(books.withdrawn)
    deadline = time.monotonic() + SETTLE_SECONDS
    while True:
        async with stored(product) as documents:
            tallies = list(documents["tallies"].values())
            complete = (
                sum(found.get("accepted", 0) + found.get("withdrawn", 0) for found in tallies) == acts
                and sum(map(_acts_in_history, documents["history"].values())) == acts
                and sum("code" in each and each["code"] is None for each in documents["signatures"].values()) == acts
            )
        if complete or time.monotonic() > deadline:
            break
        await asyncio.sleep(0.5)
    return {
        petition: (
            sum(found.get("accepted", 0) for found in tallies if found["petition"] == petition),
            sum(found.get("withdrawn", 0) for found in tallies if found["petition"] == petition),
        )
        for petition in petitions
    }


async def repeated_acts(product: Product) -> list[str]:
    """Signers with two signatures, or two withdrawals, in a row: the same act counted twice."""
    acts: dict[str, list[tuple[int, str]]] = {}
    async with stored(product) as documents:
        for receipt, document in documents["signatures"].items():
            if document["code"] is None:
                acts.setdefault(document["signer"], []).append((int(receipt.partition("-")[2]), document["decision"]))
    return [
        f"{signer}: {kinds}"
        for signer, kinds in ((signer, [kind for _, kind in sorted(each)]) for signer, each in acts.items())
        if any(one == other for one, other in itertools.pairwise(kinds)) or kinds[0] != ACCEPTED
    ]


async def compare_rebuilt(product: Product) -> tuple[int, list[str]]:
    """Rebuilds every projection; the number of documents, and how the new versions differ from the old ones."""
    async with stored(product) as before:
        pass
    names = [projection.name for projection in petition_projections(product)]
    done = await asyncio.gather(*(asyncio.to_thread(product.run, "rebuild", name) for name in names))
    if failed := [output[-2000:] for status, output in done if status]:
        return 0, failed
    async with stored(product) as after:
        pass
    words = [
        f"{name} {key!r}: differs once rebuilt"
        for name in before
        for key in before[name].keys() | after[name].keys()
        if before[name].get(key) != after[name].get(key)
    ]
    return sum(map(len, before.values())), words


@asynccontextmanager
async def stored(product: Product) -> AsyncIterator[Stored]:
    """Every document of the live version of every projection."""
    async with opened(product) as database:
        yield {
            name: {document["_id"]: document async for document in collection.find()}
            for projection in petition_projections(product)
            for name, collection in (await live_version(database, projection)).collections.items()
        }


@asynccontextmanager
async def opened(product: Product) -> AsyncIterator[Database]:
    """The database of the product's service."""
    async with connected(product.mongo.uri, product.service, timeout=60) as database:
        yield database


def petition_projections(product: Product) -> tuple[Projection, ...]:
    """The projections of the petitions service under the product's master key."""
    keyring = Keyring(base64.b64decode(product.environment("project")["KENES_MASTER_KEY"]))
    return projections(keyring.open_owner)


def _acts_in_history(document: Document) -> int:
    return sum(
        number for acts in document["minutes"].values() for regions in acts.values() for number in regions.values()
    )
