"""A rush of readers costs as much as one reader."""

import asyncio

import pytest

from kenes.web.keeping import Kept
from tests.unit.petitions.pages_support import Stored, pages, petition


class Clock:
    """Seconds as the test says."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_all_who_ask_at_once_wait_for_one() -> None:
    made, go = [], asyncio.Event()

    async def make() -> int:
        made.append(1)
        await go.wait()
        return len(made)

    kept: Kept[int] = Kept()
    first = asyncio.create_task(kept.get("key", 5, make))
    others = [asyncio.create_task(kept.get("key", 5, make)) for _ in range(9)]
    await asyncio.sleep(0)
    first.cancel()
    go.set()
    assert await asyncio.gather(*others) == [1] * 9


async def test_it_is_made_again_after_its_time_and_errors_are_not_kept() -> None:
    clock, answers = Clock(), iter((1, 0, 3))

    async def make() -> int:
        answer = next(answers)
        if not answer:
            raise ValueError("broken")
        return answer

    kept: Kept[int] = Kept(clock=clock)
    assert [await kept.get("key", 5, make) for _ in range(2)] == [1, 1]
    clock.now = 10.0
    with pytest.raises(ValueError, match="broken"):
        await kept.get("key", 5, make)
    assert await kept.get("key", 5, make) == 3


async def test_the_one_before_is_given_while_the_next_is_made() -> None:
    clock, go, made = Clock(), asyncio.Event(), list[int]()

    async def make() -> int:
        made.append(len(made) + 1)
        number = made[-1]
        if number > 1:
            await go.wait()
        return number

    kept: Kept[int] = Kept(clock=clock)
    await kept.get("key", 5, make)
    clock.now = 5.0
    assert [await kept.get("key", 5, make) for _ in range(9)] == [1] * 9
    go.set()
    await asyncio.sleep(0.01)
    assert await kept.get("key", 5, make) == 2
    assert made == [1, 2], "once for all"
    clock.now = 15.0
    assert await kept.get("key", 5, make) == 3, "nothing is given that is older than twice its time"


async def test_whoever_asks_after_a_failure_is_told() -> None:
    clock, answers = Clock(), iter((1, 0, 0, 4))

    async def make() -> int:
        answer = next(answers)
        if not answer:
            raise ValueError("broken")
        return answer

    kept: Kept[int] = Kept(clock=clock)
    await kept.get("key", 5, make)
    clock.now = 6.0
    assert await kept.get("key", 5, make) == 1
    await asyncio.sleep(0.01)
    with pytest.raises(ValueError, match="broken"):
        await kept.get("key", 5, make)
    assert await kept.get("key", 5, make) == 4


async def test_no_more_is_kept_than_allowed() -> None:
    made: list[int] = []

    async def make(number: int) -> int:
        made.append(number)
        return number

    kept: Kept[int] = Kept(most=2)
    for number in (1, 2, 1, 3, 1, 2):
        await kept.get(number, 5, lambda number=number: make(number))  # type: ignore[misc]
    assert made == [1, 2, 3, 2]


class Counting(Stored):
    """Counts how often the petition was read."""

    read = 0

    async def history(self, petition_id: str) -> dict[object, dict[str, int]]:  # type: ignore[override]
        self.read += 1
        return {}


async def test_visitors_share_a_page_and_each_language_has_its_own() -> None:
    stored, path = Counting(), f"/petitions/{petition().id}"
    async with pages(stored) as world:
        await asyncio.gather(*(world.get(path) for _ in range(20)))
        assert stored.read == 1
        assert (await world.get(path, **{"accept-language": "kk"})).headers["content-language"] == "kk"
        assert stored.read == 2
