"""What is wrong with a folder, and where."""

from __future__ import annotations


class PolisError(ValueError):
    """A file cannot be read as polis writes it.

    `line` is where the record begins, from 1, or 0 where the fault is the whole file's; `column` is its name in the
    header, or its number from 1 where it has none, or empty where the fault is the whole line's.
    """

    def __init__(self, file: str, line: int, column: str, reason: str) -> None:
        where = ", ".join([file, *([f"line {line}"] if line else []), *([f"column {column}"] if column else [])])
        super().__init__(f"{where}: {reason}")
        self.file = file
        self.line = line
        self.column = column
        self.reason = reason
