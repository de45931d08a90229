"""How far consumers are behind: the broker's own ends against the positions that the consumers recorded.

Nothing is taken from counters in memory: a consumer that is stuck is seen to be. Where the broker or the recorded
positions cannot be had, the figures stay as they were: `kenes_consumer_lag_checked_timestamp_seconds` tells their age.
"""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field

from aiokafka import TopicPartition

from kenes.kafka.clients import administering, asking
from kenes.observe.logs import get_logger
from kenes.observe.metrics import CONSUMER_POSITION, LAG_CHECKED, LAG_RECORDS, LAG_SECONDS, TOPIC_END
from schemas.topics import Topic

_log = get_logger(__name__)

EVERY = 10.0
"""Seconds between two looks."""
_REMEMBERED = 5_000

Positions = Callable[[], Awaitable[Mapping[int, int]]]
"""The next offset to be taken of each partition; partitions without one have not been begun."""


class Behind:
    """Since when one partition is behind, from the ends seen while it was. Its memory begins with the process."""

    def __init__(self) -> None:
        self._ends: deque[tuple[int, float]] = deque(maxlen=_REMEMBERED)

    def note(self, end: int, position: int, now: float) -> float:
        """Takes in a look at `now`, in seconds; returns the seconds since the end first lay beyond `position`."""
        if not self._ends or end > self._ends[-1][0]:
            self._ends.append((end, now))
        while self._ends and self._ends[0][0] <= position:
            self._ends.popleft()
        return now - self._ends[0][1] if self._ends else 0.0


@dataclass(frozen=True)
class Watched:
    """A consumer of a topic, by the name operators know it under, and where it says it stands."""

    consumer: str
    topic: Topic
    positions: Positions
    behind: dict[int, Behind] = field(default_factory=dict)

    def note(self, starts: Mapping[int, int], ends: Mapping[int, int], positions: Mapping[int, int]) -> None:
        """Publishes what a look found: offsets of the oldest records, after the newest ones, and to be taken next."""
        for partition, end in ends.items():
            labels = (self.consumer, self.topic.name, str(partition))
            position = positions.get(partition, starts[partition])
            late = self.behind.setdefault(partition, Behind()).note(end, position, time.monotonic())
            TOPIC_END.labels(self.topic.name, str(partition)).set(end)
            CONSUMER_POSITION.labels(*labels).set(position)
            LAG_RECORDS.labels(*labels).set(max(0, end - position))
            LAG_SECONDS.labels(*labels).set(late)
        LAG_CHECKED.labels(self.consumer, self.topic.name).set_to_current_time()


def committed_by(bootstrap: str, group: str, topic: Topic) -> Positions:
    """The positions that a consumer group committed to the broker."""

    async def positions() -> Mapping[int, int]:
        asked = [TopicPartition(topic.name, partition) for partition in range(topic.partitions)]
        async with administering(bootstrap) as admin:
            found = await admin.list_consumer_group_offsets(group, partitions=asked)
        return {place.partition: committed.offset for place, committed in found.items() if committed.offset >= 0}

    return positions


async def report_lag(bootstrap: str, watched: Iterable[Watched], every: float = EVERY) -> None:
    """Looks at each consumer every so many seconds, for good. What cannot be had is logged, and asked for again."""
    consumers = tuple(watched)
    while True:
        try:
            await _look(bootstrap, consumers)
        except Exception as error:  # noqa: BLE001 - a figure that cannot be had must not end who works; its age tells
            _log.warning("lag could not be measured", error=repr(error))
        await asyncio.sleep(every)


async def _look(bootstrap: str, watched: Iterable[Watched]) -> None:
    async with asking(bootstrap) as broker:
        for each in watched:
            asked = [TopicPartition(each.topic.name, partition) for partition in range(each.topic.partitions)]
            # The positions first: the ends then lie at or beyond them.
            positions = await each.positions()
            starts, ends = await broker.beginning_offsets(asked), await broker.end_offsets(asked)
            each.note(
                {place.partition: offset for place, offset in starts.items()},
                {place.partition: offset for place, offset in ends.items()},
                positions,
            )
