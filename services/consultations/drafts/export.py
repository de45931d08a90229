"""Clause trees as plain text and as Markdown, numbers as printed."""

import re
from typing import Final

from schemas.consultations.clauses import Clause, ClauseKind, ClauseTree
from services.consultations.drafts.labels import structural
from services.consultations.drafts.tree import walk

ROWS: Final = frozenset({ClauseKind.PARAGRAPH, ClauseKind.SUBPARAGRAPH, ClauseKind.POINT, ClauseKind.INDENT})
DEEPEST_HEADING: Final = 6
_MARKS: Final = re.compile(r"([\\`*_\[\]<>|&])")
_LEADING: Final = re.compile(r"^([#+=~-])|^(\d+)([.)])(?=\s|$)")


def plain_text(tree: ClauseTree) -> str:
    """The draft for reading and for other programs: a paragraph to a line, an empty line before each clause."""
    lines = [tree.title] if tree.title else []
    for place in walk(tree):
        lines += ["", *_plain(place.clause)]
    return "\n".join(lines).strip("\n") + "\n"


def markdown(tree: ClauseTree) -> str:
    """The draft as CommonMark: headings for the upper pieces, numbered paragraphs for the rows below."""
    paragraphs = [f"# {_escaped(tree.title)}"] if tree.title else []
    for place in walk(tree):
        paragraphs += _marked(place.clause, min(place.depth + 2, DEEPEST_HEADING))
    return "\n\n".join(paragraphs) + "\n"


def head(clause: Clause) -> str:
    """The number as printed with the heading: "Статья 5. Сроки"."""
    label = f"{clause.label}." if clause.heading and structural(clause.label) else clause.label
    return " ".join(part for part in (label, clause.heading) if part)


def _plain(clause: Clause) -> list[str]:
    if clause.kind in ROWS and not clause.heading:
        first, *others = clause.text.split("\n")
        return [f"{clause.label} {first}".strip(), *others]
    return [line for line in (head(clause), *clause.text.split("\n")) if line]


def _marked(clause: Clause, level: int) -> list[str]:
    lines = [line for line in clause.text.split("\n") if line]
    if clause.kind in ROWS and not clause.heading:
        first, *others = lines or [""]
        return [f"{_escaped(clause.label)} {_escaped(first)}".strip(), *map(_escaped, others)]
    heading = [f"{'#' * level} {_escaped(head(clause))}"] if head(clause) else []
    return [*heading, *map(_escaped, lines)]


def _escaped(text: str) -> str:
    return _LEADING.sub(
        lambda found: f"\\{found[1]}" if found[1] else f"{found[2]}\\{found[3]}", _MARKS.sub(r"\\\1", text)
    )
