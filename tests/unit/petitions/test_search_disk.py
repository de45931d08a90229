"""A search index whose disk is full finds what it had, and takes in the rest once there is room."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from services.petitions.domain.petition import Petition
from services.petitions.search import following
from services.petitions.search.following import Search
from services.petitions.search.index import Index, UnwrittenError
from services.petitions.search.wanted import Filter
from tests.faults.disk import Disk, mounted, no_disk
from tests.unit.petitions.pages_support import petition
from tests.unit.petitions.test_search_following import CREATED, PUBLISHED, SUBMITTED, SUPPORTED, Stand, log, until

LISTED = (CREATED, SUBMITTED, SUPPORTED, PUBLISHED)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    if (why := no_disk()) is not None:
        pytest.skip(why)
    with mounted(tmp_path / "disk", tmp_path / "disk.image") as made:
        yield made


def found(index: Index) -> list[str]:
    return sorted(hit.petition for hit in index.newest(Filter()).hits)


def _put(index: Index, each: Petition) -> None:
    index.put(each, 3)
    index.commit()


def test_what_could_not_be_written_is_there_once_it_is_put_again(disk: Disk) -> None:
    first, second = (petition(number=number) for number in range(2))
    with closing(Index(disk.folder)) as index:
        _put(index, first)
        disk.fill()
        with pytest.raises(UnwrittenError):
            _put(index, second)
        assert found(index) == [first.id]
        disk.free()
        _put(index, second)
        assert found(index) == sorted([first.id, second.id])


async def test_the_index_follows_again_once_there_is_room(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "PACE", 0.01)
    stand = Stand()
    first, second = log(*LISTED), log(*LISTED, number=1)
    stand.show([*first, *second])
    with closing(Index(disk.folder)) as index:
        search = Search(index, stand.live)
        async with search.fresh():
            search.take(first[-1])
            await until(lambda: len(index) == 1)
            disk.fill()
            rounds = len(stand.asked)
            search.take(second[-1])
            await until(lambda: len(stand.asked) > rounds + 2)
            assert len(index) == 1
            disk.free()
            await until(lambda: len(index) == 2)
        assert len(found(index)) == 2
