"""Who reads what, how far behind, and whether it moves: consumer groups and projections in the same words."""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Generic, TypeAlias, TypeVar

from kenes.kafka.cluster_model import Group, Place
from kenes.mongo.standings import ProjectionStanding
from services.console.sampling.lag import Lag

IN_TURN: Final = 4
"""How much longer one partition may stand still than a whole reader: slow ones read their partitions in turn."""


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
    """A reader, its lag, since when it has not moved although it could, and its state.

    `found_still`: it, or a partition of it, stands where it was first seen, and may have stood there for longer.
    """

    who: W
    service: str
    lag: Lag
    still_since: datetime | None
    state: State
    rebalances: int = 0
    found_still: bool = False


_Moment: TypeAlias = tuple[int, datetime]
"""A position, and since when it has been that."""


@dataclass(frozen=True)
class _Stand:
    """Where a reader stands, first seen at `found`: all positions together, and each that has events behind it."""

    found: datetime
    whole: _Moment | None = None
    parts: Mapping[Place, _Moment] = field(default_factory=dict)


@dataclass
class Course:
    """What is remembered of each reader from look to look."""

    patience: Patience
    _stands: dict[Hashable, _Stand] = field(default_factory=dict)
    _members: dict[str, Mapping[str, tuple[Place, ...]]] = field(default_factory=dict)
    _rebalances: dict[str, int] = field(default_factory=dict)

    def still_since(self, key: Hashable, lag: Lag, now: datetime) -> datetime | None:
        """Since when a reader with something to read has stood where it stands; None where it has nothing to read.

        A partition that has stood still for much longer counts for the whole: one of several members may hang while
        the others go on.
        """
        before = self._stands.get(key, _Stand(now))
        # Without a leader nobody can read, and nobody has: what stood still before goes on doing so.
        waiting = {
            each.place: each.at
            for each in lag.partitions
            if each.at is not None and (each.events or (each.end is None and each.place in before.parts))
        }
        if not waiting or lag.read is None:
            self._stands[key] = _Stand(before.found)
            return None
        whole = _moment(lag.read, before.whole, now)
        parts = {place: _moment(at, before.parts.get(place), now) for place, at in waiting.items()}
        self._stands[key] = _Stand(before.found, whole, parts)
        longest = min(since for _, since in parts.values())
        return longest if now - longest >= IN_TURN * self.patience.stuck else whole[1]

    def found_still(self, key: Hashable) -> bool:
        """Whether something of a reader stands where it was first seen: nobody here knows for how long before."""
        stand = self._stands[key]
        return any(since == stand.found for _, since in stand.parts.values())

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

    def forget(self, keys: Iterable[Hashable]) -> None:
        """Keeps only these readers: those that have gone take their memory with them."""
        kept = set(keys)
        self._stands = {key: stand for key, stand in self._stands.items() if key in kept}
        self._members = {name: members for name, members in self._members.items() if group_key(name) in kept}
        self._rebalances = {name: count for name, count in self._rebalances.items() if group_key(name) in kept}


def _moment(at: int, before: _Moment | None, now: datetime) -> _Moment:
    """The moment that was noted before where the position has not changed, else a new one."""
    return before if before is not None and before[0] == at else (at, now)


def group_key(name: str) -> tuple[str, ...]:
    """What tells a consumer group from all other readers."""
    return ("group", name)


def group_positions(group: Group) -> dict[Place, int | None]:
    """Every partition that a group has committed or is assigned, and the offset it committed."""
    return {place: group.committed.get(place) for place in group.assigned | group.committed.keys()}


def projection_positions(standing: ProjectionStanding) -> dict[Place, int | None]:
    """Where a projection goes on, by partition."""
    return {Place(standing.topic, number): at.next_offset for number, at in standing.positions.items()}
