"""From votes to groups of people: who takes part, where they stand, which group they are in.

The method is that of polis (Small, Bjorkegren, Erkkilä, Shaw, Megill: Polis, scaling deliberation by mapping high
dimensional opinion spaces, 2021) with its constants. Three things are done more carefully, so that the same votes give
the same groups: several starts of k-means instead of one, people settled one by one in the end instead of by the
hundred fine clusters, and a larger number of groups only where it is clearly better.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import permutations
from typing import Final

import numpy as np

from services.consultations.opinion.arrays import Bools, Floats, Ints, counted, summed
from services.consultations.opinion.choosing import (
    FEWEST,
    MOST,
    GroupCount,
    best_count,
    counts_to_try,
    silhouette,
    steadied,
)
from services.consultations.opinion.clustering import Clusters, fine_clusters, former_centres, groupings, settle
from services.consultations.opinion.components import components, projection
from services.consultations.opinion.disclosure import SMALLEST
from services.consultations.opinion.votes import VoteMatrix

_ENOUGH_VOTES: Final = 7
_FEWEST_PEOPLE: Final = 15
NONE: Final = -1


@dataclass(frozen=True, slots=True)
class Division:
    """The groups of one run, and what the next run starts from.

    Rows are those of the matrix, -1 where a person is in no cluster or group. `places` has shape (people, 2).
    `groups` are ids 0 … 4 that stay with their people from run to run; `by_count` are the groupings tried.
    """

    directions: Floats
    places: Floats
    fine: Ints
    groups: Ints
    by_count: dict[int, Ints] = field(default_factory=dict)
    count: GroupCount | None = None


def divide(votes: VoteMatrix, former: Division | None = None) -> Division:
    """Groups of the people who voted enough; the same votes and former division give the same groups."""
    shaping = votes.without_withheld()
    directions = components(shaping, None if former is None else former.directions)
    places = projection(shaping, directions)
    rows = np.flatnonzero(_taking_part(votes, shaping))
    nobody = np.full(len(votes.people), NONE)
    if not len(rows):
        return Division(directions, places, nobody, nobody)
    points = places[rows]
    fine = fine_clusters(points, _at(rows, former.fine) if former else None)
    found = _groupings(points, fine, rows, former)
    size = counted(fine.labels, len(fine.centres)).astype(float)
    scores = {count: silhouette(fine.centres, size, found[count].labels) for count in _showable(found, size)}
    chosen = steadied(best_count(scores), former.count if former else None, among=scores.keys())
    people = settle(points, np.ones(len(points)), found[chosen.chosen].centres)
    names = _named(people.labels, _at(rows, former.groups) if former else np.full(len(rows), NONE))
    return Division(
        directions,
        places,
        _spread(rows, fine.labels, nobody),
        _spread(rows, names, nobody),
        {count: _spread(rows, each.labels[fine.labels], nobody) for count, each in found.items()},
        chosen,
    )


def _taking_part(votes: VoteMatrix, shaping: VoteMatrix) -> Bools:
    """Who voted on seven comments (on all, where there are fewer); the fifteen who voted most if those are fewer."""
    given = votes.given
    enough = given >= min(_ENOUGH_VOTES, max(int(np.count_nonzero(votes.voted_on)), 1))
    if np.count_nonzero(enough) < _FEWEST_PEOPLE:
        enough[np.argsort(-given, kind="stable")[:_FEWEST_PEOPLE]] = True
    taking: Bools = enough & (shaping.given > 0)
    return taking


def _groupings(points: Floats, fine: Clusters, rows: Ints, former: Division | None) -> dict[int, Clusters]:
    weights = counted(fine.labels, len(fine.centres)).astype(float)
    found = {}
    for count in counts_to_try(len(points), len(fine.centres)):
        centres = None
        if former is not None and count in former.by_count:
            known = _at(rows, former.by_count[count])
            centres = former_centres(points, np.ones(len(points)), known) if np.any(known >= 0) else None
        found[count] = groupings(fine.centres, weights, count, centres)
    return found


def _showable(found: dict[int, Clusters], size: Floats) -> list[int]:
    """Counts that leave at least two groups large enough to be shown, or all where none does.

    Without this, one person who votes like nobody else could be all that is told apart.
    """
    large = {
        count: np.count_nonzero(summed(each.labels, size, len(each.centres)) >= SMALLEST)
        for count, each in found.items()
    }
    return [count for count, groups in large.items() if groups >= FEWEST] or list(found)


def _named(labels: Ints, former: Ints) -> Ints:
    """Group ids for labels: those under which most people keep the id they had; by size if all are new."""
    present, sizes = np.unique(labels, return_counts=True)
    order = present[np.argsort(-sizes, kind="stable")]
    kept = np.array(
        [[np.count_nonzero((labels == label) & (former == name)) for name in range(MOST)] for label in order]
    )
    every = np.arange(len(order))
    # The first of equals: ids in rising order.
    best = max(permutations(range(MOST), len(order)), key=lambda names: int(kept[every, names].sum()))
    names = np.full(int(present.max()) + 1, NONE)
    names[order] = best
    named: Ints = names[labels]
    return named


def _at(rows: Ints, former: Ints) -> Ints:
    """Former values of these rows; rows grow at the end, newcomers have none."""
    values = np.full(len(rows), NONE)
    known = rows < len(former)
    values[known] = former[rows[known]]
    return values


def _spread(rows: Ints, values: Ints, nobody: Ints) -> Ints:
    full = nobody.copy()
    full[rows] = values
    return full
