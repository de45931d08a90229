"""Representative comments and consensus, by hand-made counts."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pytest

from services.consultations.opinion.arrays import Bools, Ints
from services.consultations.opinion.consensus import consensus
from services.consultations.opinion.representative import representatives, share_z, two_shares_z


def table(*groups: list[tuple[int, int, int]]) -> tuple[Ints, Bools]:
    """Agree, disagree, pass of each comment in each group."""
    tallies = np.array([[(disagree, passed, agree) for agree, disagree, passed in group] for group in groups])
    return tallies, np.zeros(tallies.shape[:2], dtype=np.bool_)


def test_z_scores_are_those_of_polis() -> None:
    assert share_z(np.array([19]), np.array([19])) == pytest.approx([2 * sqrt(20) * 0.5])
    pooled = (10 + 5) / (20 + 30)
    expected = (10 / 20 - 5 / 30) / sqrt(pooled * (1 - pooled) * (1 / 20 + 1 / 30))
    assert two_shares_z(np.array([9]), np.array([19]), np.array([4]), np.array([29])) == pytest.approx([expected])


def test_two_shares_of_everybody_do_not_differ() -> None:
    assert two_shares_z(np.array([5]), np.array([5]), np.array([7]), np.array([7])) == 0


def test_a_comment_only_one_group_agrees_with_stands_for_it() -> None:
    tallies, hidden = table([(40, 5, 5), (25, 25, 0)], [(5, 40, 5), (25, 25, 0)])

    one, two = representatives(tallies, hidden, ("divides", "halves"))

    assert [(each.comment, each.side, each.votes, each.voters) for each in one] == [("divides", "agree", 40, 50)]
    assert ("divides", "disagree", 40, 50) in [(each.comment, each.side, each.votes, each.voters) for each in two]
    assert one[0].probability == pytest.approx(41 / 52)
    assert one[0].ratio == pytest.approx((41 / 52) / (6 / 52))
    assert one[0].sure


def test_at_most_five_agreed_ones_first() -> None:
    tallies, hidden = table([(40, 5, 5)] * 4 + [(2, 47, 1)] * 4, [(5, 40, 5)] * 4 + [(47, 2, 1)] * 4)

    one, _ = representatives(tallies, hidden, tuple("abcdefgh"))

    assert len(one) == 5
    assert [each.side for each in one] == sorted((each.side for each in one), key="agree".__ne__)


def test_a_group_that_is_not_special_has_the_one_it_agrees_with_most() -> None:
    tallies, hidden = table([(30, 5, 0), (45, 5, 0)], [(30, 5, 0), (45, 5, 0)])

    one, _ = representatives(tallies, hidden, ("some", "most"))

    assert [each.comment for each in one] == ["most"]


def test_hidden_cells_stand_for_nothing() -> None:
    tallies, hidden = table([(40, 5, 5)], [(5, 40, 5)])
    hidden[0, 0] = True

    assert representatives(tallies, hidden, ("divides",))[0] == ()


def test_consensus_is_what_all_parts_are_for() -> None:
    tallies, hidden = table(
        [(45, 2, 3), (45, 2, 3), (1, 48, 1), (4, 0, 0)],
        [(40, 5, 5), (5, 40, 5), (3, 40, 7), (40, 0, 0)],
    )

    found = consensus(tallies, hidden, ("all", "one", "against", "unheard"), ("A", "B"), heard=2)

    assert [(each.comment, each.side) for each in found] == [("all", "agree"), ("against", "disagree")]
    assert [(part.part, part.votes, part.voters) for part in found[0].parts] == [("A", 45, 50), ("B", 40, 50)]
    assert found[0].score == pytest.approx(sqrt(46 / 52 * 41 / 52))


def test_one_part_alone_is_no_consensus() -> None:
    tallies, hidden = table([(45, 2, 3)])

    assert consensus(tallies, hidden, ("all",), ("A",), heard=2) == ()
