"""Which numbers of a history by region may be shown, so that nobody can be recognised in them, nor by subtraction.

What an hour tells is final: it follows from the hours up to it alone, so that every later history repeats it. Were an
old hour told in another way, the two histories together would tell what each hides.

The rule, with `least` for the smallest number that may be shown (`Settings.small_group`):

1. A region is named only where the history up to the hour has enough signatures of it for its total to be shown: see
   `nameable_regions`.
2. Its signatures are given by minute in an hour in which each of its minutes has none or at least `least`; otherwise
   as one number for the hour, if that is at least `least`; otherwise they are part of the rest of the hour.
3. The number of all signatures in a minute is public. What is left of it after the regions given by minute is nothing
   or at least `least`; until it is, the region with the fewest there is given by the hour. So an hour with a thin
   minute is given by the hour alone. Likewise for the rest of an hour: while it is too small, the region with the
   fewest in that hour joins it.
4. A region that is alone in what an hour leaves, so that what is left of each minute is its own, joins the rest where
   one of those minutes is too small.
5. What a region has in the hours so far that do not name it is nothing or at least `least`, wherever an hour names it.
   While it is too few, or by withdrawals less than nothing, the region joins the rest of the hour.

Numbers are accepted minus withdrawn signatures. Only hours that are over are shown: a table that still grows would
tell by its growth who came in between.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.petitions.live import nameable_regions

Minutes = Mapping[int, Mapping[str, int]]
"""Net signatures of one hour, by minute (0 to 59) and region."""


@dataclass(frozen=True)
class Hour:
    """The signatures of the hour that begins at `start` (UTC)."""

    start: datetime
    minutes: Minutes

    @property
    def regions(self) -> Counter[str]:
        """Net signatures by region."""
        sums: Counter[str] = Counter()
        for regions in self.minutes.values():
            for region, number in regions.items():
                sums[region] += number
        return sums


@dataclass(frozen=True)
class Row:
    """One published number: `minutes` (1 or 60) from `at` (UTC) brought `count` to `region`; `None` is the rest."""

    at: datetime
    minutes: int
    region: str | None
    count: int


@dataclass
class Naming:
    """Which regions an hour gives by minute and which by the hour; all others are its rest."""

    by_minute: set[str]
    by_hour: set[str]

    @property
    def regions(self) -> set[str]:
        """All that are named."""
        return self.by_minute | self.by_hour


def may_show(number: int, least: int) -> bool:
    """Nobody, or enough people to hide among."""
    return number == 0 or number >= least


def name(hour: Hour, named: Collection[str], least: int) -> Naming:
    """Rules 2 to 4 for one hour."""
    sums = hour.regions
    able = {region for region in sums if region in named and sums[region] >= least}
    by_minute = {
        region for region in able if all(may_show(regions.get(region, 0), least) for regions in hour.minutes.values())
    }
    naming = Naming(by_minute, able - by_minute)
    for regions in hour.minutes.values():
        _cover_minute(regions, naming, least)
    _cover_hour(sums, naming, least)
    left = [_left(regions, naming.by_minute) for regions in hour.minutes.values()]
    if len(naming.by_hour) == 1 and _left(sums, naming.regions) == 0 and not all(may_show(n, least) for n in left):
        naming.by_hour.clear()
    return naming


def _cover_minute(regions: Mapping[str, int], naming: Naming, least: int) -> None:
    # Also regions with none in the minute: being told so, they would leave the few to fewer others.
    while naming.by_minute and not may_show(_left(regions, naming.by_minute), least):
        fewest = min(sorted(naming.by_minute), key=lambda region: regions.get(region, 0))
        naming.by_minute.remove(fewest)
        naming.by_hour.add(fewest)


def _cover_hour(sums: Mapping[str, int], naming: Naming, least: int) -> None:
    while naming.regions and not may_show(_left(sums, naming.regions), least):
        group = naming.by_hour or naming.by_minute
        group.remove(min(sorted(group), key=sums.__getitem__))


def _left(numbers: Mapping[str, int], but: Collection[str]) -> int:
    return sum(number for region, number in numbers.items() if region not in but)


def _rows(hour: Hour, naming: Naming) -> Iterator[Row]:
    for minute, regions in sorted(hour.minutes.items()):
        at = hour.start + timedelta(minutes=minute)
        yield from (Row(at, 1, region, regions[region]) for region in sorted(naming.by_minute) if regions.get(region))
    sums = hour.regions
    yield from (Row(hour.start, 60, region, sums[region]) for region in sorted(naming.by_hour))
    if rest := _left(sums, naming.regions):
        yield Row(hour.start, 60, None, rest)


class History:
    """Tells the hours of one petition, which must come from the first on and in order."""

    def __init__(self, least: int) -> None:
        self._least = least
        self._totals: Counter[str] = Counter()
        self._left: Counter[str] = Counter()

    def rows(self, hour: Hour) -> Iterator[Row]:
        """The rows of the next hour; together they are as many as all its signatures."""
        sums = hour.regions
        self._totals.update(sums)
        naming = name(hour, nameable_regions(self._totals, self._least), self._least)
        # Afterwards, not before: naming an hour without them would name others in their place.
        for region in naming.regions:
            if self._left[region] < 0 or not may_show(self._left[region], self._least):
                naming.by_minute.discard(region)
                naming.by_hour.discard(region)
        for region in sums.keys() - naming.regions:
            self._left[region] += sums[region]
        return _rows(hour, naming)
