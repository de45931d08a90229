"""The measurement of campaigns itself, small."""

from __future__ import annotations

from tests.load.campaigns import Crowd, measure


def test_a_small_crowd_is_clustered_and_nobody_is_lost() -> None:
    figures = measure(1500)
    assert figures["comments"] == 1500
    assert 1 < figures["clusters"] < figures["texts"] < 1500
    assert figures["greatest"] > 50
    assert figures["per_second"] > 0


def test_the_same_seed_makes_the_same_crowd() -> None:
    assert list(Crowd(7).comments(20)) == list(Crowd(7).comments(20)) != list(Crowd(8).comments(20))
