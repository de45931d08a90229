"""How much of each partition a search may read: a budget in records, shared so that small topics are read whole."""

from collections.abc import Mapping
from dataclasses import dataclass

from kenes.kafka.cluster_model import Place
from services.console.traces.log import Edges


@dataclass(slots=True)
class Reach:
    """Of one partition: the window begins at `first`, reading began at `start`, goes on at `next`, ends before `limit`.

    `end` is where the partition ended when it was looked at last.
    """

    first: int
    start: int
    next: int
    limit: int
    end: int

    @property
    def read(self) -> int:
        """Offsets gone through."""
        return self.next - self.start

    @property
    def unread(self) -> int:
        """Offsets that are yet to be read."""
        return max(min(self.end, self.limit) - self.next, 0)

    @property
    def left_out(self) -> int:
        """Offsets of the window that the budget leaves out."""
        return self.start - self.first + max(self.end - max(self.limit, self.next), 0)

    def grow(self, edges: Edges) -> None:
        """Takes in that the partition has grown, and that its oldest records may have gone."""
        self.end = max(self.end, edges.end)
        self.next = max(self.next, min(edges.since, self.limit))


def shares(sizes: Mapping[Place, int], budget: int) -> dict[Place, int]:
    """How many records of each partition may be read: all of the small ones, and of the rest as many of each."""
    found: dict[Place, int] = {}
    for rank, place in enumerate(sorted(sizes, key=lambda each: (sizes[each], each))):
        found[place] = min(sizes[place], budget // (len(sizes) - rank))
        budget -= found[place]
    return found


def reach_of(edges: Edges, allowed: int, later: int) -> Reach:
    """What to read of a partition: `allowed` records around the middle of the window, and `later` of what comes yet."""
    after = min(edges.end - edges.at, allowed // 2)
    before = min(edges.at - edges.since, allowed - after)
    after = min(edges.end - edges.at, allowed - before)
    start = edges.at - before
    return Reach(edges.since, start, start, edges.at + after + later, edges.end)
