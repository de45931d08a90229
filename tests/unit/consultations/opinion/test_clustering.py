"""k-means with weights."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.consultations.opinion.arrays import Floats, distances
from services.consultations.opinion.clustering import FINE_CLUSTERS, fine_clusters, groupings, settle


def points(count: int, seed: int) -> Floats:
    """Three heaps of points."""
    rng = np.random.default_rng(seed)
    heaps = np.array([[0.0, 0.0], [8.0, 0.0], [0.0, 8.0]])
    return heaps[np.arange(count) % 3] + rng.normal(size=(count, 2))


@given(count=st.integers(3, 60), groups=st.integers(1, 5), seed=st.integers(0, 1000))
def test_everybody_is_with_the_nearest_centre_and_centres_are_in_the_middle(count: int, groups: int, seed: int) -> None:
    at = points(count, seed)
    weights = np.random.default_rng(seed).integers(1, 9, count).astype(float)

    found = settle(at, weights, at[:groups])

    assert np.array_equal(found.labels, distances(at, found.centres).argmin(axis=1))
    for label, centre in enumerate(found.centres):
        own = found.labels == label
        assert np.average(at[own], axis=0, weights=weights[own]) == pytest.approx(centre)


def test_a_point_of_weight_three_is_as_good_as_three_points() -> None:
    at = points(30, 1)
    weights = np.array([1.0, 2.0, 3.0] * 10)

    weighted = settle(at, weights, at[:3])
    repeated = settle(np.repeat(at, weights.astype(int), axis=0), np.ones(60), at[:3])

    assert weighted.centres == pytest.approx(repeated.centres)
    assert weighted.spread == pytest.approx(repeated.spread)


def test_three_heaps_are_found_whatever_came_first() -> None:
    at = points(90, 2)
    order = np.argsort(at[:, 0])

    found = groupings(at[order], np.ones(90), 3)

    assert {tuple(sorted(np.unique(order[found.labels == label] % 3))) for label in range(3)} == {(0,), (1,), (2,)}


def test_fine_clusters_are_a_hundred_at_most() -> None:
    found = fine_clusters(points(900, 5))

    assert 50 < len(found.centres) <= FINE_CLUSTERS


def test_people_at_one_place_are_one_cluster() -> None:
    at = np.ones((20, 2))

    assert len(fine_clusters(at).centres) == 1
    assert len(groupings(at, np.ones(20), 3).centres) == 1
