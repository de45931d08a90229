"""The operators' console beside a busy broker: what it costs, and how soon its pages begin to come.

60 topics of 12 partitions, 1,000 events a second over all of them, and groups that read some; the console looks at
everything every five seconds, and one operator has the page of topics open.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import date
from typing import Any, Final

import psutil
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from kenes.identity.access import PERSON
from kenes.identity.person import Assurance, Person
from kenes.load.result import percentile
from kenes.mongo.client import connected
from kenes.mongo.sessions import MongoSessionStore
from kenes.web.context import added_headers
from kenes.web.sessions import Sessions
from kenes.web.settings import WebSettings
from services.console.settings import SESSION
from tests.load.measures import Goal
from tests.load.setting import Setting

TOPICS: Final = 60
PARTITIONS: Final = 12
RATE: Final = 1000
SECONDS: Final = 40.0
READS: Final = 40
PAGES: Final = {"overview": "/overview", "topics": "/topics", "topic": "/topics/bench.00", "groups": "/groups"}
_TURN: Final = 0.1
_FIRST_BYTE: Final = Goal("<", 100)
_CPU: Final = Goal("<", 3)
_MEMORY: Final = Goal("<", 150)


async def run(setting: Setting) -> None:
    """Its share of a processor and its memory under the load, then its pages under the same."""
    topics = [f"bench.{number:02}" for number in range(TOPICS)]
    await _create(setting.product.kafka.bootstrap, topics)
    cookie = await _session(setting)
    async with _busy(setting.product.kafka.bootstrap, topics), _watching(setting, cookie):
        await asyncio.sleep(15)  # the first looks make what later ones only renew
        console = psutil.Process(setting.product.pid("api"))
        began, spent = time.monotonic(), sum(console.cpu_times()[:2])
        await asyncio.sleep(SECONDS)
        share = (sum(console.cpu_times()[:2]) - spent) / (time.monotonic() - began)
        setting.measures.add("console.cpu", share * 100, "% of a core", goal=_CPU)
        setting.measures.add("console.memory", setting.memory("api") / 1e6, "MB", goal=_MEMORY)
        for name, path in PAGES.items():
            waits = sorted([await _first_byte(setting, path, cookie) for _ in range(READS)])
            setting.measures.add(f"console.{name}.first_byte_p50", percentile(waits, 0.5) * 1000, "ms")
            setting.measures.add(
                f"console.{name}.first_byte_p99", percentile(waits, 0.99) * 1000, "ms", goal=_FIRST_BYTE
            )


async def _create(bootstrap: str, topics: list[str]) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(topic, PARTITIONS, 1) for topic in topics])
    async with asyncio.timeout(60):
        while not set(topics) <= set(await admin.list_topics()):  # noqa: ASYNC110 - the broker tells nobody
            await asyncio.sleep(0.2)
    await admin.close()


async def _session(setting: Setting) -> str:
    """The cookie of an operator who has signed in."""
    operator = Person(
        issuer=setting.product.issuer.url,
        subject="operator",
        given_name="Bench",
        family_name="Operator",
        birth_date=date(1990, 1, 1),
        region=None,
        assurance=Assurance.HIGH,
        citizen=True,
        roles=frozenset({"operator"}),
    )
    web = WebSettings(public_url=setting.product.url, session_name=SESSION)
    async with connected(setting.product.mongo.uri, "console") as database:
        scope: dict[str, Any] = {"type": "http", "headers": []}
        await Sessions(MongoSessionStore(database), web).login(scope, {PERSON: operator.as_dict()})
    headers = dict(added_headers(scope) or [])
    return headers[b"set-cookie"].decode().partition(";")[0]


@asynccontextmanager
async def _busy(bootstrap: str, topics: list[str]) -> AsyncIterator[None]:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap)
    await producer.start()
    readers = [
        AIOKafkaConsumer(*topics[start : start + 5], bootstrap_servers=bootstrap, group_id=f"bench-{start}")
        for start in (0, 5, 10)
    ]
    for reader in readers:
        await reader.start()
    work = [asyncio.create_task(_write(producer, topics)), *(asyncio.create_task(_read(each)) for each in readers)]
    try:
        yield
    finally:
        for task in work:
            task.cancel()
        await asyncio.gather(*work, return_exceptions=True)
        for reader in readers:
            await reader.stop()
        await producer.stop()


async def _write(producer: AIOKafkaProducer, topics: list[str]) -> None:
    number, due = 0, time.monotonic()
    while True:
        for _ in range(int(RATE * _TURN)):
            number += 1
            partition = number // len(topics) % PARTITIONS
            await producer.send(topics[number % len(topics)], b"x" * 300, key=b"%d" % number, partition=partition)
        due += _TURN
        await asyncio.sleep(max(0.0, due - time.monotonic()))


async def _read(reader: AIOKafkaConsumer) -> None:
    while True:
        await reader.getmany(timeout_ms=500)


@asynccontextmanager
async def _watching(setting: Setting, cookie: str) -> AsyncIterator[None]:
    """An operator whose page of topics is open: it is asked for again after every look."""

    async def watch() -> None:
        while True:
            await _first_byte(setting, "/topics", cookie)
            await asyncio.sleep(5)

    task = asyncio.create_task(watch())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _first_byte(setting: Setting, path: str, cookie: str) -> float:
    """Seconds from the request to the first byte of its answer, which must be the page."""
    address = setting.address
    reader, writer = await asyncio.open_connection(address.host, address.port)
    try:
        began = time.perf_counter()
        writer.write(
            f"GET {path} HTTP/1.1\r\nHost: {address.host}:{address.port}\r\nAccept: text/html\r\n"
            f"Cookie: {cookie}\r\nConnection: close\r\n\r\n".encode()
        )
        head = await reader.read(512)
        waited = time.perf_counter() - began
        body = head + await reader.read()
        assert b" 200 OK" in head, body[:400]
        assert b'id="console"' in body, "not a page of the console"
        return waited
    finally:
        writer.close()
        await writer.wait_closed()
