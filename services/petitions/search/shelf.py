"""Petitions that were read a moment ago: a list that many people look at is taken from the index once."""

from collections import OrderedDict
from typing import NamedTuple

from services.petitions.domain.petition import Petition
from services.petitions.search.index import Hit, Hits


class _Kept(NamedTuple):
    sequence: int
    petition: Petition
    size: int


class Shelf:
    """Petitions by id, the longest unused dropped first. `room`: letters of text it keeps, about two bytes each."""

    def __init__(self, room: int = 1_000_000) -> None:
        self._room = room
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    def get(self, found: Hits) -> list[Petition]:
        """The petitions that were found, in order."""
        return [self._fresh(hit) or self._kept_now(hit, found.read(place)) for place, hit in enumerate(found.hits)]

    def _fresh(self, hit: Hit) -> Petition | None:
        kept = self._kept.get(hit.petition)
        if kept is None or kept.sequence != hit.sequence:
            return None
        self._kept.move_to_end(hit.petition)
        return kept.petition

    def _kept_now(self, hit: Hit, petition: Petition) -> Petition:
        self._drop(hit.petition)
        kept = self._kept[hit.petition] = _Kept(hit.sequence, petition, _size(petition))
        self._room -= kept.size
        while self._room < 0:
            self._drop(next(iter(self._kept)))
        return petition

    def _drop(self, petition: str) -> None:
        if kept := self._kept.pop(petition, None):
            self._room += kept.size


def _size(petition: Petition) -> int:
    """Letters of text, and as many for the rest of it as most petitions have."""
    return len(petition.text.text) + len(petition.text.proposal) + 2_000
