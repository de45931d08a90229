"""Tries and events given up, many thousands of them: read in pages, each once, in order, and no more than is kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from kenes.kafka.records import Recorded
from kenes.local.mongo import EmbeddedMongo
from kenes.mongo.client import Database, Document, connected
from schemas.envelope import Event
from schemas.notifications.streams import DeliveryAttempted, Result
from schemas.topics import DELIVERY_ATTEMPTS
from services.notifications.streams import delivery_log
from services.notifications.streams.delivery_log import PAGE, DeliveryLog
from services.notifications.streams.progress import DEAD_SHOWN, Progress
from tests.unit.notifications.streams.lines import line

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


@pytest.fixture
async def database(mongo: EmbeddedMongo) -> AsyncIterator[Database]:
    async with connected(mongo.uri, f"deliveries-{uuid4().hex[:8]}") as opened:
        yield opened


def tried(offset: int, stream: str = "s", result: Result = Result.DELIVERED) -> Recorded:
    """One try where it stands on the topic; its cursor is its place."""
    attempt = DeliveryAttempted(
        stream=stream,
        cursor=offset,
        event=f"event-{offset}",
        type="notifications.petition.published.v1",
        subject="petition",
        order=None,
        attempt=1,
        result=result,
        status=204,
        reason=None,
        milliseconds=7,
        again_at=None,
    )
    event = Event(f"try-{offset}", "/notifications/streams", stream, NOW, attempt)
    return Recorded(0, offset, NOW, stream.encode(), event)


async def take(log: DeliveryLog, *tries: Recorded) -> None:
    for first in range(0, len(tries), 500):
        await log.worker().handle(DELIVERY_ATTEMPTS, tries[first : first + 500])


async def every_page(log: DeliveryLog, result: str | None = None) -> list[list[Document]]:
    pages, before = [], None
    while True:
        found = await log.tries("s", before, result)
        pages.append(list(found.attempts))
        if found.before is None:
            return pages
        before = found.before


async def test_every_try_is_on_one_page_the_newest_first(database: Database) -> None:
    log = DeliveryLog(database)
    await log.prepare()
    others = [tried(offset, "other") for offset in range(1, 5000, 2)]
    await take(log, *sorted([*others, *(tried(offset) for offset in range(0, 5000, 2))], key=lambda each: each.offset))
    pages = await every_page(log)
    assert [each["cursor"] for page in pages for each in page] == list(range(4998, -1, -2))
    assert max(map(len, pages)) < 2 * PAGE
    assert "offset" not in pages[0][0]


async def test_a_page_stays_what_it_is_while_more_is_tried(database: Database) -> None:
    log = DeliveryLog(database)
    await take(log, *map(tried, range(1000)))
    first = await log.tries("s")
    assert first.before is not None
    await take(log, *map(tried, range(1000, 3000)))
    following = await log.tries("s", first.before)
    assert following.attempts[0]["cursor"] == first.attempts[-1]["cursor"] - 1


async def test_a_batch_that_comes_again_shows_no_try_twice(database: Database) -> None:
    log = DeliveryLog(database)
    batch = [tried(offset) for offset in range(450)]
    for begin in (0, 120, 0, 449):
        await take(log, *batch[begin:])
    assert [each["cursor"] for page in await every_page(log) for each in page] == list(range(449, -1, -1))


async def test_the_oldest_go_and_a_stream_that_ended_leaves_nothing(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery_log, "PAGES_KEPT", 3)
    log = DeliveryLog(database)
    await take(log, *map(tried, range(2000)))
    kept = [each["cursor"] for page in await every_page(log) for each in page]
    assert kept == list(range(1999, 1999 - len(kept), -1))
    assert 4 * PAGE <= len(kept) < 5 * PAGE
    await log.forget("s")
    assert (await log.tries("s")).attempts == []
    assert await database["delivery_pages"].count_documents({}) == 0


async def test_a_few_failures_are_found_among_many_that_went_well(database: Database) -> None:
    log = DeliveryLog(database)
    failures = {3, 700, 2999}
    tries = [tried(each, result=Result.FAILED if each in failures else Result.DELIVERED) for each in range(3000)]
    await take(log, *tries)
    assert [each["cursor"] for page in await every_page(log, "failed") for each in page] == [2999, 700, 3]


async def test_what_was_given_up_is_read_in_pages_the_oldest_first(database: Database) -> None:
    progress = Progress(database)
    await progress.prepare()
    for offset in range(250, -1, -1):
        await progress.bury("s", line(offset), "refused")
    await progress.bury("other", line(7), "refused")
    found, after = [], 0
    while True:
        page = await progress.dead("s", after)
        assert len(page.letters) <= DEAD_SHOWN
        found += [each["cursor"] for each in page.letters]
        if page.after is None:
            break
        after = page.after
    assert found == list(range(1, 252))
    await progress.revive("s", [1])
    assert (await progress.dead("s")).letters[0]["cursor"] == 2
