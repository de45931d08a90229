"""Confirmation tokens in MongoDB: see `kenes.web.confirmations` for the promises."""

from __future__ import annotations

from datetime import datetime

from kenes.mongo.client import Collection, Database
from kenes.mongo.sessions import INDEXES, sweep
from kenes.web.confirmations import StoredConfirmation


class MongoConfirmationStore:
    """A `ConfirmationStore`: `{_id: SHA-256 of the token, session, purpose, sealed, expires, used}`."""

    def __init__(self, database: Database, collection: str = "confirmations") -> None:
        self._confirmations: Collection = database[collection]

    async def prepare(self) -> None:
        """Creates the index; call once at start."""
        await self._confirmations.create_indexes(list(INDEXES))

    async def create(self, stored: StoredConfirmation) -> None:
        await self._confirmations.insert_one(
            {
                "_id": stored.id,
                "session": stored.session,
                "purpose": stored.purpose,
                "sealed": stored.sealed,
                "expires": stored.expires,
                "used": stored.used,
            }
        )

    async def read(self, confirmation_id: bytes) -> StoredConfirmation | None:
        found = await self._confirmations.find_one({"_id": confirmation_id})
        if found is None:
            return None
        return StoredConfirmation(
            id=confirmation_id,
            session=found["session"],
            purpose=found["purpose"],
            sealed=found["sealed"],
            expires=found["expires"],
            used=found["used"],
        )

    async def spend(self, confirmation_id: bytes) -> bool:
        """See ConfirmationStore. One conditional update: of any number of clicks, one matches."""
        spent = {"_id": confirmation_id, "used": False}
        result = await self._confirmations.update_one(spent, {"$set": {"used": True}})
        return result.modified_count == 1

    async def sweep(self, now: datetime, limit: int) -> int:
        return await sweep(self._confirmations, now, limit)
