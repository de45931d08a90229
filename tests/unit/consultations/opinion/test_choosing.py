"""How many groups: silhouettes against their definition, the cautious choice, the patience."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.consultations.opinion.arrays import Floats, Ints
from services.consultations.opinion.choosing import (
    GroupCount,
    Silhouette,
    best_count,
    counts_to_try,
    silhouette,
    steadied,
)


def by_definition(points: Floats, labels: Ints) -> float:
    """Rousseeuw's mean silhouette."""
    scores = []
    for point, label in zip(points, labels, strict=True):
        apart = np.linalg.norm(points - point, axis=1)
        own = apart[labels == label]
        if len(own) == 1:
            scores.append(0.0)
            continue
        inside = own.sum() / (len(own) - 1)
        outside = min(apart[labels == other].mean() for other in np.unique(labels) if other != label)
        scores.append((outside - inside) / max(inside, outside))
    return float(np.mean(scores))


@given(seed=st.integers(0, 1000), count=st.integers(4, 40), groups=st.integers(2, 4))
def test_silhouettes_are_as_defined(seed: int, count: int, groups: int) -> None:
    rng = np.random.default_rng(seed)
    points = rng.normal(size=(count, 2))
    labels = np.arange(count) % groups

    assert silhouette(points, np.ones(count), labels).mean == pytest.approx(by_definition(points, labels))


def test_people_of_one_place_count_as_if_each_were_a_point() -> None:
    rng = np.random.default_rng(1)
    points, people = rng.normal(size=(8, 2)), np.array([1, 2, 3, 40, 5, 6, 1, 9])
    labels = np.array([0, 0, 0, 1, 2, 2, 0, 2])

    together = silhouette(points, people.astype(float), labels)

    assert together.mean == pytest.approx(by_definition(points.repeat(people, axis=0), labels.repeat(people)))


def test_heaps_apart_score_near_one_and_one_heap_in_two_does_not() -> None:
    rng = np.random.default_rng(1)
    heap = rng.normal(size=(50, 2))
    labels = np.arange(100) // 50

    apart = silhouette(np.vstack([heap, heap + 50]), np.ones(100), labels)
    mixed = silhouette(np.vstack([heap, heap + 0.1]), np.ones(100), labels)

    assert apart.mean > 0.9
    assert mixed.mean < 0.1
    assert apart.error < 0.01


def test_one_group_scores_nothing() -> None:
    assert silhouette(np.ones((3, 2)), np.ones(3), np.zeros(3, dtype=np.int64)).mean == 0.0


def test_the_fewest_groups_that_are_about_as_good_are_taken() -> None:
    assert best_count({2: Silhouette(0.40, 0.02), 3: Silhouette(0.41, 0.02), 4: Silhouette(0.3, 0.02)}) == 2
    assert best_count({2: Silhouette(0.40, 0.02), 3: Silhouette(0.45, 0.02), 4: Silhouette(0.46, 0.02)}) == 3


def test_another_number_has_to_win_four_times_in_succession() -> None:
    count: GroupCount | None = None
    chosen = []
    for wanted in (2, 3, 3, 3, 2, 3, 3, 3, 3, 3):
        count = steadied(wanted, count, among=(2, 3))
        chosen.append(count.chosen)

    assert chosen == [2, 2, 2, 2, 2, 2, 2, 2, 3, 3]


def test_a_number_that_is_not_possible_any_more_is_left_at_once() -> None:
    assert steadied(2, GroupCount(5, 5, 9), among=(2, 3)).chosen == 2


@pytest.mark.parametrize(
    ("people", "places", "counts"),
    [(1, 1, [2]), (11, 11, [2]), (12, 12, [2, 3]), (300, 3, [2, 3]), (300, 1, [2]), (300, 100, [2, 3, 4, 5])],
)
def test_few_people_are_not_cut_into_many_groups(people: int, places: int, counts: list[int]) -> None:
    assert list(counts_to_try(people, places)) == counts
