"""Which of the clauses that both versions have stand elsewhere than they did."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence

from schemas.consultations.clauses import ClauseTree
from services.consultations.drafts.matching import Matches
from services.consultations.drafts.tree import Place, walk


def moves(old: ClauseTree, new: ClauseTree, matches: Matches) -> frozenset[str]:
    """The ids, in the new version, of moved clauses.

    A clause has moved when it stands in another clause than before, or among its neighbours in another order: of these,
    as few as explain the new order, and rather those that have another number now. A chapter that is put above articles
    or taken away does not move them.
    """
    old_places = {place.clause.id: place for place in walk(old)}
    new_places = {place.clause.id: place for place in walk(new)}
    moved: set[str] = set()
    neighbours: defaultdict[str | None, list[tuple[int, str, bool]]] = defaultdict(list)
    for new_id, place in new_places.items():
        if (old_id := matches.old_of.get(new_id)) is None:
            continue
        was_in = _home(old_places[old_id], old_places, matches.new_of)
        is_in = _home(place, new_places, matches.old_of)
        if (matches.new_of[was_in] if was_in else None) != is_in:
            moved.add(new_id)
        else:
            same_number = old_places[old_id].clause.number == place.clause.number
            neighbours[is_in].append((old_places[old_id].order, new_id, same_number))
    for row in neighbours.values():
        kept = longest_rising(
            [order for order, _, _ in row], {at for at, (_, _, same_number) in enumerate(row) if same_number}
        )
        moved.update(new_id for at, (_, new_id, _) in enumerate(row) if at not in kept)
    return frozenset(moved)


def _home(place: Place, places: Mapping[str, Place], matched: Mapping[str, str]) -> str | None:
    """The nearest clause around it that both versions have."""
    parent = place.parent
    while parent is not None and parent.id not in matched:
        parent = places[parent.id].parent
    return parent.id if parent else None


def longest_rising(numbers: Sequence[int], preferred: Collection[int] = ()) -> frozenset[int]:
    """The positions of a longest rising row among different numbers, in n log n steps.

    Of several, one with the most of the `preferred` positions.
    """
    ranks = {number: rank for rank, number in enumerate(sorted(numbers), 1)}
    # A Fenwick tree: the weight of the best row that ends below a rank, and the position at which it ends.
    best = [(0, -1)] * (len(numbers) + 1)
    before: list[int] = []
    for at, number in enumerate(numbers):
        weight, last = max(best[rank] for rank in _below(ranks[number] - 1))
        before.append(last)
        found = (weight + len(numbers) + 1 + (at in preferred), at)
        for rank in _above(ranks[number], len(numbers)):
            best[rank] = max(best[rank], found)
    row: set[int] = set()
    at = max(best[rank] for rank in _below(len(numbers)))[1]
    while at >= 0:
        row.add(at)
        at = before[at]
    return frozenset(row)


def _below(rank: int) -> Iterator[int]:
    """The nodes of a Fenwick tree that together hold the ranks up to `rank`, and the empty one."""
    yield 0
    while rank > 0:
        yield rank
        rank -= rank & -rank


def _above(rank: int, size: int) -> Iterator[int]:
    """The nodes that hold `rank`."""
    while rank <= size:
        yield rank
        rank += rank & -rank
