"""Where comments stand: each has a number in its line, so that a page of a long line is found by its numbers alone.

A line is what is said to a clause, or in reply to one comment. Numbers begin with 0, have no gaps and never change.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from kenes.mongo.client import Document
from kenes.mongo.operations import Operation, Update


def line_on(consultation: str, clause: str) -> str:
    """The line of threads on a clause."""
    return f"{consultation}/{clause}"


def line_under(consultation: str, thread: str) -> str:
    """The line of replies in a thread."""
    return f"{consultation}//{thread}"


def place(line: str, number: int) -> str:
    """One place in a line; places of a line are in the order of their numbers."""
    return f"{line}#{number:09}"


def number_of(place: str) -> int:
    """The number of a place in its line."""
    return int(place.rpartition("#")[2])


class Numbering:
    """Gives numbers in the lines of one batch; `stored` are the lines as they were before it."""

    def __init__(self, stored: Mapping[Any, Document]) -> None:
        self._counts = Counter({line: document["count"] for line, document in stored.items()})
        self._given: Counter[str] = Counter()

    def give(self, line: str) -> str:
        """The next place in a line."""
        number = self._counts[line]
        self._counts[line] += 1
        self._given[line] += 1
        return place(line, number)

    def operations(self) -> Iterator[Operation]:
        """Keeps how long the lines are now."""
        for line, number in self._given.items():
            yield Update("lines", line, {"$inc": {"count": number}})
