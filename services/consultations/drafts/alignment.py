"""A new version of a draft beside the old one: what became of each clause.

Articles are matched through the whole law, since they move; chapters by the articles in them, their numbers and names;
what is below an article within it, and what then remains through the whole law by its words alone. The work grows with
the number of clauses: a clause is compared with a bounded number of others (see `similarity.candidates`).
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from schemas.consultations.clauses import Clause, ClauseTree
from services.consultations.drafts.holders import match_holders
from services.consultations.drafts.matching import Matcher, Matches
from services.consultations.drafts.moves import moves
from services.consultations.drafts.tree import Ids, holds_units, own_words, walk, with_ids


class Fate(StrEnum):
    """What became of a clause."""

    UNCHANGED = "unchanged"
    CHANGED = "changed"
    MOVED = "moved"
    MOVED_AND_CHANGED = "moved-and-changed"
    ADDED = "added"
    REMOVED = "removed"


@dataclass(frozen=True)
class Entry:
    """One clause in both versions: `old` and `new` are its ids there, None where it is not.

    `fate` tells of the clause's own heading and text, and of its place among others; `renumbered` that it has another
    number now; `touched` that a reader of the clause with all below it finds other words.
    """

    old: str | None
    new: str | None
    fate: Fate
    renumbered: bool = False
    touched: bool = False


@dataclass(frozen=True)
class Alignment:
    """Every clause of both versions, once: those of the new in its order, the removed after what preceded them."""

    entries: tuple[Entry, ...]

    @cached_property
    def by_old(self) -> Mapping[str, Entry]:
        """The entries by the id in the old version."""
        return {entry.old: entry for entry in self.entries if entry.old is not None}

    @cached_property
    def by_new(self) -> Mapping[str, Entry]:
        """The entries by the id in the new version."""
        return {entry.new: entry for entry in self.entries if entry.new is not None}

    def counts(self) -> Counter[Fate]:
        """How many clauses had which fate."""
        return Counter(entry.fate for entry in self.entries)


def align(old: ClauseTree, new: ClauseTree) -> Alignment:
    """Says of each clause of both trees what became of it. The ids of `new` need not have to do with those of `old`."""
    return _told(old, new, _matched(old, new))


def by_ids(old: ClauseTree, new: ClauseTree) -> Alignment:
    """As `align`, for versions of one draft that have their lasting ids: what `carry` found is not asked again."""
    matcher = Matcher()
    news = {place.clause.id: place.clause for place in walk(new)}
    for place in walk(old):
        if place.clause.id in news:
            matcher.matches.add(place.clause, news[place.clause.id])
    return _told(old, new, matcher)


def _told(old: ClauseTree, new: ClauseTree, matcher: Matcher) -> Alignment:
    moved = moves(old, new, matcher.matches)
    olds = {place.clause.id: place.clause for place in walk(old)}
    entries = [_entry(place.clause, olds, matcher, moved) for place in walk(new)]
    return Alignment(tuple(_with_removed(entries, old, matcher.matches)))


def carry(new: ClauseTree, alignment: Alignment, version: int) -> ClauseTree:
    """`new` with the old version's ids for the clauses that are the same.

    Added clauses get ids that end in `version`, the number of the new version: no clause of an earlier version, be it
    removed long since, can have had them. Versions must grow.
    """
    ids: dict[str, str] = {}
    fresh = Ids({entry.old for entry in alignment.entries if entry.old is not None})
    for place in walk(new):
        entry = alignment.by_new[place.clause.id]
        stem = place.clause.id.split("~", 1)[0][:60]
        ids[place.clause.id] = entry.old or fresh.unique(f"{stem}~v{version}")
    return with_ids(new, ids)


def carried(old: ClauseTree, new: ClauseTree, version: int) -> tuple[ClauseTree, Alignment]:
    """Aligns and carries at once: `new` with its lasting ids, and the alignment told in these."""
    alignment = align(old, new)
    kept = carry(new, alignment, version)
    lasting = {before.clause.id: after.clause.id for before, after in zip(walk(new), walk(kept), strict=True)}
    entries = (
        Entry(each.old, lasting[each.new] if each.new else None, each.fate, each.renumbered, each.touched)
        for each in alignment.entries
    )
    return kept, Alignment(tuple(entries))


def _entry(new: Clause, olds: Mapping[str, Clause], matcher: Matcher, moved: frozenset[str]) -> Entry:
    if (old_id := matcher.matches.old_of.get(new.id)) is None:
        return Entry(None, new.id, Fate.ADDED, touched=True)
    old = olds[old_id]
    touched = matcher.text(old).full != matcher.text(new).full
    changed = touched and own_words(old) != own_words(new)
    fates = (Fate.UNCHANGED, Fate.CHANGED, Fate.MOVED, Fate.MOVED_AND_CHANGED)
    return Entry(old.id, new.id, fates[changed + 2 * (new.id in moved)], old.number != new.number, touched)


def _matched(old: ClauseTree, new: ClauseTree) -> Matcher:
    matcher = Matcher()
    old_tops, old_holders = _split(old)
    new_tops, new_holders = _split(new)
    matcher.pair(old_tops, new_tops)
    match_holders(matcher.matches, old_holders, new_holders)
    new_by_id = {place.clause.id: place.clause for place in walk(new)}
    for place in walk(old):
        there = matcher.matches.new_of.get(place.clause.id)
        if there and place.clause.id not in old_holders:
            matcher.pair(place.clause.children, new_by_id[there].children)
    below_old = [place.clause for place in walk(old) if place.parent and place.clause.id not in old_holders]
    below_new = [place.clause for place in walk(new) if place.parent and place.clause.id not in new_holders]
    matcher.pair(below_old, below_new, by_number=False)
    return matcher


def _split(tree: ClauseTree) -> tuple[list[Clause], dict[str, Clause]]:
    """The articles with what stands beside them, and the chapters that hold them by id."""
    holding = holds_units(tree)
    tops = [
        place.clause
        for place in walk(tree)
        if place.clause.id not in holding and (place.parent is None or place.parent.id in holding)
    ]
    return tops, {place.clause.id: place.clause for place in walk(tree) if place.clause.id in holding}


def _with_removed(entries: Sequence[Entry], old: ClauseTree, matches: Matches) -> Iterable[Entry]:
    """Puts what was removed after the clause that it followed."""
    after: defaultdict[str | None, list[Entry]] = defaultdict(list)
    last: str | None = None
    for place in walk(old):
        if place.clause.id in matches.new_of:
            last = place.clause.id
        else:
            after[last].append(Entry(place.clause.id, None, Fate.REMOVED, touched=True))
    yield from after[None]
    for entry in entries:
        yield entry
        if entry.old is not None:
            yield from after[entry.old]
