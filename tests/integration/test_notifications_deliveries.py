"""One event to many followers while processes are killed: nobody is forgotten, and nobody's inbox has it twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import pytest

from kenes.identity.sealing import PersonKey
from kenes.kafka.producer import Producer
from kenes.kafka.reader import read_to_end
from kenes.kafka.records import Recorded, counts, read
from schemas.envelope import Event, sequence_of
from schemas.notifications.deliveries import DeliveryDispatched, DeliveryQueued, DeliveryShown
from schemas.notifications.subscriptions import ChannelRequested, FollowRequested
from schemas.payload import Payload
from schemas.topics import DELIVERIES, SUBSCRIPTION_REQUESTS
from services.notifications.people import subscriber_of
from tests.by_mail import Sink
from tests.integration.notifying import KEYRING, Deciding, keys_of
from tests.processes import RULE_PACKS, Product, running_product

pytestmark = pytest.mark.stack

FOLLOWERS: Final = 400
WITHIN: Final = 300.0


@pytest.fixture
def sink(tmp_path: Path) -> Iterator[Sink]:
    """The local relay."""
    started = Sink(tmp_path)
    started.start()
    yield started
    started.child.stop()


@pytest.fixture
def product(sink: Sink) -> Iterator[Product]:
    """Notifications without its api; processes are started again when they end."""
    with running_product(
        service="notifications", roles=["stream", "project"], environment=sink.environment(RULE_PACKS), killed=True
    ) as started:
        yield started


async def follow(product: Product, producer: Producer, petition: str) -> list[str]:
    """Many people follow a petition, by an address each; who they are."""
    keys = await keys_of(product, *(f"test|{number}" for number in range(FOLLOWERS)))
    asked = [event for number, key in enumerate(keys) for event in _requests(number, key, petition)]
    for start in range(0, len(asked), 500):
        await producer.send_each(SUBSCRIPTION_REQUESTS, asked[start : start + 500])
    return [subscriber_of(KEYRING, f"test|{number}") for number in range(FOLLOWERS)]


def _requests(number: int, key: PersonKey, petition: str) -> list[tuple[bytes, Event[Payload]]]:
    person = f"test|{number}"
    who = subscriber_of(KEYRING, person)
    given: dict[str, Any] = {
        "subscriber": who,
        "owner": KEYRING.seal_owner(KEYRING.index(person)),
        "account": True,
    }
    sealed = key.seal(f"follower-{number}@mail.kz", "mail")
    requests: list[Payload] = [
        ChannelRequested(**given, channel="mail", kind="email", sealed=sealed, confirmed=True),
        FollowRequested(**given, interest=f"petition:{petition}"),
    ]
    now = datetime.now(UTC)
    return [
        (who.encode(), Event(id=str(uuid4()), source="/test", subject=who, time=now, data=each)) for each in requests
    ]


async def decided(product: Product) -> list[Recorded]:
    """What was decided on deliveries: the first decision on each request."""
    found: list[Recorded] = []
    last: dict[int, int] = {}
    async for records in read_to_end(
        product.kafka.bootstrap, DELIVERIES, dict.fromkeys(range(DELIVERIES.partitions), 0)
    ):
        for record in records:
            each = read(DELIVERIES, record)
            if counts(each, last.get(each.partition, -1)):
                last[each.partition] = sequence_of(each.event)
                found.append(each)
    return found


async def all_sent(product: Product, followers: list[str]) -> list[Recorded]:
    """What was decided, once everybody's letter is sent."""
    while True:
        decisions = await decided(product)
        if told(decisions, DeliveryDispatched).keys() >= set(followers):
            return decisions
        await asyncio.sleep(0.5)


def told(decisions: list[Recorded], kind: type[Any]) -> Counter[str]:
    """How often each subscriber has a decision of this kind."""
    return Counter(each.event.subject for each in decisions if isinstance(each.data, kind))


@pytest.mark.timeout(600)
async def test_everybody_is_told_once_whatever_is_killed(product: Product, sink: Sink) -> None:
    petition = str(uuid4())
    async with Producer(product.kafka.bootstrap, "test") as producer:
        followers = await follow(product, producer, petition)
        await keys_of(product, "test|author")
        await Deciding(producer).publish(petition, author="test|author")
        async with asyncio.timeout(WITHIN):
            for role in ("stream", "project", "stream"):
                await asyncio.sleep(2.5)
                product.kill(role)
            decisions = await all_sent(product, followers)
    once = Counter(dict.fromkeys(followers, 1))
    # Whoever started the petition follows it, too, and has no address.
    assert told(decisions, DeliveryShown) == once + Counter([subscriber_of(KEYRING, "test|author")])
    assert told(decisions, DeliveryQueued) == once
    assert told(decisions, DeliveryDispatched) == once
    addresses = Counter(each["to"][0] for each in sink.all())
    assert addresses.keys() == {f"follower-{number}@mail.kz" for number in range(FOLLOWERS)}
    # At least once: a letter may have gone out just before its sender was killed.
    assert addresses.total() <= FOLLOWERS * 1.1
    status, output = product.run("audit")
    assert status == 0, output
