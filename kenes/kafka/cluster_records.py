"""Records of partitions, read without a consumer: the time of one, the newest ones, and those from an offset on."""

import asyncio
from collections.abc import Iterator, Mapping
from typing import Any, Final

from aiokafka.protocol.fetch import FetchRequest
from aiokafka.record.memory_records import MemoryRecords

from kenes.kafka.cluster import Cluster, refuse
from kenes.kafka.cluster_model import Layout, Place
from kenes.kafka.records import Record

AT_ONCE: Final = 64
"""Requests on the way at a time."""
LARGEST: Final = 256 * 1024
"""Bytes asked for of one partition; a broker sends one whole batch even if it is larger."""
_GONE: Final = frozenset({1, 3, 5, 6})
"""Codes of an offset that is out of range now, or a partition that has moved."""


async def record_times(cluster: Cluster, layout: Layout, wanted: Mapping[Place, int]) -> dict[Place, int]:
    """The timestamp, in milliseconds, of the first record at or after each offset, where there is one.

    Raises `ClusterUnreachableError`.
    """
    places = [place for place in wanted if layout.leaders.get(place, -1) >= 0]
    found = await _fetched(cluster, layout, {place: wanted[place] for place in places}, size=1)
    times = ((place, next((record.timestamp for record in records), None)) for place, records in found.items())
    return {place: time for place, time in times if time is not None}


async def newest_records(
    cluster: Cluster, layout: Layout, spans: Mapping[Place, tuple[int, int]], count: int
) -> dict[Place, list[Record]]:
    """At most `count` of the last records of each partition between two offsets, the second one excluded.

    As many as come in one answer: where they are too large for that, fewer. Raises `ClusterUnreachableError`.
    """
    found: dict[Place, list[Record]] = {}
    wanted = {
        place: (begin, end)
        for place, (begin, end) in spans.items()
        if begin < end and layout.leaders.get(place, -1) >= 0
    }
    asked = count
    while wanted and asked:
        starts = {place: max(end - asked, begin) for place, (begin, end) in wanted.items()}
        answered = {place: list(each) for place, each in (await _fetched(cluster, layout, starts, LARGEST)).items()}
        for place, records in answered.items():
            found[place] = records[-count:] or found.get(place, [])
        # An answer that breaks off before the end has the oldest of what was asked for: begin nearer to the end.
        wanted = {
            place: wanted[place] for place, each in answered.items() if each and each[-1].offset + 1 < wanted[place][1]
        }
        asked //= 2
    return found


async def records_from(
    cluster: Cluster, layout: Layout, starts: Mapping[Place, int], size: int = LARGEST
) -> dict[Place, list[Record]]:
    """The records of each partition from an offset on, as many as come in one answer of about so many bytes.

    None of a partition that ends there, has no leader, or no longer has the offset. Raises `ClusterUnreachableError`.
    """
    led = {place: start for place, start in starts.items() if layout.leaders.get(place, -1) >= 0}
    found = await _fetched(cluster, layout, led, size)
    return {place: list(records) for place, records in found.items()}


async def _fetched(
    cluster: Cluster, layout: Layout, starts: Mapping[Place, int], size: int
) -> dict[Place, Iterator[Record]]:
    """One request per partition: of several in one request, a broker need answer only the first."""
    turn = asyncio.Semaphore(AT_ONCE)

    async def fetch(place: Place, start: int) -> Iterator[Record]:
        asked = [(place.topic, [(place.partition, start, size)])]
        async with turn:
            answer = await cluster.send(layout.leaders[place], FetchRequest(0, 0, size, 0, asked))
        return _records(place, start, answer)

    found = await asyncio.gather(*(fetch(place, start) for place, start in starts.items()))
    return dict(zip(starts, found, strict=True))


def _records(place: Place, start: int, answer: Any) -> Iterator[Record]:
    for _, partitions in answer.topics:
        for _, error, *_, content in partitions:
            if error in _GONE:
                return
            refuse(error)
            batches = MemoryRecords(content or b"")
            while batches.has_next():
                for found in batches.next_batch():
                    if found.offset >= start:
                        yield Record(
                            place.topic,
                            place.partition,
                            found.offset,
                            found.timestamp,
                            found.key,
                            found.value,
                            found.headers,
                        )
