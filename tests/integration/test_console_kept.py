"""What the console keeps in its database, and what it reads in the services': on the real MongoDB-wire server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from kenes.kafka.decider import Position
from kenes.local.mongo import EmbeddedMongo
from kenes.mongo.client import Database, connected, transact
from kenes.mongo.projection import Projection, live_version
from kenes.mongo.standings import Standings, standings
from kenes.mongo.versions import begin_version
from schemas.topics import PETITIONS
from services.console.alerting.evaluating import Alert
from services.console.alerting.stored import KEPT as KEPT_ALERTS
from services.console.alerting.stored import StoredAlerts
from services.console.sampling.history import COLLECTION, KEPT, Growth, History, Span, StoredHistory

pytestmark = pytest.mark.stack

NOW = datetime(2026, 11, 22, 12, 0, 30, tzinfo=UTC)


def _nothing(_events: object) -> object:
    raise AssertionError("nothing is folded here")


@pytest.fixture
async def database(mongo: EmbeddedMongo) -> AsyncIterator[Database]:
    async with connected(mongo.uri, f"console-{uuid4().hex}") as found:
        yield found


async def test_a_database_that_is_not_there_has_no_standings(database: Database) -> None:
    assert await standings(database) == Standings()


async def test_standings_are_where_projections_stand(database: Database) -> None:
    fold: Callable[..., object] = _nothing
    projection = Projection("tallies", PETITIONS, {"tallies": ()}, fold)  # type: ignore[arg-type]
    live = await live_version(database, projection)
    building = await begin_version(database, projection)

    async def work(session: object) -> None:
        await live.advance({3: (Position(), Position(17, 9))}, session)  # type: ignore[arg-type]

    await transact(database, work)
    await building.retire()

    found = await standings(database)

    one, two = found.projections
    assert (one.name, one.version, one.topic, one.live, one.retired) == ("tallies", 1, PETITIONS.name, True, False)
    assert (two.version, two.live, two.retired) == (2, False, True)
    assert one.positions[3] == Position(17, 9)
    assert len(one.positions) == PETITIONS.partitions


async def test_a_restart_keeps_a_day_of_figures_and_the_database_no_more_than_that(database: Database) -> None:
    history = History(5)
    kept = StoredHistory(database, history)
    for minute in range(90):
        at = NOW + timedelta(minutes=minute)
        history.put(at, {"topic/petitions.petitions.v1/end": minute * 60.0, "group/g/lag": 3.0})
        await kept.save(at)
        await kept.save(at)
    last = NOW + timedelta(minutes=89)

    again = History(5)
    await StoredHistory(database, again).load()

    assert await database[COLLECTION].count_documents({}) == 89, "the running minute is not over"
    told = [each.value for each in again.rate("topic/petitions.petitions.v1/end", last, Span.DAY) if each.value]
    assert told == pytest.approx([1.0] * len(told))
    assert again.grown("group/g/lag", last, 3600) == Growth(0, at_least=False)
    history.put(NOW + timedelta(minutes=KEPT), {"group/g/lag": 4.0})
    await kept.save(NOW + timedelta(minutes=KEPT + 1))
    assert await database[COLLECTION].count_documents({}) == 89, "a minute of the day before was written over"


async def test_what_fires_outlives_a_restart_and_what_is_over_is_told(database: Database) -> None:
    stored = StoredAlerts(database)
    fired = Alert("ConsumerStuck", "consumer=a.b", {"consumer": "a.b"}, 61.0, NOW, NOW + timedelta(seconds=60))
    await stored.save(fired)
    await stored.save(fired)
    assert await StoredAlerts(database).load() == {fired.key: fired}
    over = Alert(**{**vars(fired), "resolved": NOW + timedelta(minutes=5)})
    await stored.save(over)
    await stored.save(over)
    assert await stored.load() == {}
    assert await stored.past(10) == [over]


async def test_past_alerts_are_bounded(database: Database) -> None:
    stored = StoredAlerts(database)
    past = [
        {"_id": f"old-{number}", "rule": "R", "what": "", "labels": {}, "value": 1.0, "since": at, "resolved": at}
        for number in range(KEPT_ALERTS)
        if (at := NOW - timedelta(minutes=number + 1))
    ]
    await database["alerts_past"].insert_many(past)
    await stored.save(Alert("R", "new", {}, 1.0, NOW, NOW, NOW))
    found = await stored.past(KEPT_ALERTS + 5)
    assert len(found) == KEPT_ALERTS
    assert found[0].what == "new"
    assert found[-1].since == NOW - timedelta(minutes=KEPT_ALERTS - 1)
