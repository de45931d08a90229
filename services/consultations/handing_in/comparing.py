"""Two versions of a draft beside each other, as pages show them. What was compared is kept: versions never change."""

import asyncio
from collections import Counter, OrderedDict
from dataclasses import dataclass
from typing import Final

from schemas.consultations.clauses import ClauseTree
from services.consultations.drafts.alignment import Alignment, Fate, by_ids
from services.consultations.drafts.rows import Row, rows
from services.consultations.texts import Texts

REMEMBERED: Final = 8
"""Comparisons kept in memory; one of two large laws takes some megabytes."""


@dataclass(frozen=True)
class Line:
    """A row, whether a reader finds other words in it or below it, and whether only what is below it changed."""

    row: Row
    touched: bool

    @property
    def id(self) -> str:
        """The clause's id, the same in both versions."""
        side = self.row.new or self.row.old
        return "" if side is None else side.id

    @property
    def depth(self) -> int:
        """How many clauses it stands in."""
        side = self.row.new or self.row.old
        return 0 if side is None else side.depth

    @property
    def altered(self) -> bool:
        """The clause itself is not what it was."""
        return self.row.fate is not Fate.UNCHANGED or self.row.renumbered


@dataclass(frozen=True)
class Comparison:
    """Every clause of both versions once, in the order of the newer one."""

    old: ClauseTree
    new: ClauseTree
    lines: tuple[Line, ...]
    counts: Counter[Fate]

    @property
    def removed(self) -> list[Line]:
        """Clauses that only the older version has."""
        return [line for line in self.lines if line.row.new is None]

    def changed(self) -> list[Line]:
        """What changed, and as little of the rest as tells where it stands."""
        return [line for line in self.lines if line.altered or line.touched]


def compared(old: ClauseTree, new: ClauseTree, alignment: Alignment | None = None) -> Comparison:
    """Compares two versions whose ids last. Takes a second for a large law."""
    aligned = by_ids(old, new) if alignment is None else alignment
    found = zip(rows(old, new, aligned), aligned.entries, strict=True)
    lines = tuple(Line(row, entry.touched) for row, entry in found)
    return Comparison(old, new, lines, aligned.counts())


class Comparisons:
    """Compares off the event loop, each pair of texts once."""

    def __init__(self, texts: Texts) -> None:
        self._texts = texts
        self._known: OrderedDict[tuple[str, int, int, str], asyncio.Task[Comparison]] = OrderedDict()

    async def get(self, consultation: str, first: int, second: int, language: str) -> Comparison | None:
        """The comparison of two versions in one language; `None` where one of them does not have it."""
        old = await self._texts.get(consultation, first, language)
        new = await self._texts.get(consultation, second, language)
        if old is None or new is None:
            return None
        key = consultation, first, second, language
        task = self._known.get(key)
        if task is None or (task.done() and (task.cancelled() or task.exception() is not None)):
            task = self._known[key] = asyncio.create_task(asyncio.to_thread(compared, old.tree, new.tree))
        self._known.move_to_end(key)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        # Who asked first may go away; others wait for the same work.
        return await asyncio.shield(task)
