"""Similarity is counted by runs of three words."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.consultations.campaigns.similarity import NEAR, jaccard, may_be_near, shingles

NUMBERS = st.frozensets(st.integers(0, 20), min_size=1)


@pytest.mark.parametrize(
    ("text", "runs"),
    [
        ("a b c d", {"a b c", "b c d"}),
        ("a b c", {"a b c"}),
        ("a b", {"a b"}),
        ("a", {"a"}),
        ("a a a a a", {"a a a"}),
    ],
)
def test_shingles_are_the_runs_of_three_words_or_the_whole_of_less(text: str, runs: set[str]) -> None:
    assert shingles(text) == runs


@given(NUMBERS, NUMBERS)
def test_jaccard_is_the_shared_part_of_all(one: frozenset[int], other: frozenset[int]) -> None:
    exact = Fraction(len(one & other), len(one | other))
    assert jaccard(one, other) == float(exact)
    assert (jaccard(one, other) >= NEAR) == (exact >= Fraction(3, 5))


@given(NUMBERS, NUMBERS)
def test_what_cannot_be_near_is_not(one: frozenset[int], other: frozenset[int]) -> None:
    assert may_be_near(one, other) or jaccard(one, other) < NEAR
