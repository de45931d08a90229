"""How far a reader of partitions is behind their ends: in events, and in the age of the oldest event not yet read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from kenes.kafka.cluster_model import Place

_UNKNOWN: Final[Mapping[Place, int]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class PartitionLag:
    """One partition: the next offset to read, None where the reader has told none, and the end, None where it has no
    leader that could tell.

    `begin` is what a reader that has told no offset begins with, where that is known. `waiting_since` is when the
    oldest event not read was written, in milliseconds, where it is known.
    """

    place: Place
    next: int | None
    end: int | None
    waiting_since: int | None = None
    begin: int | None = None

    @property
    def at(self) -> int | None:
        """The offset it goes on with."""
        return self.begin if self.next is None else self.next

    @property
    def events(self) -> int | None:
        """Events not read."""
        return None if self.at is None or self.end is None else max(self.end - self.at, 0)

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

    def seconds(self, now: datetime) -> float | None:
        """Age of the oldest event not read, of all partitions."""
        known = [age for each in self.partitions if (age := each.seconds(now)) is not None]
        return max(known) if known else None


def lag_of(
    positions: Mapping[Place, int | None],
    ends: Mapping[Place, int],
    times: Mapping[Place, int],
    begins: Mapping[Place, int] = _UNKNOWN,
) -> Lag:
    """The lag of a reader at these positions; `times` are when the events there were written, in milliseconds.

    `begins` are told of readers that begin with the first event there is.
    """
    return Lag(
        tuple(
            PartitionLag(place, positions[place], ends.get(place), times.get(place), begins.get(place))
            for place in sorted(positions)
        )
    )
