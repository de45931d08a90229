"""How many groups there are: by silhouette, cautiously, and not changed by one stray vote."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import numpy as np

from services.consultations.opinion.arrays import Floats, Ints, distances

FEWEST: Final = 2
MOST: Final = 5
_PEOPLE_PER_GROUP: Final = 12
"""One more group may be tried for each dozen of people."""
_PATIENCE: Final = 4
"""So many times in succession another number must win before it is taken."""


@dataclass(frozen=True, slots=True)
class Silhouette:
    """How much nearer the points are to their own group than to the next, -1 to 1, and how sure that mean is."""

    mean: float
    error: float


@dataclass(frozen=True, slots=True)
class GroupCount:
    """`chosen` is in use; `wanted` won the last time, for the `streak`th time in succession."""

    chosen: int
    wanted: int
    streak: int

    @property
    def settled(self) -> bool:
        """Whether the number in use is the one that won."""
        return self.wanted == self.chosen


def counts_to_try(people: int, places: int) -> range:
    """2 up to 5 groups, fewer where there are few people, or few places where they stand."""
    return range(FEWEST, max(FEWEST, min(MOST, FEWEST + people // _PEOPLE_PER_GROUP, places)) + 1)


def silhouette(points: Floats, weights: Floats, labels: Ints) -> Silhouette:
    """Silhouette of the people, of whom `weights` stand at each point; somebody alone in their group scores 0.

    The error is the standard error of a weighted mean, with the effective number of points for the weights: people in
    one fine cluster vote so alike that they are one observation.
    """
    groups = labels.max() + 1
    member = np.zeros((len(points), groups))
    member[np.arange(len(points)), labels] = weights
    size = member.sum(axis=0)
    summed = distances(points, points) @ member
    every = np.arange(len(points))
    beside = size[labels] - 1
    own = summed[every, labels] / np.where(beside > 0, beside, 1.0)
    other = summed / size
    other[every, labels] = np.inf
    next_best = other.min(axis=1)
    greater = np.maximum(own, next_best)
    alone = (beside <= 0) | (greater <= 0) | ~np.isfinite(next_best)
    scores = np.where(alone, 0.0, (np.where(alone, 0.0, next_best) - own) / np.where(alone, 1.0, greater))
    mean = float(np.average(scores, weights=weights))
    deviation = float(np.sqrt(np.average(np.square(scores - mean), weights=weights)))
    return Silhouette(mean, deviation * float(np.sqrt(np.square(weights).sum())) / float(weights.sum()))


def best_count(found: dict[int, Silhouette]) -> int:
    """The fewest groups whose silhouette is within one standard error of the best one's.

    Source: the one-standard-error rule (Breiman, Friedman, Olshen, Stone, Classification and Regression Trees, 1984).
    """
    best = max(found.values(), key=lambda each: each.mean)
    return min(count for count, each in found.items() if each.mean >= best.mean - best.error)


def steadied(wanted: int, former: GroupCount | None, *, among: Collection[int]) -> GroupCount:
    """Goes over to another number of groups only after it won four times in succession, as polis does.

    At once where the former number is not `among` those possible now.
    """
    if former is None or former.chosen not in among:
        return GroupCount(wanted, wanted, 1)
    streak = former.streak + 1 if wanted == former.wanted else 1
    return GroupCount(wanted if streak >= _PATIENCE else former.chosen, wanted, streak)
