"""Figures over time: what is kept, what is a gap, and what a drawing is made of."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.console.sampling.history import Growth, History, Span
from services.console.sampling.rings import MOST_SERIES, Point, Ring, rates, thinned

NOW = 1_795_000_000.0


def test_the_last_figure_of_a_step_stays_and_a_step_without_one_is_a_gap() -> None:
    ring = Ring(5, 10)
    ring.put(100, {"a": 1})
    ring.put(104, {"a": 2})
    ring.put(110, {"a": 3, "b": 9})
    assert [point.value for point in ring.points("a", 114, 4)] == [None, 2, None, 3]
    assert [point.value for point in ring.points("b", 114, 3)] == [None, None, 9]
    assert [point.at for point in ring.points("a", 114, 3)] == [100, 105, 110]
    assert ring.points("unknown", 114, 1) == [Point(110, None)]


def test_what_is_older_than_the_ring_is_gone_also_after_a_pause_of_many_turns() -> None:
    ring = Ring(1, 4)
    for second in range(4):
        ring.put(second, {"a": second})
    ring.put(9, {"b": 1})
    assert [point.value for point in ring.points("a", 9, 4)] == [None] * 4


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 9)), max_size=60))
def test_a_ring_tells_what_a_plain_record_of_its_steps_would(puts: list[tuple[int, int]]) -> None:
    ring, plain = Ring(7, 12), dict[int, int]()
    puts.sort(key=lambda put: put[0])
    for at, value in puts:
        ring.put(at, {"a": value})
        plain[at // 7] = value
    now = puts[-1][0] if puts else 0
    last = now // 7
    expected = [plain.get(number) if number >= 0 else None for number in range(last - 11, last + 1)]
    assert [point.value for point in ring.points("a", now, 12)] == expected


def test_a_rate_is_growth_by_time_and_a_fall_is_a_gap() -> None:
    points = [Point(0, 10), Point(5, 20), Point(10, None), Point(20, 50), Point(25, 3), Point(30, 8)]
    assert [point.value for point in rates(points)] == [None, 2.0, None, 2.0, None, 1.0]


@given(st.lists(st.one_of(st.none(), st.floats(0, 1e6)), min_size=1, max_size=400), st.integers(1, 50))
def test_thinning_keeps_the_peak_and_the_begin(values: list[float | None], count: int) -> None:
    points = [Point(number, value) for number, value in enumerate(values)]
    thin = thinned(points, count)
    assert len(thin) <= count
    assert thin[0].at == 0
    known = [value for value in values if value is not None]
    kept = [point.value for point in thin if point.value is not None]
    assert max(kept, default=None) == max(known, default=None)


def test_an_hour_is_fine_a_day_is_coarse_and_both_are_bounded() -> None:
    history = History(5)
    began = NOW - 90_000
    for step in range(0, 90_000, 5):
        history.put(datetime.fromtimestamp(began + step, UTC), {"end": step * 2.0})
    now = datetime.fromtimestamp(NOW - 5, UTC)
    assert history.rate_now("end", now) == pytest.approx(2.0)
    grown = history.grown("end", now, 3600)
    assert grown is not None
    assert grown.by == pytest.approx(7200, abs=120)
    assert not grown.at_least
    day = history.points("end", now, Span.DAY)
    assert len(day) <= 144
    assert all(point.value is not None for point in day)
    for span in Span:
        course = [point.value for point in history.rate("end", now, span) if point.value is not None]
        assert course == pytest.approx([2.0] * len(course), rel=0.1)
        assert len(course) > 100


def test_nothing_is_known_of_what_was_never_seen() -> None:
    history = History(5)
    now = datetime.fromtimestamp(NOW, UTC)
    assert history.rate_now("end", now) is None
    assert history.grown("end", now, 3600) is None


def test_what_came_while_nobody_looked_has_grown_in_the_last_hour() -> None:
    history = History(5)
    history.put(datetime.fromtimestamp(NOW - 3 * 3600, UTC), {"end": 10})
    now = datetime.fromtimestamp(NOW, UTC)
    assert history.grown("end", now, 3600) is None
    history.put(now, {"end": 500, "new": 7})
    assert history.grown("end", now, 3600) == Growth(490, at_least=False)
    assert history.grown("new", now, 3600) == Growth(0, at_least=True)
    later = datetime.fromtimestamp(NOW + 3600, UTC)
    history.put(later, {"end": 501})
    assert history.grown("end", later, 3600) == Growth(1, at_least=False)


def test_a_new_series_takes_the_place_of_the_one_that_was_not_seen_for_longest() -> None:
    ring = Ring(5, 10)
    ring.put(0, {str(number): 1 for number in range(MOST_SERIES)})
    ring.put(100, {"1": 2})
    ring.put(105, {"early": 3})
    assert ring.points("early", 105, 1)[0].value is None, "all were seen a moment ago"
    ring.put(200, {"1": 4, "0": 4, "new": 5, "newer": 6})
    known = {name: ring.points(name, 200, 1)[0].value for name in ("0", "1", "2", "new", "newer")}
    assert known == {"0": 4, "1": 4, "2": None, "new": 5, "newer": 6}
    assert len(ring.at(40)) == 4
