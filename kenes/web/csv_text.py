"""CSV (RFC 4180) in UTF-8 that a spreadsheet cannot take for formulas."""

import csv
import io
from collections.abc import Iterable, Sequence

MEDIA_TYPE = "text/csv; charset=utf-8; header=present"

# What spreadsheets take for the start of a formula, the full-width forms of the same signs included.
_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")

Cell = str | int | None


def safe(cell: Cell) -> str | int:
    """A text that would start a formula gets an apostrophe before it, which spreadsheets show as text.

    Blanks in front do not hide it: some programs skip them. Numbers are ours and stay numbers.
    """
    if isinstance(cell, int):
        return cell
    text = cell or ""
    return f"'{text}" if text.startswith(_STARTS) or text.lstrip().startswith(_STARTS) else text


def lines(rows: Iterable[Sequence[Cell]]) -> bytes:
    """Rows as they stand in the file."""
    text = io.StringIO(newline="")
    csv.writer(text).writerows([safe(cell) for cell in row] for row in rows)
    return text.getvalue().encode()
