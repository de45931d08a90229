"""A look into a topic: its newest events, which types they are of, and which keys come often. Bounded, and not kept."""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from kenes.kafka.cluster import Cluster
from kenes.kafka.cluster_records import newest_records
from kenes.kafka.records import Record
from kenes.observe.masking import MASK
from schemas.envelope import UnreadableEventError
from schemas.topics import Topic, all_topics
from services.console.sampling.broker import BrokerFigures
from services.console.sampling.masked import key_of, kind_of, masked_event, masked_text

SAMPLED: Final = 240
"""Records of a topic that are looked at."""
SHOWN: Final = 20
HOT: Final = 10
FRESH_FOR: Final = 5.0
"""Seconds a sample is shown again before another one is taken."""


@dataclass(frozen=True)
class SampledEvent:
    """One of the newest events. `content` is masked JSON, None where it could not be read: `problem` says why."""

    partition: int
    offset: int
    at: datetime
    kind: str
    key: str
    size: int
    content: dict[str, Any] | None
    problem: str = ""


@dataclass(frozen=True)
class Sample:
    """What the newest records of a topic are. Keys that stand for people are counted, not shown: `hot` numbers them."""

    taken: int
    events: tuple[SampledEvent, ...]
    kinds: tuple[tuple[str, int], ...]
    hot: tuple[tuple[str, int], ...]


class TopicEvents:
    """Samples of topics, each kept for a few seconds however many ask."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._topics = {topic.name: topic for topic in all_topics()}
        self._kept: dict[str, tuple[float, Sample]] = {}
        self._taking: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def sample(self, name: str, figures: BrokerFigures) -> Sample:
        """The newest events of a topic that exists. Raises `ClusterUnreachableError`."""
        async with self._taking[name]:
            at, sample = self._kept.get(name, (float("-inf"), None))
            if sample is None or time.monotonic() - at > FRESH_FOR:
                sample = await self._take(name, figures)
                self._kept[name] = time.monotonic(), sample
            return sample

    async def _take(self, name: str, figures: BrokerFigures) -> Sample:
        places = [place for place in figures.ends if place.topic == name]
        spans = {place: (figures.slow.begins.get(place, 0), figures.ends[place]) for place in places}
        count = max(SAMPLED // max(len(places), 1), 1)
        found = await newest_records(self._cluster, figures.layout, spans, count)
        return sample_of(self._topics.get(name), [each for every in found.values() for each in every])


def sample_of(topic: Topic | None, records: Iterable[Record]) -> Sample:
    """What these records of a topic are; None stands for a topic that is not in the registry."""
    newest = sorted(records, key=lambda each: -each.timestamp)
    return Sample(
        taken=len(newest),
        events=tuple(_event(topic, record) for record in newest[:SHOWN]),
        kinds=tuple(Counter(kind_of(record) for record in newest).most_common()),
        hot=tuple(_hot(topic, newest)),
    )


def _hot(topic: Topic | None, records: Sequence[Record]) -> Iterable[tuple[str, int]]:
    often = Counter(record.key for record in records if record.key is not None).most_common(HOT)
    by_key = {record.key: record for record in records}
    for number, (key, count) in enumerate(often, 1):
        shown = MASK if topic is None else key_of(topic, by_key[key])
        yield (f"№ {number}" if shown == MASK else shown, count)


def _event(topic: Topic | None, record: Record) -> SampledEvent:
    content, problem = None, ""
    if topic is not None:
        try:
            content = masked_event(topic, record)
        except UnreadableEventError as error:
            problem = masked_text(str(error))
    return SampledEvent(
        partition=record.partition,
        offset=record.offset,
        at=record.time,
        kind=kind_of(record),
        key="" if topic is None else key_of(topic, record),
        size=len(record.value or b""),
        content=content,
        problem=problem,
    )
