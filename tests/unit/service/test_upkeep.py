"""What a `project` process does about orders and other processes that come in the very moment."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from types import SimpleNamespace
from typing import Any, cast

import pytest

from kenes.mongo.projection import Projection, Version
from kenes.service import upkeep_work
from kenes.service.upkeep import Orders
from schemas.console.upkeep import Outcome
from tests.unit.kafka.samples import TOPIC

Document = dict[str, Any]

SHELF = Projection("shelf", TOPIC, {}, cast("Any", None))
WORK: Document = {"_id": "rebuild/shelf", "work": "w", "projection": "shelf", "version": 2, "active": True}


class Stored:
    """The one work there is, and what a look at it finds that is older."""

    def __init__(self, work: Document) -> None:
        self.work = dict(work)
        self.looked_at = dict(work)

    async def find(self, _query: object) -> AsyncIterator[Document]:
        """See the driver."""
        yield self.looked_at

    async def update_one(self, _query: object, change: Mapping[str, Document]) -> SimpleNamespace:
        """See the driver."""
        self.work |= change["$set"]
        return SimpleNamespace(matched_count=1)

    async def find_one_and_update(
        self, query: object, change: Mapping[str, Document], *, return_document: bool
    ) -> Document:
        """See the driver."""
        assert return_document
        await self.update_one(query, change)
        return dict(self.work)


class World:
    """A service with one projection, of which version 1 is live."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **work: Any) -> None:
        self.stored, self.did, self.noted = Stored(WORK | work), list[str](), list[Outcome]()
        self.live, self._monkeypatch = 1, monkeypatch
        service = SimpleNamespace(
            name="library", projection=lambda _name: SHELF, settings=SimpleNamespace(kafka_bootstrap="")
        )
        context = SimpleNamespace(database={"upkeep": self.stored}, producer=SimpleNamespace(send=self._send))
        self.orders = Orders(cast("Any", service), cast("Any", context))
        self.works = upkeep_work.Works(cast("Any", service), cast("Any", context))

        async def live_version(_database: object, _projection: object) -> SimpleNamespace:
            return SimpleNamespace(number=self.live)

        async def resume(version: Version) -> None:
            self.did.append(f"resume {version.number}")

        async def take_over(_bootstrap: str, version: Version) -> None:
            self.did.append(f"take over {version.number}")

        async def let_go(version: Version) -> None:
            self.did.append(f"let go of {version.number}")

        for stands_in in (live_version, resume, take_over, let_go):
            monkeypatch.setattr(upkeep_work, stands_in.__name__, stands_in)

    async def _send(self, _topic: object, _key: bytes, event: Any) -> None:
        self.noted.append(event.data.outcome)

    async def look(self) -> list[str]:
        """The phases of the works that it starts."""
        started = list[str]()

        async def do(work: Document) -> None:
            started.append(work["phase"])

        self._monkeypatch.setattr(self.orders, "_do", do)
        tasks = SimpleNamespace(create_task=lambda coro, name: coros.append(coro))
        coros: list[Any] = []
        await self.orders._look(cast("Any", tasks))
        for coro in coros:
            await coro
        return started


async def test_what_was_paused_when_all_of_it_was_built_is_folded_again_before_it_is_switched_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World(monkeypatch, phase="switching")

    await world.works.step(world.stored.work)

    assert world.did == ["resume 2", "take over 2"]
    assert world.noted == [Outcome.SWITCHED]


async def test_a_version_that_is_live_already_is_not_switched_to_again(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch, phase="switching")
    world.live = 2

    await world.works.step(world.stored.work)

    assert world.did == []
    assert (world.noted, world.stored.work["phase"]) == ([Outcome.SWITCHED], "switched")


async def test_what_a_switch_replaced_is_dropped_by_the_next_process(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch, phase="switching")

    async def killed(_bootstrap: str, version: Version) -> None:
        world.live = version.number
        raise asyncio.CancelledError

    monkeypatch.setattr(upkeep_work, "take_over", killed)
    with pytest.raises(asyncio.CancelledError):
        await world.works.step(world.stored.work)
    await world.works.step(world.stored.work)

    assert world.did == ["resume 2", "let go of 1"]
    assert world.noted == [Outcome.SWITCHED]


async def test_a_work_that_another_process_has_ended_meanwhile_is_not_begun_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World(monkeypatch, phase="building")
    world.stored.work |= {"phase": "built", "active": False}

    assert await world.look() == []


async def test_a_work_is_done_as_it_stands_when_it_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World(monkeypatch, phase="building")
    world.stored.work |= {"phase": "switching"}

    assert await world.look() == ["switching"]
