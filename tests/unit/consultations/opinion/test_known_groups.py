"""Conversations whose groups are known, made without any thought of how they are found.

Each group has a chance of its own to agree with each divisive comment, people answer unequally much, and the yardstick
is who knows these chances: it puts everybody into the group that their votes are likeliest from.
"""

from __future__ import annotations

import numpy as np
import pytest

from services.consultations.opinion.arrays import Floats, Ints
from services.consultations.opinion.division import divide
from services.consultations.opinion.votes import VoteMatrix
from tests.conversations import adjusted_rand


def conversation(people: int, comments: int, groups: int, answered: float, seed: int) -> tuple[VoteMatrix, Ints, Ints]:
    """The votes, everybody's group, and the group that the yardstick gives them."""
    rng = np.random.default_rng(seed)
    group = rng.choice(groups, people)
    chances = np.repeat(rng.beta(2, 2, (1, comments)), groups, axis=0)
    divisive = rng.random(comments) < 0.5
    chances[:, divisive] = np.where(rng.random((groups, comments)) < 0.5, 0.85, 0.15)[:, divisive]
    share = np.clip(answered * np.exp(rng.normal(-0.18, 0.6, people)), 0.002, 1)
    seen = rng.random((people, comments)) < share[:, None]
    sides = np.where(rng.random((people, comments)) < chances[group], 1, -1)
    sides = np.where(rng.random((people, comments)) < 0.12, 0, sides)
    rows, columns = np.nonzero(seen)
    names = tuple(f"p{at}" for at in range(people)), tuple(f"c{at}" for at in range(comments))
    nobody = np.full(people, -1)
    votes = VoteMatrix(*names, rows, columns, sides[seen].astype(float), np.zeros(comments, dtype=np.bool_), nobody, ())
    return votes, group, likeliest(np.where(seen, sides, 0), chances)


def rand(one: Ints, other: Ints) -> float:
    return adjusted_rand(one.tolist(), other.tolist())


def likeliest(sides: Ints, chances: Floats) -> Ints:
    found: Ints = ((sides == 1) @ np.log(chances).T + (sides == -1) @ np.log(1 - chances).T).argmax(axis=1)
    return found


@pytest.mark.parametrize(
    ("people", "comments", "groups", "answered"), [(300, 60, 2, 0.4), (2000, 100, 2, 0.15), (2000, 100, 3, 0.4)]
)
def test_groups_are_found_about_as_well_as_can_be(people: int, comments: int, groups: int, answered: float) -> None:
    votes, group, best = conversation(people, comments, groups, answered, seed=0)

    found = divide(votes).groups

    told = found >= 0
    assert len(np.unique(found[told])) == groups
    assert rand(found[told], group[told]) >= 0.85 * rand(best[told], group[told])
