"""Looks at everything, puts it together, and notes the figures."""

import asyncio
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final, Generic, TypeVar

from kenes.kafka.cluster import ClusterUnreachableError
from kenes.kafka.cluster_model import Group, Place
from kenes.mongo.client import Database
from kenes.mongo.standings import ProjectionStanding, Standings, standings
from services.console.sampling.broker import Broker, BrokerFigures
from services.console.sampling.history import History
from services.console.sampling.lag import Lag, lag_of
from services.console.sampling.owners import tells_positions
from services.console.sampling.processes import Processes, ProcessSight
from services.console.sampling.readings import (
    Course,
    Patience,
    Reading,
    group_key,
    group_positions,
    projection_positions,
)
from services.console.sampling.snapshot import Snapshot, topic_figures
from services.console.sampling.watch import Sight, Watch

ANSWER_WITHIN: Final = 4.0
"""Seconds a broker or database has to answer, all that is asked at one look together."""

Positions = Mapping[Place, int | None]
Times = Mapping[tuple[Place, int], int]


W = TypeVar("W")


@dataclass(frozen=True)
class _Reader(Generic[W]):
    """Whoever reads partitions, before it is known how far behind: `key` tells it from all others.

    `from_begin`: where it has told no position, it begins with the first event there is.
    """

    who: W
    service: str
    key: tuple[str, ...]
    positions: Positions
    attended: bool = True
    rebalances: int = 0
    from_begin: bool = False


class Sampler:
    """Makes a snapshot at each look; `snapshot` is the newest one."""

    def __init__(
        self,
        broker: Broker,
        databases: Mapping[str, Database],
        processes: Processes,
        history: History,
        patience: Patience,
        now: datetime,
    ) -> None:
        self.history = history
        self._source = broker
        self._course = Course(patience)
        self._broker = Watch("broker", broker.look, BrokerFigures(), ANSWER_WITHIN)
        self._databases = {
            service: Watch(service, partial(standings, database), Standings(), ANSWER_WITHIN)
            for service, database in databases.items()
        }
        self._processes: Watch[Mapping[str, ProcessSight]] = Watch("processes", processes.look, {}, ANSWER_WITHIN)
        self.snapshot = Snapshot(0, now, Sight(BrokerFigures()), {service: Sight(Standings()) for service in databases})

    async def look(self, now: datetime) -> Snapshot:
        """Looks at everything at once. What does not answer stays as it was seen last, and is said to be old."""
        looks = [self._broker.again(now), self._processes.again(now)]
        await asyncio.gather(*looks, *(watch.again(now) for watch in self._databases.values()))
        figures = self._broker.sight.value
        groups = [self._group(group) for group in figures.groups]
        projections = [self._projection(service, each) for service, told in self._told() for each in told.projections]
        readers: list[_Reader[Any]] = [*groups, *projections]
        times = await self._times(figures, [_lag(each, figures, {}) for each in readers])
        self._course.forget(each.key for each in readers)
        self.snapshot = Snapshot(
            number=int(now.timestamp() * 1000),
            at=now,
            broker=self._broker.sight,
            databases={service: watch.sight for service, watch in self._databases.items()},
            processes=self._processes.sight,
            topics=topic_figures(figures),
            groups=tuple(self._reading(each, figures, times, now) for each in groups),
            projections=tuple(self._reading(each, figures, times, now) for each in projections),
        )
        if self.snapshot.broker.failing_since is None:
            self.history.put(now, dict(figures_of(self.snapshot)))
        return self.snapshot

    def _told(self) -> list[tuple[str, Standings]]:
        return [(service, watch.sight.value) for service, watch in self._databases.items()]

    def _group(self, group: Group) -> _Reader[Group]:
        rebalances = self._course.rebalances(group)
        key, positions = group_key(group.name), group_positions(group)
        # Where readers outside begin is not ours to know.
        from_begin = tells_positions(group.name)
        return _Reader(group, "", key, positions, bool(group.members), rebalances, from_begin)

    def _projection(self, service: str, standing: ProjectionStanding) -> _Reader[ProjectionStanding]:
        key = ("projection", service, standing.name, str(standing.version))
        return _Reader(standing, service, key, projection_positions(standing))

    async def _times(self, figures: BrokerFigures, lags: list[Lag]) -> Times:
        if self._broker.sight.failing_since is not None:
            return {}
        waiting = {(each.place, each.at) for lag in lags for each in lag.partitions if each.at is not None}
        try:
            return await self._source.times(figures, waiting)
        except ClusterUnreachableError:
            return {}  # the next look says since when

    def _reading(self, reader: _Reader[W], figures: BrokerFigures, times: Times, now: datetime) -> Reading[W]:
        lag = _lag(reader, figures, times)
        still = self._course.still_since(reader.key, lag, now)
        state = self._course.state(lag, still, now, attended=reader.attended)
        found_still = self._course.found_still(reader.key)
        return Reading(reader.who, reader.service, lag, still, state, reader.rebalances, found_still)


def _lag(reader: _Reader[W], figures: BrokerFigures, times: Times) -> Lag:
    """The lag of a reader over the partitions that are there still."""
    there = {place: at for place, at in reader.positions.items() if place in figures.layout.leaders}
    return lag_of(there, figures.ends, times, figures.slow.begins, from_begin=reader.from_begin)


def figures_of(snapshot: Snapshot) -> Iterator[tuple[str, float]]:
    """The figures of a snapshot that are kept over time, by name."""
    for topic in snapshot.topics.values():
        if topic.end is not None:
            yield f"topic/{topic.name}/end", topic.end
        if topic.size is not None:
            yield f"topic/{topic.name}/size", topic.size
    for reading in snapshot.groups:
        yield from _lag_figures(f"group/{reading.who.name}", reading, snapshot.at)
    for standing in snapshot.projections:
        if standing.who.live:
            yield from _lag_figures(f"projection/{standing.service}/{standing.who.name}", standing, snapshot.at)


def _lag_figures(
    name: str, reading: Reading[Group] | Reading[ProjectionStanding], now: datetime
) -> Iterator[tuple[str, float]]:
    lag = reading.lag
    for word, value in (("lag", lag.events), ("seconds", lag.seconds(now)), ("read", lag.read)):
        if value is not None:
            yield f"{name}/{word}", value
