"""Projections in memory: what the projector and MongoDB would make of a log, whatever batches it comes in."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Iterable, Mapping, Sequence
from copy import deepcopy
from typing import Any

from kenes.kafka.records import Recorded
from kenes.mongo.client import Document
from kenes.mongo.folding import Lookup, folded
from kenes.mongo.operations import Insert, Operation, Put, Remove, Update
from kenes.mongo.projection import Projection


class Store:
    """Documents by collection and id; carries operations out as MongoDB would."""

    def __init__(self) -> None:
        self.collections: dict[str, dict[Any, Document]] = {}

    def apply(self, operations: Iterable[Operation]) -> None:
        """Inserts first, then changes in order. A second insert of an id is an error, as it would abort a batch."""
        wanted = list(operations)
        for insert in [each for each in wanted if isinstance(each, Insert)]:
            documents = self.collections.setdefault(insert.collection, {})
            assert insert.document["_id"] not in documents, "inserted twice"
            documents[insert.document["_id"]] = insert.document
        for operation in wanted:
            match operation:
                case Put():
                    self.collections.setdefault(operation.collection, {})[operation.document["_id"]] = (
                        operation.document
                    )
                case Update():
                    documents = self.collections.setdefault(operation.collection, {})
                    _change(documents.setdefault(operation.id, {"_id": operation.id}), operation.change)
                case Remove():
                    self.collections.get(operation.collection, {}).pop(operation.id, None)

    def fold(self, projection: Projection, events: Sequence[Recorded]) -> list[Operation]:
        """What a projection makes of events on top of what is stored."""

        async def find(lookup: Lookup) -> list[Document]:
            return self.find(lookup)

        return _without_waiting(folded(projection.fold(events), find))

    def find(self, lookup: Lookup) -> list[Document]:
        """The documents a fold asks for; it may do with them what it likes."""
        documents, wanted = self.collections.get(lookup.collection, {}), set(lookup.values)
        if lookup.field == "_id":
            return [deepcopy(documents[key]) for key in wanted & documents.keys()]
        return [deepcopy(each) for each in documents.values() if wanted & _held(each.get(lookup.field))]

    def all(self, collection: str) -> list[Document]:
        """Every document of a collection."""
        return list(self.collections.get(collection, {}).values())


def _held(value: Any) -> set[Any]:
    return set(value) if isinstance(value, list) else {value}


def _without_waiting(work: Coroutine[Any, Any, list[Operation]]) -> list[Operation]:
    """The result of something that never has to wait."""
    try:
        work.send(None)
    except StopIteration as done:
        found: list[Operation] = done.value
        return found
    raise AssertionError("it waits")


_FOUND: dict[str, Callable[[Any, Any], Any]] = {
    "$inc": lambda old, new: (old or 0) + new,
    "$set": lambda _, new: new,
    "$min": lambda old, new: new if old is None else min(old, new),
}


def _change(document: Document, change: Mapping[str, Mapping[str, Any]]) -> None:
    assert change.keys() <= {"$inc", "$set", "$min", "$push", "$pull"}
    for operator, members in change.items():
        if operator in ("$push", "$pull"):
            _change_lists(document, operator, members)
            continue
        for path, value in members.items():
            *parents, last = path.split(".")
            inner = document
            for parent in parents:
                inner = inner.setdefault(parent, {})
            inner[last] = _FOUND[operator](inner.get(last), value)


def _change_lists(document: Document, operator: str, members: Mapping[str, Any]) -> None:
    for name, value in members.items():
        if operator == "$push":
            document[name] = [*document.get(name, []), *value["$each"]][value["$slice"] :]
        elif name in document:
            document[name] = [each for each in document[name] if each["signer"] != value["signer"]]


def project(projection: Projection, decisions: Sequence[Recorded], cuts: Sequence[int]) -> Store:
    """What the projector makes of a log that reaches it in batches of these sizes, over and over."""
    store, rest, sizes = Store(), list(decisions), list(cuts)
    while rest:
        size = sizes[0]
        sizes = [*sizes[1:], size]
        batch, rest = rest[:size], rest[size:]
        operations: list[Operation] = []
        for partition in sorted({each.partition for each in batch}):
            operations += store.fold(projection, [each for each in batch if each.partition == partition])
        store.apply(operations)
    return store
