"""The producer: waits for the broker's word, never reuses what may hold records of unknown fate, never piles up."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError, KafkaTimeoutError, RequestTimedOutError

from kenes.kafka import producer as module
from kenes.kafka.producer import BrokerUnavailableError, Producer
from kenes.kafka.records import Receipt
from tests.unit.kafka.samples import TOPIC, event_of


@dataclass
class Broker:
    """How the next clients find the broker."""

    clients: list[Client] = field(default_factory=list)
    start_error: Exception | None = None
    send_error: Exception | None = None
    silent: bool = False
    start_hangs: bool = False
    stop_hangs: bool = False
    log: list[tuple[int | None, bytes]] = field(default_factory=list)


class Client:
    """As aiokafka's producer, as far as ours uses it."""

    def __init__(self, broker: Broker, options: dict[str, Any]) -> None:
        self.broker = broker
        self.options = options
        self.started = self.stopped = self.closed = False
        self.client = SimpleNamespace(fetch_all_metadata=self._metadata, close=self._close)
        broker.clients.append(self)

    async def start(self) -> None:
        await (asyncio.Event().wait() if self.broker.start_hangs else asyncio.sleep(0))
        if self.broker.start_error is not None:
            raise self.broker.start_error
        self.started = True

    async def stop(self) -> None:
        if self.broker.stop_hangs:
            await asyncio.Event().wait()
        self.stopped = True

    async def send(self, topic: str, value: bytes, **parts: Any) -> Awaitable[Any]:
        assert self.started
        assert not self.stopped
        if isinstance(self.broker.send_error, KafkaTimeoutError):
            raise self.broker.send_error
        sent: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        if self.broker.send_error is not None:
            sent.set_exception(self.broker.send_error)
        elif not self.broker.silent:
            partition = parts["partition"] or 0
            offset = sum(place == partition for place, _ in self.broker.log)
            self.broker.log.append((partition, value))
            sent.set_result(SimpleNamespace(partition=partition, offset=offset))
        return sent

    async def _metadata(self) -> None:
        if self.broker.send_error is not None:
            raise self.broker.send_error
        if self.broker.silent:
            await asyncio.Event().wait()

    async def _close(self) -> None:
        self.closed = True


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Broker:
    found = Broker()
    monkeypatch.setattr(module, "AIOKafkaProducer", lambda **options: Client(found, options))
    return found


def producer(timeout: float = 0.5) -> Producer:
    return Producer("broker:9092", "test", timeout=timeout)


async def let_go(sender: Producer) -> None:
    """Waits until replaced clients are gone."""
    await asyncio.wait_for(asyncio.gather(*sender._closing), 5)


async def test_it_is_idempotent_and_waits_for_all_replicas(broker: Broker) -> None:
    async with producer():
        pass

    (client,) = broker.clients
    assert client.options["enable_idempotence"] is True
    assert client.options["acks"] == "all"
    assert client.options["linger_ms"] == 0
    assert client.stopped


async def test_a_send_returns_its_place(broker: Broker) -> None:
    async with producer() as sender:
        assert await sender.send(TOPIC, b"key", event_of(1)) == Receipt(0, 0)
        assert await sender.send(TOPIC, b"key", event_of(2), partition=1) == Receipt(1, 0)
        assert await sender.send_all(TOPIC, 1, [(b"k", event_of(n)) for n in (3, 4)]) == [1, 2]
        assert await sender.send_all(TOPIC, 1, []) == []

    assert [value for _, value in broker.log] == [event_of(n).data.write() for n in (1, 2, 3, 4)]


FAILURES = [RequestTimedOutError(), KafkaTimeoutError(), None]


@pytest.mark.parametrize("error", FAILURES, ids=["refused", "never sent", "silent"])
@pytest.mark.parametrize("many", [False, True])
async def test_without_an_acknowledgement_the_client_is_replaced(
    broker: Broker, *, many: bool, error: Exception | None
) -> None:
    async with producer() as sender:
        broker.send_error, broker.silent = error, error is None
        with pytest.raises(BrokerUnavailableError, match=TOPIC.name):
            await (sender.send_all(TOPIC, 0, [(b"k", event_of(1))]) if many else sender.send(TOPIC, b"k", event_of(1)))
        broker.send_error, broker.silent = None, False

        assert await sender.send(TOPIC, b"k", event_of(2)) == Receipt(0, 0)

        first, second = broker.clients
        await let_go(sender)
        assert first.stopped
        assert second.started
        assert not second.stopped


async def test_an_old_client_that_will_not_stop_is_cut_off(broker: Broker) -> None:
    async with producer() as sender:
        broker.silent = broker.stop_hangs = True
        with pytest.raises(BrokerUnavailableError):
            await sender.send(TOPIC, b"k", event_of(1))

        await let_go(sender)
        assert broker.clients[0].closed
        broker.stop_hangs = False


async def test_it_leaves_no_dropped_client_behind(broker: Broker) -> None:
    async with producer() as sender:
        broker.silent = broker.stop_hangs = True
        with pytest.raises(BrokerUnavailableError):
            await sender.send(TOPIC, b"k", event_of(1))
        broker.silent = False

    (client,) = broker.clients
    assert client.closed


async def test_many_that_fail_together_make_one_new_client(broker: Broker) -> None:
    async with producer() as sender:
        broker.silent = True
        failed = await asyncio.gather(
            *(sender.send(TOPIC, b"k", event_of(n)) for n in range(20)), return_exceptions=True
        )
        assert {type(each) for each in failed} == {BrokerUnavailableError}
        broker.silent = False

        await asyncio.gather(*(sender.send(TOPIC, b"k", event_of(n)) for n in range(20)))

        assert len(broker.clients) == 2


async def test_a_late_failure_of_an_old_client_leaves_the_new_one(broker: Broker) -> None:
    async with producer(2) as sender:
        broker.silent = True
        slow = asyncio.create_task(sender.send(TOPIC, b"k", event_of(1)))
        await asyncio.sleep(0.15)
        sender._discard(broker.clients[0])  # as another sender's failure does
        broker.silent = False
        assert await sender.send(TOPIC, b"k", event_of(2)) == Receipt(0, 0)

        with pytest.raises(BrokerUnavailableError):
            await slow
        assert await sender.send(TOPIC, b"k", event_of(3)) == Receipt(0, 1)
        assert len(broker.clients) == 2


async def test_a_broker_that_cannot_be_reached_is_told_at_once_to_all(broker: Broker) -> None:
    broker.start_error = KafkaConnectionError()
    sender = producer()

    failed = await asyncio.gather(*(sender.send(TOPIC, b"k", event_of(n)) for n in range(30)), return_exceptions=True)

    assert {type(each) for each in failed} == {BrokerUnavailableError}
    assert len(broker.clients) == 1, "one tries; those behind it do not wait one time-out after another"
    assert broker.clients[0].stopped


async def test_it_tries_again_after_a_pause(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RETRY_PAUSE", 0.02)
    broker.start_error = KafkaConnectionError()
    sender = producer()
    for _ in range(2):
        with pytest.raises(BrokerUnavailableError):
            await sender.send(TOPIC, b"k", event_of(1))
    assert len(broker.clients) == 1

    broker.start_error = None
    await asyncio.sleep(0.03)
    async with sender:
        assert await sender.send(TOPIC, b"k", event_of(1)) == Receipt(0, 0)


async def test_a_start_that_hangs_is_bounded(broker: Broker) -> None:
    broker.start_hangs = True
    began = time.monotonic()

    with pytest.raises(BrokerUnavailableError):
        await producer().send(TOPIC, b"k", event_of(1))

    assert broker.clients[0].stopped
    assert time.monotonic() - began < 5


@pytest.mark.parametrize("error", [RequestTimedOutError(), None])
async def test_a_ping_tells_whether_the_broker_answers(broker: Broker, error: Exception | None) -> None:
    async with producer() as sender:
        await sender.ping()
        broker.send_error, broker.silent = error, error is None
        with pytest.raises(BrokerUnavailableError):
            await sender.ping()
        broker.send_error, broker.silent = None, False


async def test_a_producer_that_was_never_used_stops_without_a_client(broker: Broker) -> None:
    sender = producer()
    await sender.__aexit__(None, None, None)

    assert broker.clients == []
