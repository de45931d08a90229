"""All that was seen at one look, made ready for pages, alerts and metrics."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from kenes.kafka.cluster_model import Group, Place
from kenes.mongo.standings import ProjectionStanding, Standings
from services.console.sampling.broker import BrokerFigures
from services.console.sampling.processes import ProcessSight
from services.console.sampling.readings import Reading
from services.console.sampling.watch import Sight


@dataclass(frozen=True)
class TopicFigures:
    """A topic over all its partitions. Times in milliseconds since 1970; None where nothing is known.

    `skew` is the fullest partition by an even share: 1 is even.
    """

    name: str
    partitions: int
    end: int | None
    records: int | None
    size: int | None
    oldest: int | None
    newest: int | None
    offline: int
    skew: float | None


@dataclass(frozen=True)
class Snapshot:
    """`number` only grows, also over a restart; `at` is when it was made. Sights tell how fresh each part is."""

    number: int
    at: datetime
    broker: Sight[BrokerFigures]
    databases: Mapping[str, Sight[Standings]] = field(default_factory=dict)
    processes: Sight[Mapping[str, ProcessSight]] = field(default_factory=lambda: Sight({}))
    topics: Mapping[str, TopicFigures] = field(default_factory=dict)
    groups: tuple[Reading[Group], ...] = ()
    projections: tuple[Reading[ProjectionStanding], ...] = ()

    def group(self, name: str) -> Reading[Group] | None:
        """A consumer group by name."""
        return next((reading for reading in self.groups if reading.who.name == name), None)


def topic_figures(figures: BrokerFigures) -> dict[str, TopicFigures]:
    """Every topic that is not the broker's own, by name."""
    slow = figures.slow
    found: dict[str, TopicFigures] = {}
    for name, numbers in figures.layout.topics.items():
        if name.startswith("__"):
            continue
        places = [Place(name, number) for number in numbers]
        known = [place for place in places if place in figures.ends and place in slow.begins]
        held = [figures.ends[place] - slow.begins[place] for place in known]
        found[name] = TopicFigures(
            name=name,
            partitions=len(numbers),
            end=sum(figures.ends[place] for place in places) if figures.ends.keys() >= set(places) else None,
            records=sum(held) if len(held) == len(places) else None,
            size=sum(slow.sizes.get(place, 0) for place in places) if slow.sizes else None,
            oldest=min((slow.oldest[place] for place in places if place in slow.oldest), default=None),
            newest=max((figures.newest[place] for place in places if place in figures.newest), default=None),
            offline=sum(figures.layout.leaders[place] < 0 for place in places),
            skew=max(held) * len(held) / sum(held) if sum(held) else None,
        )
    return found
