"""What the bare Kafka client does on this machine with the same records: the measure of everything else."""

from __future__ import annotations

import asyncio
import time
from typing import Final

from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from tests.load.records import petition_ids, request
from tests.load.setting import Setting

TOPIC: Final = "bench.baseline"
PARTITIONS: Final = 12
SECONDS: Final = 5.0
_IN_FLIGHT: Final = 2000
_Sent = tuple[bytes, bytes, list[tuple[str, bytes]]]


async def run(setting: Setting) -> None:
    """Records a second with 64 and 256 senders that await each acknowledgement, and with none awaited."""
    bootstrap = setting.product.kafka.bootstrap
    await create(bootstrap)
    records = _records()
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=True, acks="all", linger_ms=0)
    await producer.start()
    try:
        await _awaiting(producer, records, 64, 1.0)  # connections and metadata
        for senders in (64, 256):
            rate = await _awaiting(producer, records, senders, SECONDS)
            setting.measures.add(f"baseline.awaiting_{senders}", rate, "records/s")
        rate = await _pipelined(producer, records, SECONDS)
        setting.measures.add("baseline.pipelined", rate, "records/s")
    finally:
        await producer.stop()


async def create(bootstrap: str) -> None:
    """Makes the topic of bare records, where it is not there."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(TOPIC, PARTITIONS, 1)])  # one that exists is answered, not raised
    finally:
        await admin.close()


def _records() -> list[_Sent]:
    """Requests to sign as the api writes them: key, value and headers."""
    petition = petition_ids(1)[0]
    made = [request(petition, person) for person in range(1000)]
    return [(key, event.data.write(), event.headers()) for key, event in made]


async def _awaiting(producer: AIOKafkaProducer, records: list[_Sent], senders: int, seconds: float) -> float:
    sent = 0
    began = time.perf_counter()

    async def sender(offset: int) -> None:
        nonlocal sent
        while time.perf_counter() - began < seconds:
            key, value, headers = records[offset % len(records)]
            await producer.send_and_wait(TOPIC, value, key=key, headers=headers)
            offset += senders
            sent += 1

    async with asyncio.TaskGroup() as tasks:
        for number in range(senders):
            tasks.create_task(sender(number))
    return sent / (time.perf_counter() - began)


async def _pipelined(producer: AIOKafkaProducer, records: list[_Sent], seconds: float) -> float:
    acknowledged = 0
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        waiting = []
        for number in range(_IN_FLIGHT):
            key, value, headers = records[number % len(records)]
            waiting.append(await producer.send(TOPIC, value, key=key, headers=headers))
        await asyncio.gather(*waiting)
        acknowledged += len(waiting)
    return acknowledged / (time.perf_counter() - began)
