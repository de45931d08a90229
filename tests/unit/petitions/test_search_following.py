"""The index follows the tail: it shows what the projection shows, soon after, and nothing that is not for everybody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any, cast

import pytest

from kenes.kafka.records import Recorded
from kenes.mongo.client import DatabaseUnavailableError, Document
from kenes.mongo.projection import Version
from services.petitions.domain.petition import Petition
from services.petitions.domain.status import Status
from services.petitions.projection import petition_document, projections
from services.petitions.search import following
from services.petitions.search.following import Search, new_index
from services.petitions.search.index import Hits, Index
from services.petitions.search.shelf import Shelf
from services.petitions.search.wanted import Filter
from tests.unit.petitions.lives import DISCUSSED, LIVES, Step, live, over, whole
from tests.unit.petitions.pages_support import petition
from tests.unit.petitions.samples import KEYRING, Act, petition_log
from tests.unit.store import project

PETITIONS = next(each for each in projections(KEYRING.open_owner) if each.name == "petitions")
CREATED, EDITED, SUBMITTED, SUPPORTED, PUBLISHED, CLOSED = (0, 1), (1, 1), (2, 1), (3, 1), (3, 2), (4, 1)
"""Acts, and in how many minutes each is done."""


def log(*acts: tuple[int, int], number: int = 0) -> list[Recorded]:
    return petition_log(
        [Act(person=0, petition=number, what=what, minutes=minutes, skipped=0) for what, minutes in acts]
    )


class Stand:
    """A database that shows what it is told to; `away` makes it answer nobody."""

    def __init__(self) -> None:
        self.documents: dict[str, Document] = {}
        self.asked: list[list[str]] = []
        self.away = False

    def show(self, decisions: Sequence[Recorded]) -> None:
        self.documents = {each["_id"]: each for each in project(PETITIONS, decisions, [1]).all("petitions")}

    async def live(self) -> Version:
        return cast("Version", self)

    def collection(self, _name: str) -> Stand:
        return self

    def find(self, query: dict[str, dict[str, list[Any]]]) -> Cursor:
        if self.away:
            raise DatabaseUnavailableError("away")
        if not query:
            return Cursor(list(self.documents.values()))
        ((name, condition),) = query.items()
        self.asked.append(condition["$in"])
        return Cursor([each for each in self.documents.values() if each[name] in condition["$in"]])


class Cursor:
    def __init__(self, documents: list[Document]) -> None:
        self._documents = documents

    def batch_size(self, _size: int) -> Cursor:
        return self

    async def __aiter__(self) -> AsyncIterator[Document]:
        for each in self._documents:
            yield each


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Iterator[Index]:
    monkeypatch.setattr(following, "PACE", 0.01)
    with new_index() as made:
        yield made


async def until(held: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not held():  # noqa: ASYNC110 - the index tells nobody when it changes
            await asyncio.sleep(0.01)


async def test_listed_petitions_are_there_from_the_start(index: Index) -> None:
    stand = Stand()
    stand.show([*log(CREATED, SUBMITTED, SUPPORTED, PUBLISHED), *log(CREATED, number=1)])
    search = Search(index, stand.live)

    await search.load(await stand.live())

    assert [each.id for each in await search.petitions(Filter())] == ["petition-0"]
    assert await search.petitions(Filter(search="crossings")) == await search.similar("Safe crossings", 3)


@pytest.mark.parametrize(
    ("steps", "found"),
    [
        ((*LIVES[Status.GATHERING], (over(), timedelta(days=30))), []),
        ((*whole(LIVES[Status.GATHERING]), (over(), timedelta(days=30))), []),
        ((*DISCUSSED, (over(), timedelta(days=4)), (over(), timedelta(days=400))), ["p"]),
        (LIVES[Status.CLOSED], ["p"]),
    ],
    ids=["no-supporters", "no-supporters-after-a-discussion", "discussion-over", "published"],
)
async def test_of_closed_petitions_those_are_listed_that_were_before(
    index: Index, steps: Sequence[Step], found: list[str]
) -> None:
    closed, _, _ = live(steps)
    assert closed is not None
    assert closed.status is Status.CLOSED
    stand = Stand()
    stand.documents = {"p": petition_document(closed, 0, 1)}
    search = Search(index, stand.live)

    await search.load(await stand.live())

    assert [each.id for each in await search.petitions(Filter())] == found
    assert [each.id for each in await search.petitions(Filter(search="crossings"))] == found
    assert [each.id for each in await search.similar("Safe crossings", 3)] == found


async def test_a_change_is_shown_once_the_projection_shows_it(index: Index) -> None:
    stand, decisions = Stand(), log(CREATED, SUBMITTED, SUPPORTED, PUBLISHED, CLOSED)
    search = Search(index, stand.live)
    async with search.fresh():
        for each in decisions[:4]:
            search.take(each)
        await until(lambda: len(stand.asked) > 2)
        assert len(index) == 0, "the projection does not show it yet"
        stand.show(decisions[:4])
        await until(lambda: len(index) == 1)
        assert [each.status for each in await search.petitions(Filter())] == [Status.COLLECTING]
        search.take(decisions[4])
        stand.show(decisions)
        await until(lambda: [hit.sequence for hit in index.newest(Filter()).hits] == [4])
        assert [each.status for each in await search.petitions(Filter())] == [Status.CLOSED]
        rounds = len(stand.asked)
        await asyncio.sleep(0.1)
        assert len(stand.asked) == rounds, "nothing is asked once all is shown"


async def test_what_is_known_or_refused_is_not_looked_up(index: Index) -> None:
    stand, decisions = Stand(), log(CREATED, SUBMITTED, SUPPORTED, PUBLISHED, PUBLISHED)
    stand.show(decisions)
    search = Search(index, stand.live)
    await search.load(await stand.live())
    loaded = len(stand.asked)
    async with search.fresh():
        for each in decisions:
            search.take(each)
        await asyncio.sleep(0.1)
    assert len(stand.asked) == loaded


async def test_a_database_that_is_away_is_waited_for(index: Index) -> None:
    stand, decisions = Stand(), log(CREATED, SUBMITTED, SUPPORTED, PUBLISHED)
    stand.show(decisions)
    stand.away = True
    search = Search(index, stand.live)
    async with search.fresh():
        search.take(decisions[-1])
        await asyncio.sleep(0.1)
        stand.away = False
        await until(lambda: len(index) == 1)


async def test_a_change_that_was_set_aside_is_given_up(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "GIVEN_UP_AFTER", 0.05)
    stand, decisions = Stand(), log(CREATED)
    search = Search(index, stand.live)
    async with search.fresh():
        search.take(decisions[0])
        await asyncio.sleep(0.2)
        rounds = len(stand.asked)
        await asyncio.sleep(0.1)
    assert len(stand.asked) == rounds


async def test_a_page_is_whole_though_some_of_it_is_listed_no_longer(index: Index) -> None:
    stand = Stand()
    shown = [petition(number=number) for number in range(1, 8)]
    stand.documents = {each.id: petition_document(each, 0, 1) for each in shown}
    search = Search(index, stand.live)
    await search.load(await stand.live())
    first = [each.id for each in await search.petitions(Filter(limit=7))]
    for hidden in first[:2]:
        index.remove(hidden)  # and not committed yet

    assert [each.id for each in await search.petitions(Filter(limit=3))] == first[2:5]
    assert [each.id for each in await search.petitions(Filter(limit=7))] == first[2:]


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The petitions that were read from the index, one after another."""
    found: list[str] = []
    plain = Hits.read

    def noted(hits: Hits, place: int) -> Petition:
        found.append(hits.hits[place].petition)
        return plain(hits, place)

    monkeypatch.setattr(Hits, "read", noted)
    return found


@pytest.fixture
def three(index: Index) -> list[Petition]:
    """Petitions that the index holds."""
    made = [petition(number=number) for number in (1, 2, 3)]
    for each in made:
        index.put(each, 1)
    index.commit()
    return made


def test_what_was_read_is_read_again_only_when_it_changed(index: Index, three: list[Petition], read: list[str]) -> None:
    shelf, ids = Shelf(), [three[2].id, three[0].id]

    assert shelf.get(index.newest(Filter()).only(ids)) == [three[2], three[0]]
    assert shelf.get(index.newest(Filter()).only(ids)) == [three[2], three[0]]
    assert read == ids
    index.put(three[0], 2)
    index.commit()
    assert shelf.get(index.newest(Filter()).only(ids)) == [three[2], three[0]]
    assert read == [*ids, three[0].id]


def test_a_small_shelf_drops_what_was_not_asked_for_longest(
    index: Index, three: list[Petition], read: list[str]
) -> None:
    shelf, found = Shelf(room=4_500), index.newest(Filter())  # two petitions
    one, two, other = (each.id for each in three)
    for each in (one, two, one, other, one):
        shelf.get(found.only([each]))
    assert read == [one, two, other]
    shelf.get(found.only([two]))
    assert read == [one, two, other, two]
