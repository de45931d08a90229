"""Recounts what is stored from the topics, and names each difference."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

from kenes.kafka.reader import read_to_end
from kenes.kafka.records import read
from kenes.mongo.client import Collection, Database, Document
from kenes.mongo.projection import Projection, Version, live_version
from kenes.mongo.projector import Projector
from kenes.mongo.versions import begin_version
from kenes.service.definition import Deciding
from schemas.envelope import UnreadableEventError, sequence_of

ROUNDS = 5
SHOWN = 50

Found = tuple[int, list[str]]
"""How many documents were checked, and the differences in words."""


async def audit_projection(bootstrap: str, database: Database, projection: Projection) -> Found:
    """Folds the topic anew to where the live version stands, and compares document by document.

    The live version may move meanwhile: what differs is folded further and compared again, a few times.
    """
    live = await live_version(database, projection)
    recount = await begin_version(database, projection)
    try:
        for _ in range(ROUNDS):
            positions = await live.positions()
            await _fold_to(bootstrap, recount, {p: position.next_offset for p, position in positions.items()})
            checked, differences = 0, list[str]()
            for name in projection.collections:
                number, found = await _compare(name, live.collection(name), recount.collection(name))
                checked += number
                differences += found
            if not differences or await live.positions() == positions:
                break
        return checked, differences
    finally:
        await recount.drop()


async def _fold_to(bootstrap: str, version: Version, ends: Mapping[int, int]) -> None:
    projector = Projector(version, dead_letters=None)
    starts = await projector.start()
    async for records in read_to_end(bootstrap, version.projection.topic, starts):
        partition = records[0].partition
        await projector.apply({partition: [record for record in records if record.offset < ends[partition]]})


async def _compare(name: str, stored: Collection, recounted: Collection) -> Found:
    """Walks both collections in the order of their ids."""
    checked, differences = 0, list[str]()
    left, right = _in_order(stored), _in_order(recounted)
    one, other = await anext(left, None), await anext(right, None)
    while one is not None or other is not None:
        checked += 1
        if other is None or (one is not None and one["_id"] < other["_id"]):
            differences.append(f"{name} {_shown(one)}: stored, but not in the topic")
            one = await anext(left, None)
        elif one is None or other["_id"] < one["_id"]:
            differences.append(f"{name} {_shown(other)}: in the topic, but not stored")
            other = await anext(right, None)
        else:
            differences += [f"{name} {_shown(one)}: {field}" for field in _fields(one, other)]
            one, other = await anext(left, None), await anext(right, None)
        if len(differences) >= SHOWN:
            differences.append(f"{name}: more differences, not listed")
            break
    return checked, differences


async def _in_order(collection: Collection) -> AsyncIterator[Document]:
    async for document in collection.find().sort("_id", 1).batch_size(2000):
        yield document


def _fields(stored: Document, recounted: Document) -> list[str]:
    names = sorted(stored.keys() | recounted.keys())
    return [
        f"{name} is {stored.get(name)!r}, the topic says {recounted.get(name)!r}"
        for name in names
        if stored.get(name) != recounted.get(name)
    ]


def _shown(document: Document | None) -> str:
    key = None if document is None else document["_id"]
    return key.hex() if isinstance(key, bytes) else str(key)


async def audit_state(bootstrap: str, database: Database, deciding: Deciding) -> Found:
    """Folds a decider's own decisions and compares the states it has stored. All states are held in memory."""
    rules = deciding.rules
    states: dict[str, tuple[int, int, Any]] = {}
    last: dict[int, int] = {}
    async for records in read_to_end(
        bootstrap, deciding.decisions, dict.fromkeys(range(deciding.decisions.partitions), 0)
    ):
        for record in records:
            try:
                decision = read(deciding.decisions, record).event
                sequence = sequence_of(decision)
            except UnreadableEventError:
                continue
            if sequence <= last.get(record.partition, -1):
                continue
            last[record.partition] = sequence
            key = rules.key(decision)
            before = states[key][2] if key in states else rules.initial
            after = rules.evolve(before, decision)
            if after is not before:
                states[key] = (record.partition, sequence, after)
    differences: list[str] = []
    async for document in database[f"state.{rules.name}"].find():
        found = states.pop(document["_id"], None)
        if found is None:
            differences.append(f"{document['_id']}: stored, but not in the topic")
        elif {"p": found[0], "s": found[1], **rules.dump(found[2])} != {
            k: v for k, v in document.items() if k != "_id"
        }:
            differences.append(f"{document['_id']}: {document!r} is not what the topic says")
    differences += [f"{key}: in the topic, but not stored" for key in states]
    return len(last), differences[:SHOWN]
