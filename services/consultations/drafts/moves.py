"""Which of the clauses that both versions have stand elsewhere than they did."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence

from schemas.consultations.clauses import ClauseTree
from services.consultations.drafts.matching import Matches
from services.consultations.drafts.tree import Place, walk


def moves(old: ClauseTree, new: ClauseTree, matches: Matches) -> frozenset[str]:
    """The ids, in the new version, of moved clauses.

    A clause has moved when it stands in another clause than before, or among its neighbours in another order: of these,
    as few as explain the new order. A chapter that is put above articles or taken away does not move them.
    """
    old_places = {place.clause.id: place for place in walk(old)}
    new_places = {place.clause.id: place for place in walk(new)}
    moved: set[str] = set()
    neighbours: defaultdict[str | None, list[tuple[int, str]]] = defaultdict(list)
    for new_id, place in new_places.items():
        if (old_id := matches.old_of.get(new_id)) is None:
            continue
        was_in = _home(old_places[old_id], old_places, matches.new_of)
        is_in = _home(place, new_places, matches.old_of)
        if (matches.new_of[was_in] if was_in else None) != is_in:
            moved.add(new_id)
        else:
            neighbours[is_in].append((old_places[old_id].order, new_id))
    for row in neighbours.values():
        kept = longest_rising([order for order, _ in row])
        moved.update(new_id for at, (_, new_id) in enumerate(row) if at not in kept)
    return frozenset(moved)


def _home(place: Place, places: Mapping[str, Place], matched: Mapping[str, str]) -> str | None:
    """The nearest clause around it that both versions have."""
    parent = place.parent
    while parent is not None and parent.id not in matched:
        parent = places[parent.id].parent
    return parent.id if parent else None


def longest_rising(numbers: Sequence[int]) -> frozenset[int]:
    """The positions of a longest rising row among different numbers, in n log n steps."""
    tails: list[int] = []
    ends: list[int] = []
    before: list[int] = []
    for at, number in enumerate(numbers):
        length = bisect_left(tails, number)
        before.append(ends[length - 1] if length else -1)
        tails[length : length + 1] = [number]
        ends[length : length + 1] = [at]
    row: set[int] = set()
    at = ends[-1] if ends else -1
    while at >= 0:
        row.add(at)
        at = before[at]
    return frozenset(row)
