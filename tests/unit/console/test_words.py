"""Figures as an operator reads them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from kenes.identity.login import LOCALES as LOGIN_LOCALES
from kenes.web.i18n import Translator
from kenes.web.language import edge_catalogs
from services.console.serving import FOLDERS
from services.console.words import Words

CATALOGS = edge_catalogs((LOGIN_LOCALES, FOLDERS.locales))
EN, RU = (Words(Translator(CATALOGS, language)) for language in ("en", "ru"))
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("size", "text"),
    [(None, "–"), (0, "0 B"), (999, "999 B"), (1000, "1 kB"), (1_234_567, "1.2 MB"), (5e15, "5,000 TB")],
)
def test_bytes(size: int | None, text: str) -> None:
    assert EN.size(size) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(None, "–"), (0.4, "0 s"), (119, "119 s"), (120, "2 min"), (7199, "119 min"), (7200, "2 h"), (200_000, "2 d")],
)
def test_spans_of_time(seconds: float | None, text: str) -> None:
    assert EN.span(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0, "0 ms"),
        (0.0084, "8 ms"),
        (0.999, "999 ms"),
        (1.0, "1 s"),
        (2.44, "2.4 s"),
        (90.0, "90 s"),
        (180.0, "3 min"),
    ],
)
def test_short_spans_are_told_finely(seconds: float, text: str) -> None:
    assert EN.elapsed(seconds) == text


def test_rates_counts_and_ages() -> None:
    assert (EN.rate(None), EN.rate(0.04), EN.rate(12.34), EN.rate(1234.5)) == ("–", "0/s", "12.3/s", "1,234/s")
    assert (EN.count(None), EN.count(1234.0)) == ("–", "1,234")
    assert EN.ago(NOW - timedelta(seconds=3), NOW) == "3 s ago"
    assert RU.ago(NOW - timedelta(minutes=5), NOW) == "5 мин назад"
    assert EN.ago(None, NOW) == "never"


def test_runs_of_partitions_are_drawn_together() -> None:
    assert EN.partitions([3, 0, 1, 2, 7, 9, 10]) == "0–3, 7, 9–10"
    assert EN.partitions([]) == ""
