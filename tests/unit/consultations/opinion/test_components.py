"""Principal directions of the sparse matrix against a plain decomposition of the dense one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.consultations.opinion.arrays import Floats
from services.consultations.opinion.components import components, projection
from services.consultations.opinion.votes import VoteMatrix


def matrix(dense: Floats) -> VoteMatrix:
    """The votes of a matrix of -1, 0, 1 and NaN."""
    rows, columns = np.nonzero(~np.isnan(dense))
    people, comments = dense.shape
    return VoteMatrix(
        tuple(f"p{number}" for number in range(people)),
        tuple(f"c{number}" for number in range(comments)),
        rows,
        columns,
        dense[rows, columns],
        np.zeros(comments, dtype=np.bool_),
        np.full(people, -1),
        (),
    )


def random_votes(people: int, comments: int, seed: int, seen: float = 0.5) -> Floats:
    """Votes with two strong directions among noise."""
    rng = np.random.default_rng(seed)
    leaning = rng.normal(size=(people, 2)) @ (rng.normal(size=(2, comments)) * [[2.0], [1.0]])
    votes = np.sign(leaning + rng.normal(size=(people, comments)))
    return np.where(rng.random((people, comments)) < seen, votes, np.nan)


def centred(dense: Floats) -> Floats:
    """A missing vote at the comment's mean, then the mean taken off."""
    seen = ~np.isnan(dense)
    means = np.where(seen, dense, 0).sum(axis=0) / np.maximum(seen.sum(axis=0), 1)
    return np.where(seen, dense - means, 0.0)


@given(people=st.integers(2, 40), comments=st.integers(1, 30), seed=st.integers(0, 10_000))
def test_no_two_directions_hold_more_of_the_differences(people: int, comments: int, seed: int) -> None:
    dense = random_votes(people, comments, seed)

    found = components(matrix(dense))

    held = np.square(centred(dense) @ found).sum(axis=0)
    best = np.square(np.linalg.svd(centred(dense), compute_uv=False))[:2]
    assert held[: len(best)] == pytest.approx(best, rel=1e-4, abs=1e-4)


def test_directions_are_of_length_one_and_at_right_angles() -> None:
    found = components(matrix(random_votes(300, 120, 3)))

    assert found.T @ found == pytest.approx(np.eye(2), abs=1e-9)


def test_the_order_of_comments_turns_no_direction_round() -> None:
    dense = random_votes(200, 60, 5)

    assert components(matrix(dense[:, ::-1]))[::-1] == pytest.approx(components(matrix(dense)), abs=1e-5)


def test_people_stand_where_their_own_votes_put_them_stretched_by_how_few_they_are() -> None:
    dense = random_votes(40, 20, 7)
    directions = components(matrix(dense))

    places = projection(matrix(dense), directions)

    for person in range(40):
        given_votes = np.count_nonzero(~np.isnan(dense[person]))
        along = centred(dense)[person] @ directions
        assert places[person] == pytest.approx(along * np.sqrt(20 / max(int(given_votes), 1)))


@pytest.mark.parametrize("votes", [np.full((3, 2), np.nan), np.ones((3, 2)), np.zeros((0, 0))])
def test_votes_that_do_not_differ_have_no_direction(votes: Floats) -> None:
    assert not np.any(components(matrix(votes)))
