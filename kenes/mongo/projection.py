"""A projection: a fold of topics into collections, with its offsets, in versions that can be rebuilt and switched."""

import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from pymongo import ASCENDING, UpdateOne
from pymongo.errors import CollectionInvalid

from kenes.kafka.decider import Position
from kenes.mongo.client import Collection, Database, Session
from kenes.mongo.folding import Fold
from schemas.topics import Topic

VERSIONS = "projection_versions"
OFFSETS = "projection_offsets"
WRITERS = "projection_writers"
VERSION_KNOWN_FOR = 1.0
"""Seconds for which readers take a version for the live one: after a switch the former is kept three times as long."""
DELETE_BATCH = 200


@dataclass(frozen=True)
class Index:
    """An index on ascending fields."""

    fields: tuple[str, ...]
    unique: bool = False


@dataclass(frozen=True)
class Projection:
    """What a service keeps of one topic.

    `fold` turns one partition's new events into operations on documents that belong to that partition alone, and may
    look such documents up; it is pure.
    `pace` is the least time between two writes, in seconds: how stale it may be, for how much less work.
    """

    name: str
    topic: Topic
    collections: Mapping[str, Sequence[Index]]
    fold: Fold
    pace: float = 0.0


class NotOwnerError(RuntimeError):
    """Another worker has moved this partition's offset, or the version was switched: let go and start again."""


@dataclass(frozen=True)
class Version:
    """One version of a projection in the database."""

    projection: Projection
    number: int
    database: Database = field(repr=False)

    def collection(self, name: str) -> Collection:
        """The collection that holds `name` in this version."""
        return self.database[f"{name}.v{self.number}"]

    @property
    def collections(self) -> dict[str, Collection]:
        """Every collection of this version, by its declared name."""
        return {name: self.collection(name) for name in self.projection.collections}

    def offset_id(self, partition: int) -> str:
        """What the offset of a partition is called."""
        return f"{self.projection.name}.v{self.number}/{self.projection.topic.name}/{partition}"

    async def prepare(self) -> None:
        """Creates the collections, indexes and offsets that are missing."""
        for name, indexes in self.projection.collections.items():
            collection = self.collection(name)
            with suppress(CollectionInvalid):  # another process made it a moment ago
                await self.database.create_collection(collection.name)
            for index in indexes:
                await collection.create_index([(key, ASCENDING) for key in index.fields], unique=index.unique)
        offsets = self.database[OFFSETS]
        for partition in range(self.projection.topic.partitions):
            await offsets.update_one(
                {"_id": self.offset_id(partition)},
                {"$setOnInsert": {"next": 0, "sequence": -1, "retired": False}},
                upsert=True,
            )

    async def positions(self, session: Session | None = None) -> dict[int, Position]:
        """Where each partition stands."""
        ids = {self.offset_id(p): p for p in range(self.projection.topic.partitions)}
        found = self.database[OFFSETS].find({"_id": {"$in": list(ids)}}, session=session)
        return {ids[doc["_id"]]: Position(doc["next"], doc["sequence"]) async for doc in found}

    async def advance(self, moves: Mapping[int, tuple[Position, Position]], session: Session) -> None:
        """Moves partitions' offsets from where the caller left them to where it is now, in one round trip.

        Raises `NotOwnerError` when any of them is not where the caller left it; the transaction must be aborted then.
        """
        moved = await self.database[OFFSETS].bulk_write(
            [
                UpdateOne(
                    {"_id": self.offset_id(partition), "next": before.next_offset, "retired": False},
                    {"$set": {"next": after.next_offset, "sequence": after.sequence}},
                )
                for partition, (before, after) in moves.items()
            ],
            ordered=False,
            session=session,
        )
        if moved.matched_count != len(moves):
            raise NotOwnerError(f"{self.projection.name}.v{self.number}: an offset is not where it was left")

    async def retire(self, session: Session | None = None) -> None:
        """Makes every worker on this version let go."""
        await self.database[OFFSETS].update_many(
            {"_id": {"$in": [self.offset_id(p) for p in range(self.projection.topic.partitions)]}},
            {"$set": {"retired": True}},
            session=session,
        )

    async def drop(self) -> None:
        """Deletes the version's offsets and who wrote them, then its documents: by these it is found if this is cut."""
        places = [self.offset_id(partition) for partition in range(self.projection.topic.partitions)]
        for collection in (self.database[OFFSETS], self.database[WRITERS]):
            await collection.delete_many({"_id": {"$in": places}})
        for collection in self.collections.values():
            await _empty(collection)
            await collection.drop()


async def _empty(collection: Collection) -> None:
    """Deletes a collection's documents a few at a time.

    The embedded server drops a full collection with its indexes in one go and answers nobody for 2 ms per document.
    """
    while ids := [document["_id"] async for document in collection.find({}, {"_id": 1}).limit(DELETE_BATCH)]:
        await collection.delete_many({"_id": {"$in": ids}})


async def live_version(database: Database, projection: Projection) -> Version:
    """The version readers and the worker use; version 1 is made where there is none."""
    found = await database[VERSIONS].find_one({"_id": projection.name})
    if found is None:
        version = Version(projection, 1, database)
        await version.prepare()
        await database[VERSIONS].update_one(
            {"_id": projection.name}, {"$setOnInsert": {"live": 1, "newest": 1}}, upsert=True
        )
        return version
    return Version(projection, found["live"], database)


class LiveVersions:
    """The live version of each projection for readers, asked for again once a second.

    A version that was switched off is kept for a while, so a reader that has not noticed yet still reads a whole one.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[str, tuple[float, Version]] = {}

    async def get(self, projection: Projection) -> Version:
        """The version to read."""
        asked, version = self._known.get(projection.name, (0.0, None))
        now = time.monotonic()
        if version is None or now - asked > VERSION_KNOWN_FOR:
            version = await live_version(self._database, projection)
            self._known[projection.name] = (now, version)
        return version


class LiveCollections:
    """The collections of several projections' live versions, by the names they are declared under."""

    def __init__(self, database: Database, projections: Sequence[Projection]) -> None:
        self._versions = LiveVersions(database)
        self._projections = {name: each for each in projections for name in each.collections}

    async def of(self, name: str) -> Collection:
        """The collection to read; raises `KeyError` for one that no projection declares."""
        version = await self._versions.get(self._projections[name])
        return version.collection(name)
