"""Reading the public log without a key: in pages, live over a bad network, as files, and from Kafka itself."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import json
import random
from collections.abc import AsyncIterator, Iterator, Sequence
from functools import partial
from typing import Any
from uuid import uuid4

import httpx
import pytest
from cloudevents.core.bindings.kafka import KafkaMessage, from_binary
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from kenes.kafka.producer import Producer
from kenes.kafka.reader import read_to_end
from schemas.topics import PUBLIC_EVENTS
from services.notifications.domain.streams_folding import folded
from tests import kafka_tools
from tests.cutting import cutting
from tests.integration.api import problem
from tests.integration.streaming import API, notifications
from tests.processes import Product
from tests.publicity import counted, publish, published, reached
from tests.waiting import eventually_read

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
def product() -> Iterator[Product]:
    with notifications() as started:
        yield started


@pytest.fixture
async def client(product: Product) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=product.url + API, timeout=120) as opened:
        yield opened


async def told(product: Product, client: httpx.AsyncClient, petitions: int = 3, counts: int = 10) -> list[str]:
    """Publishes the lives of some petitions; returns their ids once the api has read all of it."""
    names = [str(uuid4()) for _ in range(petitions)]
    async with Producer(product.kafka.bootstrap, "test") as producer:
        await publish(producer, [published(each) for each in names])
        await publish(producer, [counted(each, 1 + n, 10 * n) for n in range(counts) for each in names])
        await publish(producer, [reached(each, counts + 1) for each in names])
    await eventually_read(partial(pages, client, petitions=names[-1]), lambda found: len(found) == counts + 2)
    return names


async def pages(client: httpx.AsyncClient, limit: int = 7, **filter_: Any) -> list[dict[str, Any]]:
    """Every event that passes a filter, read a page at a time."""
    found: list[dict[str, Any]] = []
    cursor = "0"
    while True:
        answer = await client.get("/events", params={"after": cursor, "limit": limit, **filter_})
        assert answer.status_code == 200, answer.text
        assert answer.headers["content-type"] == "application/cloudevents-batch+json"
        found += answer.json()
        if answer.headers["kenes-cursor"] == cursor:
            return found
        cursor = answer.headers["kenes-cursor"]


async def test_pages_hold_every_event_once_and_in_order(product: Product, client: httpx.AsyncClient) -> None:
    names = await told(product, client)
    everything = await pages(client)
    cursors = [int(each["cursor"]) for each in everything]
    assert cursors == sorted(set(cursors))
    assert len({each["id"] for each in everything}) == len(everything)
    mine = await pages(client, petitions=names)
    assert mine == [each for each in everything if each["subject"] in names]
    few = await pages(client, petitions=names, types="notifications.petition.goal-reached.v1")
    assert [each["type"] for each in few] == ["notifications.petition.goal-reached.v1"] * 3
    for each in mine:
        event = JSONFormat().read(CloudEvent, json.dumps(each))
        assert event.get_subject() in names
    one = await client.get(f"/events/{mine[0]['cursor']}")
    assert one.json() == mine[0]


async def test_cursors_and_filters_that_are_wrong_are_refused_clearly(client: httpx.AsyncClient) -> None:
    problem(await client.get("/events", params={"after": 10**9}), 400, "cursor-future")
    problem(await client.get("/events/stream", headers={"last-event-id": str(10**9)}), 400, "cursor-future")
    problem(await client.get("/events", params={"after": "x"}), 400, "cursor-malformed")
    found = problem(await client.get("/events", params={"colour": "red"}), 422, "input-invalid")
    assert found["errors"][0]["pointer"] == "/colour"
    problem(await client.get("/events/1000000"), 400, "cursor-future")
    problem(await client.get("/files/2026-11-22.ndjson"), 404, "file-unknown")
    problem(await client.get("/streams"), 401, "login-required")


async def test_who_waits_for_the_next_page_is_answered_when_it_comes(
    product: Product, client: httpx.AsyncClient
) -> None:
    [name] = await told(product, client, petitions=1, counts=1)
    cursor = (await pages(client))[-1]["cursor"]
    async with Producer(product.kafka.bootstrap, "test") as producer:
        waiting = asyncio.create_task(client.get("/events", params={"after": cursor}, headers={"prefer": "wait=30"}))
        await publish(producer, [counted(name, 100, 7)])
    assert [each["data"]["count"] for each in (await waiting).json()] == [7]


async def followed(url: str, cursor: str, end: str) -> tuple[list[dict[str, Any]], int]:
    """Events a live client gets from a cursor to another, connecting again by the last id; and how often it did."""
    found: list[dict[str, Any]] = []
    connections = 0
    async with httpx.AsyncClient(timeout=60) as client:
        while int(cursor) < int(end):
            connections += 1
            try:
                async with client.stream("GET", f"{url}{API}/events/stream", headers={"last-event-id": cursor}) as live:
                    async for event, data in _frames(live):
                        cursor = event
                        found += [json.loads(data)] if data else []
                        if int(cursor) >= int(end):
                            break
            except httpx.TransportError:
                continue
    return found, connections


async def _frames(live: httpx.Response) -> AsyncIterator[tuple[str, str]]:
    """Id and data of each whole frame; one that was cut is none."""
    assert live.status_code == 200
    event = data = ""
    async for line in live.aiter_lines():
        name, _, value = line.partition(": ")
        event = value if name == "id" else event
        data = value if name == "data" else data
        if not line and event:
            yield event, data
            event = data = ""


async def test_a_client_cut_every_few_events_arrives_at_the_snapshot(
    product: Product, client: httpx.AsyncClient
) -> None:
    names = await told(product, client, petitions=5, counts=20)
    chance = random.Random(7)
    end = (await client.get("/snapshot")).json()["cursor"]
    async with cutting(product.url, lambda: chance.randint(1_500, 6_000)) as proxy:
        found, connections = await followed(proxy.url, "0", end)
        assert proxy.cuts > 10
    assert connections > 10
    state: dict[str, dict[str, Any]] = {}
    for event in found:
        state[event["subject"]] = folded(state.get(event["subject"]), event)
    snapshot = (await client.get("/snapshot")).json()
    assert set(names) <= snapshot["subjects"].keys()
    assert state == snapshot["subjects"]
    assert len({each["id"] for each in found}) == len(found)


async def test_files_of_the_day_hold_what_pages_hold(product: Product, client: httpx.AsyncClient) -> None:
    await told(product, client, petitions=1)
    everything = await pages(client)
    lines: list[dict[str, Any]] = []
    for file in await files(client, sorted({each["time"][:10] for each in everything})):
        plain = (await client.get(file["href"].removeprefix(API))).content
        packed = (await client.get(file["gzip"].removeprefix(API))).content
        told_sum = (await client.get(file["sha256"].removeprefix(API))).text.split()[0]
        assert gzip.decompress(packed) == plain
        assert hashlib.sha256(plain).hexdigest() == told_sum
        lines += [json.loads(line) for line in plain.splitlines()]
    assert lines == everything


async def files(client: httpx.AsyncClient, days: Sequence[str]) -> list[dict[str, Any]]:
    """The files of some days."""
    listed = [(await client.get("/files", params={"day": day})).json() for day in days]
    return [file for day in listed for file in day["files"]]


async def test_kafka_itself_is_read_by_the_sdk_and_by_the_plain_console_client(
    product: Product, client: httpx.AsyncClient
) -> None:
    await told(product, client, petitions=1)
    wanted = {each["id"] for each in await pages(client)}
    read = set()
    async for records in read_to_end(product.kafka.bootstrap, PUBLIC_EVENTS, {0: 0}):
        for record in records:
            message = KafkaMessage(dict(record.headers), record.key, record.value or b"")
            read.add(from_binary(message, JSONFormat(), CloudEvent).get_id())
    assert read == wanted
    asked = ("--topic", PUBLIC_EVENTS.name, "--from-beginning", "--property", "print.headers=true")
    ending = ("--max-messages", str(len(wanted)), "--timeout-ms", "90000")
    printed = await asyncio.to_thread(kafka_tools.told, kafka_tools.CONSUMER, product.kafka.bootstrap, *asked, *ending)
    assert {_header(line, "ce_id") for line in printed.splitlines() if line.startswith("ce_")} == wanted


def _header(line: str, name: str) -> str:
    headers, _, value = line.partition("\t")
    json.loads(value)
    return dict(each.partition(":")[::2] for each in headers.split(","))[name]
