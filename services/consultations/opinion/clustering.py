"""k-means of points with weights: fine clusters of people first, then few groups of those."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from services.consultations.opinion.arrays import Floats, Ints, distances, summed

FINE_CLUSTERS: Final = 100
_ROUNDS: Final = 100
_STARTS: Final = 20
_WORTH_CHANGING: Final = 0.01
"""A grouping near the former one stays unless another is tighter by this share."""
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


def fine_clusters(points: Floats, former: Ints | None = None) -> Clusters:
    """At most a hundred clusters of people.

    As in polis: the first time from the first hundred different points, later from the former clusters at their
    people's new places, with the point farthest from all of them as a new one until there are enough.

    Args:
        points: shape (people, 2), at least one, in order of arrival
        former: the cluster of each in the former run, -1 for a newcomer
    """
    weights = np.ones(len(points))
    if former is None or not np.any(former >= 0):
        _, first = np.unique(points, axis=0, return_index=True)
        return settle(points, weights, points[np.sort(first)[:FINE_CLUSTERS]])
    return settle(points, weights, _filled(points, former_centres(points, weights, former)))


def former_centres(points: Floats, weights: Floats, former: Ints) -> Floats:
    """Centres of the former clusters at the points' places of today, identical ones once."""
    known = former >= 0
    _, labels = np.unique(former[known], return_inverse=True)
    return np.unique(means(points[known], weights[known], labels), axis=0)


def groupings(points: Floats, weights: Floats, count: int, former: Floats | None = None) -> Clusters:
    """The tightest of several groupings into `count` groups, or the former one settled anew where it is about as good.

    Starts are drawn by k-means++ from a seed that depends on `count` only, so that the same points give the same.
    """
    rng = np.random.default_rng(count)
    starts = [_spread_start(points, weights, count, rng) for _ in range(_STARTS)]
    best = min((settle(points, weights, start) for start in starts), key=lambda found: found.spread)
    if former is None or len(former) != count:
        return best
    kept = settle(points, weights, former)
    worse = kept.spread > best.spread * (1 + _WORTH_CHANGING) or len(kept.centres) < len(best.centres)
    return best if worse else kept


def _filled(points: Floats, centres: Floats) -> Floats:
    """Adds the farthest point as a centre until there are a hundred, or no point is away from its centre."""
    gap = np.min([np.square(points - centre).sum(axis=1) for centre in centres], axis=0)
    while len(centres) < FINE_CLUSTERS and gap.max() > 0:
        far = points[gap.argmax()]
        centres = np.vstack([centres, far])
        gap = np.minimum(gap, np.square(points - far).sum(axis=1))
    return centres


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
