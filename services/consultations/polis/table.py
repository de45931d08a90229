"""A CSV file read line by line, each cell with its place."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from services.consultations.polis.errors import PolisError

SIDES: Final = {"-1": -1, "0": 0, "1": 1, "-1.0": -1, "0.0": 0, "1.0": 1}
"""polis writes whole numbers, other tools what they made of them."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Line:
    """One record; it may go over several lines of the file, of which `number` is the first."""

    file: str
    number: int
    index: dict[str, int]
    cells: list[str]

    def text(self, column: str) -> str:
        """The cell of a column."""
        return self.cells[self.index[column]]

    def fault(self, column: str, reason: str) -> PolisError:
        """A fault at this cell."""
        return PolisError(self.file, self.number, column, reason)

    def name(self, column: str) -> str:
        """An id as polis numbers things."""
        return self._digits(column, self.text(column))

    def count(self, column: str) -> int:
        """A count from 0; other tools write "3.0" where a cell of the column is empty."""
        return int(self._digits(column, self.text(column).removesuffix(".0")))

    def side(self, column: str) -> int:
        """-1, 0 or 1."""
        text = self.text(column)
        if text not in SIDES:
            raise self.fault(column, f"{shortened(text)} is not -1, 0 or 1")
        return SIDES[text]

    def moment(self, column: str) -> datetime:
        """Milliseconds since 1970, UTC."""
        try:
            return moment(self.count(column))
        except OverflowError:
            raise self.fault(column, f"{shortened(self.text(column))} is too late a time") from None

    def _digits(self, column: str, number: str) -> str:
        if not is_id(number):
            raise self.fault(column, f"{shortened(self.text(column))} is not a number of digits")
        return number


def moment(since_epoch: int) -> datetime:
    """The time so many milliseconds after 1970."""
    return _EPOCH + timedelta(milliseconds=since_epoch)


def milliseconds(at: datetime) -> int:
    """Milliseconds since 1970 of an aware time."""
    return (at - _EPOCH) // timedelta(milliseconds=1)


def is_id(text: str) -> bool:
    """Up to eighteen digits, as numbers are written: without a zero before them."""
    return text.isascii() and text.isdigit() and len(text) <= 18 and (text[0] != "0" or text == "0")


def shortened(text: str) -> str:
    """As told in a fault."""
    return repr(text if len(text) <= 40 else text[:40] + "…")


def lines(path: Path, required: Sequence[str]) -> Iterator[Line]:
    """The records of a file after its header, one at a time; columns may be in any order.

    Raises:
        PolisError: the file is missing, not UTF-8 or not CSV, lacks a column, has one twice, or a line is of another
            length than the header.
    """
    if not path.is_file():
        raise PolisError(path.name, 0, "", "there is no such file")
    with path.open("rb") as raw:
        reader = csv.reader(_decoded(path.name, raw), strict=True)
        records = _numbered(path.name, reader)
        _, header = next(records, (1, []))
        index = _index(path.name, header, required)
        for number, cells in records:
            if not cells:
                continue
            if len(cells) != len(header):
                raise PolisError(path.name, number, "", f"{len(cells)} cells, the header has {len(header)}")
            yield Line(path.name, number, index, cells)


def _decoded(file: str, raw: Iterator[bytes]) -> Iterator[str]:
    for number, line in enumerate(raw, start=1):
        try:
            yield line.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError as error:
            raise PolisError(file, number, "", f"not UTF-8 at byte {error.start + 1}") from None


def _numbered(file: str, reader: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Records with the line each begins at."""
    while True:
        begins = reader.line_num + 1  # type: ignore[attr-defined]
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise PolisError(file, begins, "", f"not CSV: {error}") from None
        yield begins, cells


def _index(file: str, header: list[str], required: Sequence[str]) -> dict[str, int]:
    index: dict[str, int] = {}
    for number, column in enumerate(header):
        if column in index:
            raise PolisError(file, 1, str(number + 1), f"a second column {shortened(column)}")
        index[column] = number
    for column in required:
        if column not in index:
            raise PolisError(file, 1, column, "the column is missing")
    return index
