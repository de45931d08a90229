"""Charts: right lengths, spoken and tabled, and nothing a strict content policy forbids."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from kenes.web.charts import Bar, Charts, Threshold
from kenes.web.i18n import Catalogs, Translator

CHARTS = {language: Charts(Translator(Catalogs(strict=True), language)) for language in ("kk", "ru", "en")}
EN = CHARTS["en"]
DAY = dt.date(2026, 11, 1)
DAYS = [(DAY + dt.timedelta(days=index), value) for index, value in enumerate([*range(20), 2713])]


def widths(svg: str, name: str) -> list[float]:
    return [float(width) for width in re.findall(rf'class="{name}[^>]*? width="([\d.]+)%"', svg)]


def test_bars_share_the_width_of_the_longest() -> None:
    svg = EN.bars("By region", [Bar("Almaty", 400), Bar("Abai", 100), Bar("None", 0)], label_name="R", value_name="N")
    assert widths(svg, "chart-bar") == [100, 25, 0]


def test_one_among_a_million_is_still_seen() -> None:
    svg = EN.bars("T", [Bar("a", 1_000_000), Bar("b", 1)], label_name="R", value_name="N")
    assert widths(svg, "chart-bar")[1] > 0.5


def test_bars_of_zeros_do_not_divide_by_zero() -> None:
    assert widths(EN.bars("T", [Bar("a", 0)], label_name="R", value_name="N"), "chart-bar") == [0]


def test_every_value_is_in_the_table_too() -> None:
    svg = EN.columns("Per day", DAYS, value_name="Signatures")
    table = svg[svg.index("<table") :]
    assert table.count("<tr>") == 1 + len(DAYS)
    assert '<th scope="row">21 November 2026</th><td class="is-number">2,713</td>' in table


def test_a_chart_says_what_it_shows() -> None:
    svg = EN.columns("Per day", DAYS, value_name="Signatures")
    assert 'role="img"' in svg
    assert "<title>Per day</title>" in svg
    assert "Most on 21 November 2026: 2,713." in svg


def test_columns_fit_between_the_axis_and_the_top_line() -> None:
    svg = EN.columns("Per day", DAYS, value_name="Signatures")
    heights = [float(height) for height in re.findall(r'class="chart-column"[^>]* height="([\d.]+)"', svg)]
    assert len(heights) == len(DAYS)
    assert max(heights) <= 180
    assert heights[0] == 0


@pytest.mark.parametrize(("peak", "top"), [(1, "2"), (7, "8"), (11, "16"), (99, "100"), (2713, "3K"), (50_001, "60K")])
def test_the_top_line_is_a_round_number(peak: int, top: str) -> None:
    assert f">{top}</text>" in EN.columns("T", [(DAY, peak)], value_name="N")


def test_one_day_is_not_a_wall() -> None:
    assert widths(EN.columns("T", [(DAY, 5)], value_name="N"), "chart-column")[0] < 10


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_nothing_to_show_is_said_in_words(language: str) -> None:
    empty = CHARTS[language].bars("T", [], label_name="R", value_name="N")
    assert "<svg" not in empty
    assert len(re.sub("<.*?>", "", empty)) > 10
    assert empty.replace("T", "", 1)
    assert "<svg" not in CHARTS[language].columns("T", [], value_name="N")


def test_labels_are_text_and_never_markup() -> None:
    evil = '<script>"&'
    svg = EN.bars(evil, [Bar(evil, 1)], label_name=evil, value_name=evil, level=2) + EN.sparkline(evil, [1, 2])
    svg += EN.progress(1, [Threshold(2, evil)], label=evil)
    assert "<script" not in svg
    assert '="<' not in svg


def test_long_labels_are_cut_in_the_drawing_only() -> None:
    name = "Ш" * 60
    svg = EN.bars("T", [Bar(name, 1)], label_name="R", value_name="N")
    assert f">{name}</text>" not in svg
    assert f">{name}</th>" in svg


def test_progress_reaches_the_highest_threshold_and_stops() -> None:
    thresholds = [Threshold(10_000, "answer"), Threshold(50_000, "hearing")]
    half = EN.progress(25_000, thresholds, label="Live")
    assert widths(half, "meter-fill") == [50]
    assert 'class="meter-mark" x="20%"' in half
    assert 'aria-valuenow="25000"' in half
    assert 'aria-valuetext="50% of the goal"' in half
    assert widths(EN.progress(60_000, thresholds, label="Live"), "meter-fill") == [100]
    assert widths(EN.progress(0, thresholds, label="Live"), "meter-fill") == [0]


def test_progress_without_a_goal_is_refused() -> None:
    with pytest.raises(ValueError, match="threshold"):
        EN.progress(1, [], label="Live")


def test_a_line_needs_two_points() -> None:
    assert EN.sparkline("T", [1]) == ""
    assert 'points="0,15 100,1"' in EN.sparkline("T", [1, 2])


NOON = dt.datetime(2026, 11, 22, 7, tzinfo=dt.UTC)


def course(*values: float | None) -> list[tuple[dt.datetime, float | None]]:
    return [(NOON + dt.timedelta(minutes=number), value) for number, value in enumerate(values)]


def test_a_course_is_drawn_from_edge_to_edge_with_a_gap_where_nothing_is_known() -> None:
    svg = EN.course("Lag", course(0, 5, 10, None, 4, 4), value_name="Events")
    lines = re.findall(r'<polyline class="chart-line" points="([^"]+)"', svg)
    assert lines == ["0,180 200,90 400,0", "800,108 1000,108"]


def test_a_single_point_between_gaps_is_seen() -> None:
    svg = EN.course("Lag", course(None, 10, None), value_name="Events")
    assert re.findall(r'points="([^"]+)"', svg) == ["500,0 500,0"]


@pytest.mark.parametrize("language", CHARTS)
def test_a_course_says_and_tables_what_it_shows(language: str) -> None:
    svg = CHARTS[language].course("Lag", course(1, 7.25, None, 3), value_name="Events")
    assert "12:00" in svg
    assert "12:03" in svg
    assert svg.count('scope="row"') == 3
    assert "style=" not in svg


def test_a_long_course_has_a_short_table() -> None:
    svg = EN.course("Lag", course(*range(1440)), value_name="Events")
    assert svg.count('scope="row"') <= 60


def test_a_course_of_nothing_says_so() -> None:
    assert "<svg" not in EN.course("Lag", course(None, None), value_name="Events")
