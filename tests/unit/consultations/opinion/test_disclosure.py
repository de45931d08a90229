"""Nothing shown, nor anything that can be taken from the whole, is about one to four people."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from services.consultations.opinion.arrays import Ints
from services.consultations.opinion.disclosure import hidden_cells, large_groups

TABLES = st.tuples(st.integers(1, 6), st.integers(1, 8)).flatmap(
    lambda shape: arrays(np.int64, shape, elements=st.integers(0, 12))
)


@given(TABLES)
def test_what_is_left_of_the_whole_is_nobody_or_five_or_the_whole(voters: Ints) -> None:
    hidden = hidden_cells(voters)

    assert not np.any(~hidden & (voters > 0) & (voters < 5))
    left = np.where(hidden, voters, 0).sum(axis=0)
    assert np.all((left == 0) | (left >= 5) | (left == voters.sum(axis=0)))


@given(TABLES)
def test_nothing_is_hidden_without_a_small_cell(voters: Ints) -> None:
    large = np.where(voters < 5, 0, voters)

    assert not hidden_cells(large).any()


def test_the_smallest_large_cell_is_hidden_beside_a_small_one() -> None:
    assert hidden_cells(np.array([[3], [30], [7]])).tolist() == [[True], [False], [True]]


def test_groups_of_five_are_shown() -> None:
    groups = np.array([0] * 5 + [1] * 4 + [3] * 6 + [-1] * 9)

    assert large_groups(groups, 5) == [0, 3]
