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


def test_a_former_grouping_stays_while_it_is_about_as_good() -> None:
    rng = np.random.default_rng(3)
    # A round heap can be cut in two along any line.
    at = rng.normal(size=(4000, 2))
    along_y = np.array([[0.0, -0.8], [0.0, 0.8]])

    kept = groupings(at, np.ones(4000), 2, along_y)

    assert np.abs(kept.centres[:, 1]).min() > 0.5
    assert np.abs(kept.centres[:, 0]).max() < 0.4


def test_a_former_grouping_goes_when_another_is_better() -> None:
    at = points(90, 4)
    poor = np.array([[-3.0, -3.0], [-3.1, -3.1], [4.0, 4.0]])

    assert groupings(at, np.ones(90), 3, poor).spread == pytest.approx(groupings(at, np.ones(90), 3).spread)


def test_fine_clusters_start_with_the_first_hundred_and_stay_with_their_people() -> None:
    at = points(900, 5)
    first = fine_clusters(at)

    again = fine_clusters(at + 0.001, first.labels)

    assert len(first.centres) <= FINE_CLUSTERS
    assert np.mean([len(np.unique(again.labels[first.labels == each])) for each in np.unique(first.labels)]) < 1.2


def test_newcomers_far_away_get_a_fine_cluster_of_their_own() -> None:
    at = points(30, 6)
    first = fine_clusters(at)
    with_newcomer = np.vstack([at, [90.0, 90.0]])

    found = fine_clusters(with_newcomer, np.append(first.labels, -1))

    assert np.count_nonzero(found.labels == found.labels[-1]) == 1


def test_people_at_one_place_are_one_cluster() -> None:
    at = np.ones((20, 2))

    assert len(fine_clusters(at).centres) == 1
    assert len(groupings(at, np.ones(20), 3).centres) == 1
