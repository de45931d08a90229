"""k-means of points with weights: fine clusters of people first, then few groups of those."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from services.consultations.opinion.arrays import Floats, Ints, distances, summed

FINE_CLUSTERS: Final = 100
_ROUNDS: Final = 100
_STARTS: Final = 20
_BLOCK: Final = 512
"""Points whose distances to a hundred centres are held at once: so many stay in the cache of a processor."""


@dataclass(frozen=True, slots=True)
class Clusters:
    """`labels[point]` is an index into `centres`; each centre has a point. `spread` is the weighted sum of squares."""

    labels: Ints
    centres: Floats
    spread: float


def nearest(points: Floats, centres: Floats) -> Ints:
    """The index of the centre nearest to each point; the first one where two are as near."""
    blocks = [distances(points[at : at + _BLOCK], centres).argmin(axis=1) for at in range(0, len(points), _BLOCK)]
    return np.concatenate(blocks) if blocks else np.zeros(0, dtype=np.int64)


def settle(points: Floats, weights: Floats, centres: Floats) -> Clusters:
    """Lloyd's rounds from given centres until no point changes its cluster; a centre that loses all points is gone."""
    labels = np.full(len(points), -1)
    for _ in range(_ROUNDS):
        used, fresh = np.unique(nearest(points, centres), return_inverse=True)
        if len(used) == len(centres) and np.array_equal(fresh, labels):
            break
        labels = fresh
        centres = means(points, weights, labels)
    spread = float((weights * np.square(points - centres[labels]).sum(axis=1)).sum())
    return Clusters(labels, centres, spread)


def means(points: Floats, weights: Floats, labels: Ints) -> Floats:
    """The weighted mean of the points of each label; labels are 0, 1, 2 … with a point each."""
    size = int(labels.max()) + 1
    total = summed(labels, weights, size)
    axes = [summed(labels, weights * points[:, axis], size) / total for axis in range(points.shape[1])]
    return np.stack(axes, axis=1)


def fine_clusters(points: Floats) -> Clusters:
    """At most a hundred clusters of people, as in polis: from the first hundred different points.

    Args:
        points: shape (people, 2), at least one
    """
    _, first = np.unique(points, axis=0, return_index=True)
    return settle(points, np.ones(len(points)), points[np.sort(first)[:FINE_CLUSTERS]])


def groupings(points: Floats, weights: Floats, count: int) -> Clusters:
    """The tightest of several groupings into `count` groups.

    Starts are drawn by k-means++ from a seed that depends on `count` only, so that the same points give the same.
    """
    rng = np.random.default_rng(count)
    starts = [_spread_start(points, weights, count, rng) for _ in range(_STARTS)]
    return min((settle(points, weights, start) for start in starts), key=lambda found: found.spread)


def _spread_start(points: Floats, weights: Floats, count: int, rng: np.random.Generator) -> Floats:
    """k-means++: each next centre is a point drawn by its squared distance from those before."""
    chances = weights
    chosen: list[Floats] = []
    gap = np.full(len(points), np.inf)
    while len(chosen) < count and chances.sum() > 0:
        chosen.append(points[rng.choice(len(points), p=chances / chances.sum())])
        gap = np.minimum(gap, np.square(points - chosen[-1]).sum(axis=1))
        chances = weights * gap
    return np.array(chosen)
