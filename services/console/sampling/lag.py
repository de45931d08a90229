"""How far a reader of partitions is behind their ends: in events, and in the age of the oldest event not yet read."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from kenes.kafka.cluster_model import Place


@dataclass(frozen=True, slots=True)
class PartitionLag:
    """One partition: the next offset to read, None where the reader has told none, and the end.

    `waiting_since` is the timestamp, in milliseconds, of the oldest event not read, where it is known.
    """

    place: Place
    next: int | None
    end: int
    waiting_since: int | None = None

    @property
    def events(self) -> int | None:
        """Events not read."""
        return None if self.next is None else max(self.end - self.next, 0)

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
        """Events not read, of all partitions that have a position; None where none has."""
        known = [each.events for each in self.partitions if each.events is not None]
        return sum(known) if known else None

    @property
    def read(self) -> int | None:
        """The sum of all positions: it grows by one for each event read."""
        known = [each.next for each in self.partitions if each.next is not None]
        return sum(known) if known else None

    def seconds(self, now: datetime) -> float | None:
        """Age of the oldest event not read, of all partitions."""
        known = [age for each in self.partitions if (age := each.seconds(now)) is not None]
        return max(known) if known else None


def lag_of(positions: Mapping[Place, int | None], ends: Mapping[Place, int], times: Mapping[Place, int]) -> Lag:
    """The lag of a reader at these positions; `times` are the timestamps of the events there, in milliseconds."""
    return Lag(
        tuple(
            PartitionLag(place, positions[place], ends[place], times.get(place))
            for place in sorted(positions)
            if place in ends
        )
    )
