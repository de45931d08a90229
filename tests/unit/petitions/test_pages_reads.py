"""Lists, what moves today and what resembles a title, on the real database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest

from kenes.local.mongo import EmbeddedMongo
from kenes.mongo.client import connected
from kenes.mongo.projection import LiveVersions, live_version
from kenes.web.live import LiveHub
from services.petitions.domain.petition import Petition
from services.petitions.domain.status import Status
from services.petitions.live import Count, LiveCounts
from services.petitions.pages.reads import PageReads
from services.petitions.projection import petition_document, projections
from services.petitions.search.following import Search, new_index
from services.petitions.search.wanted import Filter, Sort
from tests.unit.petitions.pages_support import KEYRING, NOW, petition

pytestmark = pytest.mark.stack

TITLES = (
    "Закрыть свалки вокруг Павлодара",
    "Показывать замеры воздуха у школ города",
    "Clear the cycle lanes in winter",
    "Fruit trees along the cycle lanes",
    "Ауыл кітапханаларының қоры жаңарып отырсын",
)


def stored() -> list[Petition]:
    """Petition n opened n days ago and closes the sooner the later it was opened; the last is closed."""
    return [
        petition(Status.CLOSED if number == len(TITLES) else Status.COLLECTING, number, title).model_copy(
            update={"opened_at": NOW - timedelta(days=number), "closes_at": NOW + timedelta(days=90 + number)}
        )
        for number, title in enumerate(TITLES, 1)
    ]


@pytest.fixture
async def reads(mongo: EmbeddedMongo) -> AsyncIterator[PageReads]:
    kept = projections(KEYRING.open_owner)
    counts = LiveCounts(LiveHub(), small_group=5)
    counts._counts = {each.id: Count(accepted=number) for number, each in enumerate(stored())}
    async with connected(mongo.uri, f"pages_{uuid4().hex}") as database:
        versions = {projection.name: await live_version(database, projection) for projection in kept}
        documents = [petition_document(each, 0, number) for number, each in enumerate(stored())]
        await versions["petitions"].collection("petitions").insert_many(documents)
        hours = [(NOW, {1: 2, 2: 5, 3: -1, 5: 50}), (NOW, {2: -1}), (NOW - timedelta(days=3), {4: 50})]
        await (
            versions["history"]
            .collection("gains")
            .insert_many(
                {
                    "_id": f"{at:%Y-%m-%dT%H}/{partition}",
                    "hour": f"{at:%Y-%m-%dT%H}",
                    "gained": {petition(number=n).id: net for n, net in gained.items()},
                }
                for partition, (at, gained) in enumerate(hours)
            )
        )
        with new_index() as index:
            live = LiveVersions(database)
            search = Search(index, lambda: live.get(versions["petitions"].projection))
            await search.load(versions["petitions"])
            yield PageReads(database, kept, counts, search)


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        (Sort.USUAL, [1, 2, 3, 4]),
        (Sort.NEWEST, [1, 2, 3, 4]),
        (Sort.SIGNED, [4, 3, 2, 1]),
        (Sort.CLOSING, [1, 2, 3, 4]),
    ],
)
async def test_a_list_is_read_in_the_order_asked(reads: PageReads, sort: Sort, order: list[int]) -> None:
    page = await reads.page(Filter(status=(Status.COLLECTING,)), sort, 1)
    assert [each.id for each in page.petitions] == [petition(number=n).id for n in order]
    assert (page.total, page.pages) == (4, 1)


@pytest.mark.parametrize("sort", list(Sort))
async def test_pages_hold_each_petition_once_and_the_last_is_never_passed(reads: PageReads, sort: Sort) -> None:
    pages = [await reads.page(Filter(), sort, number, size=2) for number in (1, 2, 3)]
    assert sorted(each.id for page in pages for each in page.petitions) == sorted(each.id for each in stored())
    assert (await reads.page(Filter(), sort, 99, size=2)).number == 3


async def test_what_moves_is_open_and_gained_today(reads: PageReads) -> None:
    moved = await reads.moved(NOW - timedelta(hours=12), 3)
    assert [(each.id, net) for each, net in moved] == [(petition(number=2).id, 4), (petition(number=1).id, 2)]


@pytest.mark.parametrize(
    ("title", "found"),
    [
        ("Свалку у Павлодара — закрыть!", [1]),
        ("Кітапхана қорын жаңарту", [5]),
        ("Wider cycle lanes for the winter", [3, 4]),
        ("Закрыть", [1]),
        ("и у в на", []),
        ("(a+)+$ [.*", []),
        ("", []),
    ],
)
async def test_what_resembles_a_title_is_found_by_its_rare_words(
    reads: PageReads, title: str, found: list[int]
) -> None:
    assert [each.id for each in await reads.similar(title, 3)] == [petition(number=n).id for n in found]
