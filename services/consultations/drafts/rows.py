"""Two versions side by side, a row to each clause, as a page shows them."""

from collections.abc import Iterator
from dataclasses import dataclass

from schemas.consultations.clauses import Clause, ClauseTree
from services.consultations.drafts.alignment import Alignment, Fate
from services.consultations.drafts.diff import Run, diff
from services.consultations.drafts.export import head
from services.consultations.drafts.tree import Place, walk


@dataclass(frozen=True)
class Side:
    """A clause in one version, without what is below it. `depth` counts the clauses that it stands in."""

    id: str
    label: str
    heading: str
    text: str
    depth: int


@dataclass(frozen=True)
class Row:
    """A clause in both versions; None on the side of the version that does not have it.

    `heading` and `text` are the differences, number and heading together in the first; empty where nothing is there.
    """

    fate: Fate
    renumbered: bool
    old: Side | None
    new: Side | None
    heading: tuple[Run, ...]
    text: tuple[Run, ...]


def rows(old: ClauseTree, new: ClauseTree, alignment: Alignment) -> Iterator[Row]:
    """The rows in the new version's order, the removed where they were. `alignment` speaks of the trees' own ids."""
    olds = {place.clause.id: place for place in walk(old)}
    news = {place.clause.id: place for place in walk(new)}
    for entry in alignment.entries:
        before = olds[entry.old] if entry.old is not None else None
        after = news[entry.new] if entry.new is not None else None
        yield Row(
            entry.fate,
            entry.renumbered,
            _side(before),
            _side(after),
            diff(_head(before), _head(after)),
            diff(before.clause.text if before else "", after.clause.text if after else ""),
        )


def _side(place: Place | None) -> Side | None:
    if place is None:
        return None
    clause: Clause = place.clause
    return Side(clause.id, clause.label, clause.heading, clause.text, place.depth)


def _head(place: Place | None) -> str:
    return head(place.clause) if place else ""
