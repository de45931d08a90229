"""The idempotent producer. After an error whose outcome is unknown it is replaced, never reused."""

import asyncio
import time
from collections.abc import Sequence
from types import TracebackType
from typing import Self

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from kenes.kafka.connection import client_options
from kenes.kafka.records import Receipt
from kenes.observe.logs import get_logger
from kenes.observe.metrics import PRODUCE_ERRORS, RECORDS_PRODUCED
from kenes.tasks import is_cancelled
from schemas.envelope import Event
from schemas.payload import Payload
from schemas.topics import LARGEST_RECORD, Topic

_log = get_logger(__name__)

TIMEOUT = 5.0
"""Seconds until the broker must have acknowledged a record."""
RETRY_PAUSE = 0.5
"""Seconds for which nobody tries to reach a broker that could not be reached: people are told at once meanwhile."""


BrokerError = KafkaError
"""What readers raise that are not followed for good."""


class BrokerUnavailableError(RuntimeError):
    """The broker did not acknowledge in time. The record may or may not be in the log."""


class Producer:
    """Sends events and waits for the broker's word.

    `timeout` is in seconds and bounds each send, so that a caller can say "not now" while the broker is away.
    """

    def __init__(self, bootstrap: str, client: str, *, timeout: float = TIMEOUT) -> None:
        self._bootstrap = bootstrap
        self._client = client
        self._timeout = timeout
        self._inner: AIOKafkaProducer | None = None
        self._replacing = asyncio.Lock()
        self._down_until = 0.0
        self._closing: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        await self._ready()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        inner, self._inner = self._inner, None
        if inner is not None:
            await inner.stop()
        await asyncio.gather(*self._closing)

    async def send(self, topic: Topic, key: bytes, event: Event[Payload], partition: int | None = None) -> Receipt:
        """Writes one event; returns its place in the log.

        Raises `BrokerUnavailableError` when the broker did not acknowledge within the time-out.
        """
        [found] = await self._write(topic, partition, [(key, event)])
        return found

    async def send_all(self, topic: Topic, partition: int, events: Sequence[tuple[bytes, Event[Payload]]]) -> list[int]:
        """Writes events to one partition in order; returns their offsets.

        Raises `BrokerUnavailableError` when any of them was not acknowledged within the time-out.
        """
        return [receipt.offset for receipt in await self._write(topic, partition, events)]

    async def send_each(self, topic: Topic, events: Sequence[tuple[bytes, Event[Payload]]]) -> list[Receipt]:
        """Writes events, each to the partition of its key; returns their places.

        Raises `BrokerUnavailableError` when any of them was not acknowledged within the time-out.
        """
        return await self._write(topic, None, events)

    async def _write(
        self, topic: Topic, partition: int | None, events: Sequence[tuple[bytes, Event[Payload]]]
    ) -> list[Receipt]:
        inner = self._inner or await self._ready()
        try:
            async with asyncio.timeout(self._timeout):
                sent = [
                    await inner.send(
                        topic.name,
                        event.data.write(),
                        key=key,
                        partition=partition,
                        headers=event.headers(),
                        timestamp_ms=_milliseconds(event),
                    )
                    for key, event in events
                ]
                found = [await each for each in sent]
        except (KafkaError, TimeoutError) as error:
            PRODUCE_ERRORS.labels(topic.name).inc()
            self._discard(inner)
            raise BrokerUnavailableError(f"no acknowledgement for {topic.name}: {error!r}") from error
        except asyncio.CancelledError as error:
            if is_cancelled():
                raise
            # Another sender's time-out dropped the producer, and with it what this one was waiting for.
            PRODUCE_ERRORS.labels(topic.name).inc()
            raise BrokerUnavailableError(f"no acknowledgement for {topic.name}: the producer was dropped") from error
        RECORDS_PRODUCED.labels(topic.name).inc(len(found))
        return [Receipt(metadata.partition, metadata.offset) for metadata in found]

    async def ping(self) -> None:
        """Raises `BrokerUnavailableError` when the broker does not answer."""
        inner = self._inner or await self._ready()
        try:
            async with asyncio.timeout(self._timeout):
                await inner.client.fetch_all_metadata()
        except (KafkaError, TimeoutError) as error:
            raise BrokerUnavailableError("the broker does not answer") from error

    async def _ready(self) -> AIOKafkaProducer:
        """The producer in use, started if there is none."""
        async with self._replacing:
            if self._inner is None:
                if time.monotonic() < self._down_until:
                    # Callers queued behind a failed start are answered at once, not one time-out after another.
                    raise BrokerUnavailableError("the broker could not be reached a moment ago")
                inner = AIOKafkaProducer(
                    **client_options(self._bootstrap),
                    client_id=self._client,
                    enable_idempotence=True,
                    acks="all",
                    linger_ms=0,
                    max_request_size=LARGEST_RECORD,
                    request_timeout_ms=int(self._timeout * 1000),
                )
                try:
                    async with asyncio.timeout(self._timeout):
                        await inner.start()
                    self._inner = inner
                except (KafkaError, TimeoutError) as error:
                    self._down_until = time.monotonic() + RETRY_PAUSE
                    raise BrokerUnavailableError(f"the broker cannot be reached: {error!r}") from error
                finally:
                    if self._inner is not inner:
                        await inner.stop()
            return self._inner

    def _discard(self, inner: AIOKafkaProducer) -> None:
        """Drops a producer that may hold records of unknown fate; the next send starts a fresh one."""
        if self._inner is inner:
            self._inner = None
            closing = asyncio.create_task(_abandon(inner, self._timeout))
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)


def _milliseconds(event: Event[Payload]) -> int:
    """A record is dated by what it tells: rules go by the record's own timestamp."""
    return round(event.time.timestamp() * 1000)


async def _abandon(inner: AIOKafkaProducer, timeout: float) -> None:
    """Stops a producer without waiting for what cannot be delivered: its callers were told already."""
    try:
        async with asyncio.timeout(timeout):
            await inner.stop()
    except (KafkaError, TimeoutError) as error:
        _log.warning("a producer was dropped with records of unknown fate", error=repr(error))
        await inner.client.close()
