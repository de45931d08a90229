"""A replay is cancelled while it runs: by its owner alone, and with the live flow undisturbed."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any
from uuid import uuid4

import httpx
import pytest

from kenes.kafka.producer import Producer
from kenes.local.ports import free_port
from tests.integration.api import problem
from tests.integration.streaming import active, agency, done, notifications, shown, until
from tests.processes import Product
from tests.publicity import counted, publish
from tests.receiver import Reply, receiving
from tests.waiting import eventually_read

pytestmark = pytest.mark.stack

EVENTS = 120


@pytest.fixture(scope="module")
def port() -> int:
    """Where the receiver listens."""
    return free_port()


@pytest.fixture(scope="module")
def product(port: int) -> Iterator[Product]:
    with notifications((port,)) as started:
        yield started


async def test_it_ends_at_once_and_what_it_has_sent_stays_in_the_log(product: Product, port: int) -> None:
    repeated, fresh = str(uuid4()), str(uuid4())
    async with (
        receiving(port) as receiver,
        Producer(product.kafka.bootstrap, "test") as producer,
        agency(product) as me,
    ):
        stream = (await active(me, receiver.url, filter={"petitions": [repeated, fresh]}))["stream"]
        await publish(producer, [counted(repeated, number) for number in range(EVENTS)])
        await receiver.until(lambda: len(receiver.taken) >= EVENTS, 120)
        receiver.answering = lambda got: Reply(after=1.0 if got.event["subject"] == repeated else 0.0)
        await done(me, "POST", f"/streams/{stream}/replay", json={"after": "0"})
        await receiver.until(lambda: len(receiver.taken) >= EVENTS + 2)
        [number] = (await shown(me, stream))["replays"]
        cancellation = f"/streams/{stream}/replays/{number}"

        assert (await done(me, "DELETE", cancellation))["decision"] == "notifications.stream.order-cancelled.v1"
        assert (await until(me, stream, orders=[]))["replays"] == {}
        await publish(producer, [counted(fresh, number) for number in range(5)])
        await receiver.until(lambda: receiver.counts(fresh) == list(range(5)))
        tried = await eventually_read(partial(_tried, me, stream), lambda found: len(found) >= EVENTS + 7)
        assert 2 <= len([each for each in tried if each["order"] == int(number)]) < EVENTS / 2
        assert (await shown(me, stream))["status"] == "active"

        await done(me, "DELETE", cancellation)  # asked again, since an answer may be lost
        await _refusals(product, me, stream, cancellation)
        receiver.answering = lambda _: Reply()
        await done(me, "POST", f"/streams/{stream}/replay", json={"after": "0"})
        await until(me, stream, orders=[])
        problem(await me.delete(f"/streams/{stream}/replays/{int(number) + 1}"), 409, "replay-ended")


async def _refusals(product: Product, owner: httpx.AsyncClient, stream: str, cancellation: str) -> None:
    for unknown in ("77", "0", "x", "9" * 30):
        problem(await owner.delete(f"/streams/{stream}/replays/{unknown}"), 404, "replay-unknown")
    async with agency(product) as stranger:
        problem(await stranger.delete(cancellation), 404, "stream-unknown")
    key = await done(owner, "POST", "/keys", json={"name": "Reads", "scopes": ["streams:read"]})
    reads = {"authorization": f"Bearer {key['key']}"}
    problem(await owner.delete(cancellation, headers=reads), 403, "scope-missing")


async def test_tries_are_read_in_pages(product: Product, port: int) -> None:
    petition = str(uuid4())
    async with (
        receiving(port) as receiver,
        Producer(product.kafka.bootstrap, "test") as producer,
        agency(product) as me,
    ):
        stream = (await active(me, receiver.url, filter={"petitions": [petition]}))["stream"]
        await publish(producer, [counted(petition, number) for number in range(450)])
        await receiver.until(lambda: len(receiver.taken) >= 450, 120)
        await eventually_read(partial(_tried, me, stream), lambda found: len(found) >= 451)
        found = await _tried(me, stream)
        assert len({each["id"] for each in found}) == len(found)
        assert [each["cursor"] for each in found] == sorted((each["cursor"] for each in found), reverse=True)
        problem(await me.get(f"/streams/{stream}/attempts?before=x"), 400, "cursor-malformed")
        problem(await me.get(f"/streams/{stream}/attempts?result=good"), 422, "input-invalid")


async def _tried(client: httpx.AsyncClient, stream: str) -> list[dict[str, Any]]:
    """Every try of a stream, page by page; a page has less than two hundred."""
    found: list[dict[str, Any]] = []
    query = ""
    while True:
        page = (await client.get(f"/streams/{stream}/attempts{query}")).json()
        assert len(page["attempts"]) < 200
        found += page["attempts"]
        if page["before"] is None:
            return found
        query = f"?before={page['before']}"
