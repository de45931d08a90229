"""What is stored, in memory and as BSON: whatever a plan writes must be what MongoDB can keep."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import bson

from kenes.mongo.folding import Lookup
from kenes.mongo.operations import Insert, Operation, Put
from services.consultations.campaigns.clustering import (
    CLUSTERS,
    COLLECTIONS,
    MEMBERS,
    SKETCHES,
    TEXTS,
    Comment,
    clustering,
)
from services.consultations.campaigns.linkage import Joined

CONSULTATION = "media-law"


def comments(texts: Iterable[str], *, senders: Sequence[str] = (), consultation: str = CONSULTATION) -> list[Comment]:
    """Comments `c0`, `c1`, ... with these texts; each of another sender unless they are given."""
    return [
        Comment(f"c{number}", consultation, senders[number] if senders else f"sender-{number}", text)
        for number, text in enumerate(texts)
    ]


class Memory:
    """Documents by collection and id."""

    def __init__(self) -> None:
        self.documents: dict[str, dict[Any, bytes]] = {name: {} for name in COLLECTIONS}
        self._bands: dict[int, set[str]] = {}
        self.joins: list[Joined] = []
        self.looked_up: list[tuple[Lookup, int]] = []

    def take(self, batch: Sequence[Comment]) -> Sequence[Operation]:
        """Clusters a batch on top of what is stored; returns what was written."""
        plan = clustering(batch)
        try:
            lookup = next(plan)
            while True:
                lookup = plan.send(self._find(lookup))
        except StopIteration as done:
            for operation in done.value.operations:
                self._write(operation)
            self.joins += done.value.joins
            written: Sequence[Operation] = done.value.operations
            return written

    def all(self, collection: str) -> dict[Any, dict[str, Any]]:
        """Every document of a collection, by id."""
        return {key: bson.decode(packed) for key, packed in self.documents[collection].items()}

    def clusters(self) -> dict[str, dict[str, Any]]:
        """Clusters that have not joined another, by id."""
        return {key: each for key, each in self.all(CLUSTERS).items() if each["joined"] is None}

    def cluster_of(self, comment: str) -> str:
        """The cluster a comment is in, the way a reader finds it."""
        text = bson.decode(self.documents[TEXTS][bson.decode(self.documents[MEMBERS][comment])["text"]])
        nearest = bson.decode(self.documents[TEXTS][text["nearest"]])
        return str(nearest["cluster"])

    def _find(self, lookup: Lookup) -> list[dict[str, Any]]:
        stored = self.documents[lookup.collection]
        if lookup.field == "_id":
            found: Iterable[Any] = (each for each in lookup.values if each in stored)
        else:
            assert (lookup.collection, lookup.field) == (SKETCHES, "bands")
            found = {each for band in lookup.values for each in self._bands.get(band, ())}
        documents = [bson.decode(stored[each]) for each in found]
        self.looked_up.append((lookup, len(documents)))
        return documents

    def _write(self, operation: Operation) -> None:
        stored = self.documents[operation.collection]
        match operation:
            case Insert():
                document = operation.document
                assert document["_id"] not in stored, f"{document['_id']} is in {operation.collection} already"
            case Put():
                document = operation.document
            case _:
                raise TypeError(operation)
        stored[document["_id"]] = bson.encode(document)
        for band in document.get("bands", ()):
            self._bands.setdefault(band, set()).add(document["_id"])
