"""Recounts what a projection has stored from its topic, and names each difference."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

from kenes.kafka.decider import Position
from kenes.kafka.reader import read_to_end
from kenes.mongo.client import Collection, Database, Document, Session, transact
from kenes.mongo.projection import Projection, Version, live_version
from kenes.mongo.projector import Projector
from kenes.mongo.versions import begin_version

SHOWN = 50
"""How many differences are named at most."""
AT_ONCE = 500
"""How many documents that differ are looked at again together."""

Found = tuple[int, list[str]]
"""How many documents were checked, and up to fifty differences in words: whoever found as many looked no further."""

Key = tuple[str, Any]
"""A document's collection and id."""


async def audit_projection(bootstrap: str, database: Database, projection: Projection) -> Found:
    """Folds the topic anew to where the live version stands, and compares document by document.

    The live version may move meanwhile, so whatever differs is looked at again, at one instant of it.
    """
    live = await live_version(database, projection)
    recount = await begin_version(database, projection)
    try:
        for _ in range(2):  # the first takes long, and the second little: few documents have moved when they are read
            await _fold_to(bootstrap, recount, await live.positions())
        return await _compare(bootstrap, live, recount)
    finally:
        await recount.drop()


async def _compare(bootstrap: str, live: Version, recount: Version) -> Found:
    checked, suspects, differences = 0, list[Key](), list[str]()
    async for key, stored, recounted in _both(live, recount):
        checked += 1
        if stored != recounted:
            suspects.append(key)
        if len(suspects) == AT_ONCE:
            differences += await _confirm(bootstrap, live, recount, suspects)
            suspects = []
            if len(differences) >= SHOWN:
                break
    differences += await _confirm(bootstrap, live, recount, suspects)
    return checked, differences[:SHOWN]


async def _fold_to(bootstrap: str, version: Version, ends: Mapping[int, Position]) -> None:
    projector = Projector(version, dead_letters=None)
    starts = await projector.start()
    async for records in read_to_end(bootstrap, version.projection.topic, starts):
        end = ends[records[0].partition].next_offset
        if wanted := [record for record in records if record.offset < end]:
            await projector.apply({wanted[0].partition: wanted})


async def _both(live: Version, recount: Version) -> AsyncIterator[tuple[Key, Document | None, Document | None]]:
    """Every document as it is stored and as it was recounted."""
    for name in live.projection.collections:
        async for stored, recounted in _pairs(live.collection(name), recount.collection(name)):
            yield (name, (stored or recounted or {})["_id"]), stored, recounted


async def _confirm(bootstrap: str, live: Version, recount: Version, suspects: Sequence[Key]) -> list[str]:
    """What is different in the suspects when documents and position are read at the same instant, in words."""
    if not suspects:
        return []
    positions: dict[int, Position] = {}
    stored: dict[Key, Document] = {}

    async def look(session: Session) -> None:
        stored.clear()
        positions.update(await live.positions(session))
        for name in live.projection.collections:
            stored.update(await _fetch(name, live.collection(name), suspects, session))

    await transact(live.database, look)
    await _fold_to(bootstrap, recount, positions)
    recounted: dict[Key, Document] = {}
    for name in live.projection.collections:
        recounted.update(await _fetch(name, recount.collection(name), suspects))
    return [
        f"{name} {_shown(key)}: {words}"
        for name, key in suspects
        for words in _words(stored.get((name, key)), recounted.get((name, key)))
    ]


async def _fetch(
    name: str, collection: Collection, suspects: Sequence[Key], session: Session | None = None
) -> dict[Key, Document]:
    keys = [key for collection_name, key in suspects if collection_name == name]
    cursor = collection.find({"_id": {"$in": keys}}, session=session)
    return {(name, document["_id"]): document async for document in cursor} if keys else {}


async def _pairs(stored: Collection, recounted: Collection) -> AsyncIterator[tuple[Document | None, Document | None]]:
    """Walks both collections in the order of their ids."""
    left, right = _in_order(stored), _in_order(recounted)
    one, other = await anext(left, None), await anext(right, None)
    while one is not None or other is not None:
        if other is None or (one is not None and one["_id"] < other["_id"]):
            yield one, None
            one = await anext(left, None)
        elif one is None or other["_id"] < one["_id"]:
            yield None, other
            other = await anext(right, None)
        else:
            yield one, other
            one, other = await anext(left, None), await anext(right, None)


async def _in_order(collection: Collection) -> AsyncIterator[Document]:
    async for document in collection.find().sort("_id", 1).batch_size(2000):
        yield document


def _words(stored: Document | None, recounted: Document | None) -> list[str]:
    if stored == recounted:
        return []
    if recounted is None:
        return ["stored, but not in the topic"]
    if stored is None:
        return ["in the topic, but not stored"]
    return [
        f"{name} is {stored.get(name)!r}, the topic says {recounted.get(name)!r}"
        for name in sorted(stored.keys() | recounted.keys())
        if stored.get(name) != recounted.get(name)
    ]


def _shown(key: object) -> str:
    return key.hex() if isinstance(key, bytes) else str(key)
