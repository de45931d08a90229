"""People's keys: one each, however many ask at once and from however many processes, and gone when destroyed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from kenes.identity.sealing import Keyring
from kenes.local.mongo import EmbeddedMongo
from kenes.mongo.client import Database, DatabaseUnavailableError, connected
from kenes.mongo.vault import Vault

pytestmark = pytest.mark.stack

KEYRING = Keyring(b"k" * 32)


@pytest.fixture
async def database(mongo: EmbeddedMongo) -> AsyncIterator[Database]:
    async with connected(mongo.uri, f"vault-{uuid4().hex[:8]}") as opened:
        yield opened
        await opened.client.drop_database(opened.name)


async def test_one_key_per_person_for_all_who_ask_at_once(database: Database) -> None:
    vaults = [Vault(database, KEYRING) for _ in range(3)]
    people = [f"issuer|person-{number}" for number in range(200)]
    asked = [(vault, person) for person in people for vault in vaults for _ in range(2)]
    keys = await asyncio.gather(*(vault.key_of(person) for vault, person in asked))
    sealed = {person: key.seal("told once") for (_, person), key in zip(asked, keys, strict=True)}
    for (_, person), key in zip(asked, keys, strict=True):
        assert key.open(sealed[person]) == "told once"
    assert await database["vault.keys"].count_documents({}) == len(people)
    entries = {key.entry("petition") for key in keys}
    assert len(entries) == len(people)


async def test_a_later_process_finds_the_same_key(database: Database) -> None:
    sealed = (await Vault(database, KEYRING).key_of("issuer|aigerim")).seal("hello", "here")
    assert (await Vault(database, KEYRING).key_of("issuer|aigerim")).open(sealed, "here") == "hello"
    found = await Vault(database, KEYRING).find("issuer|aigerim")
    assert found is not None
    assert found.open(sealed, "here") == "hello"


async def test_a_destroyed_key_is_gone_and_a_new_one_opens_nothing_old(database: Database) -> None:
    vault = Vault(database, KEYRING)
    sealed = (await vault.key_of("issuer|aigerim")).seal("hello")
    await vault.destroy("issuer|aigerim")
    assert await vault.find("issuer|aigerim") is None
    fresh = await vault.key_of("issuer|aigerim")
    with pytest.raises(ValueError, match="not sealed under this key"):
        fresh.open(sealed)


async def test_neither_people_nor_keys_lie_open_in_the_database(database: Database) -> None:
    await Vault(database, KEYRING).key_of("issuer|aigerim")
    stored = await database["vault.keys"].find_one({})
    assert stored is not None
    assert "aigerim" not in repr(stored)
    assert len(stored["key"]) > 32  # nonce and tag beside it: wrapped


async def test_a_database_that_is_away_is_told_to_everyone_who_asks(database: Database) -> None:
    async with connected("mongodb://127.0.0.1:1/?directConnection=true", "vault", timeout=0.3) as away:
        vault = Vault(away, KEYRING)
        outcomes = await asyncio.gather(*(vault.key_of(f"p{n}") for n in range(20)), return_exceptions=True)
        assert all(isinstance(outcome, DatabaseUnavailableError) for outcome in outcomes)
