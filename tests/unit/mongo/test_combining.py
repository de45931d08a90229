"""Combined operations: the same documents as one after the other, and far fewer of them."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from kenes.mongo.combining import Combined
from kenes.mongo.operations import Insert, Operation, Put, Remove, Update

Document = dict[str, Any]


def combined(operations: Iterable[Operation]) -> list[Operation]:
    return Combined(operations).operations()


def _change(document: Document, change: Any) -> None:
    """What the operators used by folds do. Fields are flat here."""
    fields = [name.partition(".")[0] for named in change.values() for name in named]
    assert len(fields) == len(set(fields)), "the server refuses to do two things to one field"
    for operator, named in change.items():
        for name, value in named.items():
            match operator:
                case "$inc":
                    document[name] = document.get(name, 0) + value
                case "$set":
                    document[name] = value
                case "$max":
                    document[name] = max(document.get(name, value), value)
                case "$push":
                    document[name] = [*document.get(name, []), *value["$each"]][value.get("$slice", -1_000_000) :]
                case "$pull":
                    document[name] = [each for each in document.get(name, []) if each != value]


def written(documents: dict[Any, Document], batch: Sequence[Operation]) -> None:
    """A batch as it is applied: inserts first."""
    for operation in batch:
        if isinstance(operation, Insert):
            key = operation.document["_id"]
            assert key not in documents, "the server refuses a second one"
            documents[key] = copy.deepcopy(operation.document)
    for operation in batch:
        match operation:
            case Update():
                _change(documents.setdefault(operation.id, {"_id": operation.id}), operation.change)
            case Put():
                documents[operation.document["_id"]] = copy.deepcopy(operation.document)
            case Remove():
                documents.pop(operation.id, None)


numbers = st.integers(-3, 9)
pushes = st.lists(numbers, min_size=1, max_size=4)
changes = st.fixed_dictionaries(
    {},
    optional={
        "$inc": st.dictionaries(st.sampled_from(["a", "b"]), numbers, min_size=1),
        "$set": st.dictionaries(st.sampled_from(["c", "d"]), numbers, min_size=1),
        "$push": pushes.map(lambda each: {"list": {"$each": each, "$slice": -3}}),
        "$max": st.just({"e": 4}),
    },
)
odd = st.sampled_from([{"$set": {"a": 1}}, {"$pull": {"list": 2}}, {"$push": {"list": {"$each": [7], "$slice": -2}}}])
updates = st.builds(Update, st.just("one"), st.integers(0, 2), changes.filter(bool) | odd)
others = st.one_of(
    st.builds(Remove, st.just("one"), st.integers(0, 2)),
    st.builds(lambda key: Put("one", {"_id": key, "a": 5, "list": [1]}), st.integers(0, 2)),
    st.builds(lambda key: Insert("one", {"_id": key, "b": 7, "list": []}), st.integers(0, 2)),
)


def sound(operations: Iterable[Operation]) -> list[Operation]:
    """Without what one after the other would be refused: a new document where there is one, two things to a field."""
    documents: dict[Any, Document] = {}
    kept = []
    for operation in operations:
        try:
            written(documents, [operation])
        except (AssertionError, TypeError):
            continue
        kept.append(operation)
    return kept


@given(st.lists(updates | others, max_size=25))
def test_the_outcome_is_that_of_one_after_the_other(operations: list[Operation]) -> None:
    plain: dict[Any, Document] = {}
    taken = sound(operations)
    for operation in taken:
        written(plain, [operation])
    together: dict[Any, Document] = {}
    written(together, combined(taken))
    assert together == plain


def test_what_many_batches_add_to_a_document_is_one_change() -> None:
    batches = [
        Update("tallies", key, {"$inc": {"accepted": 1, f"regions.{number % 2}": 1}, "$set": {"s": number}})
        for number in range(10)
        for key in ("here", "there")
    ]
    joining = Update("tallies", "here", {"$push": {"latest": {"$each": ["a"], "$slice": -2}}})

    here, there = combined([*batches, joining, joining, joining])

    added = {"$inc": {"accepted": 10, "regions.0": 5, "regions.1": 5}, "$set": {"s": 9}}
    assert there == Update("tallies", "there", added)
    assert here == Update("tallies", "here", added | {"$push": {"latest": {"$each": ["a", "a"], "$slice": -2}}})


def test_a_field_that_is_set_and_added_to_is_left_to_two_changes() -> None:
    counted, named = Update("one", 1, {"$inc": {"a.b": 1}}), Update("one", 1, {"$set": {"a": {}}})
    assert combined([counted, named]) == [counted, named]
    assert combined([Update("one", 1, {"$inc": {"a": 1}}), Update("two", 1, {"$inc": {"a": 1}})]) == [
        Update("one", 1, {"$inc": {"a": 1}}),
        Update("two", 1, {"$inc": {"a": 1}}),
    ]


def test_what_is_new_again_after_it_was_removed_is_put() -> None:
    again = {"_id": 1, "a": 2}
    assert combined([Remove("one", 1), Insert("one", again)]) == [Remove("one", 1), Put("one", again)]
