"""Which petitions there are and when each may be signed: an in-memory fold of the petitions topic.

A process starts it from the projection's documents and keeps it current with the live tail. Documents may be newer
than the recorded offsets; each carries the sequence of its last decision, so nothing is folded twice.
"""

from dataclasses import dataclass

from kenes.kafka.decider import Position
from kenes.kafka.records import Recorded
from kenes.mongo.client import Document
from kenes.mongo.projection import Version
from schemas.envelope import sequence_of
from schemas.petitions.v1 import RulePackRef, Seen
from services.petitions.domain.signature import SigningWindow, window_after


@dataclass(frozen=True, slots=True)
class Listing:
    """What is known of one petition, and the last decision it comes from."""

    window: SigningWindow
    seen: Seen


class Directory:
    """Petitions by id."""

    def __init__(self) -> None:
        self._listings: dict[str, Listing] = {}

    def get(self, petition: str) -> Listing | None:
        """The listing, or `None` for a petition nobody has heard of."""
        return self._listings.get(petition)

    def __len__(self) -> int:
        return len(self._listings)

    async def load(self, petitions: Version) -> dict[int, Position]:
        """Takes in the projection's documents; returns the positions the tail must go on from."""
        positions = await petitions.positions()
        fields = {"p": 1, "s": 1, "rules": 1, "opened_at": 1, "closes_at": 1, "closed_at": 1}
        async for document in petitions.collection("petitions").find({}, fields):
            self._listings[document["_id"]] = Listing(
                _window(document), Seen(partition=document["p"], sequence=document["s"])
            )
        return positions

    def take(self, decision: Recorded) -> None:
        """Folds a decision, unless it is folded already."""
        petition, sequence = decision.event.subject, sequence_of(decision.event)
        listing = self._listings.get(petition)
        if listing is not None and sequence <= listing.seen.sequence:
            return
        window = window_after(None if listing is None else listing.window, decision.data, decision.event.time)
        if window is not None:
            seen = Seen(partition=decision.partition, sequence=sequence)
            self._listings[petition] = Listing(window, seen)


def _window(document: Document) -> SigningWindow:
    return SigningWindow(
        rules=RulePackRef.model_validate(document["rules"]),
        opened_at=document["opened_at"],
        closes_at=document["closes_at"],
        closed_at=document["closed_at"],
    )
