"""Sketches meet where texts are alike, and are the same ones tomorrow."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from services.consultations.campaigns.similarity import jaccard, shingles
from services.consultations.campaigns.sketches import SCHEME, pack, sketch, text_id, unpack

TEXT = "статья пять должна остаться в законе о медиа"


def test_what_is_on_disk_is_still_found() -> None:
    """Stored bands meet only with bands made the same way. Where this fails, the projection has to be rebuilt."""
    (made,) = sketch([("media-law", TEXT)])
    assert SCHEME == "minhash-2/20x3/42"
    assert min(made.shingles) == 7523114352752467467
    assert made.bands[:2] == (2609119239136163812, -5498624722167547288)
    assert text_id("media-law", TEXT) == "media-law/0480f2f1c377d2aee3f1ca504f0da38a"


def test_a_text_is_sketched_the_same_alone_and_among_others() -> None:
    others = [("media-law", f"{TEXT} {number}") for number in range(5)]
    assert sketch([*others, ("media-law", TEXT)])[-1] == sketch([("media-law", TEXT)])[0]
    assert sketch([]) == []


def test_consultations_never_meet() -> None:
    here, there = sketch([("one", TEXT), ("two", TEXT)])
    assert here.shingles == there.shingles
    assert not set(here.bands) & set(there.bands)
    assert text_id("one", TEXT) != text_id("two", TEXT)


def test_a_band_is_shared_only_in_its_own_place() -> None:
    (made,) = sketch([("media-law", "да")])
    assert len(set(made.bands)) == len(made.bands) == 20


@given(st.lists(st.sampled_from(["бір", "екі", "үш", "төрт"]), min_size=1, max_size=12).map(" ".join))
def test_numbers_of_shingles_compare_as_the_shingles_do(text: str) -> None:
    one, other = sketch([("c", text), ("c", TEXT)])
    assert len(one.shingles) == len(shingles(text))
    assert jaccard(one.shingles, other.shingles) == len(shingles(text) & shingles(TEXT)) / len(
        shingles(text) | shingles(TEXT)
    )


@given(st.frozensets(st.integers(0, 2**64 - 1)))
def test_what_is_packed_is_unpacked(numbers: frozenset[int]) -> None:
    assert unpack(pack(numbers)) == numbers
    assert len(pack(numbers)) == 8 * len(numbers)
