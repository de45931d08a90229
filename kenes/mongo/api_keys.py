"""API keys in MongoDB: see `kenes.identity.api_keys` for the promises."""

from datetime import datetime
from typing import Final

from pymongo import ASCENDING, IndexModel

from kenes.identity.api_keys import ApiKey
from kenes.mongo.client import Collection, Database, Document

_INDEXES: Final = (IndexModel([("owner", ASCENDING)], name="owner"),)


class MongoApiKeyStore:
    """An `ApiKeyStore`: `{_id: SHA-256 of the secret, prefix, owner, name, scopes, created, expires, used, rotated}`.

    Keys from before rotations were noted have no `rotated`.
    """

    def __init__(self, database: Database, collection: str = "api_keys") -> None:
        self._keys: Collection = database[collection]

    async def prepare(self) -> None:
        """Creates the index; call once at start."""
        await self._keys.create_indexes(list(_INDEXES))

    async def create(self, key: ApiKey) -> None:
        await self._keys.insert_one(
            {
                "_id": key.hash,
                "prefix": key.prefix,
                "owner": key.owner,
                "name": key.name,
                "scopes": sorted(key.scopes),
                "created": key.created_at,
                "expires": key.expires_at,
                "used": key.used_at,
                "rotated": key.rotated,
            }
        )

    async def find(self, key_hash: bytes) -> ApiKey | None:
        found = await self._keys.find_one({"_id": key_hash})
        return None if found is None else _key(found)

    async def owned(self, owner: str) -> list[ApiKey]:
        found = [_key(each) async for each in self._keys.find({"owner": owner})]
        return sorted(found, key=lambda key: key.created_at)

    async def end(self, owner: str, prefix: str, at: datetime) -> bool:
        found = await self._keys.update_one(
            {"owner": owner, "prefix": prefix, "rotated": {"$ne": True}},
            {"$min": {"expires": at}, "$set": {"rotated": True}},
        )
        return found.matched_count == 1

    async def note_use(self, key_hash: bytes, at: datetime) -> None:
        await self._keys.update_one({"_id": key_hash}, {"$set": {"used": at}})

    async def delete(self, owner: str, prefix: str) -> bool:
        return (await self._keys.delete_one({"owner": owner, "prefix": prefix})).deleted_count == 1


def _key(document: Document) -> ApiKey:
    return ApiKey(
        prefix=document["prefix"],
        hash=document["_id"],
        owner=document["owner"],
        name=document["name"],
        scopes=frozenset(document["scopes"]),
        created_at=document["created"],
        expires_at=document["expires"],
        used_at=document["used"],
        rotated=document.get("rotated", False),
    )
