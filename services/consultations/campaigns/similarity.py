"""How alike two texts are: the Jaccard index of their runs of three words."""

from collections.abc import Set as AbstractSet
from typing import Final

RUN: Final = 3
NEAR: Final = 0.6
"""From this similarity on two texts are near-duplicates."""


def shingles(normalised: str) -> frozenset[str]:
    """The runs of three words in a normalised text; a shorter text is one run, like only to itself."""
    words = normalised.split(" ")
    if len(words) <= RUN:
        return frozenset((normalised,))
    return frozenset(map(" ".join, zip(words, words[1:], words[2:], strict=False)))


def jaccard(one: AbstractSet[int], other: AbstractSet[int]) -> float:
    """What two sets share, as a part of all they hold: 0 to 1. Neither may be empty."""
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared)


def may_be_near(one: AbstractSet[int], other: AbstractSet[int]) -> bool:
    """Whether two sets are of sizes that near-duplicates can have; tells it without comparing them."""
    return min(len(one), len(other)) >= NEAR * max(len(one), len(other))
