"""Figures over time in memory: fine for the last hour, coarse for a day, and never more than that."""

import math
from array import array
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from heapq import nsmallest
from typing import Final

MOST_SERIES: Final = 5_000
"""Series kept; a new one takes the place of what has not been seen for longest, and of nothing that is still seen."""
STILL_SEEN: Final = 120
"""Seconds for which a series counts as still seen."""


@dataclass(frozen=True, slots=True)
class Point:
    """A figure at an instant, in seconds since 1970; None where nothing was seen."""

    at: int
    value: float | None


class Ring:
    """The newest figure of each series in each of the last `size` steps of `step` seconds."""

    def __init__(self, step: int, size: int) -> None:
        self.step, self.size = step, size
        self._series: dict[str, array[float]] = {}
        self._seen: dict[str, int] = {}  # the newest step of each
        self._numbers = array("q", [-1]) * size  # which step each slot holds now

    def put(self, at: float, figures: Mapping[str, float]) -> None:
        """Notes the figures of an instant; in one step, the last ones stay."""
        number = int(at) // self.step
        slot = number % self.size
        if self._numbers[slot] != number:
            self._numbers[slot] = number
            for values in self._series.values():
                values[slot] = math.nan
        self._make_room(figures, number)
        for name, value in figures.items():
            found = self._series.get(name)
            if found is None:
                if len(self._series) >= MOST_SERIES:
                    continue
                found = self._series[name] = array("d", [math.nan]) * self.size
            found[slot] = value
            self._seen[name] = max(number, self._seen.get(name, number))

    def _make_room(self, figures: Mapping[str, float], number: int) -> None:
        """Forgets as many series as are too many beside those that are new now."""
        excess = len(self._series.keys() | figures.keys()) - MOST_SERIES
        if excess <= 0:
            return
        absent = self._series.keys() - figures.keys()
        gone = (name for name in absent if (number - self._seen[name]) * self.step > STILL_SEEN)
        for name in nsmallest(excess, gone, key=self._seen.__getitem__):
            del self._series[name], self._seen[name]

    def points(self, name: str, now: float, count: int) -> list[Point]:
        """The last `count` steps of a series up to `now`, oldest first."""
        last = int(now) // self.step
        return [
            Point(number * self.step, self._value(name, number))
            for number in range(last - min(count, self.size) + 1, last + 1)
        ]

    def _value(self, name: str, number: int) -> float | None:
        values, slot = self._series.get(name), number % self.size
        if values is None or self._numbers[slot] != number or math.isnan(values[slot]):
            return None
        return values[slot]

    def latest(self, name: str, at: float) -> float | None:
        """The newest figure of a series at an instant or before it, as far back as there are any."""
        if name not in self._series:
            return None
        last = int(at) // self.step
        values = (self._value(name, number) for number in range(last, last - self.size, -1))
        return next((value for value in values if value is not None), None)

    def at(self, number: int) -> dict[str, float]:
        """Every figure of one step."""
        found = ((name, self._value(name, number)) for name in self._series)
        return {name: value for name, value in found if value is not None}


def rates(points: list[Point]) -> list[Point]:
    """How much a growing figure grew per second from each point to the next; a gap where it fell: it began anew."""
    return list(_rates(points))


def _rates(points: list[Point]) -> Iterator[Point]:
    before: Point | None = None
    for point in points:
        rate = None
        if point.value is not None:
            if before is not None and before.value is not None and point.value >= before.value:
                rate = (point.value - before.value) / (point.at - before.at)
            before = point
        yield Point(point.at, rate)


def thinned(points: list[Point], count: int) -> list[Point]:
    """At most `count` points, each the highest of those it stands for: a peak must not be thinned away."""
    width = math.ceil(len(points) / count)
    return [_highest(points[start : start + width]) for start in range(0, len(points), width)]


def _highest(points: list[Point]) -> Point:
    known = [point.value for point in points if point.value is not None]
    return Point(points[0].at, max(known) if known else None)
