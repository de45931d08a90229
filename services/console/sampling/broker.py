"""What the broker says: topics, offsets, sizes, times, groups. Never a counter in our own memory."""

import asyncio
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

from kenes.kafka.cluster import BEGIN, END, NEWEST, OLDEST, Cluster
from kenes.kafka.cluster_groups import groups
from kenes.kafka.cluster_model import Group, Layout, Place
from kenes.kafka.cluster_records import records_from
from kenes.kafka.records import Record
from services.console.headers import written_at

SELDOM: Final = 15.0
"""Seconds between two looks at what changes slowly: begins, sizes, oldest events, settings."""
SETTINGS: Final = ("retention.ms", "retention.bytes", "cleanup.policy", "max.message.bytes", "min.insync.replicas")
MOST_TIMES: Final = 400
"""Timestamps asked for at one look: with more partitions behind, the ages of some come at the next ones."""
REMEMBERED: Final = 20_000
ONE_BATCH: Final = 1
"""Bytes asked for, of which a broker sends a whole batch."""


@dataclass(frozen=True)
class Slow:
    """What changes slowly, and when it was seen. Offsets, bytes, milliseconds since 1970; settings by topic."""

    at: datetime | None = None
    begins: Mapping[Place, int] = field(default_factory=dict)
    sizes: Mapping[Place, int] = field(default_factory=dict)
    oldest: Mapping[Place, int] = field(default_factory=dict)
    settings: Mapping[str, Mapping[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class BrokerFigures:
    """One look at the broker. `newest` are timestamps of the newest events, in milliseconds since 1970."""

    layout: Layout = field(default_factory=lambda: Layout((), {}))
    ends: Mapping[Place, int] = field(default_factory=dict)
    newest: Mapping[Place, int] = field(default_factory=dict)
    groups: tuple[Group, ...] = ()
    slow: Slow = field(default_factory=Slow)


class Broker:
    """Looks at a cluster."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self._slow = Slow()
        self._slow_at = float("-inf")
        self._ends: Mapping[Place, int] = {}
        self._newest: dict[Place, int] = {}
        self._times: dict[tuple[Place, int], int] = {}

    async def look(self) -> BrokerFigures:
        """Everything, now. Raises `ClusterUnreachableError`."""
        layout = await self.cluster.layout()
        # Groups before ends: what has been read by then is there by then, so no lag comes out below zero.
        found = await groups(self.cluster, layout)
        ends = await self.cluster.offsets(layout, END)
        grown = {place: layout.leaders[place] for place, end in ends.items() if self._ends.get(place, 0) != end}
        if grown:
            self._newest |= await self.cluster.times(Layout(layout.brokers, grown), NEWEST)
        if time.monotonic() - self._slow_at >= SELDOM or ends.keys() != self._ends.keys():
            self._slow, self._slow_at = await self._look_slowly(layout), time.monotonic()
        self._ends = ends
        return BrokerFigures(layout, ends, dict(self._newest), tuple(found), self._slow)

    async def _look_slowly(self, layout: Layout) -> Slow:
        cluster = self.cluster
        begins, sizes, oldest, settings = await asyncio.gather(
            cluster.offsets(layout, BEGIN),
            cluster.sizes(layout),
            cluster.times(layout, OLDEST),
            cluster.settings(layout.topics, SETTINGS),
        )
        return Slow(datetime.now(UTC), begins, sizes, oldest, settings)

    async def times(self, figures: BrokerFigures, wanted: Iterable[tuple[Place, int]]) -> dict[tuple[Place, int], int]:
        """When the events at these offsets were written, in milliseconds, as far as there are any before the ends.

        That is later than what a replay or a decision tells of. Each is asked for once: it never changes. Raises
        `ClusterUnreachableError`.
        """
        asked = {(place, offset) for place, offset in wanted if offset < figures.ends.get(place, 0)}
        unknown = [each for each in asked if each not in self._times][:MOST_TIMES]
        if len(self._times) > REMEMBERED:
            self._times = {each: time for each, time in self._times.items() if each in asked}
        self._times |= await _times_of(self.cluster, figures, unknown)
        return {each: self._times[each] for each in asked if each in self._times}


async def _times_of(
    cluster: Cluster, figures: BrokerFigures, wanted: Iterable[tuple[Place, int]]
) -> dict[tuple[Place, int], int]:
    """The same for several offsets of one partition, in as many rounds as there are of the most asked for.

    Of events that were deleted before they were read, the oldest one left is waiting.
    """
    begins = figures.slow.begins
    rounds: list[dict[Place, int]] = []
    for place, offset in wanted:
        free = next((asked for asked in rounds if place not in asked), None)
        if free is None:
            rounds.append(free := {})
        free[place] = offset
    found: dict[tuple[Place, int], int] = {}
    for asked in rounds:
        there = {place: max(offset, begins.get(place, 0)) for place, offset in asked.items()}
        waiting = await records_from(cluster, figures.layout, there, ONE_BATCH)
        found |= {(place, asked[place]): _written(records[0]) for place, records in waiting.items() if records}
    return found


def _written(record: Record) -> int:
    return int(written_at(record).timestamp() * 1000)
