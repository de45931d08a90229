"""Exact counts in memory: the tallies as they were stored, and every decision since, from the live tail."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import orjson

from kenes.kafka.decider import Position
from kenes.kafka.records import Recorded
from kenes.mongo.projection import Version
from kenes.web.live import LiveHub
from schemas.envelope import sequence_of
from schemas.petitions.v1 import SignatureAccepted, SignatureWithdrawn


@dataclass(slots=True)
class Count:
    """One petition's signatures. `version` is the number of counted acts: the same in every process, ever growing.

    `told` are the regions as they were when they were last told, in the hour `told_in`, `untold` acts ago; the hour is
    `None` once it is over.
    """

    accepted: int = 0
    withdrawn: int = 0
    regions: dict[str, int] = field(default_factory=dict)
    told: dict[str, int] = field(default_factory=dict, compare=False)
    told_in: datetime | None = field(default=None, compare=False)
    untold: int = field(default=0, compare=False)

    @property
    def count(self) -> int:
        """Signatures that count."""
        return self.accepted - self.withdrawn

    @property
    def version(self) -> int:
        """Grows by one with each counted act."""
        return self.accepted + self.withdrawn

    def tell(self, at: datetime, small_group: int) -> None:
        """After an act (`at`, UTC): tells the regions anew with every so many, so that no act moves them by itself.

        The history of an hour that is over may give them exactly: what came before its end hides nobody after it.
        """
        hour = at.replace(minute=0, second=0, microsecond=0)
        if self.told_in is not None and hour > self.told_in:
            self.told_in, self.untold = None, 0
        self.untold += 1
        if self.untold >= small_group:
            self.told, self.told_in, self.untold = dict(self.regions), hour, 0


NOBODY = Count()


def shown_regions(regions: Mapping[str, int], small_group: int) -> dict[str, int]:
    """What is told of the regions while it moves: by code the largest multiple of `small_group` not above the count.

    The total is exact and moves with every signature. Were the regions exact, too, whoever watches a quiet petition
    would see the region of each new signer. In steps, most signatures move no region; and whether those beyond the
    steps are one region's or another's cannot be told. A region below one step is left out. That a step moves with
    several signatures at once is seen to by `Count.tell`.
    """
    return {
        region: number - number % small_group for region, number in sorted(regions.items()) if number >= small_group
    }


def nameable_regions(regions: Mapping[str, int], small_group: int) -> dict[str, int]:
    """The regions whose exact numbers may be told of a time that is over, by code: none has below `small_group` people.

    The total is public, so what is hidden can be had by subtraction. Therefore the smallest of the regions that
    could be shown are hidden too, until what is hidden are at least two regions of `small_group` people together.
    """
    counted = sorted((number, region) for region, number in regions.items() if number > 0)
    hidden = [number for number, _ in counted if number < small_group]
    cut = len(hidden)
    while 0 < cut < len(counted) and (cut == 1 or sum(hidden) < small_group):
        hidden.append(counted[cut][0])
        cut += 1
    return {region: number for number, region in sorted(counted[cut:], key=lambda pair: pair[1])}


class LiveCounts:
    """Counts by petition. A change is published to the hub under the petition's id."""

    def __init__(self, hub: LiveHub, small_group: int) -> None:
        self._hub = hub
        self._small_group = small_group
        self._counts: dict[str, Count] = {}
        self._ahead: dict[tuple[str, int], int] = {}

    def get(self, petition: str) -> Count:
        """The count now; zero for a petition nobody has signed."""
        return self._counts.get(petition, NOBODY)

    def top(self, petitions: Iterable[str]) -> list[str]:
        """Petition ids, the most signed first."""
        return sorted(petitions, key=lambda petition: -self.get(petition).count)

    async def load(self, tallies: Version) -> dict[int, Position]:
        """Takes in the stored tallies; returns the positions the tail must go on from."""
        positions = await tallies.positions()
        async for document in tallies.collection("tallies").find({}, {"latest": 0, "blocks": 0}):
            count = self._counts.setdefault(document["petition"], Count())
            count.accepted += document.get("accepted", 0)
            count.withdrawn += document.get("withdrawn", 0)
            for region, number in document.get("regions", {}).items():
                count.regions[region] = count.regions.get(region, 0) + number
            if document["s"] > positions[document["p"]].sequence:
                # Written after the positions were read: the tail must not count it again.
                self._ahead[document["petition"], document["p"]] = document["s"]
        for count in self._counts.values():
            count.told = dict(count.regions)
        return positions

    def take(self, decision: Recorded) -> None:
        """Counts a decision and tells the hub."""
        data = decision.data
        if not isinstance(data, SignatureAccepted | SignatureWithdrawn):
            return
        petition = decision.event.subject
        if self._ahead and sequence_of(decision.event) <= self._ahead.get((petition, decision.partition), -1):
            return
        count = self._counts.setdefault(petition, Count())
        if isinstance(data, SignatureAccepted):
            count.accepted += 1
            step = 1
        else:
            count.withdrawn += 1
            step = -1
        count.regions[data.region] = count.regions.get(data.region, 0) + step
        count.tell(decision.event.time, self._small_group)
        self._hub.publish(petition, count.version, lambda: self.frame(petition))

    def shown_regions(self, petition: str) -> dict[str, int]:
        """Signatures by region in steps as last told, so that nothing tells who signed: see `shown_regions`."""
        return shown_regions(self.get(petition).told, self._small_group)

    def view(self, petition: str) -> dict[str, object]:
        """The count as clients get it."""
        count = self.get(petition)
        return {
            "petition": petition,
            "count": count.count,
            "accepted": count.accepted,
            "withdrawn": count.withdrawn,
            "version": count.version,
        }

    def frame(self, petition: str) -> bytes:
        """The data of one live event, JSON."""
        return orjson.dumps(self.view(petition) | {"regions": self.shown_regions(petition)})
