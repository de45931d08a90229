"""Charts as SVG made on the server, each with the same data as a table.

Sizes across are percentages and sizes down are pixels, so text keeps its size at every width and no inline style is
needed (the content policy forbids it); colours come from classes in the style sheet. Whoever calls decides which
small groups may be shown at all.
"""

import datetime as dt
import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from markupsafe import Markup, escape

from kenes.web.i18n import Translator

_ROW: Final = 44  # pixels per bar: a line of text and the bar below it
_PLOT: Final = 180  # pixels from the axis to the top line
_SLOTS: Final = 14  # days a chart has room for at least, so that one day is not a wall
_ACROSS: Final = 1000  # units from the first to the last point of a course, however wide it is shown
_ROWS: Final = 60  # rows of the table of a course
_LABEL_ROOM: Final = 30  # letters of a bar's label that fit beside its value on a phone


@dataclass(frozen=True)
class Bar:
    """One bar: what it stands for and how many. `strong` marks the reader's own region."""

    label: str
    value: int
    strong: bool = False


@dataclass(frozen=True)
class Threshold:
    """A mark on a progress meter: so many signatures bring what `label` says.

    `told` is the number people read, where others than those on the meter count toward it, too.
    """

    at: int
    label: str
    told: int | None = None


class Charts:
    """Charts in one language; every method answers markup for a template."""

    def __init__(self, translator: Translator) -> None:
        self._t = translator
        self._f = translator.formats

    @cached_property
    def _progress(self) -> Markup:
        """The words of a meter, with the share left open for live.js."""
        return escape(self._t("count.progress", percent="{percent}"))

    def bars(
        self, title: str, rows: Sequence[Bar], *, label_name: str, value_name: str, level: int | None = None
    ) -> Markup:
        """Horizontal bars in the given order, the longest across the full width.

        `level` makes the title a heading of that level.
        """
        if not rows:
            return self._empty(_title(title, level))
        top = max(rows, key=lambda row: row.value)
        drawing = Markup("").join(self._bar(index, row, max(top.value, 1)) for index, row in enumerate(rows))
        description = self._t("chart.bars_desc", count=len(rows), name=top.label, value=self._f.number(top.value))
        table = self._table(title, (label_name, value_name), [(row.label, self._f.number(row.value)) for row in rows])
        return _figure("bars", (title, level), description, len(rows) * _ROW, drawing, table)

    def columns(
        self, title: str, days: Sequence[tuple[dt.date, int]], *, value_name: str, level: int | None = None
    ) -> Markup:
        """One column per day, oldest first. Days without a value must be given as zero."""
        if not days:
            return self._empty(_title(title, level))
        peak_day, peak = max(days, key=lambda pair: pair[1])
        ceiling = _round_up(max(peak, 1))
        width = 100 / max(len(days), _SLOTS)
        drawing = Markup("").join(
            Markup('<rect class="chart-column" x="{}%" y="{}" width="{}%" height="{}"/>').format(
                _short(index * width + width * 0.1),
                _short(20 + _PLOT - _PLOT * value / ceiling),
                _short(width * 0.8),
                _short(_PLOT * value / ceiling),
            )
            for index, (_, value) in enumerate(days)
        )
        drawing += self._grid(ceiling) + self._ends(days, len(days) * width)
        written = {
            "first": self._f.date(days[0][0]),
            "last": self._f.date(days[-1][0]),
            "peak_day": self._f.date(peak_day),
            "peak": self._f.number(peak),
        }
        description = self._t("chart.columns_desc", count=len(days), **written)
        rows = [(self._f.date(day), self._f.number(value)) for day, value in reversed(days)]
        table = self._table(title, (self._t("chart.day"), value_name), rows)
        return _figure("columns", (title, level), description, _PLOT + 48, drawing, table)

    def course(
        self,
        title: str,
        points: Sequence[tuple[dt.datetime, float | None]],
        *,
        value_name: str,
        level: int | None = None,
    ) -> Markup:
        """A figure over time, oldest first; a line with a gap wherever nothing is known."""
        known = [(at, value) for at, value in points if value is not None]
        if not known:
            return self._empty(_title(title, level))
        peak_at, peak = max(known, key=lambda pair: pair[1])
        ceiling = _round_up(max(math.ceil(peak), 1))
        drawing = Markup(
            '<svg x="0" y="20" width="100%" height="{0}" viewBox="0 0 {1} {0}" preserveAspectRatio="none">{2}</svg>'
        ).format(_PLOT, _ACROSS, _lines([value for _, value in points], ceiling))
        first, last = points[0][0], points[-1][0]
        drawing += self._grid(ceiling) + self._times(first, last)
        written = {
            "first": self._f.time(first),
            "last": self._f.time(last),
            "peak_at": self._f.time(peak_at),
            "peak": self._f.number(round(peak, 1)),
            "now": self._f.number(round(known[-1][1], 1)),
        }
        step = -(-len(known) // _ROWS)
        rows = [(self._f.date_time(at), self._f.number(round(value, 1))) for at, value in reversed(known[::step])]
        table = self._table(title, (self._t("chart.time"), value_name), rows)
        return _figure("course", (title, level), self._t("chart.course_desc", **written), _PLOT + 48, drawing, table)

    def sparkline(self, title: str, values: Sequence[int]) -> Markup:
        """A small line without axes, for a card or a table row; say its numbers beside it."""
        if len(values) < 2:
            return Markup("")
        top, step = max(*values, 1), 100 / (len(values) - 1)
        points = " ".join(f"{_short(i * step)},{_short(29 - 28 * value / top)}" for i, value in enumerate(values))
        return Markup(
            '<svg class="sparkline" role="img" aria-label="{}" viewBox="0 0 100 30" preserveAspectRatio="none" '
            'width="100%" height="30"><polyline class="chart-line" points="{}" fill="none" '
            'vector-effect="non-scaling-stroke"/></svg>'
        ).format(title, points)

    def progress(self, count: int, thresholds: Sequence[Threshold], *, label: str) -> Markup:
        """A meter up to the highest threshold, with a mark at each lower one.

        `data-live-goal` on it is that highest threshold, by which live.js sets the width again.
        """
        goal = max((threshold.at for threshold in thresholds), default=0)
        if goal <= 0:
            raise ValueError("a progress meter needs a threshold above zero")
        share = min(count / goal, 1.0)
        marks = "".join(
            f'<rect class="meter-mark" x="{_short(100 * mark.at / goal)}%" width="3" height="14"/>'
            for mark in thresholds
            if mark.at < goal
        )
        text = escape(self._t("count.progress", percent=self._f.percent(share)))
        # A list has one for each of its cards: `Markup.format` would take a seventh of the page's time.
        return Markup(  # noqa: S704 - words are escaped, all else are numbers
            f'<div class="meter" role="meter" aria-label="{escape(label)}" aria-valuemin="0" aria-valuemax="{goal}" '
            f'aria-valuenow="{min(count, goal)}" aria-valuetext="{text}" data-live="meter" data-live-goal="{goal}" '
            f'data-text="{self._progress}">'
            '<svg width="100%" height="14" aria-hidden="true" focusable="false">'
            '<rect class="meter-track" width="100%" height="14" rx="3"/>'
            f'<rect class="meter-fill" width="{_short(_visible(share))}%" height="14" rx="3" data-live="fill"/>'
            f"{marks}</svg></div>"
        )

    def _bar(self, index: int, row: Bar, top: int) -> Markup:
        y = index * _ROW
        return Markup(
            '<text class="chart-label" x="0" y="{text}">{label}</text>'
            '<text class="chart-value" x="100%" y="{text}" text-anchor="end">{value}</text>'
            '<rect class="chart-track" y="{bar}" width="100%" height="10" rx="2"/>'
            '<rect class="chart-bar{strong}" y="{bar}" width="{width}%" height="10" rx="2"/>'
        ).format(
            text=y + 16,
            bar=y + 24,
            label=_clipped(row.label),
            value=self._f.number(row.value),
            strong=" is-strong" if row.strong else "",
            width=_short(_visible(row.value / top)),
        )

    def _grid(self, ceiling: int) -> Markup:
        lines = Markup("").join(
            Markup(
                '<line class="chart-grid" x1="0" x2="100%" y1="{y}" y2="{y}"/>'
                '<text class="chart-tick" x="-8" y="{t}" text-anchor="end">{v}</text>'
            ).format(
                y=_short(20 + _PLOT - _PLOT * part),
                t=_short(24 + _PLOT - _PLOT * part),
                v=self._f.compact(ceiling * part),
            )
            for part in (0.5, 1)
        )
        axis = Markup('<line class="chart-axis" x1="0" x2="100%" y1="{0}" y2="{0}"/>').format(20 + _PLOT)
        return lines + axis

    def _ends(self, days: Sequence[tuple[dt.date, int]], end: float) -> Markup:
        first, last = days[0][0], days[-1][0]
        start = Markup('<text class="chart-tick" x="0" y="{}">{}</text>').format(_PLOT + 42, self._f.day(first))
        if end < 50:  # the two would touch on a phone
            return start
        return start + Markup('<text class="chart-tick" x="{}%" y="{}" text-anchor="end">{}</text>').format(
            _short(end), _PLOT + 42, self._f.day(last)
        )

    def _times(self, first: dt.datetime, last: dt.datetime) -> Markup:
        return Markup(
            '<text class="chart-tick" x="0" y="{0}">{1}</text>'
            '<text class="chart-tick" x="100%" y="{0}" text-anchor="end">{2}</text>'
        ).format(_PLOT + 42, self._f.time(first), self._f.time(last))

    def _table(self, caption: str, heads: tuple[str, str], rows: Sequence[tuple[str, str]]) -> Markup:
        body = Markup("").join(
            Markup('<tr><th scope="row">{}</th><td class="is-number">{}</td></tr>').format(*row) for row in rows
        )
        return Markup(
            '<details class="details"><summary>{}</summary><div class="chart-table" tabindex="0" role="region" '
            'aria-label="{}"><table class="table"><caption class="visually-hidden">{}</caption><thead><tr>'
            '<th scope="col">{}</th><th scope="col" class="is-number">{}</th></tr></thead><tbody>{}</tbody></table>'
            "</div></details>"
        ).format(self._t("chart.table"), caption, caption, *heads, body)

    def _empty(self, title: Markup) -> Markup:
        return Markup(
            '<figure class="chart"><figcaption class="chart-title">{}</figcaption>'
            '<p class="chart-empty">{}</p></figure>'
        ).format(title, self._t("chart.empty"))


def _lines(values: Sequence[float | None], ceiling: int) -> Markup:
    """One line for each run of known values."""
    step = _ACROSS / max(len(values) - 1, 1)
    runs: list[list[str]] = [[]]
    for index, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append(f"{_short(index * step)},{_short(_PLOT - _PLOT * value / ceiling)}")
    return Markup("").join(
        Markup(
            '<polyline class="chart-line" points="{}" fill="none" stroke-linecap="round" '
            'vector-effect="non-scaling-stroke"/>'
        ).format(" ".join(run if len(run) > 1 else run * 2))
        for run in runs
        if run
    )


def _figure(
    kind: str, title: tuple[str, int | None], description: str, height: int, drawing: Markup, table: Markup
) -> Markup:
    return Markup(
        '<figure class="chart chart-{kind}"><figcaption class="chart-title">{heading}</figcaption>'
        '<svg role="img" aria-label="{title}. {description}" width="100%" height="{height}" focusable="false">'
        "<title>{title}</title><desc>{description}</desc>{drawing}</svg>{table}</figure>"
    ).format(
        kind=kind,
        title=title[0],
        heading=_title(*title),
        description=description,
        height=height,
        drawing=drawing,
        table=table,
    )


def _title(text: str, level: int | None) -> Markup:
    return escape(text) if level is None else Markup("<h{0}>{1}</h{0}>").format(level, text)


def _visible(share: float) -> float:
    """Percent across; something above zero is never drawn as nothing."""
    return max(min(share, 1.0) * 100, 0.8) if share > 0 else 0.0


def _round_up(value: int) -> int:
    """The next round number whose half is round too: the top line of a chart."""
    if value <= 10:
        return value + value % 2
    power: int = 10 ** (len(str(value)) - 1)
    return next(int(step * power) for step in (1, 1.6, 2, 3, 4, 5, 6, 8, 10) if step * power >= value)


def _clipped(label: str) -> str:
    return label if len(label) <= _LABEL_ROOM else label[: _LABEL_ROOM - 1].rstrip() + "…"


def _short(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
