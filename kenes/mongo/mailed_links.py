"""Mailed links in MongoDB: see `kenes.mail.links` for the promises."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from pymongo import ASCENDING, IndexModel

from kenes.mail.links import StoredLink
from kenes.mongo.client import Collection, Database
from kenes.mongo.sessions import INDEXES, sweep

_LIMITS: Final = (
    IndexModel([("mailbox", ASCENDING), ("issued", ASCENDING)], name="mailbox"),
    IndexModel([("client", ASCENDING), ("issued", ASCENDING)], name="client"),
)


class MongoLinkStore:
    """A `LinkStore`: `{_id: SHA-256 of the token, purpose, sealed, mailbox, client, issued, expires, used}`."""

    def __init__(self, database: Database, collection: str = "mailed_links") -> None:
        self._links: Collection = database[collection]

    async def prepare(self) -> None:
        """Creates the indexes; call once at start."""
        await self._links.create_indexes([*INDEXES, *_LIMITS])

    async def create(self, stored: StoredLink) -> None:
        await self._links.insert_one(
            {
                "_id": stored.id,
                "purpose": stored.purpose,
                "sealed": stored.sealed,
                "mailbox": stored.mailbox,
                "client": stored.client,
                "issued": stored.issued,
                "expires": stored.expires,
                "used": stored.used,
            }
        )

    async def read(self, link_id: bytes) -> StoredLink | None:
        found = await self._links.find_one({"_id": link_id})
        return None if found is None else StoredLink(id=found.pop("_id"), **found)

    async def spend(self, link_id: bytes) -> bool:
        """See LinkStore. One conditional update: of any number of clicks, one matches."""
        result = await self._links.update_one({"_id": link_id, "used": False}, {"$set": {"used": True}})
        return result.modified_count == 1

    async def to_mailbox(self, mailbox: bytes, since: datetime) -> int:
        return int(await self._links.count_documents({"mailbox": mailbox, "issued": {"$gt": since}}))

    async def by_client(self, client: bytes, since: datetime) -> int:
        return int(await self._links.count_documents({"client": client, "issued": {"$gt": since}}))

    async def discard(self, link_id: bytes) -> None:
        await self._links.delete_one({"_id": link_id})

    async def forget(self, mailbox: bytes) -> None:
        await self._links.delete_many({"mailbox": mailbox})

    async def sweep(self, now: datetime, limit: int) -> int:
        return await sweep(self._links, now, limit)
