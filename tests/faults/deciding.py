"""Decisions of another service, written in order whatever becomes of the broker meanwhile."""

from __future__ import annotations

import asyncio

from kenes.kafka.producer import BrokerUnavailableError, Producer
from kenes.kafka.records import Receipt
from schemas.envelope import Event
from schemas.payload import Payload
from schemas.topics import Topic

PAUSE = 0.5


class LastingProducer(Producer):
    """Writes one event after the other, each until it is acknowledged.

    An event whose fate was unknown may stand twice in the log then, with one sequence, as a decider's may.
    """

    def __init__(self, bootstrap: str, client: str) -> None:
        super().__init__(bootstrap, client)
        self._turn = asyncio.Lock()

    async def send(self, topic: Topic, key: bytes, event: Event[Payload], partition: int | None = None) -> Receipt:
        """Writes one event; returns where it stands, once it does."""
        async with self._turn:
            while True:
                try:
                    return await super().send(topic, key, event, partition)
                except BrokerUnavailableError:
                    await asyncio.sleep(PAUSE)
