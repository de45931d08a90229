"""The comments that tell a group from the others, by the probability tests of polis.

Of votes in the group and outside it: p is the share that takes a side (with one vote added to each of two sides), its
test a z-score against one half; r is p over the same outside, its test the z-score of two proportions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from services.consultations.opinion.arrays import Bools, Floats, Ints

Side = Literal["agree", "disagree"]
SURE: Final = 1.2816
"""A one-sided z-score at 90 %."""
MOST_SHOWN: Final = 5
_SIDES: Final[tuple[tuple[Side, int], ...]] = (("agree", 2), ("disagree", 0))


@dataclass(frozen=True, slots=True)
class Representative:
    """A comment that stands for a group: `votes` of its `voters` in the group took this side.

    `ratio` is how many times likelier the group is to take it than the others; `z` and `ratio_z` are the z-scores of
    the share and of the ratio.
    """

    comment: str
    side: Side
    votes: int
    voters: int
    probability: float
    ratio: float
    z: float
    ratio_z: float

    @property
    def strength(self) -> float:
        """What they are ranked by, greatest first."""
        return self.ratio * self.ratio_z * self.probability * self.z

    @property
    def sure(self) -> bool:
        """Whether both tests hold at 90 %."""
        return self.z > SURE and self.ratio_z > SURE


def share_z(successes: Ints, trials: Ints) -> Floats:
    """z-score of a share against one half, one success added: shape as given."""
    found: Floats = 2 * np.sqrt(trials + 1) * ((successes + 1) / (trials + 1) - 0.5)
    return found


def two_shares_z(successes: Ints, trials: Ints, other_successes: Ints, other_trials: Ints) -> Floats:
    """z-score of the difference of two shares, one success and one trial added to each: shape as given."""
    one, two = (successes + 1) / (trials + 1), (other_successes + 1) / (other_trials + 1)
    pooled = (successes + other_successes + 2) / (trials + other_trials + 2)
    error = np.sqrt(pooled * (1 - pooled) * (1 / (trials + 1) + 1 / (other_trials + 1)))
    found: Floats = np.divide(one - two, error, out=np.zeros_like(one), where=error > 0)
    return found


def representatives(tallies: Ints, hidden: Bools, comments: tuple[str, ...]) -> list[tuple[Representative, ...]]:
    """At most five comments for each group, agreed ones first.

    Args:
        tallies: disagree, pass, agree, shape (groups, comments, 3)
        hidden: cells that must not be shown, shape (groups, comments)
        comments: names of the comments
    """
    whole = tallies.sum(axis=0)
    found = []
    for tally, out in zip(tallies, hidden, strict=True):
        voted = np.flatnonzero((tally.sum(axis=1) > 0) & ~out)
        of_sides = [_of_side(side, tally[voted], whole[voted], at) for side, at in _SIDES]
        names = [comments[each] for each in voted]
        candidates = [_candidates(name, position, of_sides) for position, name in enumerate(names)]
        found.append(_selected(candidates))
    return found


@dataclass(frozen=True, slots=True)
class _SideStatistics:
    side: Side
    votes: Ints
    voters: Ints
    probability: Floats
    ratio: Floats
    z: Floats
    ratio_z: Floats

    def candidate(self, comment: str, at: int) -> Representative:
        return Representative(
            comment,
            self.side,
            int(self.votes[at]),
            int(self.voters[at]),
            float(self.probability[at]),
            float(self.ratio[at]),
            float(self.z[at]),
            float(self.ratio_z[at]),
        )


def _of_side(side: Side, tally: Ints, whole: Ints, at: int) -> _SideStatistics:
    votes, voters = tally[:, at], tally.sum(axis=1)
    other_votes, other_voters = whole[:, at] - votes, whole.sum(axis=1) - voters
    probability = (votes + 1) / (voters + 2)
    return _SideStatistics(
        side,
        votes,
        voters,
        probability,
        probability / ((other_votes + 1) / (other_voters + 2)),
        share_z(votes, voters),
        two_shares_z(votes, voters, other_votes, other_voters),
    )


_Pair = tuple[Representative, Representative]
"""A comment as agreed and as disagreed with."""


def _candidates(comment: str, at: int, sides: list[_SideStatistics]) -> _Pair:
    agree, disagree = (side.candidate(comment, at) for side in sides)
    return agree, disagree


def _selected(candidates: list[_Pair]) -> tuple[Representative, ...]:
    """The surest first, led by the comment most agreed on; where none is sure, that one or the best of all."""
    sure = [_stronger(pair) for pair in candidates if pair[0].sure or pair[1].sure]
    agreed = _most_agreed(candidates)
    if not sure:
        best = max(candidates, key=lambda pair: max(pair[0].ratio_z, pair[1].ratio_z), default=None)
        return (agreed,) if agreed else ((_stronger(best),) if best else ())
    rest = [each for each in sure if agreed is None or each.comment != agreed.comment]
    ranked = ([agreed] if agreed else []) + sorted(rest, key=lambda each: -each.strength)
    return tuple(sorted(ranked[:MOST_SHOWN], key=lambda each: each.side != "agree"))


def _stronger(pair: _Pair) -> Representative:
    agree, disagree = pair
    return agree if agree.ratio_z > disagree.ratio_z else disagree


def _most_agreed(candidates: list[_Pair]) -> Representative | None:
    """The agreed comment that speaks best for the group: by ratio and share, by share alone while none is special."""
    best: Representative | None = None
    for agree, disagree in candidates:
        if agree.votes + disagree.votes == 0:
            continue
        if best is None:
            better = agree.z > SURE or (agree.ratio > 1 and agree.probability > 0.5)
        elif best.ratio > 1:
            better = agree.strength > best.strength
        else:
            better = agree.probability * agree.z > best.probability * best.z
        best = agree if better else best
    return best
