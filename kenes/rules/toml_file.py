"""TOML with line numbers, so that whoever wrote a wrong file is told where.

The reader of the standard library knows no lines. But the first lines of a file, cut at the end of a statement, are a
file as well: the line of a value is the one with which it first appears in such a beginning.
"""

import tomllib
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Place = Sequence[str | int]
"""A path of keys and indexes to a value."""


class TomlError(ValueError):
    """The file cannot be read; the message begins with its line."""


@dataclass(frozen=True)
class TomlFile:
    """What a file says, and where it says it."""

    path: Path
    content: dict[str, Any]
    lines: tuple[str, ...]

    def line(self, place: Place) -> int:
        """The line on which the value at `place` begins; that of what should hold it, where it is missing."""
        found = list(place)
        while found and not _has(self.content, found):
            found.pop()
        if not found:
            return 1
        ends = bisect_left(range(len(self.lines) + 1), True, key=lambda count: _has(self._beginning(count), found))
        begins = ends
        while self._parsed(begins - 1) is None:
            begins -= 1
        return begins

    def _beginning(self, count: int) -> dict[str, Any]:
        """What the first `count` lines say, without a statement that is cut off."""
        while (parsed := self._parsed(count)) is None:
            count -= 1
        return parsed

    def _parsed(self, count: int) -> dict[str, Any] | None:
        try:
            return tomllib.loads("\n".join(self.lines[:count]))
        except tomllib.TOMLDecodeError:
            return None


def read_toml(path: Path) -> TomlFile:
    """Reads a file; raises `TomlError` where it is no TOML, and `OSError`."""
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise TomlError(f"{line}: not UTF-8") from error
    try:
        return TomlFile(path, tomllib.loads(text), tuple(text.split("\n")))
    except tomllib.TOMLDecodeError as error:
        raise TomlError(f"{_line_of_fault(text)}: {error}") from error


def _line_of_fault(text: str) -> int:
    """The line of the first statement that cannot be read."""
    lines = text.split("\n")
    sound = 0
    for count in range(len(lines) + 1):
        try:
            tomllib.loads("\n".join(lines[:count]))
        except tomllib.TOMLDecodeError:
            continue
        sound = count
    return min(sound + 1, len(lines))


def _has(content: Any, place: Place) -> bool:
    for part in place:
        if isinstance(part, int):
            if not isinstance(content, list) or part >= len(content):
                return False
        elif not isinstance(content, dict) or part not in content:
            return False
        content = content[part]
    return True
