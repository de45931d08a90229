"""Streams of an agency through the whole service: what is published reaches its receiver, signed and in order."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from functools import partial
from itertools import pairwise
from uuid import uuid4

import httpx
import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_structured_event
from standardwebhooks.webhooks import Webhook

from kenes.kafka.producer import Producer
from kenes.local.ports import free_port
from tests.integration.api import problem
from tests.integration.streaming import active, agency, attempts, done, made, notifications, shown, until
from tests.processes import Product
from tests.publicity import counted, publish, published
from tests.receiver import Got, Reply, receiving
from tests.waiting import eventually_read

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
def ports() -> tuple[int, int]:
    """Where the receivers of the tests listen."""
    return free_port(), free_port()


@pytest.fixture
def port(ports: tuple[int, int]) -> int:
    """Where the one receiver of a test listens."""
    return ports[0]


@pytest.fixture(scope="module")
def product(ports: tuple[int, int]) -> Iterator[Product]:
    with notifications(ports) as started:
        yield started


@pytest.fixture
async def client(product: Product) -> AsyncIterator[httpx.AsyncClient]:
    async with agency(product) as opened:
        yield opened


@pytest.fixture
async def producer(product: Product) -> AsyncIterator[Producer]:
    async with Producer(product.kafka.bootstrap, "test") as opened:
        yield opened


def names(count: int) -> list[str]:
    return [str(uuid4()) for _ in range(count)]


async def test_events_are_delivered_signed_and_in_order(
    client: httpx.AsyncClient, producer: Producer, port: int
) -> None:
    petitions = names(3)
    async with receiving(port) as receiver:
        stream = await active(client, receiver.url, filter={"petitions": petitions})
        await publish(producer, [published(each) for each in petitions])
        await publish(producer, [counted(each, number) for number in range(1, 21) for each in petitions])
        await receiver.until(lambda: len(receiver.taken) >= 63)
        for each in petitions:
            assert receiver.counts(each) == list(range(1, 21))
        for got in receiver.got:
            Webhook(stream["secret"]).verify(got.body, got.headers)
            event = from_structured_event(HTTPMessage({"content-type": got.headers["content-type"]}, got.body))
            assert event.get_id() == got.headers["webhook-id"]
        told = partial(shown, client, stream["stream"])
        await eventually_read(told, lambda found: found["delivered_at"] and found["live"]["parked"] == 0)


async def test_a_failure_holds_up_its_petition_alone_and_is_made_good(
    client: httpx.AsyncClient, producer: Producer, port: int
) -> None:
    bad, good = names(2)
    async with receiving(port) as receiver:
        stream = await active(client, receiver.url, filter={"petitions": [bad, good]})

        def answering(got: Got) -> Reply:
            """Refuses one petition until all of the other has come: if it held that up, nothing would ever come."""
            if got.event["subject"] == good or receiver.counts(good) == list(range(5)):
                return Reply()
            return Reply(503, headers={"retry-after": "2"})

        receiver.answering = answering
        await publish(producer, [counted(each, number) for number in range(5) for each in (bad, good)])
        await receiver.until(lambda: len(receiver.taken) >= 10)
        assert receiver.counts(bad) == receiver.counts(good) == list(range(5))
        tries = [got for got in receiver.got if got.event["subject"] == bad and got.event["data"]["count"] == 0]
        assert len(tries) > 1
        assert len({got.headers["webhook-id"] for got in tries}) == 1
        assert all(again.at - before.at >= 2 for before, again in pairwise(tries))
        failed = await attempts(client, stream["stream"], "failed", len(tries) - 1)
        assert [(each["status"], each["reason"], each["attempt"]) for each in reversed(failed)] == [
            (503, "refused", number) for number in range(1, len(tries))
        ]


async def test_410_disables_and_nothing_is_lost_meanwhile(
    client: httpx.AsyncClient, producer: Producer, port: int
) -> None:
    [petition] = names(1)
    async with receiving(port) as receiver:
        stream = (await active(client, receiver.url, filter={"petitions": [petition]}))["stream"]
        receiver.answering = lambda _: Reply(410)
        await publish(producer, [counted(petition, number) for number in range(3)])
        assert (await until(client, stream, status="disabled"))["reason"] == "gone"
        receiver.answering = lambda _: Reply()
        await done(client, "POST", f"/streams/{stream}/resumption")
        await receiver.until(lambda: len(receiver.taken) >= 3)
        assert receiver.counts(petition) == [0, 1, 2]


async def test_a_killed_process_goes_on_where_it_stood(
    product: Product, client: httpx.AsyncClient, producer: Producer, port: int
) -> None:
    petitions = names(4)
    async with receiving(port, lambda _: Reply(after=0.02)) as receiver:
        await active(client, receiver.url, filter={"petitions": petitions})
        await publish(producer, [counted(each, number) for number in range(100) for each in petitions])
        await receiver.until(lambda: len(receiver.taken) >= 150)
        product.kill("stream")
        await receiver.until(lambda: len(receiver.ids) == 400)
        for each in petitions:
            assert list(dict.fromkeys(receiver.counts(each))) == list(range(100))


async def test_a_rotated_secret_signs_beside_the_one_before(client: httpx.AsyncClient, port: int) -> None:
    async with receiving(port) as receiver:
        stream = await active(client, receiver.url, filter={"petitions": names(1)})
        fresh = await done(client, "POST", f"/streams/{stream['stream']}/rotation")
        await done(client, "POST", f"/streams/{stream['stream']}/test")
        await receiver.until(lambda: len(receiver.got) >= 2)
        for secret in (stream["secret"], fresh["secret"]):
            Webhook(secret).verify(receiver.got[-1].body, receiver.got[-1].headers)
        assert await until(client, stream["stream"], orders=[])


async def test_a_replay_sends_the_same_events_with_the_same_ids_and_ends(
    client: httpx.AsyncClient, producer: Producer, port: int
) -> None:
    [petition] = names(1)
    async with receiving(port) as receiver:
        stream = (await active(client, receiver.url, filter={"petitions": [petition]}))["stream"]
        await publish(producer, [counted(petition, number) for number in range(5)])
        await receiver.until(lambda: len(receiver.taken) >= 5)
        await done(client, "POST", f"/streams/{stream}/replay", json={"after": "0"})
        await receiver.until(lambda: len(receiver.taken) >= 10)
        ids = [got.headers["webhook-id"] for got in receiver.taken]
        assert ids[:5] == ids[5:]
        await until(client, stream, orders=[])


async def test_a_stream_is_paused_one_event_is_sent_again_and_the_stream_ended(
    client: httpx.AsyncClient, producer: Producer, port: int
) -> None:
    [petition] = names(1)
    async with receiving(port) as receiver:
        stream = (await active(client, receiver.url, filter={"petitions": [petition]}))["stream"]
        await publish(producer, [counted(petition, 0)])
        await receiver.until(lambda: len(receiver.taken) >= 1)
        await done(client, "POST", f"/streams/{stream}/pause")
        await until(client, stream, status="paused")
        await publish(producer, [counted(petition, 1)])
        await done(client, "POST", f"/streams/{stream}/resumption")
        await receiver.until(lambda: receiver.counts(petition) == [0, 1])
        cursor = receiver.taken[0].event["cursor"]
        await done(client, "POST", f"/streams/{stream}/retry", json={"cursor": cursor})
        await receiver.until(lambda: receiver.counts(petition) == [0, 1, 0])
        assert (await client.get(f"/streams/{stream}/dead-letters")).json() == {"dead": [], "after": None}
        problem(await client.post(f"/streams/{stream}/retry", json={"cursor": "999999"}), 400, "cursor-future")
        await done(client, "DELETE", f"/streams/{stream}")
        problem(await client.get(f"/streams/{stream}"), 404, "stream-unknown")


async def test_a_redirect_or_a_dead_address_is_a_failure_and_delays_nobody_else(
    client: httpx.AsyncClient, producer: Producer, ports: tuple[int, int]
) -> None:
    [petition] = names(1)
    moved = Reply(302, headers={"location": "http://169.254.169.254/"})
    async with receiving(ports[0]) as receiver, receiving(ports[1]) as lying:
        await active(client, receiver.url, filter={"petitions": [petition]})
        bad = (await active(client, lying.url, filter={"petitions": [petition]}))["stream"]
        lying.answering = lambda _: moved
        await publish(producer, [counted(petition, number) for number in range(20)])
        await receiver.until(lambda: len(receiver.taken) >= 20)
        assert (await until(client, bad, status="active"))["live"]["parked"] <= 20
        failed = await attempts(client, bad, "failed")
        assert {each["status"] for each in failed} == {302}


@pytest.mark.parametrize(
    ("endpoint", "code"),
    [
        ("http://example.org/", "endpoint-not-https"),
        ("https://127.0.0.1/", "endpoint-not-public"),
        ("https://10.1.2.3/", "endpoint-not-public"),
        ("https://metadata/", "endpoint-refused"),
        ("ftp://a.kz/", "endpoint-refused"),
    ],
)
async def test_an_address_that_may_not_be_asked_is_refused(client: httpx.AsyncClient, endpoint: str, code: str) -> None:
    answer = await client.post("/streams", json={"name": "Events", "endpoint": endpoint})
    found = problem(answer, 422, "input-invalid")
    assert [(each["pointer"], each["code"]) for each in found["errors"]] == [("/endpoint", code)]


async def test_wrong_bodies_are_named_and_strangers_see_nothing(
    product: Product, client: httpx.AsyncClient, port: int
) -> None:
    async with receiving(port) as receiver:
        wrong = {"name": "Events", "endpoint": receiver.url, "filter": {"colour": "red"}}
        found = problem(await client.post("/streams", json=wrong), 422, "input-invalid")
        assert [each["pointer"] for each in found["errors"]] == ["/filter/colour"]
        stream = (await made(client, receiver.url))["stream"]
        async with agency(product) as stranger:
            problem(await stranger.get(f"/streams/{stream}"), 404, "stream-unknown")
            problem(await stranger.post(f"/streams/{stream}/pause"), 404, "stream-unknown")
            assert (await stranger.get("/streams")).json() == {"streams": []}


async def test_a_key_lets_do_what_its_scopes_say_until_it_is_ended(product: Product, client: httpx.AsyncClient) -> None:
    issued = await done(client, "POST", "/keys", json={"name": "Nightly", "scopes": ["streams:read"]})
    async with httpx.AsyncClient(base_url=client.base_url) as machine:
        machine.headers["authorization"] = f"Bearer {issued['key']}"
        answer = await machine.get("/streams")
        assert answer.json() == {"streams": []}
        assert "ratelimit" in answer.headers
        problem(await machine.post("/streams", json={}), 403, "scope-missing")
        problem(await machine.get("/keys"), 403, "key-not-enough")
        [key] = (await client.get("/keys")).json()["keys"]
        assert key["used_at"] is not None
        assert issued["key"] not in str(key)
        assert (await client.delete(f"/keys/{issued['prefix']}")).status_code == 204
        problem(await machine.get("/streams"), 401, "key-refused")
