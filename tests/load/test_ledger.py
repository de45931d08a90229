"""The measurement of the ledger itself, small."""

from pathlib import Path

import pytest

from kenes.local.mongo import EmbeddedMongo
from kenes.mongo.client import connected
from tests.load.ledger import measure
from tests.stack import running

pytestmark = pytest.mark.stack


async def test_every_comment_is_projected_and_one_answer_closes_the_greatest_campaign(tmp_path: Path) -> None:
    with running(EmbeddedMongo(tmp_path)) as server:
        async with connected(server.uri, "ledger", timeout=30.0) as database:
            figures = await measure(database, 300)
    assert figures["projected"] > 0
    assert figures["answered"] > 1
