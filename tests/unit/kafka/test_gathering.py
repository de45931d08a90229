"""Batches of what an agent is handed: in order, bounded, and acknowledged once they are handled."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import Any, cast

import pytest

from kenes.kafka.gathering import gathered
from tests.waiting import PATIENCE


class Handed:
    """A stream as Faust hands it to an agent: numbers for events, until `None` comes, or an error that it raises."""

    def __init__(self, *waiting: int | Exception | None) -> None:
        self.enable_acks = True
        self.acked: list[int] = []
        self.recordings: list[int] = []
        self.taken = 0
        self.oldest = 0
        self.queue: asyncio.Queue[int | Exception | None] = asyncio.Queue()
        for each in waiting:
            self.queue.put_nowait(each)

    async def events(self) -> AsyncIterator[int]:
        while (found := await self.queue.get()) is not None:
            if isinstance(found, Exception):
                raise found
            self.taken += 1
            yield found

    async def recorded(self) -> None:
        self.recordings.append(len(self.acked))

    def current(self, event: int) -> bool:
        return event >= self.oldest

    async def ack(self, event: int) -> None:
        assert not self.enable_acks
        self.acked.append(event)


def batches(stream: Handed, most: int = 10) -> Any:
    return aclosing(gathered(cast(Any, stream), most, 0.001, stream.recorded, cast(Any, stream.current)))


async def test_all_come_in_order_in_lists_no_longer_than_they_may_be() -> None:
    stream = Handed(*range(25), None)
    async with batches(stream) as found:
        lists = [batch async for batch in found]
    assert [each for batch in lists for each in batch] == list(range(25))
    assert max(map(len, lists)) == 10
    assert stream.acked == list(range(25))


async def test_no_more_is_taken_than_one_batch_beside_the_one_in_hand() -> None:
    stream = Handed(*range(100))
    async with batches(stream) as found:
        await anext(found)
        for _ in range(50):
            await asyncio.sleep(0)
        assert stream.taken == 20


async def test_a_batch_is_acknowledged_when_the_next_is_asked_for_and_not_before() -> None:
    stream = Handed(1, 2)
    async with batches(stream) as found:
        assert await anext(found) == [1, 2]
        assert stream.acked == []
        stream.queue.put_nowait(3)
        assert await anext(found) == [3]
        assert stream.acked == [1, 2]
    assert stream.acked == [1, 2]  # what was in hand when the agent ended is not


async def test_while_more_waits_a_batch_is_acknowledged_when_the_next_one_is_handled() -> None:
    stream = Handed(1, 2, 3, 4, 5)
    async with batches(stream, most=2) as found:
        acked = []
        for _ in range(3):
            acked.append((await anext(found), list(stream.acked)))
            await asyncio.sleep(0)  # to be handled takes a while, in which more comes
        assert acked == [([1, 2], []), ([3, 4], []), ([5], [1, 2])]
        assert stream.recordings == []
        stream.queue.put_nowait(None)
        assert [batch async for batch in found] == []
    assert stream.acked == [1, 2, 3, 4, 5]
    assert stream.recordings == [2], "asked for once, when nothing else waited"


async def test_what_waited_until_it_was_taken_away_is_not_handed_over_nor_acknowledged() -> None:
    stream = Handed(1, 2, 3, 4)
    async with batches(stream, most=2) as found:
        assert await anext(found) == [1, 2]
        await asyncio.sleep(0)  # in which the next ones come
        stream.oldest = 5
        later = asyncio.ensure_future(anext(found))
        await asyncio.sleep(0.01)
        assert stream.acked == [1, 2], "what was handled before is"
        assert stream.recordings == [0], "once that is recorded"
        stream.queue.put_nowait(5)
        async with asyncio.timeout(PATIENCE):
            assert await later == [5]
        stream.queue.put_nowait(None)
        assert [batch async for batch in found] == []
    assert stream.acked == [1, 2, 5]


async def test_it_sleeps_until_something_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    stream, slept, sleep = Handed(), list[float](), asyncio.sleep

    async def counted(seconds: float) -> None:
        slept.append(seconds)
        await sleep(seconds)

    monkeypatch.setattr(asyncio, "sleep", counted)
    async with batches(stream) as found:
        batch = asyncio.ensure_future(anext(found))
        await sleep(0.02)
        assert slept == []
        stream.queue.put_nowait(7)
        async with asyncio.timeout(PATIENCE):
            assert await batch == [7]
        assert slept == [0.001]


async def test_what_the_stream_raises_comes_to_the_agent_after_what_it_gave() -> None:
    stream = Handed(1, OSError("gone"))
    async with batches(stream) as found:
        assert await anext(found) == [1]
        with pytest.raises(OSError, match="gone"):
            await anext(found)


async def test_nothing_runs_on_once_it_is_left() -> None:
    stream = Handed(1)
    async with batches(stream) as found:
        await anext(found)
    await asyncio.sleep(0)
    stream.queue.put_nowait(2)
    await asyncio.sleep(0)
    assert stream.taken == 1
