"""Hours of a petition, put together from the parts of all partitions on the real database."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from kenes.local.mongo import EmbeddedMongo
from kenes.mongo.client import connected
from kenes.mongo.projection import live_version
from services.petitions.opendata.hours import HistoryReads
from services.petitions.projection import projections
from tests.unit.petitions.opendata_support import NOON
from tests.unit.petitions.pages_support import KEYRING, petition

pytestmark = pytest.mark.stack
ONE, OTHER = petition(number=1).id, petition(number=2).id


async def test_an_hour_is_the_sum_of_its_partitions_and_hours_come_in_order(mongo: EmbeddedMongo) -> None:
    kept = projections(KEYRING.open_owner)
    acts = {"accepted": {"KZ-75": 3}, "withdrawn": {"KZ-71": 1}}
    documents = [
        {
            "_id": f"{which}/{NOON + timedelta(hours=hours):%Y-%m-%dT%H}/{partition}",
            "petition": which,
            "hour": f"{NOON + timedelta(hours=hours):%Y-%m-%dT%H}",
            "minutes": {"07": acts, f"{partition + 10}": acts},
        }
        for which in (OTHER, ONE)
        for hours in (5, 0, 30)
        for partition in range(12)
    ]
    async with connected(mongo.uri, f"open_{uuid4().hex}") as database:
        history = next(each for each in kept if each.name == "history")
        await (await live_version(database, history)).collection("history").insert_many(documents)
        reads = HistoryReads(database, kept)

        found = [each async for each in reads.hours(ONE)]
        until = [each.start async for each in reads.hours(ONE, NOON + timedelta(hours=30))]
        nothing = [each async for each in reads.hours("nobody")]

    assert [each.start - NOON for each in found] == [timedelta(hours=hours) for hours in (0, 5, 30)]
    assert found[0].minutes[7] == {"KZ-75": 36, "KZ-71": -12}
    assert sorted(found[0].minutes) == [7, *range(10, 22)]
    assert found[0].regions == {"KZ-75": 72, "KZ-71": -24}
    assert until == [NOON, NOON + timedelta(hours=5)], "the hour that still runs is left out"
    assert nothing == []
