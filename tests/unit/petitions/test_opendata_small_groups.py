"""Nobody is recognised in a history by region: not in a number, and not by subtraction."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.petitions.live import nameable_regions
from services.petitions.opendata.small_groups import History, Hour, Row, may_show, name
from tests.unit.petitions.opendata_support import LEAST, NOON, hour

REGIONS = ("A", "B", "C", "D")


def published(hours: Sequence[Hour], least: int = LEAST) -> list[Row]:
    history = History(least)
    return [row for each in hours for row in history.rows(each)]


def told(hours: Sequence[Hour], least: int = LEAST) -> list[tuple[int, int, str | None, int]]:
    return [(row.at.minute, row.minutes, row.region, row.count) for row in published(hours, least)]


def test_crowded_minutes_are_told_by_minute() -> None:
    assert told([hour({1: {"A": 9, "B": 7}, 2: {"A": 6, "B": 8}})]) == [
        (1, 1, "A", 9),
        (1, 1, "B", 7),
        (2, 1, "A", 6),
        (2, 1, "B", 8),
    ]


def test_a_thin_minute_turns_a_region_to_hours_and_takes_another_along() -> None:
    # B signs by ones and twos. Were A told by minute, B's would be what is left of each minute's public number.
    assert told([hour({1: {"A": 9, "B": 1}, 2: {"A": 6, "B": 2}, 3: {"B": 4}})]) == [(0, 60, "A", 15), (0, 60, "B", 7)]


def test_a_small_region_is_never_named_nor_left_alone_as_the_difference() -> None:
    # B has 3 in all: A's number beside the public total would tell them, so the smallest of the others hides it.
    rows = told([hour({1: {"A": 20, "B": 3, "C": 9}})])

    assert rows == [(1, 1, "A", 20), (0, 60, None, 12)]


def test_a_region_alone_in_its_hour_is_not_told_where_its_minutes_are_thin() -> None:
    crowd = hour({0: {"A": 30, "B": 30}}, NOON - timedelta(hours=1))

    assert told([crowd, hour({1: {"A": 2}, 2: {"A": 4}})])[2:] == [(0, 60, None, 6)]


def test_what_a_region_has_left_over_is_hidden_with_more_of_it() -> None:
    # 12 of A in all; were 10 told, the two quiet minutes would be known to be of A.
    quiet = hour({1: {"A": 1}, 30: {"A": 1}})
    busy = hour({1: {"A": 10, "B": 9, "C": 8}}, NOON + timedelta(hours=1))

    assert told([quiet, busy]) == [(0, 60, None, 2), (1, 1, "B", 9), (1, 1, "C", 8), (0, 60, None, 10)]


def test_withdrawals_never_stand_alone() -> None:
    left = hour({5: {"A": -1}}, NOON + timedelta(hours=1))
    crowd = {1: {"A": 9, "B": 9}}
    rows = told([hour(crowd), left, hour(crowd, NOON + timedelta(hours=2))])

    assert rows[2:] == [(0, 60, None, -1), (1, 1, "B", 9), (0, 60, None, 9)]


def test_the_next_history_says_again_what_an_hour_told() -> None:
    # Were B named in the first hour once it has more, A's 6 and B's 5 of 13 would leave the two of C.
    first, second = hour({1: {"A": 6, "B": 5, "C": 2}}), hour({1: {"B": 10}}, NOON + timedelta(hours=1))

    assert told([first]) == [(1, 1, "A", 6), (0, 60, None, 7)]
    assert told([first, second]) == [*told([first]), (1, 1, "B", 10)]


def tables(cells: st.SearchStrategy[int]) -> st.SearchStrategy[list[Hour]]:
    minute = st.dictionaries(st.sampled_from(REGIONS), cells, max_size=4)
    one = st.dictionaries(st.integers(0, 3), minute, min_size=1, max_size=4)
    return st.lists(one, min_size=1, max_size=4).map(
        lambda hours: [hour(minutes, NOON + timedelta(hours=number)) for number, minutes in enumerate(hours)]
    )


MIXED = st.one_of(st.integers(0, 3), st.integers(0, 40), st.integers(-3, 12))


@given(tables(MIXED))
def test_no_region_has_a_small_number_and_nothing_is_lost(hours: list[Hour]) -> None:
    rows = published(hours)

    assert all(row.count >= LEAST for row in rows if row.region is not None)
    for each in hours:
        inside = [row for row in rows if each.start <= row.at < each.start + timedelta(hours=1)]
        assert sum(row.count for row in inside) == sum(each.regions.values())


@given(tables(MIXED))
def test_no_two_histories_together_tell_a_small_number(hours: list[Hour]) -> None:
    regions: dict[datetime, set[str]] = {each.start: set() for each in hours}
    for number in range(1, len(hours) + 1):
        for row in published(hours[:number]):
            regions[row.at.replace(minute=0)] |= {row.region} if row.region else set()
    for each in hours:
        hidden = sum(number for region, number in each.regions.items() if region not in regions[each.start])
        assert may_show(hidden, LEAST) or not regions[each.start]


@given(tables(MIXED))
def test_no_difference_to_a_public_number_is_small(hours: list[Hour]) -> None:
    history, totals, sums = History(LEAST), Counter[str](), Counter[str]()
    for each in hours:
        rows = list(history.rows(each))
        named = Counter({row.region: row.count for row in rows if row.region})
        rest = sum(each.regions.values()) - sum(row.count for row in rows if row.region)
        assert may_show(rest, LEAST) or not named
        for minute, regions in each.minutes.items():
            by_minute = [row.count for row in rows if row.minutes == 1 and row.at.minute == minute]
            assert may_show(sum(regions.values()) - sum(by_minute), LEAST) or not by_minute
        for row in rows:
            sums[row.region or ""] += row.count
        totals.update(each.regions)
        for region in set(named) - {None}:
            assert region in nameable_regions(totals, LEAST)
            assert may_show(totals[region] - sums[region], LEAST)


def parts(number: int, regions: Sequence[str]) -> Iterator[dict[str, int]]:
    """Every way in which so many can be of these regions."""
    if len(regions) < 2:
        if regions or number == 0:
            yield dict.fromkeys(regions, number)
        return
    for first in range(number + 1):
        for others in parts(number - first, regions[1:]):
            yield {regions[0]: first, **others}


def possible(totals: Sequence[int], rows: Sequence[tuple[int, int, str | None, int]]) -> list[tuple[int, ...]]:
    """Every table of regions A, B and C and minutes 0 and 1 that agrees with all public numbers."""
    by_minute = {region for _, minutes, region, _ in rows if region and minutes == 1}
    by_hour = {region: count for _, minutes, region, count in rows if region and minutes == 60}
    told_cells = [dict.fromkeys(by_minute, 0) for _ in totals]
    for minute, minutes, region, count in rows:
        if region and minutes == 1:
            told_cells[minute][region] = count
    others = [region for region in "ABC" if region not in by_minute]
    left = [total - sum(cells.values()) for total, cells in zip(totals, told_cells, strict=True)]
    found = []
    for first, second in product(parts(left[0], others), parts(left[1], others)):
        if all(first[region] + second[region] == count for region, count in by_hour.items()):
            every = ({**told_cells[0], **first}, {**told_cells[1], **second})
            found.append(tuple(cells[region] for cells in every for region in "ABC"))
    return found


@pytest.mark.parametrize("least", [2, 3])
def test_who_weighs_all_public_numbers_against_each_other_is_sure_of_no_small_cell(least: int) -> None:
    """Over every table of three regions and two minutes with up to three signatures in each cell."""
    public = set()
    for cells in product(range(4), repeat=6):
        one = hour({0: dict(zip("ABC", cells[:3], strict=True)), 1: dict(zip("ABC", cells[3:], strict=True))})
        public.add(((sum(cells[:3]), sum(cells[3:])), tuple(told([one], least))))

    for totals, rows in public:
        for every in zip(*possible(totals, rows), strict=True):
            assert len(set(every)) > 1 or may_show(every[0], least), (totals, rows)
    assert len(public) > 100


def test_an_hour_that_names_nobody_is_the_public_number_alone() -> None:
    assert name(hour({1: {"A": 1, "B": 2}}), {"A", "B"}, LEAST).regions == set()
    assert told([hour({1: {"A": 1, "B": 2}})]) == [(0, 60, None, 3)]
