"""Fewer operations to the same end: what several batches add to one document becomes one change of it."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from kenes.mongo.operations import Insert, Operation, Put, Update

Change = Mapping[str, Mapping[str, Any]]

_ADDING: Final = frozenset({"$inc", "$set", "$push"})


class Combined:
    """The operations of batches in a row: each update that only adds to a document is joined to such a one before it.

    Changes of different documents do not depend on each other; those of one document keep their order. A document that
    is new after it was changed, or removed, is put: inserts come first of all.
    """

    def __init__(self, operations: Iterable[Operation] = ()) -> None:
        self._kept: list[Operation | _Adding] = []
        self._last: dict[tuple[str, Any], Operation | _Adding] = {}
        self.add(operations)

    def add(self, operations: Iterable[Operation]) -> None:
        """Takes in those of the next batch."""
        for operation in operations:
            key = (operation.collection, _id_of(operation))
            last = self._last.get(key)
            if isinstance(operation, Insert):
                if last is None:
                    self._kept.append(operation)
                else:
                    self._keep(key, Put(operation.collection, operation.document))
            elif not isinstance(operation, Update) or not operation.change.keys() <= _ADDING:
                self._keep(key, operation)
            elif not isinstance(last, _Adding) or not last.take(operation.change):
                adding = _Adding(operation.collection, operation.id)
                adding.take(operation.change)
                self._keep(key, adding)

    def operations(self) -> list[Operation]:
        """All of them, in an order that leads to the same documents."""
        return [each.update() if isinstance(each, _Adding) else each for each in self._kept]

    def __len__(self) -> int:
        return len(self._kept)

    def _keep(self, key: tuple[str, Any], operation: "Operation | _Adding") -> None:
        self._kept.append(operation)
        self._last[key] = operation


class _Adding:
    """An update that grows."""

    def __init__(self, collection: str, document: Any) -> None:
        self._collection = collection
        self._document = document
        self._change: dict[str, dict[str, Any]] = {}
        self._operators: dict[str, str] = {}

    def update(self) -> Update:
        """What has come together."""
        return Update(self._collection, self._document, self._change)

    def take(self, change: Change) -> bool:
        """Joins a change; whether it could be: an update does one thing to a field, or to the parts of one."""
        operators = {field.partition(".")[0]: operator for operator, fields in change.items() for field in fields}
        if any(self._operators.get(head, operator) != operator for head, operator in operators.items()):
            return False
        pushed = self._change.get("$push", {})
        if any(field in pushed and not _alike(pushed[field], push) for field, push in change.get("$push", {}).items()):
            return False
        self._operators |= operators
        for operator, fields in change.items():
            mine = self._change.setdefault(operator, {})
            for field, value in fields.items():
                mine[field] = _JOINED[operator](mine[field], value) if field in mine else value
        return True


def _alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two pushes keep the same number of the newest."""
    return bool(one.keys() == other.keys() == {"$each", "$slice"} and one["$slice"] == other["$slice"] < 0)


def _push(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    return {**one, "$each": [*one["$each"], *other["$each"]][one["$slice"] :]}


_JOINED: Final = {"$inc": lambda one, other: one + other, "$set": lambda _, other: other, "$push": _push}


def _id_of(operation: Operation) -> Any:
    return operation.document["_id"] if isinstance(operation, Insert | Put) else operation.id
