"""The plot of the groups: bubbles of at least five people, never a person, and a table that says the same."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from services.consultations.opinion.arrays import Floats, Ints, counted, distances
from services.consultations.opinion.clustering import means
from services.consultations.opinion.disclosure import SMALLEST

WIDTH: Final = 1000
HEIGHT: Final = 640
_MARGIN: Final = 70
_SMALLEST_RADIUS: Final = 8.0
"""In units of the drawing: one person can still be seen, and touched."""
_LARGEST_RADIUS: Final = 44.0
"""In units of the drawing: no bubble hides its neighbours."""
_COVERED: Final = 0.12
"""The share of the drawing that all bubbles together take."""


@dataclass(frozen=True, slots=True)
class Bubble:
    """At least five people of one group who vote alike; x, y, radius in the units of the plot, y downwards."""

    group: int
    x: int
    y: int
    radius: float
    people: int


@dataclass(frozen=True, slots=True)
class Outline:
    """The convex outline of a group's bubbles, corners in order; of one or two bubbles it has one or two corners."""

    group: int
    corners: tuple[tuple[int, int], ...]

    @property
    def points(self) -> str:
        """Corners as SVG writes them."""
        return " ".join(f"{x},{y}" for x, y in self.corners)


@dataclass(frozen=True, slots=True)
class PlotRow:
    """What the plot says of a group: how large it is, where its middle is, which group is nearest and how far.

    `width` is the mean distance of its bubbles from the middle; distances and places are in the units of the plot.
    """

    group: int
    people: int
    bubbles: int
    x: int
    y: int
    width: int
    nearest: int | None
    distance: int | None


@dataclass(frozen=True, slots=True)
class Plot:
    """Everything drawn, in a box of `width` by `height`."""

    bubbles: tuple[Bubble, ...] = ()
    outlines: tuple[Outline, ...] = ()
    rows: tuple[PlotRow, ...] = ()
    width: int = WIDTH
    height: int = HEIGHT


def plot(places: Floats, fine: Ints, groups: Ints, shown: list[int]) -> Plot:
    """Draws the groups in `shown`, each of at least five people.

    Args:
        places: where people stand, shape (people, 2)
        fine: the fine cluster of each, -1 for none
        groups: the group of each, -1 for none
        shown: ids of the groups to draw
    """
    binned = [(group, *_bins(places[groups == group], fine[groups == group])) for group in shown]
    if not binned:
        return Plot()
    drawn = _scaled(np.vstack([centres for _, centres, _ in binned]))
    size = _unit_radius([int(people) for _, _, sizes in binned for people in sizes])
    bubbles: list[Bubble] = []
    for group, centres, sizes in binned:
        at = drawn[len(bubbles) : len(bubbles) + len(centres)]
        bubbles += [
            Bubble(group, int(x), int(y), _radius(int(people), size), int(people))
            for (x, y), people in zip(at, sizes, strict=True)
        ]
    outlines = tuple(Outline(group, _outline([(b.x, b.y) for b in bubbles if b.group == group])) for group in shown)
    return Plot(tuple(bubbles), outlines, _rows(bubbles, shown))


def _bins(points: Floats, fine: Ints) -> tuple[Floats, Ints]:
    """Centres and sizes of bins of at least five people: the smallest bin joins the nearest until none is smaller."""
    _, labels = np.unique(fine, return_inverse=True)
    weights = np.ones(len(points))
    while True:
        sizes = counted(labels, int(labels.max()) + 1)
        centres = means(points, weights, labels)
        least = int(sizes.argmin())
        if sizes[least] >= SMALLEST or len(sizes) == 1:
            return centres, sizes
        gap = distances(centres[least : least + 1], centres)[0]
        gap[least] = np.inf
        labels[labels == least] = gap.argmin()
        _, labels = np.unique(labels, return_inverse=True)


def _scaled(centres: Floats) -> Ints:
    """Centres in the units of the plot, both axes at one scale, in the middle of the box."""
    low, high = centres.min(axis=0), centres.max(axis=0)
    room = np.array([WIDTH, HEIGHT]) - 2 * _MARGIN
    extent = np.maximum(high - low, 1e-9)
    scale = float((room / extent).min()) if np.any(high > low) else 0.0
    at = np.array([WIDTH, HEIGHT]) / 2 + (centres - (low + high) / 2) * scale * np.array([1, -1])
    rounded: Ints = np.rint(at).astype(np.int64)
    return rounded


def _unit_radius(sizes: list[int]) -> float:
    """The radius for one person: all bubbles together take a fixed share of the box, the largest is not too large."""
    covering = math.sqrt(_COVERED * WIDTH * HEIGHT / sum(sizes) / math.pi)
    return min(covering, _LARGEST_RADIUS / math.sqrt(max(sizes)))


def _radius(people: int, unit: float) -> float:
    """Area by the number of people."""
    return round(max(_SMALLEST_RADIUS, unit * math.sqrt(people)), 1)


def _outline(points: list[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    """The convex hull by Andrew's monotone chain, corners in order."""
    ordered = sorted(set(points))
    if len(ordered) <= 2:
        return tuple(ordered)
    return tuple(_chain(ordered)[:-1] + _chain(ordered[::-1])[:-1])


def _chain(points: list[tuple[int, int]]) -> list[tuple[int, int]]:
    chain: list[tuple[int, int]] = []
    for point in points:
        while len(chain) > 1 and _turn(chain[-2], chain[-1], point) <= 0:
            chain.pop()
        chain.append(point)
    return chain


def _turn(one: tuple[int, int], two: tuple[int, int], three: tuple[int, int]) -> int:
    return (two[0] - one[0]) * (three[1] - one[1]) - (two[1] - one[1]) * (three[0] - one[0])


def _rows(bubbles: list[Bubble], shown: list[int]) -> tuple[PlotRow, ...]:
    middles, widths = [], []
    for group in shown:
        at = np.array([(b.x, b.y) for b in bubbles if b.group == group], dtype=float)
        people = np.array([b.people for b in bubbles if b.group == group], dtype=float)
        middle = np.average(at, axis=0, weights=people)
        middles.append(middle)
        widths.append(float(np.average(np.linalg.norm(at - middle, axis=1), weights=people)))
    apart = distances(np.array(middles), np.array(middles))
    np.fill_diagonal(apart, np.inf)
    rows = []
    for index, group in enumerate(shown):
        own = [b for b in bubbles if b.group == group]
        near = int(apart[index].argmin()) if len(shown) > 1 else None
        rows.append(
            PlotRow(
                group,
                sum(b.people for b in own),
                len(own),
                round(float(middles[index][0])),
                round(float(middles[index][1])),
                round(widths[index]),
                None if near is None else shown[near],
                None if near is None else round(float(apart[index, near])),
            )
        )
    return tuple(rows)
