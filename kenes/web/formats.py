"""Numbers, percentages, dates and spans of time as each language writes them."""

import datetime as dt
from functools import lru_cache
from typing import Final

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time, format_timedelta
from babel.numbers import format_compact_decimal, format_decimal, format_percent

from kenes.home import HOME_ZONE

# British English writes dates as the other two languages do: day, month in words, year.
_LOCALES: Final = {"kk": "kk", "ru": "ru", "en": "en_GB"}


class Formats:
    """The written forms of one language. Instants need a time zone of their own and are shown in `zone`."""

    def __init__(self, language: str, zone: dt.tzinfo = HOME_ZONE) -> None:
        self.locale = Locale.parse(_LOCALES[language])
        self.zone = zone

    def number(self, value: float) -> str:
        """`42318` as "42 318" or "42,318"."""
        return _decimal(value, self.locale)

    def compact(self, value: float) -> str:
        """`42318` as "42 мың", "42 тыс." or "42K"; for axes of charts."""
        return format_compact_decimal(value, locale=self.locale, fraction_digits=1)

    def percent(self, share: float, digits: int = 0) -> str:
        """A share (0.846) as "85%"; `digits` after the decimal sign.

        Whole percents are 0 of nothing only, and 100 of all only: one signature is missing still, one is there already.
        """
        if not digits and 0 < share < 1:
            share = min(max(share, 0.01), 0.99)
        return _percent(share, digits, self.locale)

    def date(self, value: dt.date) -> str:
        """A day in words: "22 November 2026". An instant becomes the day it is in `zone`."""
        return format_date(self._day(value), "long", self.locale)

    def day(self, value: dt.date) -> str:
        """Day and month without the year, short: "22 Nov"; for axes of charts."""
        return format_skeleton("MMMd", self._day(value), locale=self.locale)

    def date_time(self, value: dt.datetime) -> str:
        """Day in words and the time to the minute: "22 November 2026, 14:05"."""
        local = self._local(value)
        return f"{format_date(local, 'long', self.locale)}, {format_time(local, 'HH:mm', locale=self.locale)}"

    def time(self, value: dt.datetime) -> str:
        """The time of day to the minute: "14:05"."""
        return format_time(self._local(value), "HH:mm", locale=self.locale)

    def ago(self, value: dt.datetime, now: dt.datetime) -> str:
        """The distance of an instant from `now` in its largest unit: "3 days ago", "in 2 hours"."""
        return format_timedelta(value - now, add_direction=True, locale=self.locale)

    def _day(self, value: dt.date) -> dt.date:
        return self._local(value).date() if isinstance(value, dt.datetime) else value

    def _local(self, value: dt.datetime) -> dt.datetime:
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(self.zone)


# A list shows the same goals and shares many times, and writing a number takes as long as writing half a card.
@lru_cache(maxsize=8192, typed=True)
def _decimal(value: float, locale: Locale) -> str:
    return format_decimal(value, locale=locale)


@lru_cache(maxsize=8192, typed=True)
def _percent(share: float, digits: int, locale: Locale) -> str:
    whole = locale.percent_formats[None].pattern
    pattern = whole.replace("0", "0." + "#" * digits) if digits else whole
    # "#,##0%" in Kazakh and English, with a no-break space before the sign in Russian
    return format_percent(share, pattern, locale=locale)
