"""Searches for a trace on a real broker: where they begin, how much they read, and what they say of its absence."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from aiokafka import AIOKafkaProducer

from kenes.kafka.admin import ensure_topics
from kenes.kafka.cluster import Cluster
from kenes.kafka.cluster_model import Place
from kenes.kafka.records import Receipt
from kenes.local.kafka import EmbeddedKafka
from kenes.local.ports import free_port
from kenes.local.probe import HOST
from schemas.topics import VOTE_REQUESTS
from services.console.traces.asked import Asked, Kind, Window
from services.console.traces.log import ClusterLog
from services.console.traces.places import standing_at
from services.console.traces.searching import LATER, Search

pytestmark = pytest.mark.stack

OLD: Final = 700
"""Records of a fortnight ago on the partition."""
NEW: Final = 2_600
"""Records of now after them."""
PLACE: Final = Place(VOTE_REQUESTS.name, 5)


async def written(bootstrap: str, trace: str, now: datetime) -> tuple[int, int]:
    """Records of many traces, one of which is the last but ten: where the new ones begin, and where that one stands."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, linger_ms=20)
    await producer.start()
    try:
        sent = []
        for number in range(OLD + NEW):
            mine = number == OLD + NEW - 10
            parent = f"00-{trace if mine else secrets.token_hex(16)}-{secrets.token_hex(8)}-01"
            at = now - timedelta(days=14 if number < OLD else 0)
            headers = [("ce_id", b"%d" % number), ("ce_traceparent", parent.encode())]
            when = round(at.timestamp() * 1000) + number
            sent.append(await producer.send(*PLACE[:1], b"{}", partition=PLACE[1], timestamp_ms=when, headers=headers))
        await producer.flush()
        return sent[OLD].result().offset, sent[OLD + NEW - 10].result().offset
    finally:
        await producer.stop()


async def test_a_trace_is_found_within_its_window_and_bounds(kafka: EmbeddedKafka) -> None:
    trace, now = secrets.token_hex(16), datetime.now(UTC)
    await ensure_topics(kafka.bootstrap, (VOTE_REQUESTS,), 1)
    begin, there = await written(kafka.bootstrap, trace, now)
    cluster = Cluster(kafka.bootstrap, "test-traces")
    log = ClusterLog(cluster)
    try:
        search = Search(Asked(Kind.TRACE, trace), log, now + timedelta(minutes=1))
        await search.go_on(60)
        assert search.whole, search.failed
        assert [(each.partition, each.offset) for each in search.found.records] == [(PLACE.partition, there)]
        reach = search.reaches[PLACE]
        assert (reach.start, reach.read, reach.left_out) == (begin, NEW, 0)

        bounded = Search(Asked(Kind.TRACE, trace), log, now + timedelta(minutes=1), budget=1_000)
        await bounded.go_on(60)
        assert [each.offset for each in bounded.found.records] == [there], "the newest are read first"
        read = bounded.reaches[PLACE].read
        assert 0 < read <= 1_000, "the other topics have their share"
        assert bounded.reaches[PLACE].left_out == NEW - read

        around = Asked(Kind.TRACE, trace, Window("day", now - timedelta(days=14)))
        early = Search(around, log, now, budget=100)
        await early.go_on(60)
        assert not list(early.found.records), "it is later than may be read around that time"
        assert LATER < early.reaches[PLACE].read <= 100 + LATER

        found = await standing_at(log, PLACE.topic, Receipt(PLACE.partition, there))
        assert found is not None
        assert found.trace == trace
        assert await standing_at(log, PLACE.topic, Receipt(PLACE.partition, there + 10_000)) is None
        assert await standing_at(log, PLACE.topic, Receipt(400, there)) is None
        assert await standing_at(log, "no.topic", Receipt(0, 0)) is None
    finally:
        await cluster.aclose()


async def test_a_broker_that_is_not_there_is_said_to_be_away() -> None:
    cluster = Cluster(f"{HOST}:{free_port()}", "test-traces", timeout=1.0)
    search = Search(Asked(Kind.TRACE, "a" * 32), ClusterLog(cluster), datetime.now(UTC))
    await search.go_on()
    await cluster.aclose()
    assert search.failed
    assert not search.whole
    assert search.looked_at is None
