"""People's keys. They are the one thing about a person that is stored apart and can be destroyed."""

import asyncio
from collections import OrderedDict

from kenes.identity.sealing import Keyring, PersonKey
from kenes.mongo.client import Collection, Database, DatabaseError, DatabaseUnavailableError
from kenes.mongo.operations import insert_new

BATCH = 500
REMEMBERED = 2048


class VaultError(RuntimeError):
    """A stored key cannot be used: it was not stored under this installation's master key, or is gone again."""


class Vault:
    """Finds or makes people's keys, many at a time: callers that come together share a round trip."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._keys: Collection = database["vault.keys"]
        self._keyring = keyring
        self._recent: OrderedDict[bytes, PersonKey] = OrderedDict()
        self._asked: dict[bytes, asyncio.Future[PersonKey]] = {}
        self._running: asyncio.Task[None] | None = None

    async def key_of(self, person: str) -> PersonKey:
        """The person's key, made on first use. Raises `DatabaseUnavailableError`, `VaultError`."""
        index = self._keyring.index(person)
        if known := self._recent.get(index):
            return known
        asked = self._asked.get(index)
        if asked is None:
            asked = self._asked[index] = asyncio.get_running_loop().create_future()
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._serve())
        return await asyncio.shield(asked)

    async def find(self, person: str) -> PersonKey | None:
        """The person's key, if there is one."""
        return await self.key_at(self._keyring.index(person))

    async def key_at(self, index: bytes) -> PersonKey | None:
        """The key under a person's index, if there is one."""
        try:
            found = await self._keys.find_one({"_id": index})
        except DatabaseError as error:
            raise DatabaseUnavailableError("the vault does not answer") from error
        return None if found is None else self._keyring.unwrap(index, found["key"])

    async def destroy(self, person: str) -> None:
        """Erases the person: nothing sealed under the key can be read again."""
        index = self._keyring.index(person)
        self._recent.pop(index, None)
        await self._keys.delete_one({"_id": index})

    async def _serve(self) -> None:
        while self._asked:
            batch = {index: self._asked[index] for index in list(self._asked)[:BATCH]}
            try:
                keys = await self._fetch(list(batch))
            except Exception as error:  # noqa: BLE001 - whatever it is, those who asked are told
                for index, asked in batch.items():
                    del self._asked[index]
                    asked.set_exception(_told(error))
                continue
            for index, asked in batch.items():
                del self._asked[index]
                self._remember(index, keys[index])
                asked.set_result(keys[index])

    async def _fetch(self, indexes: list[bytes]) -> dict[bytes, PersonKey]:
        made = {index: PersonKey.generate() for index in indexes}
        documents = [{"_id": index, "key": self._keyring.wrap(index, key)} for index, key in made.items()]
        taken = await insert_new(self._keys, documents)
        keys = {index: PersonKey(key) for index, key in made.items() if index not in taken}
        if taken:
            async for found in self._keys.find({"_id": {"$in": list(taken)}}):
                keys[found["_id"]] = self._keyring.unwrap(found["_id"], found["key"])
        return keys

    def _remember(self, index: bytes, key: PersonKey) -> None:
        self._recent[index] = key
        if len(self._recent) > REMEMBERED:
            self._recent.popitem(last=False)


def _told(error: Exception) -> Exception:
    """What one of many askers gets: an exception of its own, since raising writes into it."""
    unreached = isinstance(error, DatabaseError)
    failure = DatabaseUnavailableError("the vault does not answer") if unreached else VaultError(str(error))
    failure.__cause__ = error
    return failure
