"""Fewer operations to the same end: what several batches add to one document becomes one change of it."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from kenes.mongo.operations import Insert, Operation, Put, Update

Change = Mapping[str, Mapping[str, Any]]

_ADDING: Final = frozenset({"$inc", "$set", "$push"})


def combined(operations: Iterable[Operation]) -> list[Operation]:
    """The same outcome, with each update that only adds to a document joined to the one before it, if that does, too.

    Changes of different documents do not depend on each other; those of one document keep their order. A document that
    is new after it was changed, or removed, is put: inserts come first of all.
    """
    kept: list[Operation] = []
    last: dict[tuple[str, Any], int] = {}
    for each in operations:
        key = (each.collection, _id_of(each))
        place = last.get(key)
        if isinstance(each, Insert) and place is None:
            kept.append(each)
            continue
        operation = Put(each.collection, each.document) if isinstance(each, Insert) else each
        joined = None if place is None else _joined(kept[place], operation)
        if place is not None and joined is not None:
            kept[place] = joined
        else:
            last[key] = len(kept)
            kept.append(operation)
    return kept


def _id_of(operation: Operation) -> Any:
    return operation.document["_id"] if isinstance(operation, Insert | Put) else operation.id


def _joined(first: Operation, second: Operation) -> Update | None:
    """Both as one update; `None` where only one after the other will do."""
    if not isinstance(first, Update) or not isinstance(second, Update):
        return None
    one, other = first.change, second.change
    if not (one.keys() <= _ADDING and other.keys() <= _ADDING) or _clash(one, other):
        return None
    change: dict[str, Mapping[str, Any]] = {}
    if added := _sums(one.get("$inc", {}), other.get("$inc", {})):
        change["$inc"] = added
    if put := {**one.get("$set", {}), **other.get("$set", {})}:
        change["$set"] = put
    pushed = _pushes(one.get("$push", {}), other.get("$push", {}))
    if pushed is None:
        return None
    if pushed:
        change["$push"] = pushed
    return Update(first.collection, first.id, change)


def _clash(one: Change, other: Change) -> bool:
    """Whether both name a field, or one a part of it, under different operators: an update may do one thing to each."""
    heads = [
        {operator: {field.partition(".")[0] for field in fields} for operator, fields in change.items()}
        for change in (one, other)
    ]
    return any(
        not names.isdisjoint(others)
        for operator, names in heads[0].items()
        for another, others in heads[1].items()
        if operator != another
    )


def _sums(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    sums = dict(one)
    for field, value in other.items():
        sums[field] = sums.get(field, 0) + value
    return sums


def _pushes(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any] | None:
    """Joined pushes; `None` where a list is to be cut in another way the second time."""
    joined = dict(one)
    for field, push in other.items():
        before = joined.get(field)
        if before is None:
            joined[field] = push
        elif before.keys() == push.keys() == {"$each", "$slice"} and before["$slice"] == push["$slice"] < 0:
            joined[field] = push | {"$each": [*before["$each"], *push["$each"]][push["$slice"] :]}
        else:
            return None
    return joined
