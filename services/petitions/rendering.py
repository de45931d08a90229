"""Petitions as JSON. What does not change is written once; the count of this moment is put beside it."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

import orjson

from services.petitions.domain.petition import Petition
from services.petitions.domain.rules import RulePacks
from services.petitions.live import LiveCounts
from services.petitions.paper.views import batch_views
from services.petitions.views import HIDDEN, DiscussionView


class Renderer:
    """Writes petitions as `views.PetitionView` describes them. Keeps at most `room` bytes of what it has written."""

    def __init__(self, packs: RulePacks, counts: LiveCounts, room: int = 2_000_000) -> None:
        self._packs = packs
        self._counts = counts
        self._room = room
        self._written: OrderedDict[str, tuple[Petition, bytes]] = OrderedDict()

    def petition(self, petition: Petition) -> bytes:
        """One petition."""
        moving = {"count": self._counts.view(petition.id), "regions": self._counts.shown_regions(petition.id)}
        return self._still(petition)[:-1] + b"," + orjson.dumps(moving)[1:]

    def petitions(self, petitions: Sequence[Petition], following: str | None = None) -> bytes:
        """A page of a list; `following` is where it goes on."""
        written = [orjson.Fragment(self.petition(petition)) for petition in petitions]
        return orjson.dumps({"petitions": written, "next": following})

    def _still(self, petition: Petition) -> bytes:
        """All but the count. A petition object never changes, so the same object reads the same."""
        kept = self._written.get(petition.id)
        if kept is not None and kept[0] is petition:
            self._written.move_to_end(petition.id)
            return kept[1]
        if kept is not None:
            self._room += len(kept[1])
        written = orjson.dumps(self._view(petition))
        self._written[petition.id] = (petition, written)
        self._room -= len(written)
        while self._room < 0:
            _, (_, dropped) = self._written.popitem(last=False)
            self._room += len(dropped)
        return written

    def _view(self, petition: Petition) -> dict[str, Any]:
        pack, discussion = self._packs.pinned(petition.rules), petition.discussion
        return petition.model_dump(mode="json", exclude=HIDDEN) | {
            "addressee": pack.addressed(petition.unit),
            "href": f"/petitions/{petition.id}",
            "discussion": discussion and discussion.model_dump(mode="json", include=set(DiscussionView.model_fields)),
            "on_paper": petition.on_paper,
            "paper": [batch.model_dump(mode="json") for batch in batch_views(petition)],
        }
