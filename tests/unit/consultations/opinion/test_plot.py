"""The plot shows bubbles of five and more, and its table says what is drawn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.consultations.opinion.arrays import Floats, Ints
from services.consultations.opinion.plot import HEIGHT, WIDTH, Outline, Plot, plot


def people(count: int, seed: int) -> tuple[Floats, Ints, Ints]:
    """Places, fine clusters (many of one person) and three groups of at least five."""
    rng = np.random.default_rng(seed)
    groups = np.arange(count) % 3
    places = rng.normal(size=(count, 2)) + groups[:, None] * 4
    # A fine cluster is of one group.
    fine = rng.integers(0, 20, count) * 3 + groups
    return places, fine, groups


def drawn(count: int, seed: int) -> Plot:
    return plot(*people(count, seed), [0, 1, 2])


@given(count=st.integers(15, 120), seed=st.integers(0, 1000))
def test_every_bubble_is_at_least_five_people_in_the_box(count: int, seed: int) -> None:
    found = drawn(count, seed)

    assert min(bubble.people for bubble in found.bubbles) >= 5
    for bubble in found.bubbles:
        assert bubble.radius <= bubble.x <= WIDTH - bubble.radius
        assert bubble.radius <= bubble.y <= HEIGHT - bubble.radius


@given(count=st.integers(15, 120), seed=st.integers(0, 1000))
def test_the_table_says_what_is_drawn(count: int, seed: int) -> None:
    found = drawn(count, seed)

    for row in found.rows:
        own = [bubble for bubble in found.bubbles if bubble.group == row.group]
        assert row.people == sum(bubble.people for bubble in own) == count // 3 + (row.group < count % 3)
        assert row.bubbles == len(own)
        assert row.x == pytest.approx(np.average([b.x for b in own], weights=[b.people for b in own]), abs=0.51)
        assert row.nearest in {other.group for other in found.rows} - {row.group}


@given(count=st.integers(15, 120), seed=st.integers(0, 1000))
def test_an_outline_goes_around_the_bubbles_of_its_group_only(count: int, seed: int) -> None:
    found = drawn(count, seed)

    for outline in found.outlines:
        own = {(bubble.x, bubble.y) for bubble in found.bubbles if bubble.group == outline.group}
        assert set(outline.corners) <= own
        for x, y in own if len(outline.corners) > 2 else ():
            assert all(turn >= 0 for turn in turns(outline, x, y))


def turns(outline: Outline, x: int, y: int) -> list[int]:
    """On which side of each edge a point is."""
    edges = zip(outline.corners, outline.corners[1:] + outline.corners[:1], strict=True)
    return [(x2 - x1) * (y - y1) - (y2 - y1) * (x - x1) for (x1, y1), (x2, y2) in edges]


def test_larger_bubbles_are_of_more_people_by_area() -> None:
    places = np.repeat([[0.0, 0.0], [1.0, 0.0]], [100, 25], axis=0)
    fine = np.repeat([0, 1], [100, 25])

    one, two = plot(places, fine, np.zeros(125, dtype=np.int64), [0]).bubbles

    assert one.radius == pytest.approx(2 * two.radius, abs=0.1)


def test_svg_points() -> None:
    assert Outline(0, ((1, 2), (3, 4))).points == "1,2 3,4"


def test_without_groups_there_is_nothing_to_draw() -> None:
    assert plot(np.zeros((3, 2)), np.zeros(3, dtype=np.int64), np.full(3, -1), []) == Plot()
