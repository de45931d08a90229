"""Terms: how long something may take, in working days, days, weeks or months. Rule packs are written in them."""

from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Protocol, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator


class Calendar(Protocol):
    """What terms need to know of a calendar of working days; `kenes.calendar.WorkingCalendar` is one."""

    @property
    def zone(self) -> tzinfo:
        """The clock of where the calendar is used."""

    def day(self, instant: datetime) -> date:
        """The date of an instant where the calendar is used."""

    def deadline(self, start: datetime, working_days: int) -> datetime:
        """The last instant of a term of working days."""


_UNITS = ("working_days", "days", "weeks", "months")


class Term(BaseModel):
    """A length of time, said in exactly one unit."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    working_days: int | None = Field(default=None, gt=0, le=400)
    days: int | None = Field(default=None, gt=0, le=2000)
    weeks: int | None = Field(default=None, gt=0, le=300)
    months: int | None = Field(default=None, gt=0, le=60)

    @model_validator(mode="after")
    def _one_unit(self) -> Self:
        if sum(getattr(self, name) is not None for name in _UNITS) != 1:
            raise ValueError(f"name exactly one of {', '.join(_UNITS)}")
        return self

    @property
    def about(self) -> timedelta:
        """How long it is on average: exact only where two terms are of one unit."""
        working, months = (self.working_days or 0) * 7 / 5, (self.months or 0) * 365.25 / 12
        return timedelta(days=working + months + (self.days or 0), weeks=self.weeks or 0)

    def exceeds(self, other: "Term") -> bool:
        """Whether it is over after `other` whenever both begin together, whatever the months and holidays then are."""
        if [name for name in _UNITS if getattr(self, name)] == [name for name in _UNITS if getattr(other, name)]:
            return self.about > other.about
        return self.about - self._uneven > other.about + other._uneven

    @property
    def _uneven(self) -> timedelta:
        """How far it may be from its average: months differ by days, and holidays come in rows."""
        if self.working_days is not None:
            return timedelta(days=14) + self.about / 10
        return timedelta(days=3 if self.months is not None else 0)

    def ends(self, start: datetime, calendar: Calendar) -> datetime:
        """When the term is over, UTC. Working days end with the last of them; the rest is counted from the instant.

        Months are those of the calendar's zone: near midnight, elsewhere it is another month.
        """
        if self.working_days is not None:
            return calendar.deadline(start, self.working_days).astimezone(UTC)
        if self.months is not None:
            return months_after(start.astimezone(calendar.zone), self.months).astimezone(UTC)
        return start + timedelta(days=(self.days or 0) + 7 * (self.weeks or 0))


def months_after(start: datetime, months: int) -> datetime:
    """The same day and time so many months later; the month's last day where it has no such day."""
    month = start.month - 1 + months
    year, month = start.year + month // 12, month % 12 + 1
    for day in range(start.day, start.day - 4, -1):
        try:
            return start.replace(year=year, month=month, day=day)
        except ValueError:
            continue
    raise ValueError(f"{months} months after {start} is beyond the calendar")
