"""What a cluster tells about itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class Place(NamedTuple):
    """A partition of a topic."""

    topic: str
    partition: int


@dataclass(frozen=True)
class Layout:
    """The brokers' ids, and the leader of each partition of each topic; -1 where it has none."""

    brokers: tuple[int, ...]
    leaders: Mapping[Place, int]

    @property
    def topics(self) -> dict[str, list[int]]:
        """The partitions of each topic, in order; topics by name."""
        found: dict[str, list[int]] = {}
        for place in sorted(self.leaders):
            found.setdefault(place.topic, []).append(place.partition)
        return found


@dataclass(frozen=True)
class Member:
    """A consumer of a group, and what it was given to read."""

    id: str
    client: str
    host: str
    assigned: tuple[Place, ...]


@dataclass(frozen=True)
class Group:
    """A consumer group: its state as the broker calls it, its members, and the next offset of each partition it has
    committed.

    `kind` is the protocol: `classic`, or `consumer` (KIP-848). `coordinator` is the broker that looks after it.
    """

    name: str
    kind: str
    state: str
    coordinator: int
    members: tuple[Member, ...] = ()
    committed: Mapping[Place, int] = field(default_factory=dict)

    @property
    def assigned(self) -> frozenset[Place]:
        """What its members read."""
        return frozenset(place for member in self.members for place in member.assigned)
