"""Conversations made up with known groups."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from services.consultations.opinion import OpinionState


@dataclass(frozen=True)
class Planted:
    """`group[person]`; `votes[person, comment]` is -1, 0 or 1 where `seen`."""

    group: npt.NDArray[np.int64]
    seen: npt.NDArray[np.bool_]
    votes: npt.NDArray[np.int64]

    def state(self) -> OpinionState:
        """All votes taken, person by person."""
        state = OpinionState()
        for person, comment in np.argwhere(self.seen).tolist():
            state.take(f"p{person}", f"c{comment}", int(self.votes[person, comment]))
        return state


def camps(people: int, comments: int, camps: int, *, noise: float, seed: int = 1) -> Planted:
    """Camps that each agree with their own comments and no others; of all votes, `noise` are thrown by dice."""
    rng = np.random.default_rng(seed)
    camp = np.arange(people) % camps
    votes = np.where(np.arange(comments) % camps == camp[:, None], 1, -1)
    thrown = rng.random((people, comments)) < noise
    said = np.where(thrown, rng.integers(-1, 2, (people, comments)), votes)
    return Planted(camp, np.ones((people, comments), dtype=np.bool_), said)


def planted(people: int, comments: int, groups: int, *, seen: float, seed: int = 1) -> Planted:
    """People of each group agree with nine in ten of what their group stands for, and answer a share of comments.

    Two groups take opposite sides; three and four are told apart along two lines, so that two dimensions can show them.
    """
    rng = np.random.default_rng(seed)
    group = np.arange(people) % groups
    lines = np.array([[1, 0], [-1, 0]] if groups == 2 else [[1, 1], [-1, 1], [-1, -1], [1, -1]][:groups])
    of_line = np.arange(comments) % 2
    sign = rng.choice([-1, 1], comments)
    stance = lines[group][:, of_line] * sign
    sides = np.where(rng.random((people, comments)) < np.where(stance > 0, 0.9, np.where(stance < 0, 0.1, 0.5)), 1, -1)
    passed = rng.random((people, comments)) < 0.1
    return Planted(group, rng.random((people, comments)) < seen, np.where(passed, 0, sides))
