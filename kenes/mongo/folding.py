"""A fold as a conversation: it yields what to write, and where it must know what is stored, what to look up."""

from collections.abc import Awaitable, Callable, Collection, Generator, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from kenes.kafka.records import Recorded
from kenes.mongo.client import Collection as Stored
from kenes.mongo.client import Document
from kenes.mongo.operations import Operation

T = TypeVar("T")

AT_ONCE = 48
"""Ids in one query: what the embedded server needs for a list grows with the square of its length."""

HELD_AT_ONCE = 20
"""Values of another field in one query: the server compares each document found with all of them, once more."""


@dataclass(frozen=True, slots=True)
class Lookup:
    """Asks for the documents whose `field` is, or holds, one of the values: each once, in no order that matters."""

    collection: str
    field: str
    values: Collection[Any]


Asking: TypeAlias = Generator[Lookup, Iterable[Document], T]
"""Something found out by look-ups, each of which may build on the one before."""

Folding: TypeAlias = Generator[Operation | Lookup, Iterable[Document], None]
"""Whoever runs it sends the documents found for each `Lookup`. They are as stored: what it has yielded is not there."""

Fold: TypeAlias = Callable[[Sequence[Recorded]], Folding]
Find: TypeAlias = Callable[[Lookup], Awaitable[Iterable[Document]]]


class UnfoldableError(Exception):
    """A fold raised, for this reason."""

    def __init__(self, reason: Exception) -> None:
        super().__init__(str(reason))
        self.reason = reason


def look_up(collection: str, ids: Iterable[Any]) -> Asking[dict[Any, Document]]:
    """The documents with these ids, by id: what a fold takes in by `yield from`."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return {}
    return {document["_id"]: document for document in (yield Lookup(collection, "_id", wanted))}


async def folded(folding: Folding, find: Find) -> list[Operation]:
    """Every operation that a fold asks for.

    Raises `UnfoldableError` for what the fold raises: it does no I/O, so it is about an event. What `find` raises, it
    raises as well.
    """
    operations: list[Operation] = []
    found: Iterable[Document] | None = None
    while True:
        try:
            # A generator is started by sending it nothing, and sent nothing where it asked for nothing.
            step = folding.send(found)  # type: ignore[arg-type]
        except StopIteration:
            return operations
        except Exception as error:
            raise UnfoldableError(error) from error
        found = None
        if isinstance(step, Lookup):
            found = await find(step)
        else:
            operations.append(step)


async def found_out(asking: Asking[T], find: Find) -> T:
    """What is found out. Raises what `asking` and `find` raise."""
    try:
        lookup = next(asking)
        while True:
            lookup = asking.send(await find(lookup))
    except StopIteration as done:
        result: T = done.value
        return result


async def find_in(collection: Stored, lookup: Lookup) -> list[Document]:
    """The documents that a look-up asks for, in parts; whatever several parts find comes once."""
    values, found = list(dict.fromkeys(lookup.values)), dict[object, Document]()
    at_once = AT_ONCE if lookup.field == "_id" else HELD_AT_ONCE
    for start in range(0, len(values), at_once):
        async for document in collection.find({lookup.field: {"$in": values[start : start + at_once]}}):
            found[document["_id"]] = document
    return list(found.values())
