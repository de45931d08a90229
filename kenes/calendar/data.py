"""What a calendar's data file may say. The `holidays` package is the base; a file adds what is decided by order.

Every entry names its source. `totals` are published counts of working days a year: a calendar that does not add up
to them is refused, so an upgrade of the base can never silently move a deadline of the past.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

Source = Annotated[str, Field(min_length=10, max_length=500, description="Act, body or publication, with its address")]


class _Closed(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Transfer(_Closed):
    """A day of rest moved by order: `off` becomes free, `working` is worked in its place."""

    off: date
    working: date
    source: Source

    @model_validator(mode="after")
    def _two_days(self) -> Self:
        if self.off == self.working:
            raise ValueError("a day cannot be transferred to itself")
        return self


class DatedDay(_Closed):
    """One day that differs from the base, and why."""

    date: date
    reason: Annotated[str, Field(min_length=3, max_length=200)]
    source: Source


class Total(_Closed):
    """Published number of working days of a year (five-day week)."""

    year: Annotated[int, Field(ge=2006, le=2100)]
    working_days: Annotated[int, Field(ge=200, le=300)]
    source: Source


class Extension(_Closed):
    """What an operator's file may add to a shipped calendar."""

    calendar: Annotated[str, Field(pattern=r"^[a-z][a-z_]{1,30}$")]
    transfers: tuple[Transfer, ...] = ()
    days_off: tuple[DatedDay, ...] = ()
    working_days: tuple[DatedDay, ...] = ()
    totals: tuple[Total, ...] = ()

    def off(self) -> frozenset[date]:
        """Every day this file makes free."""
        return frozenset([entry.off for entry in self.transfers] + [day.date for day in self.days_off])

    def worked(self) -> frozenset[date]:
        """Every day this file makes a working day."""
        return frozenset([entry.working for entry in self.transfers] + [day.date for day in self.working_days])

    @model_validator(mode="after")
    def _no_contradiction(self) -> Self:
        both = self.off() & self.worked()
        if both:
            raise ValueError(f"days both off and worked: {', '.join(day.isoformat() for day in sorted(both))}")
        return self


E = TypeVar("E", bound=Extension)


class CalendarData(Extension):
    """A whole calendar. `country` and `subdivision` are the `holidays` package's codes.

    The offset holds from `utc_offset_since`; where clocks change with the season, it is that of winter: in summer
    its days begin and end an hour late.
    """

    country: Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
    subdivision: Annotated[str | None, Field(pattern=r"^[A-Z0-9]{1,4}$")] = None
    utc_offset_hours: Annotated[int, Field(ge=-12, le=14)]
    utc_offset_since: date

    def extended(self, extension: Extension) -> CalendarData:
        """This calendar with `extension` on top: where both speak of a day, the extension wins.

        Raises ValueError where the extension is for another calendar.
        """
        if extension.calendar != self.calendar:
            raise ValueError(f"the file extends calendar {extension.calendar!r}, not {self.calendar!r}")
        named = extension.off() | extension.worked()
        years = {total.year for total in extension.totals}
        return CalendarData(
            calendar=self.calendar,
            country=self.country,
            subdivision=self.subdivision,
            utc_offset_hours=self.utc_offset_hours,
            utc_offset_since=self.utc_offset_since,
            transfers=_kept(self.transfers, named) + extension.transfers,
            days_off=tuple(day for day in self.days_off if day.date not in named) + extension.days_off,
            working_days=tuple(day for day in self.working_days if day.date not in named) + extension.working_days,
            totals=tuple(total for total in self.totals if total.year not in years) + extension.totals,
        )


def _kept(transfers: tuple[Transfer, ...], named: frozenset[date]) -> tuple[Transfer, ...]:
    return tuple(entry for entry in transfers if not named & {entry.off, entry.working})


def read_calendar(name: str, file: Path | None = None) -> CalendarData:
    """The shipped calendar `name` with an operator's `file` on top of it, or a calendar that is all that file's.

    Raises ValueError on an unknown name, and on a file, which it names, that cannot be read or is not valid.
    """
    folder = Path(__file__).parent
    known = sorted(path.stem for path in folder.glob("*.json"))
    if name in known:
        shipped = CalendarData.model_validate_json((folder / f"{name}.json").read_bytes())
        return shipped if file is None else shipped.extended(_read(file, Extension))
    if file is None:
        raise ValueError(f"unknown calendar {name!r}; known: {', '.join(known)}")
    own = _read(file, CalendarData)
    if own.calendar != name:
        raise ValueError(f"calendar file {file}: it is for calendar {own.calendar!r}, not {name!r}")
    return own


def _read(file: Path, model: type[E]) -> E:
    try:
        return model.model_validate_json(file.read_bytes())
    except (OSError, ValidationError) as error:
        raise ValueError(f"calendar file {file}: {error}") from error
