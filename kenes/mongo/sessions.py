"""Sessions in MongoDB, by hash and sealed: see `kenes.web.sessions` for the promises.

No TTL index: expired sessions are refused on read, and each login sweeps a bounded number of them away.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from pymongo import ASCENDING, IndexModel

from kenes.mongo.client import Collection, Database
from kenes.web.sessions import StoredSession

INDEXES: Final = (IndexModel([("expires", ASCENDING)], name="expires"),)
OWNER_INDEX: Final = IndexModel([("owner", ASCENDING)], name="owner")


class MongoSessionStore:
    """A `SessionStore` in `collection`: `{_id: SHA-256 of the token, sealed: ciphertext, expires: date, owner}`."""

    def __init__(self, database: Database, collection: str = "sessions") -> None:
        self._sessions: Collection = database[collection]

    async def prepare(self) -> None:
        """Creates the indexes; call once at start."""
        await self._sessions.create_indexes([*INDEXES, OWNER_INDEX])

    async def create(self, stored: StoredSession) -> None:
        """See SessionStore. Raises DuplicateKeyError for a token that exists."""
        document = {"_id": stored.id, "sealed": stored.sealed, "expires": stored.expires}
        await self._sessions.insert_one(document if stored.owner is None else document | {"owner": stored.owner})

    async def read(self, session_id: bytes, now: datetime) -> StoredSession | None:
        found = await self._sessions.find_one({"_id": session_id, "expires": {"$gt": now}})
        if found is None:
            return None
        return StoredSession(session_id, found["sealed"], found["expires"], found.get("owner"))

    async def replace(self, session_id: bytes, sealed: bytes) -> bool:
        result = await self._sessions.update_one({"_id": session_id}, {"$set": {"sealed": sealed}})
        return result.matched_count == 1

    async def touch(self, session_id: bytes, expires: datetime) -> None:
        await self._sessions.update_one({"_id": session_id}, {"$max": {"expires": expires}})

    async def delete(self, session_id: bytes) -> None:
        await self._sessions.delete_one({"_id": session_id})

    async def owned(self, owner: bytes, now: datetime) -> list[datetime]:
        cursor = self._sessions.find({"owner": owner, "expires": {"$gt": now}}, {"expires": 1})
        return sorted([document["expires"] async for document in cursor])

    async def delete_owned(self, owner: bytes) -> int:
        result = await self._sessions.delete_many({"owner": owner})
        return int(result.deleted_count)

    async def sweep(self, now: datetime, limit: int) -> int:
        return await sweep(self._sessions, now, limit)


async def sweep(collection: Collection, now: datetime, limit: int) -> int:
    """Deletes at most `limit` documents whose `expires` is not after `now`; a login never waits for a backlog."""
    expired = collection.find({"expires": {"$lte": now}}, {"_id": 1}).sort("expires", ASCENDING).limit(limit)
    ids = [document["_id"] async for document in expired]
    if not ids:
        return 0
    result = await collection.delete_many({"_id": {"$in": ids}, "expires": {"$lte": now}})
    return int(result.deleted_count)
