"""Collections out of a database and back, as lines of MongoDB's Extended JSON."""

from collections.abc import AsyncGenerator, Iterable

from bson import json_util

from kenes.mongo.client import Collection, Document

_TOGETHER = 500


async def lines_of(collection: Collection) -> AsyncGenerator[str, None]:
    """Every document, in the order of ids, as a line."""
    async for document in collection.find({}).sort("_id", 1):
        yield json_util.dumps(document, json_options=json_util.CANONICAL_JSON_OPTIONS)


async def is_empty(collection: Collection) -> bool:
    """Whether there is no document."""
    return await collection.find_one({}, {"_id": 1}) is None


async def write_lines(collection: Collection, lines: Iterable[str]) -> None:
    """Inserts documents from lines."""
    waiting: list[Document] = []
    for line in lines:
        waiting.append(json_util.loads(line, json_options=json_util.CANONICAL_JSON_OPTIONS))
        if len(waiting) == _TOGETHER:
            await collection.insert_many(waiting)
            waiting = []
    if waiting:
        await collection.insert_many(waiting)
