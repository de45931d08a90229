"""People's keys: one round trip for many, and an answer for everybody who asked."""

import asyncio
from typing import Any, cast

import pytest
from pymongo.errors import AutoReconnect

from kenes.identity.sealing import Keyring, PersonKey
from kenes.mongo import vault as module
from kenes.mongo.client import DatabaseUnavailableError
from kenes.mongo.vault import Vault, VaultError
from tests.unit.mongo.memory import Database
from tests.waiting import until

KEYRING = Keyring(b"k" * 32)


def vault(database: Database, keyring: Keyring = KEYRING) -> Vault:
    return Vault(cast("Any", database), keyring)


async def asks(found: Vault, *people: str) -> list[Any]:
    async with asyncio.timeout(60):
        return await asyncio.gather(*(found.key_of(person) for person in people), return_exceptions=True)


async def test_callers_that_come_together_share_a_round_trip() -> None:
    database = Database()
    keys = await asks(vault(database), *[f"person-{number % 40}" for number in range(120)])

    assert len({id(key) for key in keys}) == 40
    assert database["vault.keys"].calls == ["insert_many"]


async def test_a_great_crowd_comes_in_bounded_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH", 10)
    database = Database()
    await asks(vault(database), *[f"person-{number}" for number in range(35)])

    assert [len(batch) for batch in database["vault.keys"].requests] == [10, 10, 10, 5]


async def test_known_keys_are_not_asked_for_again_and_few_are_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REMEMBERED", 3)
    database = Database()
    found = vault(database)
    for person in ("a", "b", "c", "a", "b"):
        await asks(found, person)
    assert database["vault.keys"].calls == ["insert_many"] * 3

    await asks(found, "d")
    assert len(found._recent) == 3


class Clock:
    """Seconds that pass when told."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_a_key_destroyed_elsewhere_is_forgotten_within_half_a_minute() -> None:
    database, clock = Database(), Clock()
    here = vault(database)
    there = Vault(cast("Any", database), KEYRING, clock)
    (old,) = await asks(there, "a")
    sealed = old.seal("text")

    await here.destroy("a")

    # Reading asks the database at once; sealing may go on under the destroyed key, which nobody can read.
    assert await there.find("a") is None
    clock.now = module.REMEMBERED_FOR - 0.1
    assert (await asks(there, "a")) == [old]
    clock.now = module.REMEMBERED_FOR
    (fresh,) = await asks(there, "a")
    assert module.REMEMBERED_FOR <= 30, "the documents promise it"
    with pytest.raises(ValueError, match="not sealed under this key"):
        fresh.open(sealed)
    (same,) = await asks(here, "a")
    assert same.open(fresh.seal("new")) == "new"


async def test_keys_leave_memory_though_nobody_asks_any_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "REMEMBERED_FOR", 2.0)
    found = vault(Database())
    await asks(found, "a")
    await asyncio.sleep(0.06)
    await asks(found, "b")
    assert len(found._recent) == 2

    await until(lambda: not found._recent)


async def test_destroying_twice_or_nothing_does_no_harm() -> None:
    database = Database()
    found = vault(database)
    await asks(found, "a", "b")

    for person in ("a", "a", "nobody"):
        await found.destroy(person)

    assert await found.find("a") is None
    assert await found.find("b") is not None


async def test_a_key_that_could_not_be_destroyed_is_told() -> None:
    database = Database()
    found = vault(database)
    await asks(found, "a")
    database["vault.keys"].error = AutoReconnect("away")

    with pytest.raises(DatabaseUnavailableError):
        await found.destroy("a")


async def test_another_process_finds_the_same_key() -> None:
    database = Database()
    (one,) = await asks(vault(database), "a")
    (other,) = await asks(vault(database), "a")
    found = await vault(database).find("a")

    assert isinstance(one, PersonKey)
    assert found is not None
    assert other.open(one.seal("text")) == found.open(one.seal("text")) == "text"
    assert await vault(database).find("b") is None


async def test_a_destroyed_key_opens_nothing_any_more() -> None:
    database = Database()
    found = vault(database)
    (key,) = await asks(found, "a")
    sealed = key.seal("text")

    await found.destroy("a")

    assert await found.find("a") is None
    (fresh,) = await asks(found, "a")
    with pytest.raises(ValueError, match="not sealed under this key"):
        fresh.open(sealed)


async def test_a_database_that_is_away_is_told_to_each_who_asked() -> None:
    database = Database()
    database["vault.keys"].error = AutoReconnect("away")
    found = vault(database)

    failures = await asks(found, "a", "b", "a")
    assert {type(each) for each in failures} == {DatabaseUnavailableError}
    with pytest.raises(DatabaseUnavailableError):
        await found.find("a")

    database["vault.keys"].error = None
    (key,) = await asks(found, "a")
    assert isinstance(key, PersonKey)


async def test_a_key_of_another_installation_is_an_error_and_not_a_wait_for_good() -> None:
    database = Database()
    await asks(vault(database), "a")
    # The same database under another master key: what is stored cannot be opened.
    strangers = vault(database, Keyring(b"o" * 32))
    index = strangers._keyring.index("a")
    database["vault.keys"].documents[index] = {"_id": index, "key": b"x" * 60}

    (failure,) = await asks(strangers, "a")
    assert isinstance(failure, VaultError)

    del database["vault.keys"].documents[index]
    (key,) = await asks(strangers, "a")
    assert isinstance(key, PersonKey)


async def test_a_key_that_cannot_be_used_is_one_persons_alone() -> None:
    database = Database()
    await asks(vault(database), "a", "b")
    database["vault.keys"].documents[KEYRING.index("a")]["key"] = b"x" * 60

    broken, known, fresh = await asks(vault(database), "a", "b", "c")

    assert isinstance(broken, VaultError)
    assert isinstance(known, PersonKey)
    assert isinstance(fresh, PersonKey)


async def test_a_key_destroyed_while_it_is_fetched_is_made_anew() -> None:
    database = Database()
    await asks(vault(database), "a", "b")
    keys = database["vault.keys"]
    insert = keys.insert_many

    async def insert_and_erase(documents: Any, **options: Any) -> None:
        try:
            await insert(documents, **options)
        finally:
            keys.documents.pop(KEYRING.index("a"), None)
            keys.insert_many = insert  # type: ignore[method-assign]

    keys.insert_many = insert_and_erase  # type: ignore[method-assign]
    fresh, known = await asks(vault(database), "a", "b")

    assert (await vault(database).find("a")) is not None
    assert isinstance(fresh, PersonKey)
    assert isinstance(known, PersonKey)


async def test_a_client_that_hangs_up_does_not_stop_the_others() -> None:
    found = vault(Database())
    leaving = asyncio.create_task(found.key_of("a"))
    staying = asyncio.create_task(found.key_of("a"))
    await asyncio.sleep(0)
    leaving.cancel()

    assert isinstance(await asyncio.wait_for(staying, 5), PersonKey)
