"""A fault as a drill takes it, and the line it leaves in the table."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from tests.faults.asking import Books
from tests.faults.drilled import Check

S = TypeVar("S")

Inject = Callable[[Books], Awaitable[list[Check]]]
"""Does something bad and undoes it; what must have come of it beside what holds for all faults."""


@dataclass(frozen=True)
class Fault:
    """`injected` says in words what is done; `unable`, why it cannot be done here."""

    name: str
    injected: str
    inject: Inject
    unable: str | None = None


@dataclass(frozen=True)
class Row:
    """What came of one fault under use.

    `events_in` are acts that people were answered; of them `lost` and `doubled` by the stored and shown counts.
    `silent` is the longest time without a decision from the injection on, `recovered` the time from its end to the
    next decision, both in seconds. Where the fault was `skipped`, that says why and the rest says nothing.
    """

    fault: str
    injected: str
    events_in: int = 0
    lost: int = 0
    doubled: int = 0
    silent: float = 0.0
    recovered: float = 0.0
    skipped: str | None = None

    def document(self) -> dict[str, Any]:
        """As it is written to the file, where it stands under its name."""
        if self.skipped is not None:
            return {"injected": self.injected, "skipped": self.skipped}
        return {
            "injected": self.injected,
            "events_in": self.events_in,
            "lost": self.lost,
            "doubled": self.doubled,
            "longest_silence_seconds": round(self.silent, 2),
            "seconds_to_recover": round(self.recovered, 2),
        }


def faults(
    where: S, *injected: Callable[[S, Books], Awaitable[list[Check]]], unable: str | None = None
) -> tuple[Fault, ...]:
    """What these functions inject there; each is named as its function is, and told by the first line about it."""

    def fault(inject: Callable[[S, Books], Awaitable[list[Check]]]) -> Fault:
        return Fault(inject.__name__, _told(inject), lambda books: inject(where, books), unable)

    return tuple(map(fault, injected))


def skipped(drill: str, injected: Sequence[Callable[..., object]], why: str) -> list[Row]:
    """The lines of a drill that cannot be held here at all."""
    return [Row(f"{drill}.{inject.__name__}", _told(inject), skipped=why) for inject in injected]


def _told(inject: Callable[..., object]) -> str:
    return (inspect.getdoc(inject) or "").splitlines()[0].removesuffix(".")


def table(rows: Sequence[Row]) -> list[str]:
    """A line for each fault, aligned."""
    heads = ("fault", "events in", "lost", "doubled", "silent s", "recovered s", "injected")
    cells = [heads, *map(_cells, rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(heads))]
    return ["  ".join(_aligned(row, widths)).rstrip() for row in cells]


def _cells(row: Row) -> tuple[str, ...]:
    if row.skipped is not None:
        return (row.fault, *("-",) * 5, f"skipped: {row.skipped}")
    numbers = (f"{row.events_in:,}", str(row.lost), str(row.doubled), f"{row.silent:.1f}", f"{row.recovered:.1f}")
    return (row.fault, *numbers, row.injected)


def _aligned(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    last = len(row) - 1
    return [
        cell.ljust(width) if column in (0, last) else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
