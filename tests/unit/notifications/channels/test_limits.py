"""Limits hold whatever happens on the way."""

from __future__ import annotations

import asyncio
from random import Random

import pytest

from services.notifications.channels.limits import Pauses, Window, Windows

SECOND = 0.05


async def test_no_period_has_more_than_its_turns_however_long_each_was_under_way() -> None:
    """The other side counts a try at some moment between its leaving and its answer; any moment must do."""
    window, chance, counted = Window(5, SECOND), Random(7), list[float]()
    clock = asyncio.get_running_loop().time

    async def one() -> None:
        async with window.turn():
            await asyncio.sleep(chance.random() * SECOND)
            counted.append(clock())
            await asyncio.sleep(chance.random() * SECOND)

    await asyncio.gather(*(one() for _ in range(60)))
    counted.sort()
    assert all(later - earlier > SECOND * 0.99 for earlier, later in zip(counted, counted[5:], strict=False))


async def test_a_try_that_fails_holds_its_turn_as_well() -> None:
    window, order = Window(1, 3600), list[str]()

    async def one(name: str) -> None:
        async with window.turn():
            order.append(name)
            raise ConnectionError

    with pytest.raises(ConnectionError):
        await one("failing")
    waiting = asyncio.create_task(one("waiting"))
    await asyncio.sleep(SECOND)
    assert order == ["failing"]
    waiting.cancel()


async def test_keys_wait_for_themselves_only_and_leave_nothing_behind() -> None:
    windows, order = Windows(1, SECOND), list[str]()

    async def one(key: str, number: int) -> None:
        async with windows.turn(key):
            order.append(f"{key}{number}")

    await asyncio.gather(*(one(key, number) for number in range(3) for key in "ab"))
    assert order[:2] == ["a0", "b0"]
    assert [each for each in order if each.startswith("a")] == ["a0", "a1", "a2"]
    await asyncio.sleep(SECOND * 2)
    assert len(windows) == 0


async def test_a_pause_is_the_keys_own_until_two_of_them_pause() -> None:
    pauses = Pauses()
    pauses.hear("a", 60)
    await asyncio.wait_for(pauses.over("b"), 1)
    pauses.hear("b", SECOND)
    pauses.hear("c", 60)
    waiting = asyncio.create_task(pauses.over("d"))
    await asyncio.sleep(SECOND)
    assert not waiting.done()
    waiting.cancel()
