"""A confirmation keeps a whole draft until it is confirmed: as much as one record holds, and no more is handed in."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from kenes.local.mongo import EmbeddedMongo
from kenes.mongo.client import Database, connected
from kenes.mongo.confirmations import MongoConfirmationStore
from kenes.web.confirmations import Confirmations
from kenes.web.problems import Problem
from kenes.web.sessions import Session
from kenes.web.settings import WebSettings
from schemas.topics import LARGEST_DRAFT

pytestmark = pytest.mark.stack


@pytest.fixture
async def database(mongo: EmbeddedMongo) -> AsyncIterator[Database]:
    """One of its own."""
    async with connected(mongo.uri, f"large-{uuid4().hex[:8]}") as opened:
        yield opened
        await opened.client.drop_database(opened.name)


async def test_the_largest_draft_is_kept_whole_and_given_once(database: Database) -> None:
    store = MongoConfirmationStore(database)
    await store.prepare()
    confirmations = Confirmations(store, WebSettings(public_url="http://127.0.0.1:8080"))
    session = Session(token=b"s" * 32, started=datetime.now(UTC), csrf=b"c" * 32)
    payload = {"number": 2, "texts": ["ж" * (LARGEST_DRAFT // 2)]}
    token = await confirmations.issue(session, "version", payload)
    assert await confirmations.consume(session, "version", token) == payload
    with pytest.raises(Problem, match="confirmation-used"):
        await confirmations.consume(session, "version", token)
