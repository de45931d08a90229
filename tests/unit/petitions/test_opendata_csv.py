"""CSV that no spreadsheet runs."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kenes.web.csv_text import lines, safe


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "  =", "\t="])
def test_a_formula_becomes_text(start: str) -> None:
    assert safe(f'{start}HYPERLINK("http://evil")').__str__().startswith("'")


@pytest.mark.parametrize(
    ("cell", "kept"), [("Ауыл = қала", "Ауыл = қала"), (-3, -3), (None, ""), ("", ""), ("a@b", "a@b")]
)
def test_everything_else_stays(cell: str | int | None, kept: str | int) -> None:
    assert safe(cell) == kept


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=2, max_size=2), max_size=4))
def test_what_is_written_is_read_again(rows: list[list[str]]) -> None:
    text = lines(rows).decode("utf-8")

    assert list(csv.reader(io.StringIO(text, newline=""))) == [[safe(cell) for cell in row] for row in rows]
