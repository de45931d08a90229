"""Clients are closed whatever happens, and a cancellation of their own goes no further."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.errors import KafkaConnectionError

from kenes.kafka.clients import consuming
from kenes.local.ports import free_port


@dataclass
class _Client:
    closed: int = 0

    async def close(self) -> None:
        self.closed += 1


@dataclass
class _Consumer:
    """As aiokafka's is while the broker is away: stopping cancels a fetch that waits, and awaits it."""

    _client: _Client = field(default_factory=_Client)

    async def start(self) -> None:
        self._fetch = asyncio.create_task(asyncio.sleep(60))

    async def stop(self) -> None:
        self._fetch.cancel()
        await self._fetch
        await self._client.close()


async def test_what_a_consumer_cancels_of_its_own_does_not_end_whoever_stops_it() -> None:
    consumer = _Consumer()
    async with consuming(consumer):
        pass
    assert consumer._client.closed == 1


async def test_what_went_wrong_is_told_not_the_cancellation() -> None:
    with pytest.raises(KafkaConnectionError):
        async with consuming(_Consumer()):
            raise KafkaConnectionError


async def test_whoever_is_asked_to_end_while_it_stops_ends() -> None:
    consumer = _Consumer()

    async def uses() -> None:
        async with consuming(consumer):
            await asyncio.Event().wait()

    task = asyncio.create_task(uses())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
    assert consumer._client.closed == 1


async def test_a_consumer_that_finds_no_broker_is_closed() -> None:
    """Otherwise the client warns of it once it is collected, and warnings fail the test."""
    consumer = AIOKafkaConsumer(bootstrap_servers=f"127.0.0.1:{free_port()}")
    with pytest.raises(KafkaConnectionError):
        async with consuming(consumer):
            raise AssertionError("there is no broker")
    assert consumer._closed
