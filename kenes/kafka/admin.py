"""Topics as the registry declares them. A partition count never changes: that is a new topic generation."""

import asyncio
from collections.abc import Iterable

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import TopicAlreadyExistsError, for_code

from kenes.kafka.clients import administering
from schemas.topics import Topic

FOREVER = "-1"
VISIBLE_WITHIN = 30.0
"""Seconds until the broker must list what it has created: as a rule a moment, longer while a leader is elected."""


class TopicMismatchError(RuntimeError):
    """The broker has a topic that is not as the registry says."""


async def ensure_topics(bootstrap: str, topics: Iterable[Topic], replication: int) -> list[str]:
    """Creates what is missing and returns the names created.

    Raises `TopicMismatchError` when an existing topic has another partition count than the registry, `TimeoutError`
    when the broker does not list what it has created.
    """
    wanted = {topic.name: topic for topic in topics}
    async with administering(bootstrap) as admin:
        existing = await _partition_counts(admin)
        _refuse_mismatch(wanted, existing)
        missing = [topic for name, topic in wanted.items() if name not in existing]
        if missing:
            await _create(admin, missing, replication)
            # Another process may have created them at the same moment, from another registry.
            _refuse_mismatch(wanted, await _visible(admin, wanted))
        return [topic.name for topic in missing]


async def present(bootstrap: str, topics: Iterable[Topic]) -> list[Topic]:
    """Those of the topics that the broker has: a service that has never run here has none."""
    async with administering(bootstrap) as admin:
        found = set(await admin.list_topics())
    return [topic for topic in topics if topic.name in found]


async def _partition_counts(admin: AIOKafkaAdminClient) -> dict[str, int]:
    return {found["topic"]: len(found["partitions"]) for found in await admin.describe_topics()}


async def _visible(admin: AIOKafkaAdminClient, wanted: Iterable[str]) -> dict[str, int]:
    """The partition counts once the broker lists every topic; what it has created it tells a moment later."""
    async with asyncio.timeout(VISIBLE_WITHIN):
        while True:
            counts = await _partition_counts(admin)
            if counts.keys() >= set(wanted):
                return counts
            await asyncio.sleep(0.05)


def _refuse_mismatch(wanted: dict[str, Topic], existing: dict[str, int]) -> None:
    for name, topic in wanted.items():
        found = existing.get(name, topic.partitions)
        if found != topic.partitions:
            raise TopicMismatchError(
                f"topic {name} has {found} partitions, the registry says {topic.partitions}: "
                "a changed count needs a new topic generation and a replay"
            )


async def _create(admin: AIOKafkaAdminClient, topics: list[Topic], replication: int) -> None:
    response = await admin.create_topics([_new(topic, replication) for topic in topics])
    for name, code, *_ in response.topic_errors:  # errors come in the response and do not raise
        if code not in (0, TopicAlreadyExistsError.errno):
            raise for_code(code)(f"topic {name} could not be created")


def _new(topic: Topic, replication: int) -> NewTopic:
    retention = FOREVER if topic.retention is None else str(int(topic.retention.total_seconds() * 1000))
    return NewTopic(
        topic.name,
        topic.partitions,
        replication,
        topic_configs={
            "retention.ms": retention,
            "min.insync.replicas": str(min(2, replication)),
            **topic.config,
        },
    )
