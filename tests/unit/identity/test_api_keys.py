"""API keys: known by what was told once, kept as a hash, and good until their end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from kenes.identity.api_keys import ApiKey, ApiKeyRefusedError, ApiKeys

BEGAN = datetime(2026, 11, 22, 10, tzinfo=UTC)
YEAR = timedelta(days=365)
SECRET = slice(len("kenes_0123456789_"), None)


class MemoryKeys:
    """An `ApiKeyStore` in memory."""

    def __init__(self) -> None:
        self.keys: dict[bytes, ApiKey] = {}

    async def create(self, key: ApiKey) -> None:
        assert key.hash not in self.keys
        self.keys[key.hash] = key

    async def find(self, key_hash: bytes) -> ApiKey | None:
        return self.keys.get(key_hash)

    async def owned(self, owner: str) -> list[ApiKey]:
        await asyncio.sleep(0)  # a database takes its time
        return [key for key in self.keys.values() if key.owner == owner]

    async def end(self, owner: str, prefix: str, at: datetime) -> bool:
        found = [key for key in await self.owned(owner) if key.prefix == prefix and not key.rotated]
        self.keys |= {key.hash: replace(key, expires_at=min(at, key.expires_at), rotated=True) for key in found}
        return bool(found)

    async def note_use(self, key_hash: bytes, at: datetime) -> None:
        self.keys[key_hash] = replace(self.keys[key_hash], used_at=at)

    async def delete(self, owner: str, prefix: str) -> bool:
        found = [key for key in await self.owned(owner) if key.prefix == prefix]
        for key in found:
            del self.keys[key.hash]
        return bool(found)


class World:
    def __init__(self) -> None:
        self.store, self.now = MemoryKeys(), BEGAN
        self.keys = ApiKeys(self.store, lambda: self.now)

    async def issue(self) -> tuple[str, ApiKey]:
        return await self.keys.issue("agency:transport", "Nightly", frozenset({"streams:read"}), YEAR)

    async def is_good(self, text: str) -> bool:
        try:
            await self.keys.verify(text)
        except ApiKeyRefusedError:
            return False
        return True


async def test_a_key_is_known_by_its_text_which_is_not_kept() -> None:
    world = World()
    text, key = await world.issue()
    found = await world.keys.verify(text)
    assert (found.owner, found.scopes, found.prefix) == (key.owner, key.scopes, key.prefix)
    assert text.startswith(f"kenes_{key.prefix}_")
    assert text[SECRET] not in repr(world.store.keys)


CHANGES: dict[str, Callable[[str], str]] = {
    "shorter": lambda text: text[:-1],
    "longer": lambda text: text + "A",
    "louder": lambda text: text.upper(),
    "another prefix": lambda text: "kenes_aaaaaaaaaa_" + text[SECRET],
    "nothing": lambda _: "",
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
async def test_another_text_is_refused(change: Callable[[str], str]) -> None:
    world = World()
    text, _ = await world.issue()
    assert not await world.is_good(change(text))


async def test_a_key_ends() -> None:
    world = World()
    text, key = await world.issue()
    world.now = key.expires_at - timedelta(seconds=1)
    assert await world.is_good(text)
    world.now = key.expires_at
    assert not await world.is_good(text)


async def test_it_is_told_when_a_key_was_used_last_and_a_rush_writes_once_a_minute() -> None:
    world = World()
    text, key = await world.issue()
    for seconds in (0, 59, 61):
        world.now = BEGAN + timedelta(seconds=seconds)
        await world.keys.verify(text)
        assert world.store.keys[key.hash].used_at == (BEGAN if seconds < 60 else world.now)


async def test_a_rotated_key_works_for_its_grace_beside_the_new_one() -> None:
    world = World()
    old, key = await world.issue()
    rotated = await world.keys.rotate(key.owner, key.prefix, timedelta(hours=24))
    assert rotated is not None
    new, fresh = rotated
    assert (fresh.name, fresh.scopes, fresh.expires_at - fresh.created_at) == (key.name, key.scopes, YEAR)
    assert await world.is_good(old)
    world.now += timedelta(hours=24)
    assert not await world.is_good(old)
    assert await world.is_good(new)
    assert await world.keys.rotate(key.owner, key.prefix, timedelta(0)) is None


async def test_a_key_is_rotated_once() -> None:
    world = World()
    _, key = await world.issue()
    day = timedelta(hours=24)
    rotated = await asyncio.gather(*(world.keys.rotate(key.owner, key.prefix, day) for _ in range(20)))
    assert len([each for each in rotated if each is not None]) == 1
    assert await world.keys.rotate(key.owner, key.prefix, day) is None
    assert len(await world.keys.owned(key.owner)) == 2


async def test_only_its_owner_ends_a_key() -> None:
    world = World()
    text, key = await world.issue()
    assert not await world.keys.revoke("agency:other", key.prefix)
    assert await world.keys.revoke(key.owner, key.prefix)
    assert not await world.is_good(text)
