"""What alert rules compare: figures of a snapshot by name and labels, named as the metrics are where there is one."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from kenes.kafka.cluster_model import Group
from kenes.mongo.standings import ProjectionStanding
from schemas.topics import REGISTRY
from services.console.sampling.history import History
from services.console.sampling.owners import is_ours
from services.console.sampling.readings import Reading
from services.console.sampling.snapshot import Snapshot
from services.console.sampling.watch import Sight

HOUR: Final = 3600
Labels = Mapping[str, str]


@dataclass(frozen=True)
class Value:
    """One value of a measure. `at_least`: it counts from the console's first look, and may be more than is known."""

    labels: Labels
    value: float
    at_least: bool = False

    @property
    def key(self) -> str:
        """The labels as text: `consumer=petitions-stream`."""
        return ", ".join(f"{name}={value}" for name, value in sorted(self.labels.items()))


@dataclass(frozen=True)
class Seen:
    """What measures are taken from."""

    snapshot: Snapshot
    history: History


def _broker_away(seen: Seen) -> Iterator[Value]:
    yield _away({}, seen.snapshot.broker, seen.snapshot.at)


def _database_away(seen: Seen) -> Iterator[Value]:
    for service, sight in seen.snapshot.databases.items():
        yield _away({"service": service}, sight, seen.snapshot.at)


def _away(labels: Labels, sight: Sight[Any], now: datetime) -> Value:
    """For how long something has not answered; who has never answered here may have been away before."""
    since = sight.failing_since
    if since is None:
        return Value(labels, 0.0)
    return Value(labels, (now - since).total_seconds(), at_least=sight.at is None)


def _processes(seen: Seen) -> Iterator[Value]:
    for name, sight in seen.snapshot.processes.value.items():
        yield Value({"process": name}, float(sight.ready))


def _offline(seen: Seen) -> Iterator[Value]:
    for topic in seen.snapshot.topics.values():
        yield Value({"topic": topic.name}, topic.offline)


def _dead_letters(seen: Seen) -> Iterator[Value]:
    for topic in REGISTRY:
        grown = seen.history.grown(f"topic/{topic.dead_letters.name}/end", seen.snapshot.at, HOUR)
        if grown is not None:
            yield Value({"topic": topic.name}, grown.by, at_least=grown.at_least)


def _groups(seen: Seen) -> Iterator[Reading[Group]]:
    """Groups of services: a reader outside may stop when it likes, and nobody here can start it."""
    return (group for group in seen.snapshot.groups if is_ours(group.who.name))


def _consumers(seen: Seen) -> Iterator[tuple[str, Reading[Group] | Reading[ProjectionStanding]]]:
    for group in _groups(seen):
        yield group.who.name, group
    for projection in seen.snapshot.projections:
        if projection.who.live:
            yield f"{projection.service}.{projection.who.name}", projection


def _lag_seconds(seen: Seen) -> Iterator[Value]:
    for name, reading in _consumers(seen):
        seconds = reading.lag.seconds(seen.snapshot.at)
        if seconds is not None:
            yield Value({"consumer": name}, seconds)


def _lag_records(seen: Seen) -> Iterator[Value]:
    for name, reading in _consumers(seen):
        if reading.lag.events is not None:
            yield Value({"consumer": name}, reading.lag.events)


def _still(seen: Seen) -> Iterator[Value]:
    at = seen.snapshot.at
    for name, reading in _consumers(seen):
        since = reading.still_since
        seconds = (at - since).total_seconds() if since is not None else 0.0
        yield Value({"consumer": name}, seconds, at_least=reading.found_still)


def _members(seen: Seen) -> Iterator[Value]:
    for group in _groups(seen):
        if group.lag.events:
            yield Value({"consumer": group.who.name}, len(group.who.members))


@dataclass(frozen=True)
class Measure:
    """A figure with a value for each set of labels. `known` says whether what it is taken from answers now."""

    values: Callable[[Seen], Iterator[Value]]
    known: Callable[[Snapshot], bool]


def _always(_snapshot: Snapshot) -> bool:
    return True


def _broker_answers(snapshot: Snapshot) -> bool:
    return snapshot.broker.at is not None and snapshot.broker.failing_since is None


MEASURES: Final[Mapping[str, Measure]] = {
    "kenes_broker_unreachable_seconds": Measure(_broker_away, _always),
    "kenes_database_unreachable_seconds": Measure(_database_away, _always),
    "kenes_process_ready": Measure(_processes, _always),
    "kenes_topic_partitions_offline": Measure(_offline, _broker_answers),
    "kenes_dead_letters_last_hour": Measure(_dead_letters, _broker_answers),
    "kenes_consumer_lag_seconds": Measure(_lag_seconds, _broker_answers),
    "kenes_consumer_lag_records": Measure(_lag_records, _broker_answers),
    "kenes_consumer_still_seconds": Measure(_still, _broker_answers),
    "kenes_consumer_members": Measure(_members, _broker_answers),
}
"""Each measure by name; those of consumers are of services' groups, and `kenes_consumer_members` only of such as have
something to read."""
