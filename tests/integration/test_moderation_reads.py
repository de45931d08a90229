"""The desk and the public log as the database gives them: due first, undoable, and page after page."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest

from kenes.local.mongo import EmbeddedMongo
from kenes.mongo.client import Database, connected
from kenes.mongo.projection import live_version
from schemas.petitions.v1 import DutyKind, Goal, Verdict
from services.petitions.domain.petition import Petition
from services.petitions.domain.status import Duty, Finding, Reached, Status
from services.petitions.moderation import reads
from services.petitions.moderation.reads import ModerationReads
from services.petitions.projection import petition_document, projections
from tests.unit.petitions.pages_support import KEYRING, NOW, RULES, petition

pytestmark = pytest.mark.stack

PROJECTIONS = projections(KEYRING.open_owner)


@pytest.fixture
async def database(mongo: EmbeddedMongo) -> AsyncIterator[Database]:
    async with connected(mongo.uri, f"moderation-{uuid4().hex[:8]}") as opened:
        yield opened
        await opened.client.drop_database(opened.name)


async def store(database: Database, projection: str, collection: str, documents: list[dict[str, object]]) -> None:
    version = await live_version(database, next(each for each in PROJECTIONS if each.name == projection))
    await version.collection(collection).insert_many(documents)


def waiting(number: int, days: int, *earlier: int) -> Petition:
    """A petition on the desk that is due in so many days, after terms that are done."""
    duties = [
        Duty(kind=DutyKind.MODERATE, opened_at=NOW, due_at=NOW + timedelta(days=term), remind_at=NOW)
        for term in (*earlier, days)
    ]
    done = [each.model_copy(update={"done_at": NOW}) for each in duties[:-1]]
    return petition(Status.MODERATION, number).model_copy(update={"duties": (*done, duties[-1])})


def found(number: int, status: Status, hours: int, **changes: object) -> Petition:
    """A petition that was decided so many hours ago."""
    finding = Finding(verdict=Verdict.RETURN, at=NOW - timedelta(hours=hours))
    return petition(status, number).model_copy(update={"finding": finding, **changes})


async def test_the_desk_is_ordered_by_what_is_due_now_not_by_terms_that_are_over(database: Database) -> None:
    reached = (Reached(goal=Goal(signatures=5, effect="response"), count=5, at=NOW),)
    petitions = [
        waiting(1, 9, -3),
        waiting(2, -1),
        waiting(3, 4, 20),
        found(4, Status.RETURNED, hours=5),
        found(5, Status.COLLECTING, hours=1),
        found(6, Status.COLLECTING, hours=2, reached=reached),
        petition(Status.COLLECTING, 7),
        found(8, Status.WITHDRAWN, hours=3),
        petition(Status.SUSPENDED, 9).model_copy(update={"suspended_at": NOW}),
    ]
    await store(database, "petitions", "petitions", [petition_document(each, 0, 1) for each in petitions])

    desk = await ModerationReads(database, PROJECTIONS).desk()

    def numbers(listed: list[Petition]) -> list[int]:
        return [int(each.id[-2:]) for each in listed]

    assert (numbers(desk.waiting), desk.total) == ([2, 3, 1], 3)
    assert numbers(desk.decided) == [5, 4], "neither what reached a goal nor what is over"
    assert numbers(desk.suspended) == [9]


async def test_the_log_is_read_whole_by_pages_and_by_steps(database: Database) -> None:
    entries: list[dict[str, object]] = [
        {
            "_id": f"1-{number:03}",
            "petition": "p",
            "at": NOW + timedelta(minutes=number // 2),  # two at each instant
            "verdict": "reject",
            "title": None,
            "language": "kk",
            "rules": RULES.model_dump(),
            "reasons": ["insulting"],
            "explanation": "x",
        }
        for number in range(reads.PAGE * 2 + 3)
    ]
    await store(database, "moderation", "moderation_log", entries)
    log = ModerationReads(database, PROJECTIONS)
    newest_first = [str(each["_id"]) for each in reversed(entries)]

    pages = [await log.log_page(number) for number in (1, 2, 3)]
    assert [entry.id for page in pages for entry in page.entries] == newest_first
    assert (await log.log_page(99)).number == pages[0].pages == 3

    stepped, before = [], None
    while step := await log.log_before(before, 5):
        stepped += [entry.id for entry in step]
        before = (step[-1].at, step[-1].id)
    assert stepped == newest_first
