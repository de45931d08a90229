"""What operators ordered of a database that was lost or restored since: it ends, and may be ordered again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from kenes.kafka.records import Record, Recorded
from kenes.service import upkeep
from kenes.service.upkeep import Orders
from kenes.service.upkeep_work import Works
from schemas.console.subjects import upkeep_subject
from schemas.console.upkeep import Order, Outcome
from schemas.topics import ACTS
from services.console.domain.upkeep import Upkeep
from tests.unit.console.acts import NOW, Log, order, outcome

Document = dict[str, Any]

SUBJECT = upkeep_subject("petitions", "tallies")
BEGAN = NOW + timedelta(hours=1)


class Stored:
    """The collection `upkeep`."""

    def __init__(self) -> None:
        self.documents = dict[str, Document]()

    async def find_one(self, query: Document) -> Document | None:
        return self.documents.get(query["_id"])

    async def update_one(self, query: Document, change: Mapping[str, Document], *, upsert: bool = False) -> None:
        found = self.documents.get(query["_id"])
        if found is None and upsert:
            self.documents[query["_id"]] = {**query, **change.get("$setOnInsert", {}), **change.get("$set", {})}
        elif found is not None and all(found.get(name) == told for name, told in query.items()):
            found |= change.get("$set", {})


class World:
    """The console's rules, its log, and the petitions' service over a new database."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.log, self.stored = Log(), Stored()
        service: Any = SimpleNamespace(name="petitions", settings=SimpleNamespace(kafka_bootstrap=""), projections=())
        context: Any = SimpleNamespace(database={"upkeep": self.stored}, producer=SimpleNamespace(send=self._send))
        self.orders, self.works = Orders(service, context), Works(service, context)

        async def read_to_end(*_asked: object) -> AsyncIterator[Sequence[Recorded]]:
            yield list(self.log.decisions)

        def read(_topic: object, record: Recorded | Record) -> Recorded | Record:
            return record

        monkeypatch.setattr(upkeep, "read_to_end", read_to_end)
        monkeypatch.setattr(upkeep, "read", read)
        monkeypatch.setattr(upkeep, "datetime", SimpleNamespace(now=lambda _zone: BEGAN))

    async def _send(self, _topic: object, key: bytes, event: Any) -> None:
        self.log.ask(key.decode(), event.data)

    def ask(self, *asked: Order | tuple[Outcome, str]) -> None:
        for each in asked:
            self.log.ask(SUBJECT, order(each) if isinstance(each, Order) else outcome(each[1], each[0]))

    @property
    def known(self) -> Upkeep:
        known = self.log.known[SUBJECT]
        assert isinstance(known, Upkeep)
        return known

    @property
    def works_kept(self) -> set[str]:
        return self.stored.documents.keys() - {"since"}


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    return World(monkeypatch)


async def test_what_was_under_way_when_a_database_was_lost_is_ended(world: World) -> None:
    world.ask(Order.REBUILD, (Outcome.BUILT, "request-0"), Order.AUDIT)
    await world.orders.prepare()
    assert world.known == Upkeep()
    assert world.works_kept == set()

    told = len(world.log.decisions)
    await world.orders.prepare()
    assert len(world.log.decisions) == told, "only a database that is new asks"


async def test_what_had_ended_before_is_not_told_of(world: World) -> None:
    world.ask(Order.REBUILD, Order.DROP, (Outcome.DROPPED, "request-0"), Order.AUDIT, (Outcome.AUDITED, "request-3"))
    told = len(world.log.decisions)
    await world.orders.prepare()
    await world.orders.take(ACTS, list(world.log.decisions))
    assert len(world.log.decisions) == told


async def test_what_was_asked_before_and_is_decided_after_is_ended(world: World) -> None:
    await world.orders.prepare()
    world.ask(Order.AUDIT)
    await world.orders.take(ACTS, list(world.log.decisions))
    assert world.known == Upkeep()
    assert world.works_kept == set()


@pytest.mark.parametrize("then", [Order.DROP, Order.SWITCH])
async def test_an_order_about_a_rebuild_of_another_database_ends_it(world: World, then: Order) -> None:
    await world.orders.prepare()
    world.ask(Order.REBUILD, (Outcome.BUILT, "request-0"))
    world.log.start = BEGAN
    world.ask(then)
    await world.orders.take(ACTS, world.log.decisions[-1:])
    assert world.works_kept == set()
    assert world.known == Upkeep()

    world.ask(Order.REBUILD)
    await world.orders.take(ACTS, world.log.decisions[-1:])
    assert world.stored.documents["rebuild/tallies"]["phase"] == "building"


async def test_half_a_work_that_was_kept_before_is_ended(world: World) -> None:
    half = {"_id": "rebuild/tallies", "s": 3, "phase": "dropping", "active": True}
    world.stored.documents["rebuild/tallies"] = half
    await world.works.fail(half, "no work")
    assert not world.stored.documents["rebuild/tallies"]["active"]
    assert world.log.decisions == []
