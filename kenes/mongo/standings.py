"""How far a service's projections have come, as its database says, for whoever knows no more of it.

What a version has folded moves with what it wrote, in one transaction. So this is where a projection truly stands,
whatever its consumer group has told the broker.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from kenes.kafka.decider import Position
from kenes.mongo.client import Database
from kenes.mongo.projection import OFFSETS, VERSIONS


@dataclass(frozen=True)
class ProjectionStanding:
    """One version of a projection: `live` is what readers read, `retired` what its worker has let go of."""

    name: str
    version: int
    topic: str
    live: bool
    retired: bool
    positions: Mapping[int, Position]


@dataclass(frozen=True)
class Standings:
    """All of one service."""

    projections: tuple[ProjectionStanding, ...] = ()


@dataclass
class _Found:
    positions: dict[int, Position] = field(default_factory=dict)
    retired: bool = False


async def standings(database: Database) -> Standings:
    """Where everything in a service's database stands now; nothing for a database that is not there."""
    live = {document["_id"]: document["live"] async for document in database[VERSIONS].find({})}
    versions: dict[tuple[str, int, str], _Found] = {}
    async for document in database[OFFSETS].find({}):
        # As `Version` writes it: projection.vN/topic/partition.
        version, topic, partition = document["_id"].split("/")
        name, _, number = version.rpartition(".v")
        found = versions.setdefault((name, int(number), topic), _Found())
        found.positions[int(partition)] = Position(document["next"], document["sequence"])
        found.retired = found.retired or document["retired"]
    projections = (
        ProjectionStanding(name, number, topic, live.get(name) == number, found.retired, found.positions)
        for (name, number, topic), found in sorted(versions.items())
    )
    return Standings(tuple(projections))
