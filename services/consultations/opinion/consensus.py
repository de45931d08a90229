"""Comments on which every part takes the same side: across groups of opinion, or across classes of stakeholders."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from services.consultations.opinion.arrays import Bools, Floats, Ints
from services.consultations.opinion.disclosure import SMALLEST
from services.consultations.opinion.representative import MOST_SHOWN, SURE, Side, share_z


@dataclass(frozen=True, slots=True)
class PartShare:
    """`votes` of the `voters` of a part (a group's letter, a class) took the side."""

    part: str
    votes: int
    voters: int


@dataclass(frozen=True, slots=True)
class Consensus:
    """A comment on whose side every part is; `score` is the geometric mean of the parts' shares, 0 to 1."""

    comment: str
    side: Side
    score: float
    parts: tuple[PartShare, ...]


def consensus(
    tallies: Ints, hidden: Bools, comments: tuple[str, ...], parts: tuple[str, ...], *, heard: int
) -> tuple[Consensus, ...]:
    """At most five comments agreed on by all, then at most five that all disagree with, the strongest first.

    A part is heard on a comment when at least five of its people voted and the cell may be shown. All parts that are
    heard must be more for than not, and the whole for it at 90 % (polis ranks by the product of the groups' shares;
    the geometric mean ranks the same and does not punish a comment for being heard by more parts).

    Args:
        tallies: disagree, pass, agree, shape (parts, comments, 3)
        hidden: cells that must not be shown, shape (parts, comments)
        comments: names of the comments
        parts: names of the parts
        heard: in how many parts, at the least, a comment must be heard
    """
    if len(parts) < heard:
        return ()
    voters = tallies.sum(axis=2)
    counts = (voters >= SMALLEST) & ~hidden
    found: list[Consensus] = []
    sides: tuple[tuple[Side, int], ...] = (("agree", 2), ("disagree", 0))
    for side, at in sides:
        votes = tallies[:, :, at]
        shares = (votes + 1) / (voters + 2)
        whole = share_z(np.where(counts, votes, 0).sum(axis=0), np.where(counts, voters, 0).sum(axis=0))
        together = np.all(np.where(counts, shares > 0.5, True), axis=0)
        chosen = together & (counts.sum(axis=0) >= heard) & (whole > SURE)
        score = _score(shares, counts)
        ranked = sorted(np.flatnonzero(chosen), key=lambda comment: (-score[comment], comment))
        for comment in ranked[:MOST_SHOWN]:
            shown = tuple(
                PartShare(parts[part], int(votes[part, comment]), int(voters[part, comment]))
                for part in np.flatnonzero(counts[:, comment])
            )
            found.append(Consensus(comments[comment], side, float(score[comment]), shown))
    return tuple(found)


def _score(shares: Floats, counts: Bools) -> Floats:
    logarithms = np.where(counts, np.log(shares), 0.0).sum(axis=0)
    score: Floats = np.exp(logarithms / np.maximum(counts.sum(axis=0), 1))
    return score
