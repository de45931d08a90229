"""The log as a search reads it: where its partitions stand at two instants, and their records from an offset on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from kenes.kafka.cluster import END, Cluster
from kenes.kafka.cluster_model import Layout, Place
from kenes.kafka.cluster_records import records_from
from kenes.kafka.records import Record
from schemas.topics import Topic, all_topics

TOPICS: Final[Mapping[str, Topic]] = {topic.name: topic for topic in all_topics()}
"""The topics that are looked through, by name: ours, with their dead letters."""


@dataclass(frozen=True, slots=True)
class Edges:
    """Offsets of a partition: of its first records dated `since` and `at` or later, and its end."""

    since: int
    at: int
    end: int


@dataclass(frozen=True)
class Extent:
    """What there is to read. `strange` are topics of the broker that are not ours, `leaderless` nobody serves now."""

    edges: Mapping[Place, Edges]
    strange: tuple[str, ...] = ()
    leaderless: tuple[Place, ...] = ()


class Log(Protocol):
    """What a search needs of a broker. Both raise `ClusterUnreachableError`."""

    async def extent(self, since: datetime, at: datetime) -> Extent:
        """How far the partitions reach from one instant, by way of another, to their ends."""
        ...

    async def read(self, starts: Mapping[Place, int]) -> Mapping[Place, Sequence[Record]]:
        """Some records of each partition from an offset on, in order; none where there is nothing to read."""
        ...


class ClusterLog:
    """Our topics on a cluster."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._layout = Layout((), {})

    async def extent(self, since: datetime, at: datetime) -> Extent:
        """How far the partitions reach."""
        strange = await self._look()
        layout = self._layout
        ends = await self._cluster.offsets(layout, END)
        first = await self._cluster.offsets(layout, _milliseconds(since))
        middle = await self._cluster.offsets(layout, _milliseconds(at))
        edges = {
            place: Edges(_or_end(first.get(place, -1), end), _or_end(middle.get(place, -1), end), end)
            for place, end in ends.items()
        }
        return Extent(edges, strange, tuple(sorted(layout.leaders.keys() - ends.keys())))

    async def read(self, starts: Mapping[Place, int]) -> Mapping[Place, Sequence[Record]]:
        """Some records of each partition."""
        if not starts.keys() <= self._layout.leaders.keys():
            await self._look()
        return await records_from(self._cluster, self._layout, starts)

    async def _look(self) -> tuple[str, ...]:
        """Finds where our partitions are now; the other topics that there are."""
        there = await self._cluster.layout()
        ours = {place: leader for place, leader in there.leaders.items() if place.topic in TOPICS}
        self._layout = Layout(there.brokers, ours)
        return tuple(sorted({place.topic for place in there.leaders} - TOPICS.keys()))


def _or_end(offset: int, end: int) -> int:
    return end if offset < 0 else min(offset, end)


def _milliseconds(at: datetime) -> int:
    return max(int(at.timestamp() * 1000), 0)
