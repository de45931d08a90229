"""The same draft in two languages, clause by clause: matched by structure and number, not by words."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from schemas.consultations.clauses import Clause, ClauseKind, ClauseTree
from services.consultations.drafts.tree import Ids, walk, with_ids


class Difference(StrEnum):
    """How the translations of one draft differ in structure."""

    MISSING = "missing"
    """The second language has no such clause."""
    EXTRA = "extra"
    """Only the second language has it."""
    NUMBER = "number"
    """It stands in the same place under another number."""
    KIND = "kind"
    """It has the same number and is something else: an article here, a chapter there."""
    EMPTY = "empty"
    """One language has a heading or text where the other has none."""
    PARAGRAPHS = "paragraphs"
    """The text falls into more paragraphs in one language than in the other."""


@dataclass(frozen=True)
class Mismatch:
    """A difference, and the clause that it is about, by its id in the first tree and in `Parallel.second`.

    `path` are the labels of the clauses around it and its own.
    """

    difference: Difference
    first: str | None
    second: str | None
    path: tuple[str, ...]


@dataclass(frozen=True)
class Parallel:
    """The second tree with the ids of the first for the clauses that both have, and what differs."""

    second: ClauseTree
    mismatches: tuple[Mismatch, ...]


ROWS: Final = frozenset({ClauseKind.PARAGRAPH, ClauseKind.SUBPARAGRAPH, ClauseKind.POINT, ClauseKind.INDENT})
"""What languages and drafters call differently though it is the same."""
ONLY_HERE: Final = "~only"


def parallel(first: ClauseTree, second: ClauseTree) -> Parallel:
    """Gives the clauses of `second` the ids of those of `first`, and reports each difference in structure.

    Clauses that only `second` has keep an id of their own, ending in `~only`.
    """
    ids: dict[str, str] = {}
    mismatches = list(_compared(first.clauses, second.clauses, (), ids))
    fresh = Ids(place.clause.id for place in walk(first))
    for place in walk(second):
        if place.clause.id not in ids:
            ids[place.clause.id] = fresh.unique(f"{place.clause.id[:60]}{ONLY_HERE}")
    named = (replace(each, second=ids[each.second]) if each.second else each for each in mismatches)
    return Parallel(with_ids(second, ids), tuple(named))


def _compared(
    firsts: Sequence[Clause], seconds: Sequence[Clause], path: tuple[str, ...], ids: dict[str, str]
) -> Iterator[Mismatch]:
    pairs = _pairs(firsts, seconds)
    paired = {id(second) for _, second in pairs}
    lone = {id(clause) for clause in firsts} - {id(first) for first, _ in pairs}
    yield from (
        Mismatch(Difference.MISSING, each.id, None, (*path, _name(each))) for each in firsts if id(each) in lone
    )
    yield from (
        Mismatch(Difference.EXTRA, None, each.id, (*path, _name(each))) for each in seconds if id(each) not in paired
    )
    for first, second in pairs:
        ids[second.id] = first.id
        here = (*path, _name(first))
        yield from (Mismatch(each, first.id, second.id, here) for each in _differences(first, second))
        yield from _compared(first.children, second.children, here, ids)


def _pairs(firsts: Sequence[Clause], seconds: Sequence[Clause]) -> list[tuple[Clause, Clause]]:
    """By kind and number, each in order; what remains on both sides between the same neighbours by its place there."""
    found = _lettered(firsts, seconds)
    taken = set(found.values())
    waiting: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for at, second in enumerate(seconds):
        if at not in taken:
            waiting[_key(second)].append(at)
    for at, first in enumerate(firsts):
        if at not in found and first.number and waiting[_key(first)]:
            found[at] = waiting[_key(first)].pop(0)
    found |= dict(_by_place(firsts, seconds, found))
    return [(firsts[at], seconds[there]) for at, there in sorted(found.items())]


def _lettered(firsts: Sequence[Clause], seconds: Sequence[Clause]) -> dict[int, int]:
    """Rows with a letter by their place, if there are as many: "б" is the third in Kazakh and the second in Russian."""
    left, right = ([at for at, each in enumerate(side) if _has_letter(each)] for side in (firsts, seconds))
    return dict(zip(left, right, strict=True)) if len(left) == len(right) else {}


def _has_letter(clause: Clause) -> bool:
    return clause.kind in ROWS and len(clause.number) == 1 and clause.number.isalpha()


def _by_place(firsts: Sequence[Clause], seconds: Sequence[Clause], found: dict[int, int]) -> Iterator[tuple[int, int]]:
    taken = set(found.values())
    gaps: defaultdict[int, tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    anchor = -1
    for at in range(len(firsts)):
        if at in found:
            anchor = found[at]
        else:
            gaps[anchor][0].append(at)
    anchor = -1
    for there in range(len(seconds)):
        if there in taken:
            anchor = there
        else:
            gaps[anchor][1].append(there)
    for left, right in gaps.values():
        if len(left) == len(right) or not any(firsts[at].number for at in left):
            yield from zip(left, right, strict=False)


def _key(clause: Clause) -> tuple[str, str]:
    return ("row" if clause.kind in ROWS else clause.kind.value, clause.number)


def _differences(first: Clause, second: Clause) -> Iterator[Difference]:
    if _key(first)[0] != _key(second)[0]:
        yield Difference.KIND
    if first.number != second.number and not _same_row(first, second):
        yield Difference.NUMBER
    if bool(first.heading) != bool(second.heading) or bool(first.text) != bool(second.text):
        yield Difference.EMPTY
    elif first.text.count("\n") != second.text.count("\n"):
        yield Difference.PARAGRAPHS


def _same_row(first: Clause, second: Clause) -> bool:
    """Letters of rows follow each language's own alphabet: the third is "б" in Kazakh and "в" in Russian."""
    return first.number.isalpha() and second.number.isalpha() and first.kind is second.kind and first.kind in ROWS


def _name(clause: Clause) -> str:
    return clause.label or clause.heading or clause.text[:40]
