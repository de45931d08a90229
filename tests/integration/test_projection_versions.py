"""A rebuilt projection equals the live one, takes its place under load, and audit names what differs."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from kenes.kafka.group import GroupSettings, consume
from kenes.mongo import projection as projections
from kenes.mongo import versions
from kenes.mongo.client import Document
from kenes.mongo.projection import NotOwnerError, Version, live_version
from kenes.mongo.projector import Projector
from kenes.mongo.versions import VersionConflictError, begin_version, drop_abandoned, switch
from kenes.service.audit import audit_projection
from kenes.service.building import catch_up
from kenes.service.state_audit import audit_state
from tests.integration.library import Library, worker
from tests.waiting import eventually_read, until

pytestmark = pytest.mark.stack


@pytest.fixture(autouse=True)
def _readers_notice_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(versions, "VERSION_KNOWN_FOR", 0.1)
    monkeypatch.setattr(projections, "VERSION_KNOWN_FOR", 0.1)


@pytest.fixture
async def filled(library: Library) -> Library:
    """Sixty requests, decided and projected."""
    for number in range(30):
        await library.borrow(f"book-{number % 7}", f"reader-{number % 3}")
        await library.bring_back(f"book-{number % 7}", f"reader-{number % 2}")
    async with worker(library) as one:
        await one.decide(await library.records(library.requests))
    await library.project()
    return library


async def documents(version: Version) -> list[Document]:
    return [document async for document in version.collection("shelf").find().sort("_id", 1)]


async def test_a_rebuilt_projection_equals_the_live_one(filled: Library) -> None:
    live = await live_version(filled.database, filled.shelf)
    before, positions = await documents(live), await live.positions()
    rebuilt = await begin_version(filled.database, filled.shelf)
    assert await catch_up(filled.bootstrap, rebuilt) == 60
    assert await documents(rebuilt) == before
    assert await rebuilt.positions() == positions
    await switch(filled.database, rebuilt)
    assert (await live_version(filled.database, filled.shelf)).number == rebuilt.number
    assert await documents(live) == []
    assert await audit_projection(filled.bootstrap, filled.database, filled.shelf) == (len(before), [])


async def test_of_two_rebuilds_one_is_switched_to(filled: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    both = asyncio.Barrier(2)

    async def seen_by_both(*asked: Any) -> Version:
        found = await live_version(*asked)
        await both.wait()
        return found

    first = await begin_version(filled.database, filled.shelf)
    second = await begin_version(filled.database, filled.shelf)
    assert first.number != second.number
    monkeypatch.setattr(versions, "live_version", seen_by_both)
    outcomes = await asyncio.gather(
        switch(filled.database, first), switch(filled.database, second), return_exceptions=True
    )
    failed = [outcome for outcome in outcomes if outcome is not None]
    assert len(failed) == 1
    assert isinstance(failed[0], VersionConflictError)


async def test_audit_is_clean_while_everything_moves(filled: Library) -> None:
    stop, number = asyncio.Event(), 0

    async def move() -> None:
        nonlocal number
        worker_of_shelf = await filled.projector()
        starts = {
            p: position.next_offset
            for p, position in (await (await live_version(filled.database, filled.shelf)).positions()).items()
        }
        async with worker(filled) as one:
            while not stop.is_set():
                number += 1
                await filled.borrow(f"book-{number % 7}", "late")
                await filled.bring_back(f"book-{number % 7}", "late")
                await one.decide(await filled.records(filled.requests))
                fresh = [each for each in await filled.records(filled.loans) if each.offset >= starts[each.partition]]
                for record in fresh:
                    await worker_of_shelf.apply({record.partition: [record]})
                    starts[record.partition] = record.offset + 1

    moving = asyncio.create_task(move())
    try:
        while number < 6 and not moving.done():
            assert (await audit_projection(filled.bootstrap, filled.database, filled.shelf))[1] == []
            assert (await audit_state(filled.bootstrap, filled.database, filled.deciding))[1] == []
    finally:
        stop.set()
        await moving
    assert len(await filled.records(filled.loans)) > 70


async def _start(projector: Projector, _partitions: Collection[int]) -> dict[int, int]:
    return await projector.start()


async def test_a_switch_under_load_loses_and_repeats_nothing(filled: Library) -> None:
    """Requests, decisions and the worker go on while the projection is rebuilt and switched."""
    stop, number = asyncio.Event(), 0

    async def project() -> None:
        while not stop.is_set():
            version = await live_version(filled.database, filled.shelf)
            projector = Projector(version, None)
            starts = partial(_start, projector)
            group = GroupSettings(filled.bootstrap, f"{filled.loans.name}.v{version.number}", session_timeout=6)
            try:
                await consume(filled.loans, group, starts, projector.apply, lambda: None)
            except NotOwnerError:
                continue

    async def ask_and_decide() -> None:
        nonlocal number
        async with worker(filled) as one:
            while not stop.is_set():
                number += 1
                await filled.borrow(f"book-{number % 7}", "late")
                await filled.bring_back(f"book-{number % 7}", "late")
                await one.decide(await filled.records(filled.requests))

    async def more() -> None:
        """Returns after some more requests were decided."""
        before = number
        await until(lambda: number >= before + 3)

    tasks = [asyncio.create_task(project()), asyncio.create_task(ask_and_decide())]
    await more()
    rebuilt = await begin_version(filled.database, filled.shelf)
    await catch_up(filled.bootstrap, rebuilt)
    await more()
    await switch(filled.database, rebuilt)
    await more()
    stop.set()
    await tasks[1]
    decided = len(await filled.records(filled.loans))
    await eventually_read(
        rebuilt.positions, lambda found: sum(position.next_offset for position in found.values()) == decided
    )
    tasks[0].cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert decided > 70
    assert (await live_version(filled.database, filled.shelf)).number == rebuilt.number
    assert (await audit_projection(filled.bootstrap, filled.database, filled.shelf))[1] == []
    assert (await audit_state(filled.bootstrap, filled.database, filled.deciding))[1] == []
    held = {book: reader or "" for book, (reader, _) in (await filled.shelved()).items()}
    assert held == await filled.readers()


async def test_audit_is_clean_and_leaves_nothing_behind(filled: Library) -> None:
    before = set(await filled.database.list_collection_names())
    checked, found = await audit_projection(filled.bootstrap, filled.database, filled.shelf)
    assert (checked, found) == (7, [])
    assert await audit_state(filled.bootstrap, filled.database, filled.deciding) == (7, [])
    assert set(await filled.database.list_collection_names()) == before


async def test_what_a_killed_audit_left_behind_is_dropped(filled: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    before = set(await filled.database.list_collection_names())
    left = await begin_version(filled.database, filled.shelf)
    await catch_up(filled.bootstrap, left)
    await drop_abandoned(filled.database, filled.shelf, ())
    assert await left.positions() != {}
    monkeypatch.setattr(versions, "ABANDONED_AFTER", timedelta(0))
    await drop_abandoned(filled.database, filled.shelf, ())
    assert await left.positions() == {}
    assert set(await filled.database.list_collection_names()) == before


async def test_audit_names_a_missing_an_extra_and_a_changed_document(filled: Library) -> None:
    shelf = (await live_version(filled.database, filled.shelf)).collection("shelf")
    await shelf.delete_one({"_id": "book-1"})
    await shelf.insert_one({"_id": "book-10", "reader": None, "loans": 1})
    await shelf.insert_one({"_id": "zz", "reader": None, "loans": 1})
    await shelf.update_one({"_id": "book-3"}, {"$inc": {"loans": 1}})
    await shelf.update_one({"_id": "book-6"}, {"$set": {"extra": True}})
    checked, found = await audit_projection(filled.bootstrap, filled.database, filled.shelf)
    assert checked == 9
    assert len(found) == 5
    assert found[0] == "shelf book-1: in the topic, but not stored"
    assert found[1] == "shelf book-10: stored, but not in the topic"
    assert found[2].startswith("shelf book-3: loans is ")
    assert found[3] == "shelf book-6: extra is True, the topic says None"
    assert found[4] == "shelf zz: stored, but not in the topic"


async def test_audit_names_each_difference_in_a_deciders_state(filled: Library) -> None:
    books = filled.database["state.books"]
    await books.delete_one({"_id": "book-1"})
    found = await books.find_one({"_id": "book-2"})
    assert found is not None
    await books.insert_one({**found, "_id": "zz"})
    await books.update_one({"_id": "book-3"}, {"$set": {"reader": "nobody we know"}})
    _, differences = await audit_state(filled.bootstrap, filled.database, filled.deciding)
    assert sorted(differences) == [
        "book-1: in the topic, but not stored",
        "book-3: reader is not what the topic says",
        "zz: stored, but not in the topic",
    ]
