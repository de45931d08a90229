"""Working days of a named calendar. Pure: no clock inside; the same question always gets the same answer.

A holiday on a weekend is carried over to the next working day; Orthodox Christmas and the first day of Kurban Ait are
free but not carried over (Labour Code of Kazakhstan, art. 84; law "On holidays", art. 5).
"""

from __future__ import annotations

import sys
from datetime import date, datetime, time, timedelta, timezone
from functools import cache
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from typing import Self

import holidays

from kenes.calendar.data import CalendarData, read_calendar

_DAY = timedelta(days=1)
_LONGEST = 5_000  # working days, some twenty years: beyond it a term is a mistake, not a term
# The last millisecond: record timestamps and MongoDB's dates both hold milliseconds, so it survives a round trip.
_LAST_INSTANT = time(23, 59, 59, 999_000)


class WorkingCalendar:
    """A five-day-week calendar. Make one with `named` at start and keep it: building it reads and checks its data."""

    def __init__(self, data: CalendarData) -> None:
        """Raises ValueError where the days do not add up to the published totals of `data`."""
        self.name = data.calendar
        self.zone = timezone(timedelta(hours=data.utc_offset_hours))
        self._zone_since = data.utc_offset_since
        self._place = (data.country, data.subdivision)
        self._off = data.off()
        self._worked = data.worked()
        for total in data.totals:
            first, last = date(total.year, 1, 1), date(total.year, 12, 31)
            counted = self.working_days_between(first - _DAY, last)
            if counted != total.working_days:
                raise ValueError(
                    f"calendar {self.name!r} has {counted} working days in {total.year}, "
                    f"published are {total.working_days} ({total.source})"
                )

    @classmethod
    def named(cls, name: str, file: Path | None = None) -> Self:
        """The shipped calendar `name`, with an operator's file on top where one is given; else that file's own.

        Shipped are "kk" (Kazakhstan), "uk" (England), "fi", "ee", "eu" (Belgium) and "de" (Berlin).
        Raises ValueError on an unknown name or country, an invalid file, or one that contradicts published totals.
        """
        data = read_calendar(name, file)
        if file is not None:  # what is shipped is known to have them, and asking imports the country at every start
            _require_holidays(data)
        return cls(data)

    def day(self, instant: datetime) -> date:
        """The date of an aware `instant` in the calendar's own zone."""
        return instant.astimezone(self.zone).date()

    def is_working_day(self, day: date) -> bool:
        """Whether `day` (a date of the calendar's own zone) is worked."""
        if day in self._worked:
            return True
        if day in self._off:
            return False
        off, worked = _base(*self._place, day.year)
        return day in worked or (day.weekday() < 5 and day not in off)

    def add_working_days(self, day: date, count: int) -> date:
        """The `count`-th working day after `day` (before it where negative); `day` itself for 0.

        The day a term starts on does not count, whether it is worked or not. Raises ValueError beyond ±5,000.
        """
        if abs(count) > _LONGEST:
            raise ValueError(f"a term of {count} working days is out of range (at most {_LONGEST})")
        step = _DAY if count > 0 else -_DAY
        left = abs(count)
        while left:
            day += step
            left -= self.is_working_day(day)
        return day

    def working_days_between(self, first: date, last: date) -> int:
        """How many working days lie after `first` up to and including `last`.

        So `working_days_between(d, add_working_days(d, n)) == n`. Raises ValueError where `last` comes first.
        """
        if last < first:
            raise ValueError(f"{last} is before {first}")
        return sum(self.is_working_day(first + _DAY * offset) for offset in range(1, (last - first).days + 1))

    def deadline(self, start: datetime, working_days: int) -> datetime:
        """The last instant of a term of `working_days` that starts at `start`: in time is `now <= deadline`.

        `start` must be aware; its day is the one in the calendar's zone. The answer is in that zone, 23:59:59.999.
        Raises ValueError on a naive or too early `start` and on a negative term.
        """
        if start.tzinfo is None:
            raise ValueError("a term needs an aware start")
        if working_days < 0:
            raise ValueError("a term cannot be negative")
        day = self.day(start)
        if day < self._zone_since:
            raise ValueError(f"calendar {self.name!r} knows its time zone from {self._zone_since} on, not on {day}")
        return datetime.combine(self.add_working_days(day, working_days), _LAST_INSTANT, self.zone)


@cache
def _base(country: str, subdivision: str | None, year: int) -> tuple[frozenset[date], frozenset[date]]:
    """Days off and worked weekend days of `year` in the base package. The next year may take a day from this one."""
    _have_countries_imported_singly()
    base = holidays.country_holidays(country, subdiv=subdivision, years=(year, year + 1), expand=False)
    return frozenset(base), frozenset(base.weekend_workdays)


def _require_holidays(data: CalendarData) -> None:
    try:
        _base(data.country, data.subdivision, data.utc_offset_since.year)
    except NotImplementedError as error:
        raise ValueError(f"calendar {data.calendar!r}: {error}") from error


def _have_countries_imported_singly() -> None:
    """Has the base package import a country's module and no other.

    By itself it imports all 250 for any one: 10 MB and a second of every process. An empty package in their place only
    says where they are.
    """
    name = "holidays.countries"
    if name not in sys.modules and (spec := find_spec(name)) is not None:
        sys.modules[name] = module_from_spec(spec)
