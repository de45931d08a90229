"""Old and new event versions side by side: processes are replaced one at a time under signing, and replaced back."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable
from typing import Final

import pytest

from kenes.kafka.reader import read_to_end
from kenes.kafka.records import Record
from schemas.topics import SIGNATURE_REQUESTS, SIGNATURES, Topic
from tests.faults import verify
from tests.faults.asking import Client
from tests.faults.crowd import Crowd
from tests.faults.newer import GROWN, READS, WRITES, SignRequestedV1, SignRequestedV2
from tests.faults.rolling import Rolling, rolling
from tests.faults.signing import Signing
from tests.processes import Product, running_product
from tests.waiting import PATIENCE

pytestmark = [pytest.mark.stack, pytest.mark.timeout(900)]

BACK: Final = ("api", "stream", "project")
RATE: Final = 8.0


async def records(product: Product, topic: Topic) -> list[Record]:
    starts = dict.fromkeys(range(topic.partitions), 0)
    return [record async for found in read_to_end(product.kafka.bootstrap, topic, starts) for record in found]


async def seen(product: Product, topic: Topic, wanted: Callable[[Record], bool]) -> int:
    """How many records there are of some sort, once there is one or has had the time to be."""
    deadline = time.monotonic() + PATIENCE
    while True:
        found = sum(map(wanted, await records(product, topic)))
        if found or time.monotonic() > deadline:
            return found
        await asyncio.sleep(1.0)


def kind(record: Record) -> str:
    return (dict(record.headers)["ce_type"] or b"").decode()


def is_grown(record: Record) -> bool:
    return GROWN in json.loads(record.value or b"{}")


def is_second(record: Record) -> bool:
    return kind(record) == SignRequestedV2.TYPE


async def roll_forth_and_back(stage: Rolling) -> None:
    """Two releases on, each read before it is written, and one back."""
    product = stage.product
    await stage.replace("project", READS)
    await stage.replace("stream", READS)
    # The api is still the old one: it answers by decisions that have a member it does not know.
    assert await seen(product, SIGNATURES, is_grown)
    await stage.replace("api", READS)
    assert not sum(map(is_second, await records(product, SIGNATURE_REQUESTS)))
    # Of the next release only the api is another one: it writes requests.
    await stage.replace("api", WRITES)
    assert await seen(product, SIGNATURE_REQUESTS, is_second)
    await stage.replace("api", READS)


async def test_nothing_is_lost_while_releases_are_rolled_out_and_back() -> None:
    drilled = Signing()
    with running_product(killed=True) as product, rolling(product) as stage:
        clients = [Client(url, drilled.prefix) for url in stage.gateway.urls]
        books = clients[1].books = clients[0].books
        async with drilled.opened(product, clients[0]):
            crowd = Crowd(product.issuer, lambda person, token: drilled.take_part(clients[person % 2], person, token))
            coming = asyncio.create_task(crowd.come(RATE))
            try:
                await roll_forth_and_back(stage)
            finally:
                crowd.stop()
                await coming
            # What was asked in the second version is decided: the release that does not know it may serve again.
            for role in BACK:
                await stage.replace(role, None)
        for client in clients:
            client.close()
        product.wait_ready()

        read, unread = await verify.read_receipts(product.url + drilled.prefix, books)
        compared = await verify.compare_counts(drilled, product, books)
        assert (books.wrong, unread, compared.words) == ([], [], []), product.last_lines()
        assert (compared.lost, compared.twice) == (0, 0)
        assert read > 0
        assert not drilled.repeated(await verify.stored(drilled, product))

        asked = Counter(map(kind, await records(product, SIGNATURE_REQUESTS)))
        assert asked[SignRequestedV1.TYPE] > 0
        assert asked[SignRequestedV2.TYPE] > 0
        for topic in (SIGNATURE_REQUESTS, SIGNATURES):
            assert await records(product, topic.dead_letters) == []

        status, told = await asyncio.to_thread(product.run, "audit")
        assert status == 0, told
        compared_documents, differences = await verify.compare_rebuilt(drilled, product)
        assert differences == []
        assert compared_documents > 0
