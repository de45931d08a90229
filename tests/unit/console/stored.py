"""What a fold has stored, read as the database is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from pymongo.errors import ServerSelectionTimeoutError

from kenes.mongo.client import Document
from tests.unit.store import Store


@dataclass
class Found:
    """One collection."""

    documents: list[Document]
    away: bool

    async def find(self, query: Document) -> AsyncIterator[Document]:
        if self.away:
            raise ServerSelectionTimeoutError("away")
        for document in self.documents:
            if all(document[name] == value for name, value in query.items()):
                yield document


@dataclass
class Stored:
    """In the place of live collections and of a database; `away` does not answer."""

    store: Store
    away: bool = False

    async def of(self, name: str) -> Any:
        return self[name]

    def __getitem__(self, name: str) -> Any:
        return Found(self.store.all(name), self.away)
