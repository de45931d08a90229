"""How long a block waits for the database is the block's own, and is over with it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from kenes.local.mongo import EmbeddedMongo
from kenes.mongo.client import Database, DatabaseError, connected, patience, ping

pytestmark = pytest.mark.stack


@pytest.fixture
async def database(mongo: EmbeddedMongo) -> AsyncIterator[Database]:
    async with connected(mongo.uri, f"patience-{uuid4().hex[:8]}") as opened:
        await ping(opened)
        yield opened
        await opened.client.drop_database(opened.name)


async def test_a_block_waits_as_long_as_it_says(database: Database) -> None:
    with patience(0.000_001), pytest.raises(DatabaseError) as raised:
        await database["things"].find_one({})
    assert getattr(raised.value, "timeout", False), raised.value
    await database["things"].insert_many([{"_id": number} for number in range(500)])
    with patience(30.0):
        assert len([each async for each in database["things"].find({}).batch_size(100)]) == 500
    assert await database["things"].find_one({"_id": 1}) == {"_id": 1}
