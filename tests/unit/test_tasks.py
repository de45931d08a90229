"""No task ends unnoticed: a cancellation that nobody asked for is an error of the group."""

from __future__ import annotations

import asyncio

import pytest

from kenes.tasks import StrayCancellationError, Tasks, guarded, is_cancelled


async def _for_good() -> None:
    await asyncio.Event().wait()


async def _waits_for_what_is_cancelled() -> None:
    lost = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_soon(lost.cancel)
    await lost


async def test_a_task_whose_future_is_cancelled_by_others_ends_the_group() -> None:
    started: list[asyncio.Task[None]] = []

    async def work() -> None:
        async with Tasks() as tasks:
            started.extend(map(tasks.create_task, (_for_good(), _waits_for_what_is_cancelled())))

    with pytest.raises(ExceptionGroup) as raised:
        await work()
    assert raised.group_contains(StrayCancellationError)
    assert started[0].cancelled()


async def test_a_task_that_is_asked_to_end_ends_alone() -> None:
    async with Tasks() as tasks:
        ended, other = tasks.create_task(_for_good()), tasks.create_task(asyncio.sleep(0.01, "done"))
        await asyncio.sleep(0)
        ended.cancel()
    assert ended.cancelled()
    assert other.result() == "done"


async def test_a_task_that_never_began_leaves_nothing_behind() -> None:
    async with Tasks() as tasks:
        tasks.create_task(_for_good()).cancel()


async def test_an_error_of_a_task_is_told_as_it_is() -> None:
    async def fails() -> None:
        raise ValueError("wrong")

    async def work() -> None:
        async with Tasks() as tasks:
            tasks.create_task(fails())

    with pytest.raises(ExceptionGroup) as raised:
        await work()
    assert raised.group_contains(ValueError, match="wrong")


async def test_a_time_limit_is_no_stray_cancellation() -> None:
    async def limited() -> str:
        try:
            async with asyncio.timeout(0.01):
                await _for_good()
        except TimeoutError:
            return "too late"
        return "never"

    assert await guarded(limited()) == "too late"


async def test_whoever_is_cancelled_knows() -> None:
    known: list[bool] = []

    async def notes() -> None:
        known.append(is_cancelled())
        try:
            await _for_good()
        finally:
            known.append(is_cancelled())

    task = asyncio.create_task(notes())
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    assert known == [False, True]
