"""The log of votes against a plain dictionary."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from services.consultations.opinion.votes import Names, Vote, VoteLog, class_indexes

ACTS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 4), st.sampled_from(Vote)))


@given(ACTS, st.sets(st.integers(0, 40)))
def test_the_last_vote_counts_however_often_the_log_is_made_short(
    acts: list[tuple[int, int, Vote]], shortened_after: set[int]
) -> None:
    log = VoteLog()
    plain: dict[tuple[int, int], Vote] = {}
    for number, (row, column, vote) in enumerate(acts):
        log.append(row, column, vote)
        plain[row, column] = vote
        if number in shortened_after:
            log.replace(len(log), log.copy().latest(5))

    rows, columns, values = log.copy().latest(5)

    assert dict(zip(zip(rows.tolist(), columns.tolist(), strict=True), values.tolist(), strict=True)) == plain


def test_votes_that_came_while_the_log_was_made_short_are_kept() -> None:
    log = VoteLog()
    log.append(0, 0, Vote.AGREE)
    log.append(0, 0, Vote.DISAGREE)
    copy = log.copy()
    log.append(1, 1, Vote.PASS)

    log.replace(len(copy.rows), copy.latest(2))

    assert len(log) == 2
    assert [array.tolist() for array in log.copy().latest(2)] == [[0, 1], [0, 1], [-1, 0]]


def test_an_index_is_never_given_twice() -> None:
    names = Names()
    assert [names.index(name) for name in "aba"] == [0, 1, 0]
    assert names.all() == ("a", "b")


def test_people_without_a_class_have_none() -> None:
    found, names = class_indexes(("a", "b", "c"), {"c": "ngo", "a": "expert"})

    assert names == ("expert", "ngo")
    assert np.array_equal(found, [0, -1, 1])
