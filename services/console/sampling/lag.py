"""How far a reader of partitions is behind their ends: in events, and in the age of the oldest event not yet read."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Final

from kenes.kafka.cluster_model import Place

_UNKNOWN: Final[Mapping[Place, int]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class PartitionLag:
    """One partition: the next offset to read, None where the reader has told none, and the end, None where it has no
    leader that could tell.

    `waiting_since` is when the oldest event not read was written, in milliseconds, and `begin` the offset of the oldest
    event that is there, where they are known. `from_begin`: who has told no offset begins with that event.
    """

    place: Place
    next: int | None
    end: int | None
    waiting_since: int | None = None
    begin: int | None = None
    from_begin: bool = False

    @property
    def at(self) -> int | None:
        """Where it stands, whether or not the event there has been deleted since."""
        return self.begin if self.next is None and self.from_begin else self.next

    @property
    def events(self) -> int | None:
        """Events not read that are there."""
        if self.at is None or self.end is None:
            return None
        return max(self.end - max(self.at, self.begin or 0), 0)

    @property
    def lost(self) -> int:
        """Events deleted before they were read."""
        return 0 if self.at is None or self.begin is None else max(self.begin - self.at, 0)

    def seconds(self, now: datetime) -> float | None:
        """Age of the oldest event not read; None where it is not known."""
        if self.events == 0:
            return 0.0
        return None if self.waiting_since is None else max(now.timestamp() - self.waiting_since / 1000, 0.0)


@dataclass(frozen=True)
class Lag:
    """A reader's lag over all its partitions."""

    partitions: tuple[PartitionLag, ...]

    @property
    def events(self) -> int | None:
        """Events not read, of all partitions that have a position and an end; None where none has."""
        known = [each.events for each in self.partitions if each.events is not None]
        return sum(known) if known else None

    @property
    def read(self) -> int | None:
        """The sum of all positions: it grows by one for each event read."""
        known = [each.at for each in self.partitions if each.at is not None]
        return sum(known) if known else None

    @property
    def lost(self) -> int:
        """Events deleted before they were read, of all partitions."""
        return sum(each.lost for each in self.partitions)

    def seconds(self, now: datetime) -> float | None:
        """Age of the oldest event not read, of all partitions."""
        known = [age for each in self.partitions if (age := each.seconds(now)) is not None]
        return max(known) if known else None


def lag_of(
    positions: Mapping[Place, int | None],
    ends: Mapping[Place, int],
    times: Mapping[tuple[Place, int], int],
    begins: Mapping[Place, int] = _UNKNOWN,
    *,
    from_begin: bool = False,
) -> Lag:
    """The lag of a reader at these positions; `times` are when events at offsets were written, in milliseconds.

    `from_begin`: where it has told no position, it begins with the first event there is.
    """

    def of(place: Place) -> PartitionLag:
        found = PartitionLag(place, positions[place], ends.get(place), None, begins.get(place), from_begin)
        return found if found.at is None else replace(found, waiting_since=times.get((place, found.at)))

    return Lag(tuple(map(of, sorted(positions))))
