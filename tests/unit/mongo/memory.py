"""A database of dicts that understands what the kit's stores ask of it, and writes down what they asked."""

from __future__ import annotations

import copy
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from pymongo import ReplaceOne, UpdateOne
from pymongo.errors import BulkWriteError

Document = dict[str, Any]


def matches(document: Document, query: Mapping[str, Any]) -> bool:
    """Equality, `$in` and `$lt`: all that is used."""
    for name, wanted in query.items():
        value = document.get(name)
        match wanted:
            case {"$in": values}:
                found = value in values
            case {"$lt": bound}:
                found = value is not None and value < bound
            case _:
                found = value == wanted
        if not found:
            return False
    return True


class Cursor:
    """What `find` returns."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._documents = list(documents)

    def sort(self, key: str, _direction: int) -> Cursor:
        """In the order of a field."""
        return Cursor(sorted(self._documents, key=lambda document: document[key]))

    def batch_size(self, _size: int) -> Cursor:
        """Of no matter here."""
        return self

    async def __aiter__(self) -> AsyncIterator[Document]:
        for document in self._documents:
            yield document


class Collection:
    """Documents by id. `error` is raised by the next write or read."""

    def __init__(self, *documents: Document) -> None:
        self.documents: dict[Any, Document] = {document["_id"]: document for document in documents}
        self.calls: list[str] = []
        self.requests: list[Any] = []
        self.error: Exception | None = None

    def _asked(self, call: str) -> None:
        self.calls.append(call)
        if self.error is not None:
            raise self.error

    def find(self, query: Mapping[str, Any] | None = None, session: object = None) -> Cursor:
        """Documents that match."""
        self._asked("find")
        return Cursor([copy.deepcopy(each) for each in self.documents.values() if matches(each, query or {})])

    async def find_one(self, query: Mapping[str, Any]) -> Document | None:
        """The first that matches."""
        self._asked("find_one")
        return next((copy.deepcopy(each) for each in self.documents.values() if matches(each, query)), None)

    async def create_index(self, _keys: object) -> None:
        """Of no matter here."""

    async def delete_one(self, query: Mapping[str, Any]) -> None:
        """Deletes by id."""
        self._asked("delete_one")
        self.documents.pop(query["_id"], None)

    async def insert_many(self, documents: Sequence[Document], *, ordered: bool, session: object = None) -> None:
        """Inserts what is new, then tells of the rest."""
        self._asked("insert_many")
        self.requests.append([document["_id"] for document in documents])
        assert ordered is False
        failures = []
        for index, document in enumerate(documents):
            if document["_id"] in self.documents:
                failures.append({"index": index, "code": 11000})
            else:
                self.documents[document["_id"]] = copy.deepcopy(document)
        if failures:
            raise BulkWriteError({"writeErrors": failures})

    async def bulk_write(
        self, requests: Sequence[UpdateOne | ReplaceOne[Document]], *, ordered: bool = True, session: object = None
    ) -> None:
        """Carries out replacements and `$max`."""
        self._asked("bulk_write")
        assert ordered is True
        self.requests.append(requests)
        for request in requests:
            query, upsert = request._filter, request._upsert
            change: Any = request._doc
            found = next((each for each in self.documents.values() if matches(each, query)), None)
            if found is None and not upsert:
                continue
            if isinstance(request, ReplaceOne):
                self.documents[query["_id"]] = copy.deepcopy(change)
                continue
            document = self.documents.setdefault(query["_id"], {"_id": query["_id"]})
            for name, value in change.get("$max", {}).items():
                document[name] = max(value, document.get(name, value))


class Database(dict[str, Collection]):
    """Collections by name, made on first use."""

    def __missing__(self, name: str) -> Collection:
        self[name] = Collection()
        return self[name]
