"""From votes to groups of people: who takes part, where they stand, which group they are in.

The method is that of polis (Small, Bjorkegren, Erkkilä, Shaw, Megill: Polis, scaling deliberation by mapping high
dimensional opinion spaces, 2021) with its constants. Three things are done more carefully, so that the same votes give
the same groups: several starts of k-means instead of one, people settled one by one in the end instead of by the
hundred fine clusters, and a larger number of groups only where it is clearly better.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from services.consultations.opinion.arrays import Bools, Floats, Ints, counted, summed
from services.consultations.opinion.choosing import (
    FEWEST,
    GroupCount,
    best_count,
    counts_to_try,
    silhouette,
    steadied,
)
from services.consultations.opinion.clustering import Clusters, fine_clusters, groupings, settle
from services.consultations.opinion.components import components, projection
from services.consultations.opinion.disclosure import SMALLEST
from services.consultations.opinion.votes import VoteMatrix

_ENOUGH_VOTES: Final = 7
_FEWEST_PEOPLE: Final = 15
_NAMING: Final = 50
"""Comments that ids of groups go by: more would add nothing to the sum."""
NONE: Final = -1


@dataclass(frozen=True, slots=True)
class Division:
    """The groups of one run; the next one starts from `count` alone.

    Rows are those of the matrix, -1 where a person is in no cluster or group. `places` has shape (people, 2).
    `groups` are ids 0 … 4: 0 agrees most with the first comment.
    """

    places: Floats
    fine: Ints
    groups: Ints
    count: GroupCount | None = None


def divide(votes: VoteMatrix, former: GroupCount | None = None) -> Division:
    """Groups of the people who voted enough. Once their number is settled they follow from the votes alone."""
    shaping = votes.without_withheld()
    places = projection(shaping, components(shaping))
    rows = np.flatnonzero(_taking_part(votes, shaping))
    nobody = np.full(len(votes.people), NONE)
    if not len(rows):
        return Division(places, nobody, nobody)
    points = places[rows]
    fine = fine_clusters(points)
    size = counted(fine.labels, len(fine.centres)).astype(float)
    found = {count: groupings(fine.centres, size, count) for count in counts_to_try(len(points), len(fine.centres))}
    scores = {count: silhouette(fine.centres, size, found[count].labels) for count in _showable(found, size)}
    chosen = steadied(best_count(scores), former, among=scores.keys())
    people = settle(points, np.ones(len(points)), found[chosen.chosen].centres)
    labels = _spread(rows, people.labels, nobody)
    return Division(places, _spread(rows, fine.labels, nobody), _named(shaping, labels), chosen)


def _taking_part(votes: VoteMatrix, shaping: VoteMatrix) -> Bools:
    """Who voted on seven comments (on all, where there are fewer); the fifteen who voted most if those are fewer."""
    given = votes.given
    enough = given >= min(_ENOUGH_VOTES, max(int(np.count_nonzero(votes.voted_on)), 1))
    if np.count_nonzero(enough) < _FEWEST_PEOPLE:
        enough[np.argsort(-given, kind="stable")[:_FEWEST_PEOPLE]] = True
    taking: Bools = enough & (shaping.given > 0)
    return taking


def _showable(found: dict[int, Clusters], size: Floats) -> list[int]:
    """Counts that leave at least two groups large enough to be shown, or all where none does.

    Without this, one person who votes like nobody else could be all that is told apart.
    """
    large = {
        count: np.count_nonzero(summed(each.labels, size, len(each.centres)) >= SMALLEST)
        for count, each in found.items()
    }
    return [count for count, groups in large.items() if groups >= FEWEST] or list(found)


def _named(votes: VoteMatrix, labels: Ints) -> Ints:
    """Group ids for labels: the more a group agrees with the first comment, the lower; each further one counts half.

    So every process gives the same ids, and they stay while votes and comments come. Former ids would be known to some
    processes only; ids by members would tell of a member.
    """
    size = int(labels.max()) + 1
    disagree, passed, agree = np.moveaxis(votes.tallies(labels, size)[:, :_NAMING], 2, 0)
    # Few votes on a comment tell little.
    balance = (agree - disagree) / (agree + passed + disagree + SMALLEST)
    score = balance @ 0.5 ** np.arange(balance.shape[1])
    names = np.full(size + 1, NONE)
    names[np.argsort(-score, kind="stable")] = np.arange(size)
    named: Ints = names[labels]
    return named


def _spread(rows: Ints, values: Ints, nobody: Ints) -> Ints:
    full = nobody.copy()
    full[rows] = values
    return full
