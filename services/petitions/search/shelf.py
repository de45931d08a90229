"""Petitions that were read a moment ago: a list that many people look at is taken from the index once."""

from collections import OrderedDict
from collections.abc import Callable, Sequence

from services.petitions.domain.petition import Petition
from services.petitions.search.index import Hit

Fetch = Callable[[Sequence[str]], Sequence[Petition]]


class Shelf:
    """Petitions by id, the longest unused dropped first. `room`: letters of text it keeps, about two bytes each."""

    def __init__(self, fetch: Fetch, room: int = 1_000_000) -> None:
        self._fetch = fetch
        self._room = room
        self._kept: OrderedDict[str, tuple[int, Petition]] = OrderedDict()

    def get(self, hits: Sequence[Hit]) -> list[Petition]:
        """The petitions that were found, in order."""
        found = {hit.petition: kept for hit in hits if (kept := self._fresh(hit)) is not None}
        missing = {hit.petition: hit for hit in hits if hit.petition not in found}
        for petition in self._fetch(list(missing)) if missing else ():
            found[petition.id] = petition
            self._keep(petition, missing[petition.id].sequence)
        return [found[hit.petition] for hit in hits if hit.petition in found]

    def _fresh(self, hit: Hit) -> Petition | None:
        kept = self._kept.get(hit.petition)
        if kept is None or kept[0] != hit.sequence:
            return None
        self._kept.move_to_end(hit.petition)
        return kept[1]

    def _keep(self, petition: Petition, sequence: int) -> None:
        self._drop(petition.id)
        self._kept[petition.id] = (sequence, petition)
        self._room -= _size(petition)
        while self._room < 0:
            self._drop(next(iter(self._kept)))

    def _drop(self, petition: str) -> None:
        if petition in self._kept:
            self._room += _size(self._kept.pop(petition)[1])


def _size(petition: Petition) -> int:
    """Letters of text, and as many for the rest of it as most petitions have."""
    return len(petition.text.text) + len(petition.text.proposal) + 2_000
