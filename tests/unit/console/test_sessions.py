"""Operators stay signed in while the database is away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pymongo.errors import ServerSelectionTimeoutError

from kenes.web.sessions import StoredSession
from services.console.sessions import PAUSE, REMEMBERED, PatientSessions
from tests.stores import MemorySessionStore

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


class Failing(MemorySessionStore):
    """A store that can be away, and counts how often it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.away = False
        self.asked = 0

    async def read(self, session_id: bytes, now: datetime) -> StoredSession | None:
        self.asked += 1
        if self.away:
            raise ServerSelectionTimeoutError("away")
        return await super().read(session_id, now)

    async def touch(self, session_id: bytes, expires: datetime) -> None:
        if self.away:
            raise ServerSelectionTimeoutError("away")
        await super().touch(session_id, expires)


@pytest.fixture
def store() -> Failing:
    return Failing()


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def session(name: bytes = b"s", hours: int = 1) -> StoredSession:
    return StoredSession(name, b"sealed", NOW + timedelta(hours=hours), b"owner")


async def test_what_was_read_is_remembered_while_the_store_is_away_and_no_longer_than_it_lasts(store: Failing) -> None:
    sessions = PatientSessions(store)
    await sessions.create(session())
    assert await sessions.read(b"s", NOW) == session()
    store.away = True
    assert await sessions.read(b"s", NOW) == session()
    assert await sessions.read(b"other", NOW) is None
    assert await sessions.read(b"s", NOW + timedelta(hours=2)) is None


async def test_a_store_that_is_away_is_asked_now_and_then(store: Failing) -> None:
    clock = Clock()
    sessions = PatientSessions(store, clock)
    await sessions.create(session())
    await sessions.read(b"s", NOW)
    store.away = True
    for _ in range(10):
        assert await sessions.read(b"s", NOW) is not None
    assert store.asked == 2
    clock.now += PAUSE
    store.away = False
    store.sessions.clear()
    assert await sessions.read(b"s", NOW) is None


async def test_a_later_end_that_cannot_be_noted_is_no_reason_to_show_nothing(store: Failing) -> None:
    clock = Clock()
    sessions = PatientSessions(store, clock)
    await sessions.create(session())
    store.away = True
    await sessions.touch(b"s", NOW + timedelta(hours=3))
    store.away = False
    await sessions.touch(b"s", NOW + timedelta(hours=3))
    assert store.sessions[b"s"] == session(), "it is asked again after a pause"
    clock.now += PAUSE
    await sessions.touch(b"s", NOW + timedelta(hours=3))
    assert store.sessions[b"s"].expires == NOW + timedelta(hours=3)


async def test_whoever_signed_out_is_not_remembered(store: Failing) -> None:
    sessions = PatientSessions(store)
    for name in (b"one", b"two"):
        await sessions.create(session(name))
        await sessions.read(name, NOW)
    await sessions.delete(b"one")
    store.away = True
    assert await sessions.read(b"one", NOW) is None
    assert await sessions.read(b"two", NOW) is not None
    store.away = False
    await sessions.delete_owned(b"owner")
    store.away = True
    assert await sessions.read(b"two", NOW) is None


async def test_memory_is_bounded(store: Failing) -> None:
    sessions = PatientSessions(store)
    names = [b"%d" % number for number in range(REMEMBERED + 1)]
    for name in names:
        await sessions.create(session(name))
        await sessions.read(name, NOW)
    store.away = True
    found = [await sessions.read(name, NOW) for name in names]
    assert found[0] is None
    assert sum(each is not None for each in found) == REMEMBERED
