"""Deliveries and duties of the console on the real MongoDB-wire server: what is folded is what is read."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import uuid4

import pytest

from kenes.kafka.records import Recorded
from kenes.local.mongo import EmbeddedMongo
from kenes.mongo.client import Database, Document, connected, transact
from kenes.mongo.folding import Lookup, find_in, folded
from kenes.mongo.operations import apply
from kenes.mongo.projection import LiveCollections, Projection, live_version
from schemas.notifications.deliveries import DeliveryDispatched
from schemas.notifications.parts import ChannelKind
from schemas.notifications.streams import Result
from schemas.topics import DELIVERY_ATTEMPTS
from services.console.deliveries.folding import OF_DELIVERIES
from services.console.deliveries.folding import PROJECTIONS as DELIVERED
from services.console.deliveries.reads import Deliveries
from services.console.deliveries.webhooks import Webhooks
from services.console.duties.folding import PROJECTIONS as DUTIES
from services.console.duties.reads import Duties
from tests.unit.console import test_deliveries as deliveries
from tests.unit.console import test_duties as duties

pytestmark = pytest.mark.stack


@pytest.fixture
async def database(mongo: EmbeddedMongo) -> AsyncIterator[Database]:
    async with connected(mongo.uri, f"console-{uuid4().hex}") as found:
        yield found


async def _fold(database: Database, projection: Projection, batches: Sequence[Sequence[Recorded]]) -> None:
    version = await live_version(database, projection)

    async def find(lookup: Lookup) -> list[Document]:
        return await find_in(version.collection(lookup.collection), lookup)

    for batch in batches:
        operations = await folded(projection.fold(batch), find)
        await transact(database, partial(apply, version.collections, operations))


async def test_what_waits_and_what_has_gone(database: Database) -> None:
    now = datetime.now(UTC)
    await _fold(
        database,
        OF_DELIVERIES,
        [
            [
                deliveries.recorded(0, now, deliveries.queued("a", ChannelKind.EMAIL, now - timedelta(hours=1))),
                deliveries.recorded(1, now, deliveries.queued("b", ChannelKind.EMAIL, now + timedelta(hours=1))),
            ],
            [deliveries.recorded(2, now, deliveries.postponed("a", now - timedelta(minutes=5)))],
            [deliveries.recorded(3, now, DeliveryDispatched(subscriber="s", delivery="b"))],
        ],
    )
    worker = Webhooks(database).worker
    failing = deliveries.tried("agency", Result.FAILED, now + timedelta(minutes=3))
    tries = [
        deliveries.recorded(number, now, each)
        for number, each in enumerate((deliveries.tried("other", Result.DELIVERED), failing))
    ]
    for batch in (tries[:1], tries, tries):
        await worker.handle(DELIVERY_ATTEMPTS, batch)

    told = await Deliveries(LiveCollections(database, DELIVERED), database).figures(now)

    assert {(each.channel, each.outcome): each.count for each in told.hours} == {
        ("email", "queued"): 2,
        ("email", "postponed"): 1,
        ("email", "sent"): 1,
        ("webhook", "delivered"): 1,
        ("webhook", "failed"): 1,
    }
    assert {each.channel: (each.waiting, each.due) for each in told.waiting if each.waiting} == {
        "email": (1, 1),
        "webhook": (1, 0),
    }


async def test_a_duty_is_there_until_it_is_done(database: Database) -> None:
    now = datetime.now(UTC)
    due = now - timedelta(hours=3)
    log = [
        duties.recorded(0, "p1", now, duties.created()),
        duties.recorded(1, "p1", now, duties.moderation(due)),
        duties.recorded(2, "p1", now, duties.on_petition(4, 0)),
    ]
    read = Duties(LiveCollections(database, DUTIES), {})

    await _fold(database, DUTIES[0], [log[:1], log[1:2]])
    (found,) = (await read.owed(now)).overdue
    assert (found.subject, found.service, found.due_at) == ("p1", "petitions", due), "to the microsecond"

    await _fold(database, DUTIES[0], [log[2:]])
    assert (await read.owed(now)).overdue == []
