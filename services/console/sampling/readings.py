"""Who reads what, how far behind, and whether it moves: consumer groups, projections and deciders in the same words."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Generic, TypeVar

from kenes.kafka.cluster_model import Group, Place
from kenes.mongo.standings import DecisionStanding, ProjectionStanding
from services.console.sampling.lag import Lag


class State(StrEnum):
    """How a reader does, best first."""

    FINE = "fine"
    IDLE = "idle"  # nobody reads, and there is nothing to read
    LATE = "late"  # reads, but what it reads is old
    STUCK = "stuck"  # has events to read, and has not moved


@dataclass(frozen=True)
class Patience:
    """When a reader counts as late, and as stuck."""

    late: timedelta
    stuck: timedelta


W = TypeVar("W")


@dataclass(frozen=True)
class Reading(Generic[W]):
    """A reader, its lag, since when it has not moved although it could, and its state."""

    who: W
    service: str
    lag: Lag
    still_since: datetime | None
    state: State
    rebalances: int = 0


@dataclass
class Course:
    """What is remembered of each reader from look to look."""

    patience: Patience
    _still: dict[Hashable, tuple[int, datetime]] = field(default_factory=dict)
    _members: dict[str, Mapping[str, tuple[Place, ...]]] = field(default_factory=dict)
    _rebalances: dict[str, int] = field(default_factory=dict)

    def still_since(self, key: Hashable, lag: Lag, now: datetime) -> datetime | None:
        """Since when a reader with something to read has stood where it stands; None where it has nothing to read."""
        events, read = lag.events, lag.read
        if not events or read is None:
            self._still.pop(key, None)
            return None
        before = self._still.get(key)
        if before is None or before[0] != read:
            self._still[key] = (read, now)
        return self._still[key][1]

    def state(self, lag: Lag, still_since: datetime | None, now: datetime, *, attended: bool) -> State:
        """The state of a reader."""
        if still_since is None:
            return State.FINE if attended else State.IDLE
        if now - still_since >= self.patience.stuck:
            return State.STUCK
        return State.LATE if (lag.seconds(now) or 0.0) >= self.patience.late.total_seconds() else State.FINE

    def rebalances(self, group: Group) -> int:
        """How often the members of a group, or what they read, were seen to change."""
        members = {member.id: member.assigned for member in group.members}
        before = self._members.get(group.name)
        if before is not None and before != members:
            self._rebalances[group.name] = self._rebalances.get(group.name, 0) + 1
        self._members[group.name] = members
        return self._rebalances.get(group.name, 0)

    def forget(self, groups: Iterable[str]) -> None:
        """Keeps only these groups: those that have gone take their memory with them."""
        kept = set(groups)
        self._members = {name: members for name, members in self._members.items() if name in kept}
        self._rebalances = {name: count for name, count in self._rebalances.items() if name in kept}


def group_positions(group: Group) -> dict[Place, int | None]:
    """Every partition that a group has committed or is assigned, and the offset it committed."""
    return {place: group.committed.get(place) for place in group.assigned | group.committed.keys()}


def projection_positions(standing: ProjectionStanding) -> dict[Place, int | None]:
    """Where a projection goes on, by partition."""
    return {Place(standing.topic, number): at.next_offset for number, at in standing.positions.items()}


def decision_positions(standing: DecisionStanding) -> dict[Place, int | None]:
    """Where a decider goes on, by partition of its requests: a decision's sequence is its request's offset."""
    return {Place(standing.requests, number): at.sequence + 1 for number, at in standing.positions.items()}
