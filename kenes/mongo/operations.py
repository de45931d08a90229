"""What a fold asks of the database, as plain data."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from operator import itemgetter
from typing import Any, TypeAlias

from pymongo import DeleteOne, ReplaceOne, UpdateOne
from pymongo.errors import BulkWriteError

from kenes.mongo.client import Collection, Document, Session

DUPLICATE_KEY = 11000


@dataclass(frozen=True, slots=True)
class Insert:
    """A new document. Within a batch, inserts are applied before updates of the same collection."""

    collection: str
    document: Document


@dataclass(frozen=True, slots=True)
class Update:
    """Update operators on the document with this id, made when there is none."""

    collection: str
    id: Any
    change: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Put:
    """The whole document, new or in place of the one with its `_id`."""

    collection: str
    document: Document


@dataclass(frozen=True, slots=True)
class Remove:
    """No document with this id any more."""

    collection: str
    id: Any


Operation: TypeAlias = Insert | Update | Put | Remove


async def apply(
    collections: Mapping[str, Collection], operations: Iterable[Operation], session: Session | None = None
) -> None:
    """Carries operations out, at most two round trips per collection."""
    inserts: dict[str, list[Document]] = {}
    changes: dict[str, list[UpdateOne | ReplaceOne[Document] | DeleteOne]] = {}
    for operation in operations:
        match operation:
            case Insert():
                inserts.setdefault(operation.collection, []).append(operation.document)
            case Update():
                changes.setdefault(operation.collection, []).append(
                    UpdateOne({"_id": operation.id}, dict(operation.change), upsert=True)
                )
            case Put():
                changes.setdefault(operation.collection, []).append(
                    ReplaceOne({"_id": operation.document["_id"]}, operation.document, upsert=True)
                )
            case Remove():
                changes.setdefault(operation.collection, []).append(DeleteOne({"_id": operation.id}))
    for name, documents in inserts.items():
        # In the order of their ids: kinder to the tree, and the order of two collections tells nothing about
        # which documents were written for the same person.
        documents.sort(key=itemgetter("_id"))
        await collections[name].insert_many(documents, ordered=False, session=session)
    for name, requests in changes.items():
        await collections[name].bulk_write(requests, ordered=True, session=session)


async def insert_new(collection: Collection, documents: list[Document]) -> set[Any]:
    """Inserts documents, leaving those whose `_id` is taken; returns the ids that were taken.

    Any other error rises, also that what was inserted is not known to be with a majority.
    """
    try:
        await collection.insert_many(documents, ordered=False)
    except BulkWriteError as error:
        failures = error.details["writeErrors"]
        unsure = error.details.get("writeConcernErrors")
        if unsure or any(failure["code"] != DUPLICATE_KEY for failure in failures):
            raise
        return {documents[failure["index"]]["_id"] for failure in failures}
    return set()
