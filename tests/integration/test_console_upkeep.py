"""What operators order for a projection is done by its service: once, to its end, and on from where it stood."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from kenes.kafka.reader import read_to_end
from kenes.local.mongo import EmbeddedMongo
from kenes.mongo import projection as projections
from kenes.mongo import versions
from kenes.mongo.client import Document
from kenes.mongo.projection import Version, live_version
from kenes.mongo.projector import Projector
from kenes.mongo.standings import standings
from kenes.service import upkeep, upkeep_work
from kenes.service.definition import Service
from schemas.console.upkeep import Order, Outcome
from tests.integration.library import Library, worker
from tests.integration.shelves import Operators, Shelves, kept_up, operators, shelves_of
from tests.waiting import eventually_read

pytestmark = pytest.mark.stack
EVENTS = 60


@pytest.fixture(autouse=True)
def _readers_notice_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "VERSION_KNOWN_FOR", 0.1)
    monkeypatch.setattr(projections, "VERSION_KNOWN_FOR", 0.1)
    monkeypatch.setattr(upkeep, "LOOK_EVERY", 0.1)


@pytest.fixture
async def filled(library: Library) -> Library:
    """Sixty requests, decided and projected."""
    for number in range(EVENTS // 2):
        await library.borrow(f"book-{number % 7}", f"reader-{number % 3}")
        await library.bring_back(f"book-{number % 7}", f"reader-{number % 2}")
    async with worker(library) as one:
        await one.decide(await library.records(library.requests))
    await library.project()
    return library


@pytest.fixture
def service(filled: Library, mongo: EmbeddedMongo) -> Shelves:
    return shelves_of(filled, mongo)


@pytest.fixture
async def leila(filled: Library, service: Shelves) -> AsyncIterator[Operators]:
    async with operators(filled, service) as opened:
        yield opened


@pytest.fixture
def go_on(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """A rebuild takes an event at a time, and stands still in the middle until this is set."""
    may_go_on = asyncio.Event()

    async def build(service: Service, version: Version, timeout: float, *, apart: bool) -> int:
        assert apart
        assert timeout > 0
        projector, events = Projector(version, None), 0
        starts = await projector.start()
        async for records in read_to_end(service.settings.kafka_bootstrap, version.projection.topic, starts):
            for record in records:
                if await folded(version) == EVENTS // 2:
                    await may_go_on.wait()
                events += await projector.apply({record.partition: [record]})
        return events

    monkeypatch.setattr(upkeep_work, "build", build)
    return may_go_on


async def documents(version: Version) -> list[Document]:
    return [document async for document in version.collection("shelf").find().sort("_id", 1)]


async def folded(version: Version) -> int:
    return sum(position.next_offset for position in (await version.positions()).values())


async def test_a_rebuild_is_built_beside_the_live_version_and_then_switched_to(
    filled: Library, service: Shelves, leila: Operators
) -> None:
    live = await live_version(filled.database, filled.shelf)
    before = await documents(live)
    async with kept_up(service):
        await leila.order(Order.REBUILD)
        built = await leila.noted(Outcome.BUILT)
        assert built.count == EVENTS
        assert (await live_version(filled.database, filled.shelf)).number == live.number
        note = await leila.until(filled, phase="built")
        assert (note["folded"], note["total"], note["active"]) == (EVENTS, EVENTS, False)

        await leila.order(Order.SWITCH)
        switched = await leila.noted(Outcome.SWITCHED)
        await leila.until(filled, phase="switched")
    now = await live_version(filled.database, filled.shelf)
    assert now.number == switched.version == built.version
    assert now.number != live.number
    assert await documents(now) == before
    assert await documents(live) == []


async def test_a_paused_rebuild_stands_still_and_goes_on_from_there(
    filled: Library, service: Shelves, leila: Operators, go_on: asyncio.Event
) -> None:
    async with kept_up(service):
        await leila.order(Order.REBUILD)
        version = Version(filled.shelf, (await _begun(leila, filled))["version"], filled.database)
        await leila.order(Order.PAUSE)
        await _taken_away(leila, version)
        go_on.set()
        await leila.until(filled, phase="paused", until=None)
        assert await folded(version) == EVENTS // 2

        await leila.order(Order.RESUME)
        assert (await leila.noted(Outcome.BUILT)).version == version.number
    assert await documents(version) == await documents(await live_version(filled.database, filled.shelf))


async def test_a_rebuild_goes_on_in_the_next_process(
    filled: Library, service: Shelves, leila: Operators, go_on: asyncio.Event
) -> None:
    async with kept_up(service):
        await leila.order(Order.REBUILD)
        version = Version(filled.shelf, (await _begun(leila, filled))["version"], filled.database)
    assert await folded(version) == EVENTS // 2
    go_on.set()
    async with kept_up(service):
        assert (await leila.noted(Outcome.BUILT)).version == version.number
    assert len([each for each in leila.outcomes if each.outcome is Outcome.BUILT]) == 1


async def test_a_dropped_rebuild_leaves_nothing_behind(
    filled: Library, service: Shelves, leila: Operators, go_on: asyncio.Event
) -> None:
    live = await live_version(filled.database, filled.shelf)
    async with kept_up(service):
        await leila.order(Order.REBUILD)
        version = Version(filled.shelf, (await _begun(leila, filled))["version"], filled.database)
        await leila.order(Order.DROP)
        await _taken_away(leila, version)
        go_on.set()
        assert (await leila.noted(Outcome.DROPPED)).version == version.number
    assert await documents(version) == []
    assert await version.positions() == {}
    assert (await live_version(filled.database, filled.shelf)).number == live.number


async def test_a_rebuild_that_cannot_be_done_fails_and_the_next_order_is_taken(
    filled: Library, service: Shelves, leila: Operators, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> int:
        raise ZeroDivisionError("this fold divides by zero")

    async with kept_up(service):
        with monkeypatch.context() as patched:
            patched.setattr(upkeep_work, "build", broken)
            await leila.order(Order.REBUILD)
            failed = await leila.noted(Outcome.FAILED)
            assert "ZeroDivisionError" in failed.error
        await leila.order(Order.REBUILD)
        assert (await leila.noted(Outcome.BUILT)).count == EVENTS


async def test_an_audit_names_the_differences(filled: Library, service: Shelves, leila: Operators) -> None:
    live = await live_version(filled.database, filled.shelf)
    await live.collection("shelf").update_one({"_id": "book-3"}, {"$inc": {"loans": 1}})
    async with kept_up(service):
        await leila.order(Order.AUDIT)
        audited = await leila.noted(Outcome.AUDITED)
    assert audited.count == 7
    assert [each.startswith("shelf book-3: loans is ") for each in audited.differences] == [True]


async def test_orders_from_before_a_database_began_are_not_for_it(
    filled: Library, service: Shelves, leila: Operators
) -> None:
    await leila.order(Order.REBUILD)
    await leila.decide()
    await asyncio.sleep(0.1)
    async with kept_up(service):
        await leila.order(Order.AUDIT)
        await leila.noted(Outcome.AUDITED)
        assert "lost or restored" in (await leila.noted(Outcome.FAILED)).error
        assert await leila.work(filled) == {}
        await leila.order(Order.REBUILD)
        await leila.noted(Outcome.BUILT)


async def _taken_away(leila: Operators, version: Version) -> None:
    """Returns once nobody may fold a version on: who is at it finds out with the next batch."""

    async def read() -> bool:
        await leila.decide()
        told = await standings(version.database)
        return any(each.retired and each.version == version.number for each in told.projections)

    await eventually_read(read)


async def _begun(leila: Operators, library: Library) -> Document:
    """The service's note of a rebuild that stands in its middle."""

    async def read() -> tuple[Document, int]:
        await leila.decide()
        found = await leila.work(library)
        version = found.get("version")
        return found, await folded(Version(library.shelf, version, library.database)) if version else 0

    found, _ = await eventually_read(read, lambda told: told[1] == EVENTS // 2)
    return found
