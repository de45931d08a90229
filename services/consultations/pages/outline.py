"""A draft as a list of contents, with the comments on each clause and on what is below it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from schemas.consultations.clauses import Clause, ClauseTree
from services.consultations.drafts.tree import ARTICLES

EXCERPT = 140
"""Letters of a clause's text that stand for a heading it does not have."""


LONG = 250
"""Entries of a list that is still read as one."""


@dataclass(frozen=True)
class Entry:
    """A clause in the list. `comments` counts those on all that is below it as well."""

    clause: Clause
    words: str
    comments: int
    below: tuple["Entry", ...]


def contents(tree: ClauseTree, comments: Mapping[str, int]) -> tuple[Entry, ...]:
    """The list down to the articles; `comments` by clause, as `Queries.heard` has them.

    A very long one ends where articles begin: these are listed on the page of what holds them.
    """
    found = tuple(entry(clause, comments) for clause in tree.clauses)
    return tuple(map(_short, found)) if _size(found) > LONG else found


def entry(clause: Clause, comments: Mapping[str, int]) -> Entry:
    """One clause and what is below it, down to the articles."""
    below = tuple(entry(child, comments) for child in clause.children) if holds_articles(clause) else ()
    return Entry(clause, words_of(clause), _total(clause, comments), below)


def words_of(clause: Clause) -> str:
    """The heading; without one, how its text begins."""
    if clause.heading:
        return clause.heading
    text = " ".join(clause.text.split())
    if not text and clause.children:
        text = " ".join(clause.children[0].text.split())
    return text if len(text) <= EXCERPT else text[:EXCERPT].rsplit(" ", 1)[0] + "…"


def name_of(clause: Clause, above: Sequence[Clause]) -> str:
    """How a clause is called: by its number within its article, and its heading; empty where it has neither.

    `above` are the clauses that it stands in, from the top down.
    """
    article = next((at for at, each in enumerate(above) if each.kind in ARTICLES), len(above))
    number = ", ".join(each.label.rstrip(".") for each in (*above[article:], clause) if each.label)
    return ". ".join(part for part in (number, clause.heading) if part)


def holds_articles(clause: Clause) -> bool:
    """Whether articles stand below it: then it is read by its list, and not as one text."""
    return any(child.kind in ARTICLES or holds_articles(child) for child in clause.children)


def _size(entries: tuple[Entry, ...]) -> int:
    return sum(1 + _size(each.below) for each in entries)


def _short(found: Entry) -> Entry:
    return replace(found, below=tuple(_short(each) for each in found.below if each.clause.kind not in ARTICLES))


def _total(clause: Clause, comments: Mapping[str, int]) -> int:
    return comments.get(clause.id, 0) + sum(_total(child, comments) for child in clause.children)
