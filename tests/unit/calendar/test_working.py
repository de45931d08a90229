"""The Kazakhstan calendar, day by day against what was published, and the arithmetic on it.

Sources of the table: the production calendars of 2024–2026, the orders on transfers, and the Ministry's corrections,
named in kenes/calendar/kk.json.
"""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kenes.calendar import WorkingCalendar
from schemas.terms import Term

KK = WorkingCalendar.named("kk")
TERMS = st.builds(
    lambda unit, number: Term.model_validate({unit: number}),
    st.sampled_from(["working_days", "days", "weeks", "months"]),
    st.integers(1, 60),
)
ALMATY = timezone(timedelta(hours=5))

# Every day off that is no ordinary Saturday or Sunday, and every weekend day that is worked.
WEEKDAYS_OFF = {
    2024: "01-01 01-02 03-08 03-21 03-22 03-25 05-01 05-07 05-08 05-09 07-08 08-30 10-25 12-16",
    2025: "01-01 01-02 01-03 01-07 03-10 03-21 03-24 03-25 05-01 05-07 05-09 06-06 07-07 09-01 10-27 12-16",
    2026: "01-01 01-02 01-07 03-09 03-23 03-24 03-25 05-01 05-07 05-11 05-27 07-06 10-26 12-16",
}
WEEKENDS_WORKED = {2024: "05-04", 2025: "01-05", 2026: ""}
# Working days by month; 2024 as the published balance of working time but June (19 there, see kk.json) and May
# (20 there, which already was without the later transfer of one day within the month).
BY_MONTH = {
    2024: [21, 21, 17, 22, 20, 20, 22, 21, 21, 22, 21, 21],
    2025: [20, 20, 17, 22, 19, 20, 22, 21, 21, 22, 20, 22],
    2026: [19, 20, 18, 22, 17, 22, 22, 21, 22, 21, 21, 22],
}


def days(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]


def named(year: int, listed: str) -> set[date]:
    return {date.fromisoformat(f"{year}-{day}") for day in listed.split()}


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_every_day_of_the_published_years(year: int) -> None:
    off, worked = named(year, WEEKDAYS_OFF[year]), named(year, WEEKENDS_WORKED[year])
    for day in days(year):
        expected = day in worked or (day.weekday() < 5 and day not in off)
        assert KK.is_working_day(day) == expected, day
    by_month = [sum(KK.is_working_day(day) for day in days(year) if day.month == month) for month in range(1, 13)]
    assert by_month == BY_MONTH[year]


@pytest.mark.parametrize(
    ("day", "works", "why"),
    [
        ("2024-01-07", False, "Orthodox Christmas on a Sunday"),
        ("2024-01-08", True, "and it is not carried over"),
        ("2024-03-25", False, "Nauryz of Saturday 23 March carried over"),
        ("2024-05-04", True, "Saturday worked for 8 May"),
        ("2024-05-08", False, "taken from 4 May"),
        ("2024-06-17", True, "Kurban Ait fell on Sunday 16 June and is not carried over"),
        ("2024-07-08", False, "Capital Day of Saturday 6 July carried over"),
        ("2025-01-03", False, "taken from 5 January"),
        ("2025-01-05", True, "Sunday worked for 3 January"),
        ("2025-03-25", False, "two days of Nauryz fell on a weekend"),
        ("2025-05-08", True, "no transfer in May 2025"),
        ("2025-09-01", False, "Constitution Day of Saturday 30 August carried over"),
        ("2026-05-11", False, "Victory Day of Saturday 9 May carried over"),
        ("2026-05-27", False, "first day of Kurban Ait"),
        ("2026-08-31", True, "Constitution Day is on 30 August no more"),
        ("2026-10-26", False, "Republic Day of Sunday 25 October carried over"),
        ("2026-11-22", False, "an ordinary Sunday"),
        ("2026-11-23", True, "an ordinary Monday"),
    ],
)
def test_known_days(day: str, works: bool, why: str) -> None:
    assert KK.is_working_day(date.fromisoformat(day)) is works, why


@pytest.mark.parametrize(
    ("start", "count", "end"),
    [
        ("2024-05-03", 1, "2024-05-04"),  # the worked Saturday counts
        ("2024-05-06", 1, "2024-05-10"),  # over three days of holidays
        ("2024-12-31", 1, "2025-01-05"),
        ("2026-03-20", 1, "2026-03-26"),
        ("2026-11-21", 10, "2026-12-04"),  # starts on a Saturday
        ("2026-12-04", 10, "2026-12-21"),  # over Independence Day
        ("2026-05-12", -1, "2026-05-08"),
        ("2026-11-22", 0, "2026-11-22"),
    ],
)
def test_adding_working_days(start: str, count: int, end: str) -> None:
    assert KK.add_working_days(date.fromisoformat(start), count) == date.fromisoformat(end)


@given(st.dates(date(2024, 1, 1), date(2030, 12, 31)), st.integers(0, 300))
def test_adding_and_counting_are_inverse(start: date, count: int) -> None:
    end = KK.add_working_days(start, count)
    assert KK.working_days_between(start, end) == count
    assert count == 0 or KK.is_working_day(end)
    assert KK.add_working_days(end, -count) <= start if count else end == start


@given(st.dates(date(2024, 1, 1), date(2028, 1, 1)), st.integers(0, 500), st.integers(0, 500))
def test_spans_add_up(start: date, first: int, second: int) -> None:
    middle, end = start + timedelta(days=first), start + timedelta(days=first + second)
    whole = KK.working_days_between(start, end)
    assert whole == KK.working_days_between(start, middle) + KK.working_days_between(middle, end)


@pytest.mark.parametrize(
    ("start", "term", "end"),
    [
        # 19:30 UTC on Friday is already Saturday in Almaty.
        (datetime(2026, 11, 20, 19, 30, tzinfo=UTC), 1, datetime(2026, 11, 23, 23, 59, 59, 999_000, ALMATY)),
        (datetime(2026, 11, 20, 18, 59, tzinfo=UTC), 1, datetime(2026, 11, 23, 23, 59, 59, 999_000, ALMATY)),
        (datetime(2026, 11, 19, 19, 0, tzinfo=UTC), 1, datetime(2026, 11, 23, 23, 59, 59, 999_000, ALMATY)),
        (datetime(2026, 11, 19, 18, 59, tzinfo=UTC), 1, datetime(2026, 11, 20, 23, 59, 59, 999_000, ALMATY)),
        (datetime(2026, 11, 19, 18, 59, tzinfo=UTC), 0, datetime(2026, 11, 19, 23, 59, 59, 999_000, ALMATY)),
    ],
)
def test_a_term_ends_with_its_last_day_in_almaty(start: datetime, term: int, end: datetime) -> None:
    answer = KK.deadline(start, term)
    assert answer == end
    assert answer.utcoffset() == timedelta(hours=5)


def test_questions_without_an_answer_are_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        KK.deadline(datetime(2026, 1, 1), 1)  # noqa: DTZ001 - the naive one is the point
    with pytest.raises(ValueError, match="negative"):
        KK.deadline(datetime(2026, 1, 1, tzinfo=UTC), -1)
    with pytest.raises(ValueError, match="2024-03-01"):
        KK.deadline(datetime(2024, 2, 28, tzinfo=UTC), 1)
    with pytest.raises(ValueError, match="out of range"):
        KK.add_working_days(date(2026, 1, 1), 5_001)
    with pytest.raises(ValueError, match="before"):
        KK.working_days_between(date(2026, 1, 2), date(2026, 1, 1))


def test_a_holiday_that_a_later_law_made_is_free_from_its_year_on() -> None:
    assert not KK.is_working_day(date(2027, 3, 15))  # Constitution Day, from 2027 on


@pytest.mark.parametrize(
    ("name", "off", "worked"),
    [
        ("uk", "2026-04-03 2026-04-06 2026-05-04 2026-08-31 2026-12-25 2026-12-28", "2026-01-02 2026-11-30"),
        ("fi", "2026-01-06 2026-04-06 2026-05-14 2026-06-19 2026-12-24", "2026-05-25 2026-12-07"),
        ("ee", "2026-02-24 2026-04-03 2026-06-23 2026-06-24 2026-08-20 2026-12-24", "2026-04-06 2026-12-31"),
        ("eu", "2026-04-06 2026-05-14 2026-05-25 2026-07-21 2026-11-11", "2026-04-03 2026-12-28"),
        ("de", "2027-03-08 2026-04-03 2026-04-06 2026-05-14 2026-05-25 2026-12-25", "2026-11-18 2026-10-05"),
    ],
)
def test_the_calendars_of_the_other_rule_packs(name: str, off: str, worked: str) -> None:
    calendar = WorkingCalendar.named(name)
    assert [day for day in off.split() if calendar.is_working_day(date.fromisoformat(day))] == []
    assert [day for day in worked.split() if not calendar.is_working_day(date.fromisoformat(day))] == []


def test_twenty_working_days_may_last_longer_than_a_month() -> None:
    start = datetime(2026, 3, 4, 9, tzinfo=UTC)
    working, month = Term(working_days=20), Term(months=1)
    assert working.ends(start, KK) > month.ends(start, KK)
    assert not month.exceeds(working)
    assert Term(months=2).exceeds(working)


@given(longer=TERMS, other=TERMS, name=st.sampled_from(["kk", "uk", "de"]), day=st.integers(0, 700))
def test_a_term_that_exceeds_another_is_over_after_it_whenever_they_begin(
    longer: Term, other: Term, name: str, day: int
) -> None:
    calendar, start = WorkingCalendar.named(name), datetime(2026, 1, 1, 9, 30, tzinfo=UTC) + timedelta(days=day)
    if longer.exceeds(other):
        assert longer.ends(start, calendar) >= other.ends(start, calendar)
