"""Numbers and times as each language writes them."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kenes.web.formats import Formats

LATE = dt.datetime(2026, 11, 22, 20, 30, tzinfo=dt.UTC)  # the next day in Kazakhstan


@pytest.mark.parametrize(
    ("language", "number", "compact", "percent"),
    [
        ("en", "42,318", "42.3K", "84.6%"),
        ("ru", "42\xa0318", "42,3\xa0тыс.", "84,6\xa0%"),
        ("kk", "42\xa0318", "42,3\xa0мың", "84,6%"),
    ],
)
def test_numbers(language: str, number: str, compact: str, percent: str) -> None:
    formats = Formats(language)
    assert (formats.number(42_318), formats.compact(42_318), formats.percent(0.8464, 1)) == (number, compact, percent)


@given(st.floats(0, 1.2))
def test_only_all_is_a_hundred_percent_and_only_nothing_is_none(share: float) -> None:
    told = Formats("en").percent(share)
    assert (int(told.rstrip("%")) >= 100) is (share >= 1)
    assert (told == "0%") is (share == 0)


def test_whole_percentages_by_default() -> None:
    assert [Formats(language).percent(0.846) for language in ("en", "ru", "kk")] == ["85%", "85\xa0%", "85%"]


@pytest.mark.parametrize(
    ("language", "date", "day"),
    [
        ("en", "23 November 2026", "23 Nov"),
        ("ru", "23 ноября 2026\u202fг.", "23 нояб."),
        ("kk", "2026\u202fж. 23 қараша", "23 қар."),
    ],
)
def test_days_in_words_where_people_live(language: str, date: str, day: str) -> None:
    formats = Formats(language)
    assert (formats.date(LATE), formats.day(LATE)) == (date, day)
    assert formats.date(LATE.date()) != date, "a plain date is not moved"
    assert formats.date_time(LATE) == f"{date}, 01:30"


@pytest.mark.parametrize(
    ("language", "past", "future"),
    [
        ("en", "3 days ago", "in 2 hours"),
        ("ru", "3 дня назад", "через 2 часа"),
        ("kk", "3 күн бұрын", "2 сағаттан кейін"),
    ],
)
def test_distance_from_now(language: str, past: str, future: str) -> None:
    formats = Formats(language)
    assert formats.ago(LATE - dt.timedelta(days=3), LATE) == past
    assert formats.ago(LATE + dt.timedelta(hours=2), LATE) == future


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        Formats("en").date_time(dt.datetime(2026, 11, 22))  # noqa: DTZ001 - the fault under test


def test_a_time_of_day_is_that_of_kazakhstan() -> None:
    assert [Formats(language).time(LATE) for language in ("en", "ru", "kk")] == ["01:30"] * 3
