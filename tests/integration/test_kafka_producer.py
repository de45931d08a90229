"""The producer on a broker of its own that is killed in the middle of sending."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from kenes.kafka.admin import ensure_topics
from kenes.kafka.producer import BrokerUnavailableError, Producer
from kenes.kafka.reader import read_to_end
from kenes.kafka.records import Receipt, read
from kenes.local.kafka import EmbeddedKafka
from tests.example.v1 import BorrowRequested, topics
from tests.integration.library import event_of
from tests.stack import running
from tests.waiting import eventually_read, until

pytestmark = pytest.mark.stack

REQUESTS, _ = topics("killed", partitions=4)
TIMEOUT = 1.5


@pytest.fixture(scope="module")
def own_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedKafka]:
    with running(EmbeddedKafka(tmp_path_factory.mktemp("own-kafka"))) as server:
        yield server


async def test_what_was_acknowledged_is_there_after_a_kill(own_kafka: EmbeddedKafka) -> None:
    await ensure_topics(own_kafka.bootstrap, [REQUESTS], 1)
    acknowledged: dict[str, Receipt] = {}
    refused: set[str] = set()
    stop = asyncio.Event()

    async with Producer(own_kafka.bootstrap, "writer", timeout=TIMEOUT) as producer:

        async def write(number: int) -> None:
            count = 0
            while not stop.is_set():
                count += 1
                book = f"{number}-{count}"
                try:
                    acknowledged[book] = await producer.send(
                        REQUESTS, book.encode(), event_of(BorrowRequested(book=book, reader="r"))
                    )
                except BrokerUnavailableError:
                    refused.add(book)
                    await asyncio.sleep(0.1)

        writers = [asyncio.create_task(write(number)) for number in range(16)]
        await until(lambda: len(acknowledged) > 100)
        await asyncio.to_thread(own_kafka.kill)
        before = len(acknowledged)
        await until(lambda: len(refused) > len(writers))  # nobody is left waiting while the broker is away
        await asyncio.to_thread(own_kafka.start)
        await until(lambda: len(acknowledged) > before + 200)
        stop.set()
        await asyncio.gather(*writers)

    found: Counter[str] = Counter()
    places: dict[str, Receipt] = {}
    starts = dict.fromkeys(range(REQUESTS.partitions), 0)
    async for records in read_to_end(own_kafka.bootstrap, REQUESTS, starts):
        for record in records:
            book = read(REQUESTS, record).event.subject
            found[book] += 1
            places[book] = Receipt(record.partition, record.offset)
    lost = acknowledged.keys() - found.keys()
    assert not lost
    assert [book for book in acknowledged if found[book] != 1] == []
    assert {book: places[book] for book in acknowledged} == acknowledged
    # What was refused may be there (its fate was unknown), but never more than once.
    assert [book for book in refused if found[book] > 1] == []


async def test_a_broker_that_is_away_is_told_at_once_to_those_behind_the_first(own_kafka: EmbeddedKafka) -> None:
    await ensure_topics(own_kafka.bootstrap, [REQUESTS], 1)
    async with Producer(own_kafka.bootstrap, "writer", timeout=TIMEOUT) as producer:
        await asyncio.to_thread(own_kafka.kill)
        try:
            for _ in range(2):
                began = time.monotonic()
                outcomes = await asyncio.gather(
                    *(
                        producer.send(REQUESTS, b"k", event_of(BorrowRequested(book=f"b{n}", reader="r")))
                        for n in range(50)
                    ),
                    return_exceptions=True,
                )
                assert all(isinstance(outcome, BrokerUnavailableError) for outcome in outcomes)
                assert time.monotonic() - began < 50 * TIMEOUT / 2, "they wait together, not one after another"
            with pytest.raises(BrokerUnavailableError):
                await producer.ping()
        finally:
            await asyncio.to_thread(own_kafka.start)

        async def send() -> bool:
            with contextlib.suppress(BrokerUnavailableError):
                await producer.send(REQUESTS, b"k", event_of(BorrowRequested(book="after", reader="r")))
                return True
            return False

        await eventually_read(send)


async def test_a_producer_does_not_start_without_a_broker(tmp_path: object) -> None:
    with pytest.raises(BrokerUnavailableError):
        async with Producer("127.0.0.1:1", "writer", timeout=TIMEOUT):
            raise AssertionError("it started")
