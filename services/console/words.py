"""Figures as an operator reads them: bytes, rates, spans of time, ages."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final

from kenes.web.i18n import Translator

_BYTES: Final = ("unit.b", "unit.kb", "unit.mb", "unit.gb", "unit.tb")
_SPANS: Final = ((86_400, "unit.days"), (3600, "unit.hours"), (60, "unit.minutes"))
"""A span is told in the largest unit of which there are two."""


class Words:
    """Figures in one language. None, where nothing is known, is a dash."""

    def __init__(self, translator: Translator) -> None:
        self._t = translator
        self._number = translator.formats.number

    def count(self, value: float | None) -> str:
        """A whole number."""
        return "–" if value is None else self._number(round(value))

    def size(self, size: int | None) -> str:
        """Bytes: "1.2 MB"."""
        if size is None:
            return "–"
        value, unit = float(size), 0
        while value >= 1000 and unit < len(_BYTES) - 1:
            value, unit = value / 1000, unit + 1
        return self._t(_BYTES[unit], value=round(value, 1) if unit else round(value))

    def rate(self, value: float | None) -> str:
        """Events a second: "12.3/s"."""
        if value is None:
            return "–"
        return self._t("unit.per_second", value=round(value) if value >= 100 else round(value, 1))

    def span(self, seconds: float | None) -> str:
        """A span of time: "42 s", "3 min", "5 h", "12 d"."""
        if seconds is None:
            return "–"
        for size, unit in _SPANS:
            if seconds >= 2 * size:
                return self._t(unit, value=int(seconds // size))
        return self._t("unit.seconds", value=int(seconds))

    def elapsed(self, seconds: float) -> str:
        """A short span told finely: "8 ms", "2.4 s", "3 min"."""
        if seconds < 1:
            return self._t("unit.milliseconds", value=round(seconds * 1000))
        return self._t("unit.seconds", value=round(seconds, 1)) if seconds < 60 else self.span(seconds)

    def ago(self, at: datetime | None, now: datetime) -> str:
        """How long ago: "3 s ago"; "never" for None."""
        return self._t("age.never") if at is None else self._t("age.ago", span=self.span((now - at).total_seconds()))

    def moment(self, milliseconds: int | None) -> datetime | None:
        """An instant of a record."""
        return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)

    def partitions(self, numbers: Sequence[int]) -> str:
        """Numbers with runs drawn together: "0–5, 8"."""
        runs: list[list[int]] = []
        for number in sorted(numbers):
            if runs and number == runs[-1][1] + 1:
                runs[-1][1] = number
            else:
                runs.append([number, number])
        return ", ".join(str(first) if first == last else f"{first}–{last}" for first, last in runs)
