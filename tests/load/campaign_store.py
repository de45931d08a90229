"""What campaigns keep, as BSON in a file: the place of MongoDB where only the clustering is measured.

It holds no more than its page cache in memory.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any, Final

import bson

from kenes.mongo.folding import Lookup
from kenes.mongo.operations import Operation, Remove, Update
from services.consultations.campaigns.clustering import COLLECTIONS, Comment, clustering
from services.consultations.campaigns.linkage import Joined

CACHE_KB: Final = 32_000
_AT_ONCE: Final = 500


class Store:
    """Documents by collection and id, and the ids by band."""

    def __init__(self, file: Path) -> None:
        self._database = sqlite3.connect(file)
        for pragma in ("journal_mode=off", "synchronous=off", f"cache_size=-{CACHE_KB}"):
            self._database.execute(f"pragma {pragma}")
        for name in COLLECTIONS:
            self._database.execute(f"create table {name} (id text primary key, document blob) without rowid")
        self._database.execute("create table bands (band integer, id text, primary key (band, id)) without rowid")

    def __enter__(self) -> Store:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()

    def take(self, batch: Sequence[Comment]) -> Sequence[Joined]:
        """Clusters a batch on top of what is stored, in one transaction; returns the joins."""
        plan = clustering(batch)
        try:
            lookup = next(plan)
            while True:
                lookup = plan.send(self._find(lookup))
        except StopIteration as done:
            with self._database:
                for operation in done.value.operations:
                    self._write(operation)
            joins: Sequence[Joined] = done.value.joins
            return joins

    def all(self, collection: str) -> Iterator[dict[str, Any]]:
        """Every document of a collection."""
        for (packed,) in self._database.execute(f"select document from {collection}"):
            yield bson.decode(packed)

    def _find(self, lookup: Lookup) -> Iterator[dict[str, Any]]:
        values, found = iter(lookup.values), dict[str, bytes]()
        while some := list(islice(values, _AT_ONCE)):
            marks = ",".join("?" * len(some))
            ids = (
                f"id in ({marks})" if lookup.field == "_id" else f"id in (select id from bands where band in ({marks}))"
            )
            found |= self._database.execute(f"select id, document from {lookup.collection} where {ids}", some)
        return map(bson.decode, found.values())

    def _write(self, operation: Operation) -> None:
        if isinstance(operation, Update | Remove):
            raise TypeError(operation)
        document = operation.document
        bands = [(band, document["_id"]) for band in document.get("bands", ())]
        self._database.executemany("insert into bands values (?, ?)", bands)
        row = (document["_id"], bson.encode(document))
        self._database.execute(f"replace into {operation.collection} values (?, ?)", row)
