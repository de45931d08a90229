"""People's keys. They are the one thing about a person that is stored apart and can be destroyed."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence

from kenes.identity.sealing import Keyring, PersonKey, UnsealError
from kenes.mongo.client import Collection, Database, DatabaseError, DatabaseUnavailableError
from kenes.mongo.operations import insert_new

BATCH = 500
REMEMBERED = 2048
REMEMBERED_FOR = 30.0
"""Seconds. As long may a process go on sealing under a key that another process has destroyed; reading never does."""


class VaultError(RuntimeError):
    """A stored key cannot be used: it was not stored under this installation's master key."""


class Vault:
    """Finds or makes people's keys, many at a time: callers that come together share a round trip."""

    def __init__(self, database: Database, keyring: Keyring, clock: Callable[[], float] = time.monotonic) -> None:
        self._keys: Collection = database["vault.keys"]
        self._keyring = keyring
        self._clock = clock
        self._recent: OrderedDict[bytes, tuple[float, PersonKey]] = OrderedDict()
        self._forgetting: asyncio.TimerHandle | None = None
        self._asked: dict[bytes, asyncio.Future[PersonKey]] = {}
        self._running: asyncio.Task[None] | None = None

    async def key_of(self, person: str) -> PersonKey:
        """The person's key for sealing, made on first use. Raises `DatabaseUnavailableError`, `VaultError`.

        It may be one that was destroyed elsewhere up to `REMEMBERED_FOR` seconds ago: what is sealed under it then
        cannot be read by anybody.
        """
        index = self._keyring.index(person)
        if known := self._remembered(index):
            return known
        asked = self._asked.get(index)
        if asked is None:
            asked = self._asked[index] = asyncio.get_running_loop().create_future()
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._serve())
        return await asyncio.shield(asked)

    async def find(self, person: str) -> PersonKey | None:
        """The person's key as it is stored now, if there is one."""
        return await self.key_at(self._keyring.index(person))

    async def key_at(self, index: bytes) -> PersonKey | None:
        """The key stored under a person's index, if there is one. Never a remembered one: destroyed is destroyed."""
        try:
            found = await self._keys.find_one({"_id": index})
        except DatabaseError as error:
            raise DatabaseUnavailableError("the vault does not answer") from error
        return None if found is None else self._keyring.unwrap(index, found["key"])

    async def keys_at(self, indexes: Sequence[bytes]) -> dict[bytes, PersonKey]:
        """The keys under people's indexes; whoever was erased is left out. None is remembered.

        Raises `DatabaseUnavailableError`.
        """
        try:
            found = await self._keys.find({"_id": {"$in": list(indexes)}}).to_list(None)
        except DatabaseError as error:
            raise DatabaseUnavailableError("the vault does not answer") from error
        return {each["_id"]: self._keyring.unwrap(each["_id"], each["key"]) for each in found}

    async def destroy(self, person: str) -> None:
        """Erases the person: nothing sealed under the key can be read again. No harm where there is no key.

        Raises `DatabaseUnavailableError`; ask again then.
        """
        index = self._keyring.index(person)
        try:
            await self._keys.delete_one({"_id": index})
        except DatabaseError as error:
            raise DatabaseUnavailableError("the vault does not answer") from error
        self._recent.pop(index, None)

    async def _serve(self) -> None:
        while self._asked:
            batch = list(self._asked)[:BATCH]
            found: Mapping[bytes, PersonKey | Exception]
            try:
                found = await self._fetch(batch)
            except Exception as error:  # noqa: BLE001 - whatever it is, those who asked are told
                found = dict.fromkeys(batch, error)
            for index, key in found.items():
                asked = self._asked.pop(index)
                if isinstance(key, PersonKey):
                    self._remember(index, key)
                    asked.set_result(key)
                else:
                    asked.set_exception(_told(key))

    async def _fetch(self, indexes: list[bytes]) -> dict[bytes, PersonKey | Exception]:
        """Each person's key, or why theirs cannot be used.

        Whoever was erased between the two steps is left out, and so asked for again: then they have a new key.
        """
        made = {index: PersonKey.generate() for index in indexes}
        documents = [{"_id": index, "key": self._keyring.wrap(index, key)} for index, key in made.items()]
        taken = await insert_new(self._keys, documents)
        keys: dict[bytes, PersonKey | Exception] = {
            index: PersonKey(key) for index, key in made.items() if index not in taken
        }
        if taken:
            async for found in self._keys.find({"_id": {"$in": list(taken)}}):
                keys[found["_id"]] = self._unwrapped(found["_id"], found["key"])
        return keys

    def _unwrapped(self, index: bytes, wrapped: bytes) -> PersonKey | Exception:
        try:
            return self._keyring.unwrap(index, wrapped)
        except UnsealError as error:
            return error  # one person's alone: the others of the batch have theirs

    def _remembered(self, index: bytes) -> PersonKey | None:
        until, key = self._recent.get(index, (0.0, None))
        return key if self._clock() < until else None

    def _remember(self, index: bytes, key: PersonKey) -> None:
        # What is fetched again counts as new, so the oldest stand first.
        self._recent.pop(index, None)
        self._recent[index] = (self._clock() + REMEMBERED_FOR, key)
        if len(self._recent) > REMEMBERED:
            self._recent.popitem(last=False)
        if self._forgetting is None:
            self._forgetting = asyncio.get_running_loop().call_later(REMEMBERED_FOR, self._forget)

    def _forget(self) -> None:
        """Drops keys whose time is over, also where nobody asks for anything any more."""
        self._forgetting, now = None, self._clock()
        while self._recent and (oldest := next(iter(self._recent.values()))[0]) <= now:
            self._recent.popitem(last=False)
        if self._recent:
            self._forgetting = asyncio.get_running_loop().call_later(oldest - now, self._forget)


def _told(error: Exception) -> Exception:
    """What one of many askers gets: an exception of its own, since raising writes into it."""
    unreached = isinstance(error, DatabaseError)
    failure = DatabaseUnavailableError("the vault does not answer") if unreached else VaultError(str(error))
    failure.__cause__ = error
    return failure
