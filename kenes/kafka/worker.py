"""A worker: reads topics in a consumer group, does something about each event, and then says that it is done.

Offsets are committed to Kafka after a batch was handled, so a batch may come again after a crash: whatever a worker
brings about must carry ids that follow from the event.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import CommitFailedError

from kenes.kafka.clients import consuming
from kenes.kafka.connection import client_options
from kenes.kafka.dead_letters import DeadLetters
from kenes.kafka.reader import to_record
from kenes.kafka.records import Record, Recorded, read
from kenes.observe.logs import get_logger
from kenes.observe.metrics import BATCH_DURATION, RECORDS_CONSUMED
from schemas.envelope import UnreadableEventError
from schemas.topics import Topic

_log = get_logger(__name__)

LARGEST_BATCH = 500
LARGEST_FETCH = 8 * 1024 * 1024
LONGEST_BATCH = 300.0
"""Seconds a batch may take before the group gives its partitions to somebody else."""

Handle = Callable[[Topic, Sequence[Recorded]], Awaitable[None]]


@dataclass(frozen=True)
class Worker:
    """What is done about the events of some topics.

    `handle` gets events of one partition of a topic, in order. What it raises ends the process, and they come again.
    """

    name: str
    topics: tuple[Topic, ...]
    handle: Handle


def worker_group(service: str, worker: str) -> str:
    """The group in which the processes of a service run the worker of this name."""
    return f"{service}.{worker}"


async def run_worker(worker: Worker, group: str, bootstrap: str, session_timeout: float, letters: DeadLetters) -> None:
    """Runs a worker in this group, for good. A group that is new begins with the first record there is."""
    topics = {topic.name: topic for topic in worker.topics}
    consumer = AIOKafkaConsumer(
        *topics,
        **client_options(bootstrap),
        group_id=group,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_partition_fetch_bytes=LARGEST_FETCH,
        max_poll_interval_ms=int(LONGEST_BATCH * 1000),
        session_timeout_ms=int(session_timeout * 1000),
        heartbeat_interval_ms=int(session_timeout * 1000 / 4),
    )
    async with consuming(consumer):
        while True:
            found = await consumer.getmany(timeout_ms=500, max_records=LARGEST_BATCH)
            for asked, records in found.items():
                topic = topics[asked.topic]
                events = await _readable(topic, [to_record(record) for record in records], letters)
                with BATCH_DURATION.labels(worker.name).time():
                    await worker.handle(topic, events)
                RECORDS_CONSUMED.labels(topic.name).inc(len(events))
                await _commit(consumer, asked, records[-1].offset + 1)


async def _readable(topic: Topic, records: Sequence[Record], letters: DeadLetters) -> list[Recorded]:
    events: list[Recorded] = []
    for record in records:
        try:
            events.append(read(topic, record))
        except UnreadableEventError as error:
            await letters.put(topic, record, error)
    return events


async def _commit(consumer: AIOKafkaConsumer, asked: TopicPartition, after: int) -> None:
    """Says how far it is done. What was taken away meanwhile its new owner does again."""
    if asked not in consumer.assignment():
        return
    try:
        await consumer.commit({asked: after})
    except CommitFailedError:
        _log.info("the group was divided anew while events were handled: they come again", topic=asked.topic)
