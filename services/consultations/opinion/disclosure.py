"""What may be shown so that nobody in a small group can be picked out."""

from __future__ import annotations

from typing import Final

import numpy as np

from services.consultations.opinion.arrays import Bools, Ints, counted

SMALLEST: Final = 5
"""Fewer people than this are never shown as a group, nor a comment's votes by fewer."""


def large_groups(groups: Ints, possible: int) -> list[int]:
    """Ids of the groups with enough people to be shown, in rising order."""
    sizes = counted(groups[groups >= 0], possible)
    return [name for name in range(possible) if sizes[name] >= SMALLEST]


def hidden_cells(voters: Ints) -> Bools:
    """Which cells of a table of voters must not be shown: shape (parts, comments), as `voters`.

    The parts of a comment make up its voters, whose number anybody can see. Hidden are cells of one to four voters,
    and the smallest of the others with them where the hidden ones together would still be fewer than five: so what is
    left when all that is shown is taken from the whole is nobody, or at least five people, or the whole.
    """
    hidden: Bools = (voters > 0) & (voters < SMALLEST)
    left = np.where(hidden, voters, 0).sum(axis=0)
    for comment in np.flatnonzero((left > 0) & (left < SMALLEST)):
        column = voters[:, comment]
        showable = np.where((column >= SMALLEST) & ~hidden[:, comment], column, np.iinfo(np.int64).max)
        if column.max(initial=0) >= SMALLEST:
            hidden[showable.argmin(), comment] = True
    return hidden
