"""Topics on the real broker: created once, as the registry says, and never with another partition count."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from kenes.kafka.admin import TopicMismatchError, ensure_topics
from kenes.local.kafka import EmbeddedKafka
from schemas.topics import Topic, all_topics
from tests.example.v1 import topics

pytestmark = pytest.mark.stack


@pytest.fixture
def fresh() -> Topic:
    return topics(uuid4().hex[:12])[0]


async def test_missing_topics_are_created_with_their_dead_letters_once(kafka: EmbeddedKafka, fresh: Topic) -> None:
    wanted = all_topics((fresh,))
    assert await ensure_topics(kafka.bootstrap, wanted, 1) == [fresh.name, f"{fresh.name}.dead-letters"]
    assert await ensure_topics(kafka.bootstrap, wanted, 1) == []


@pytest.mark.parametrize("partitions", [1, 3])
async def test_a_changed_partition_count_is_refused(kafka: EmbeddedKafka, fresh: Topic, partitions: int) -> None:
    await ensure_topics(kafka.bootstrap, [fresh], 1)
    with pytest.raises(TopicMismatchError, match=f"has 2 partitions, the registry says {partitions}"):
        await ensure_topics(kafka.bootstrap, [replace(fresh, partitions=partitions)], 1)
    assert await ensure_topics(kafka.bootstrap, [fresh], 1) == []


async def test_a_refusal_creates_nothing_else(kafka: EmbeddedKafka, fresh: Topic) -> None:
    other = topics(uuid4().hex[:12])[0]
    await ensure_topics(kafka.bootstrap, [fresh], 1)
    with pytest.raises(TopicMismatchError):
        await ensure_topics(kafka.bootstrap, [replace(fresh, partitions=5), other], 1)
    assert await ensure_topics(kafka.bootstrap, [other], 1) == [other.name]


async def test_processes_that_start_together_create_a_topic_once(kafka: EmbeddedKafka, fresh: Topic) -> None:
    await asyncio.gather(*(ensure_topics(kafka.bootstrap, [fresh], 1) for _ in range(4)))
    assert await ensure_topics(kafka.bootstrap, [fresh], 1) == []


async def test_retention_is_the_registrys(kafka: EmbeddedKafka, fresh: Topic) -> None:
    kept, dropped = fresh, replace(fresh, name=f"{fresh.name}.short", retention=timedelta(days=30))
    await ensure_topics(kafka.bootstrap, [kept, dropped], 1)
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    await admin.start()
    try:
        for topic, expected in ((kept, "-1"), (dropped, str(30 * 24 * 3600 * 1000))):
            (answer,) = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic.name)])
            (resource,) = answer.resources
            settings = {entry[0]: entry[1] for entry in resource[4]}
            assert settings["retention.ms"] == expected
    finally:
        await admin.close()
