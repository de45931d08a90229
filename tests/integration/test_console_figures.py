"""The console's figures against Kafka's own command-line tools: three groups of three kinds on skewed partitions."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic, RecordsToDelete

from kenes.kafka.cluster import BEGIN, END, NEWEST, OLDEST, Cluster, ClusterUnreachableError
from kenes.kafka.cluster_groups import groups
from kenes.kafka.cluster_model import Group, Place
from kenes.kafka.cluster_records import newest_records, record_times
from kenes.local.kafka import EmbeddedKafka
from schemas.envelope import RECORDED_TIME
from services.console.sampling.broker import Broker
from services.console.sampling.lag import lag_of
from services.console.sampling.readings import group_positions
from tests.kafka_tools import CONSUMER, GROUPS, OFFSETS, command, rows, told
from tests.waiting import eventually_read

pytestmark = pytest.mark.stack

TOPIC = "console.figures"
PARTITIONS = 6
RECORDS = {0: 120, 1: 7, 2: 0, 3: 1, 4: 40, 5: 9}
"""How many records each partition has: as skewed as a viral petition would make a badly keyed topic."""
PAIR, LEFT, NEWER = "console-pair", "console-left", "console-newer"


@pytest.fixture(scope="module")
def topic(kafka: EmbeddedKafka) -> str:
    asyncio.run(_filled(kafka.bootstrap))
    return TOPIC


async def _filled(bootstrap: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(TOPIC, PARTITIONS, 1, topic_configs={"retention.ms": "-1"})])
    await admin.close()
    async with _producer(bootstrap) as producer:
        for partition, count in RECORDS.items():
            for number in range(count):
                await producer.send_and_wait(
                    TOPIC, b"%d" % number, partition=partition, timestamp_ms=1_700_000_000_000 + number
                )


@asynccontextmanager
async def _producer(bootstrap: str) -> AsyncIterator[AIOKafkaProducer]:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap)
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


@asynccontextmanager
async def _member(bootstrap: str, group: str, client: str) -> AsyncIterator[AIOKafkaConsumer]:
    consumer = AIOKafkaConsumer(
        TOPIC,
        bootstrap_servers=bootstrap,
        group_id=group,
        client_id=client,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
    )
    await consumer.start()
    try:
        yield consumer
    finally:
        await consumer.stop()


@contextmanager
def _newer_member(bootstrap: str) -> Iterator[None]:
    """A consumer of the newer group protocol (KIP-848), which the client library does not speak."""
    asked = ("--topic", TOPIC, "--group", NEWER, "--from-beginning", "--consumer-property", "group.protocol=consumer")
    running = subprocess.Popen(
        command(CONSUMER, bootstrap, *asked), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        running.kill()
        running.wait()


@asynccontextmanager
async def _looking(bootstrap: str) -> AsyncIterator[Cluster]:
    cluster = Cluster(bootstrap, "console-test")
    try:
        yield cluster
    finally:
        await cluster.aclose()


async def _settled(cluster: Cluster, name: str, members: int, committed: int) -> None:
    """Returns once a group has its members and has committed so many records of all partitions together."""

    async def read() -> Group | None:
        return {each.name: each for each in await groups(cluster, await cluster.layout())}.get(name)

    def holds(found: Group | None) -> bool:
        if found is None or found.state != "Stable" or len(found.members) != members:
            return False
        return sum(found.committed.values()) >= committed

    await eventually_read(read, holds)


async def test_offsets_sizes_and_times_are_the_brokers(kafka: EmbeddedKafka, topic: str) -> None:
    async with _looking(kafka.bootstrap) as cluster:
        layout = await cluster.layout()
        ends, begins = await cluster.offsets(layout, END), await cluster.offsets(layout, BEGIN)
        oldest, newest = await cluster.times(layout, OLDEST), await cluster.times(layout, NEWEST)
        sizes, settings = await cluster.sizes(layout), await cluster.settings([topic], ["retention.ms"])
    lines = await asyncio.to_thread(told, OFFSETS, kafka.bootstrap, "--topic", topic, "--time", "-1")
    printed = dict(line.rsplit(":", 1) for line in lines.split())
    mine = {place: end for place, end in ends.items() if place.topic == topic}
    assert {f"{place.topic}:{place.partition}": str(end) for place, end in mine.items()} == printed
    assert {place.partition: end for place, end in mine.items()} == RECORDS
    assert {begins[place] for place in mine} == {0}
    filled = {Place(topic, partition) for partition, count in RECORDS.items() if count}
    assert {place for place in oldest if place.topic == topic} == filled
    assert {oldest[place] for place in filled} == {1_700_000_000_000}
    assert {newest[place] - 1_700_000_000_000 + 1 for place in filled} == {c for c in RECORDS.values() if c}
    assert all((sizes[place] > 0) == (place in filled) for place in mine)
    assert settings[topic] == {"retention.ms": "-1"}


async def test_lag_and_members_of_three_groups_are_what_kafkas_own_tool_says(kafka: EmbeddedKafka, topic: str) -> None:
    bootstrap = kafka.bootstrap
    async with (
        _member(bootstrap, PAIR, "first") as one,
        _member(bootstrap, PAIR, "second") as two,
        _looking(bootstrap) as cluster,
    ):
        async with _member(bootstrap, LEFT, "gone") as gone:
            await gone.commit(
                {TopicPartition(topic, 0): 100, TopicPartition(topic, 4): 40, TopicPartition(topic, 5): 0}
            )
        with _newer_member(bootstrap):
            await _settled(cluster, PAIR, 2, 0)
            for consumer in (one, two):
                mine = consumer.assignment()
                await consumer.commit({place: min(RECORDS[place.partition], 5) for place in mine})
            await _settled(cluster, NEWER, 1, sum(RECORDS.values()))
            await _compare(bootstrap, cluster)


async def _compare(bootstrap: str, cluster: Cluster) -> None:
    asked = [argument for name in (PAIR, LEFT, NEWER) for argument in ("--group", name)]
    # In a thread: the members of the groups live in this process, and must go on telling the broker that they do.
    offsets = rows(await asyncio.to_thread(told, GROUPS, bootstrap, "--describe", "--offsets", *asked))
    members = rows(await asyncio.to_thread(told, GROUPS, bootstrap, "--describe", "--members", *asked))
    layout = await cluster.layout()
    ends = await cluster.offsets(layout, END)
    seen = {each.name: each for each in await groups(cluster, layout) if each.name in (PAIR, LEFT, NEWER)}
    assert {name: group.kind for name, group in seen.items()} == {PAIR: "classic", LEFT: "classic", NEWER: "consumer"}
    ours = {
        (name, str(each.place.partition)): (_text(each.next), str(each.end), _text(each.events))
        for name, group in seen.items()
        for each in lag_of(group_positions(group), ends, {}).partitions
    }
    theirs = {
        (row["GROUP"], row["PARTITION"]): (row["CURRENT-OFFSET"], row["LOG-END-OFFSET"], row["LAG"]) for row in offsets
    }
    assert ours == theirs
    assert len(theirs) == 2 * PARTITIONS + 3
    readers = {
        (name, member.id, member.host, member.client, str(len(member.assigned)))
        for name, group in seen.items()
        for member in group.members
    }
    assert readers == {
        (row["GROUP"], row["CONSUMER-ID"], row["HOST"].lstrip("/"), row["CLIENT-ID"], row["#PARTITIONS"])
        for row in members
    }
    assert len(readers) == 3


def _text(number: int | None) -> str:
    return "-" if number is None else str(number)


async def test_the_age_of_what_waits_is_that_of_the_record_at_the_committed_offset(
    kafka: EmbeddedKafka, topic: str
) -> None:
    async with _looking(kafka.bootstrap) as cluster:
        layout = await cluster.layout()
        places = {Place(topic, 0): 100, Place(topic, 1): 7, Place(topic, 3): 0}
        times = await record_times(cluster, layout, places)
        ends = await cluster.offsets(layout, END)
    assert times == {Place(topic, 0): 1_700_000_000_100, Place(topic, 3): 1_700_000_000_000}
    lag = lag_of(dict(places), ends, {(place, places[place]): time for place, time in times.items()})
    assert lag.events == 20 + 0 + 1
    assert lag.seconds(datetime.fromtimestamp(1_700_000_060, UTC)) == pytest.approx(60.0)


async def test_of_events_deleted_before_they_were_read_the_oldest_one_left_waits(kafka: EmbeddedKafka) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic("console.deleted", 1, 1, topic_configs={"retention.ms": "-1"})])
    place = Place("console.deleted", 0)
    async with _producer(kafka.bootstrap) as producer, _looking(kafka.bootstrap) as cluster:
        for number in range(10):
            await producer.send_and_wait(place.topic, b"x", timestamp_ms=1_700_000_000_000 + number)
        await admin.delete_records({TopicPartition(*place): RecordsToDelete(before_offset=6)})
        broker = Broker(cluster)
        figures = await broker.look()
        assert (figures.slow.begins[place], figures.ends[place]) == (6, 10)
        assert await broker.times(figures, [(place, 2), (place, 8), (place, 10)]) == {
            (place, 2): 1_700_000_000_006,
            (place, 8): 1_700_000_000_008,
        }
        later = (RECORDED_TIME, datetime.fromtimestamp(1_700_000_500, UTC).isoformat().encode())
        await producer.send_and_wait(place.topic, b"x", timestamp_ms=1_700_000_000_999, headers=[later])
        again = await broker.look()
        assert (again.ends[place], again.newest[place]) == (11, 1_700_000_000_999)
        written = await broker.times(again, [(place, 10)])
        assert written == {(place, 10): 1_700_000_500_000}, "what is written again waits from then on"
        assert again.slow is figures.slow, "what changes slowly is not asked for again so soon"
    await admin.close()


async def test_the_newest_records_of_each_partition_are_read_and_no_more(kafka: EmbeddedKafka, topic: str) -> None:
    async with _looking(kafka.bootstrap) as cluster:
        layout = await cluster.layout()
        spans = {Place(topic, partition): (0, count) for partition, count in RECORDS.items()}
        found = await newest_records(cluster, layout, spans, 5)
    values = {place.partition: [int(record.value or b"") for record in records] for place, records in found.items()}
    assert values == {partition: list(range(max(count - 5, 0), count)) for partition, count in RECORDS.items() if count}


async def test_no_broker_is_said_to_be_none() -> None:
    async with _looking("127.0.0.1:1") as cluster:
        with pytest.raises(ClusterUnreachableError):
            await cluster.layout()
