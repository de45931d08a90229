"""What an audit or a rebuild has begun is dropped, whatever ended it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from kenes.mongo.projection import VERSIONS, Projection, Version
from kenes.mongo.versions import ABANDONED_AFTER
from kenes.service import maintenance
from kenes.service.clearing import clear
from tests.unit.kafka.samples import TOPIC

SHELF = Projection("shelf", TOPIC, {"shelf": (), "shelf.parts": ()}, cast("Any", None))
LONG_AGO = datetime.now(UTC) - ABANDONED_AFTER - timedelta(minutes=1)


class Records:
    """The records of versions, or the works of operators."""

    def __init__(self, *documents: dict[str, Any]) -> None:
        self.documents = list(documents)

    async def find(self, query: Mapping[str, Any]) -> AsyncIterator[dict[str, Any]]:
        """See the driver."""
        for document in self.documents:
            if document["phase"] not in query["phase"]["$nin"] and document["projection"] == query["projection"]:
                yield document

    async def find_one(self, _query: object) -> dict[str, Any] | None:
        """See the driver."""
        return self.documents[0] if self.documents else None

    async def update_one(self, _query: object, change: Mapping[str, dict[str, Any]]) -> None:
        """See the driver."""
        self.documents[0] |= change["$set"]


class Kept(dict[str, Records]):
    """A database in which the live version is 2."""

    def __init__(self, *names: str, works: tuple[dict[str, Any], ...] = (), **abandoned: datetime) -> None:
        found = {number.removeprefix("v"): since for number, since in abandoned.items()}
        super().__init__(
            {VERSIONS: Records({"_id": "shelf", "live": 2, "newest": 9, "abandoned": found}), "upkeep": Records(*works)}
        )
        self.names = names

    async def list_collection_names(self) -> tuple[str, ...]:
        """See the driver."""
        return self.names

    @property
    def noted(self) -> set[str]:
        """Versions that are found to be abandoned."""
        return set(self[VERSIONS].documents[0]["abandoned"])


@pytest.fixture
def dropped(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    numbers = list[int]()

    async def drop(version: Version) -> None:
        numbers.append(version.number)

    monkeypatch.setattr(Version, "drop", drop)
    return numbers


async def cleared(database: Kept) -> None:
    await clear(cast("Any", SimpleNamespace(projections=[SHELF])), cast("Any", database))


async def test_a_version_that_nobody_claims_is_dropped_after_a_day(dropped: list[int]) -> None:
    database = Kept("shelf.v2", "shelf.v3", "shelf.parts.v5", "shelfXparts.v6", "other.v7", v3=LONG_AGO)

    await cleared(database)

    assert dropped == [3]
    assert database.noted == {"3", "5"}


async def test_a_version_that_a_work_under_way_has_to_do_with_is_kept(dropped: list[int]) -> None:
    built = {"projection": "shelf", "phase": "built", "version": 3, "replaced": None}
    switching = {"projection": "shelf", "phase": "switching", "version": 2, "replaced": 1}
    failed = {"projection": "shelf", "phase": "failed", "version": 4}
    of_another = {"projection": "other", "phase": "built", "version": 5}
    past = dict.fromkeys(("v1", "v2", "v3", "v4", "v5"), LONG_AGO)
    names = [f"shelf.{number}" for number in past]

    await cleared(Kept(*names, works=(built, switching, failed, of_another), **past))

    assert dropped == [4, 5]


async def test_what_was_claimed_meanwhile_has_its_day_again(dropped: list[int]) -> None:
    database = Kept("shelf.v2", "shelf.v3", v2=LONG_AGO)

    await cleared(database)

    assert (dropped, database.noted) == ([], {"3"})


async def test_where_there_is_no_version_yet_nothing_is_done(dropped: list[int]) -> None:
    database = Kept()
    database[VERSIONS].documents.clear()

    await cleared(database)

    assert dropped == []


@pytest.mark.parametrize(("live", "left"), [(2, [3]), (3, [])])
async def test_a_rebuild_that_is_cut_drops_what_it_built_unless_it_is_live(
    monkeypatch: pytest.MonkeyPatch, dropped: list[int], live: int, left: list[int]
) -> None:
    database, building = Kept(), asyncio.Event()
    database[VERSIONS].documents[0]["live"] = live

    @asynccontextmanager
    async def connected(*_: object, **__: object) -> AsyncIterator[Kept]:
        yield database

    async def begin_version(*_: object) -> Version:
        return Version(SHELF, 3, cast("Any", database))

    async def build(*_: object) -> None:
        building.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(maintenance, "connected", connected)
    monkeypatch.setattr(maintenance, "begin_version", begin_version)
    monkeypatch.setattr(maintenance, "build", build)
    settings = SimpleNamespace(mongo_uri="", mongo_timeout=1, kafka_bootstrap="")
    service = SimpleNamespace(settings=settings, database="d", projections=[SHELF])
    rebuilding = asyncio.create_task(maintenance.rebuild(cast("Any", service), []))
    await building.wait()

    rebuilding.cancel()
    await asyncio.wait([rebuilding])

    assert rebuilding.cancelled()
    assert dropped == left
