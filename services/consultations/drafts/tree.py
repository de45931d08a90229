"""Walking through clause trees, and the ids of clauses."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import blake2s
from typing import Final

from schemas.consultations.clauses import Clause, ClauseKind, ClauseTree
from services.consultations.drafts.errors import WHOLE, DraftError, Fault
from services.consultations.drafts.limits import Limits
from services.consultations.drafts.nodes import Node, Outline
from services.consultations.drafts.notes import with_notes

ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_~-]{0,79}")
"""What a `ClauseId` looks like."""
WHOLE_DRAFT: Final = "whole"
"""What a draft as a whole is called where clauses are; no clause may be."""
ARTICLES: Final = frozenset({ClauseKind.ARTICLE, ClauseKind.CLAUSE})
NUMBERED_THROUGHOUT: Final = ARTICLES | {ClauseKind.SECTION}
"""Kinds whose numbers mostly run through the whole law, so that an id need not say what they stand in."""
ID_LENGTH: Final = 64
"""Leaves room below the 80 characters of a `ClauseId` for what makes it unique."""
LABEL_LENGTH: Final = 120
HEADING_LENGTH: Final = 2_000

_SHORT: Final = {
    ClauseKind.PREAMBLE: "pre", ClauseKind.PART: "part", ClauseKind.BOOK: "book", ClauseKind.TITLE: "title",
    ClauseKind.CHAPTER: "chp", ClauseKind.DIVISION: "dvs", ClauseKind.SECTION: "sec", ClauseKind.SUBSECTION: "subsec",
    ClauseKind.ARTICLE: "art", ClauseKind.CLAUSE: "cl", ClauseKind.PARAGRAPH: "para",
    ClauseKind.SUBPARAGRAPH: "subpara", ClauseKind.POINT: "point", ClauseKind.INDENT: "indent",
    ClauseKind.HEADING: "hdg", ClauseKind.ANNEX: "annex",
}  # fmt: skip


@dataclass(frozen=True)
class Place:
    """A clause where it stands: below `parent` (None at the top), `depth` levels down, `order`-th of the document."""

    clause: Clause
    parent: Clause | None
    depth: int
    order: int


def walk(tree: ClauseTree) -> Iterator[Place]:
    """Every clause in reading order."""
    stack: list[tuple[Clause, Clause | None, int]] = [(clause, None, 0) for clause in reversed(tree.clauses)]
    order = 0
    while stack:
        clause, parent, depth = stack.pop()
        yield Place(clause, parent, depth, order)
        order += 1
        stack.extend((child, clause, depth + 1) for child in reversed(clause.children))


def find(tree: ClauseTree, clause_id: str) -> Clause | None:
    """The clause of that id, if the tree has it."""
    return next((place.clause for place in walk(tree) if place.clause.id == clause_id), None)


def own_words(clause: Clause) -> str:
    """The heading, on a line of its own where there is one, and the clause's own text on one line."""
    text = clause.text.replace("\n", " ")
    return f"{clause.heading}\n{text}" if clause.heading else text


def words(clause: Clause) -> str:
    """The heading and the whole text of a clause and of everything below it, numbers as printed."""
    below = (f"{child.label} {words(child)}".strip() for child in clause.children)
    return " ".join(part for part in (own_words(clause), *below) if part)


def unit_kinds(tree: ClauseTree) -> frozenset[ClauseKind]:
    """What this law is cited by: articles (or clauses, rules); sections where it has no articles."""
    kinds = {place.clause.kind for place in walk(tree)}
    return frozenset(kinds & ARTICLES or kinds & {ClauseKind.SECTION})


def holds_units(tree: ClauseTree) -> frozenset[str]:
    """The ids of those clauses that only hold articles, or whatever the law is cited by."""
    kinds = unit_kinds(tree)
    holding: set[str] = set()

    def visit(clause: Clause) -> bool:
        below = [visit(child) for child in clause.children]
        if any(below):
            holding.add(clause.id)
        return any(below) or clause.kind in kinds

    for clause in tree.clauses:
        visit(clause)
    return frozenset(holding)


def units(tree: ClauseTree) -> tuple[Clause, ...]:
    """The clauses that a law is cited by, in order."""
    kinds, holding = unit_kinds(tree), holds_units(tree)
    return tuple(place.clause for place in walk(tree) if place.clause.kind in kinds and place.clause.id not in holding)


def relabelled(tree: ClauseTree, rename: Callable[[Clause], str]) -> ClauseTree:
    """The same tree with other ids."""

    def visit(clause: Clause) -> Clause:
        return clause.model_copy(update={"id": rename(clause), "children": tuple(map(visit, clause.children))})

    return tree.model_copy(update={"clauses": tuple(map(visit, tree.clauses))})


def with_ids(tree: ClauseTree, ids: Mapping[str, str]) -> ClauseTree:
    """The same tree, with the ids that `ids` gives for its own; it must give one for each, and no two the same."""
    return relabelled(tree, lambda clause: ids[clause.id])


class Ids:
    """Gives each clause of a first import its id: what it is and its number, below an article after the article's."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self._used: Counter[str] = Counter(taken)

    def give(self, kind: ClauseKind, number: str, position: int, parent: str) -> str:
        """The id of the `position`-th child (from 1); `parent` is the id that it is numbered within, or ""."""
        segment = f"{_SHORT[kind]}_{_ascii(number) or f'n{position}'}"
        name = f"{parent}__{segment}" if parent else segment
        if len(name) > ID_LENGTH:
            name = f"{_SHORT[kind]}_{blake2s(name.encode(), digest_size=10).hexdigest()}"
        return self.unique(name)

    def unique(self, name: str) -> str:
        """`name`, or where it was given already, `name` with a count."""
        self._used[name] += 1
        return name if self._used[name] == 1 else self.unique(f"{name}~{self._used[name]}")


def grown(outline: Outline, limits: Limits) -> ClauseTree:
    """Makes clauses with ids of what was read.

    Raises `DraftError` where there is no clause, or one with a text that is too long.
    """
    if not outline.roots:
        raise DraftError(0, WHOLE, Fault.NO_CLAUSES)
    ids = Ids()
    clauses = tuple(_grown(node, at, "", ids, limits) for at, node in enumerate(outline.roots, 1))
    return ClauseTree(title=_short(outline.title, HEADING_LENGTH, 1, "title"), clauses=clauses)


def _grown(node: Node, position: int, parent: str, ids: Ids, limits: Limits) -> Clause:
    own = ids.give(node.kind, node.number, position, "" if node.kind in NUMBERED_THROUGHOUT else parent)
    return Clause(
        id=own,
        kind=node.kind,
        label=_short(node.label, LABEL_LENGTH, node.line, "number"),
        number=_short(node.number, LABEL_LENGTH, node.line, "number"),
        heading=_short(node.heading, HEADING_LENGTH, node.line, "heading"),
        text=_short("\n".join(with_notes(node.lines, node.notes)), limits.text, node.line, node.kind.value),
        children=tuple(_grown(child, at, own, ids, limits) for at, child in enumerate(node.children, 1)),
    )


def _short(text: str, limit: int, line: int, element: str) -> str:
    if len(text) > limit:
        raise DraftError(line, element, Fault.TEXT_TOO_LONG, f"{len(text)} over {limit}")
    return text


def _ascii(number: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", number.casefold()).strip("-") if number.isascii() else ""
