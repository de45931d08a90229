"""Whose lag a service's processes tell: its deciders', its workers' and its projections'."""

from collections.abc import Iterable, Mapping

from kenes.kafka.lag import Positions, Watched, committed_by
from kenes.kafka.worker import Worker
from kenes.mongo.client import Database
from kenes.mongo.projection import Projection, live_version
from kenes.service.definition import Service


def undecided(service: Service, group: str) -> list[Watched]:
    """The requests topics, as the stream processes' group `group` stands on them."""
    bootstrap, topics = service.settings.kafka_bootstrap, dict.fromkeys(each.requests for each in service.deciding)
    return [Watched(group, topic, committed_by(bootstrap, group, topic)) for topic in topics]


def unhandled(service: Service, groups: Iterable[tuple[str, Worker]]) -> list[Watched]:
    """The topics of workers, as their groups stand on them."""
    bootstrap = service.settings.kafka_bootstrap
    return [
        Watched(group, topic, committed_by(bootstrap, group, topic)) for group, each in groups for topic in each.topics
    ]


def unfolded(service: Service, database: Database) -> list[Watched]:
    """The topics of projections, as the offsets that their transactions wrote stand."""
    return [
        Watched(f"{service.name}.{each.name}", each.topic, _recorded(database, each)) for each in service.projections
    ]


def _recorded(database: Database, projection: Projection) -> Positions:
    async def positions() -> Mapping[int, int]:
        stands = await (await live_version(database, projection)).positions()
        return {partition: position.next_offset for partition, position in stands.items()}

    return positions
