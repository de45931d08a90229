"""The live tail on the real broker: whoever wrote reads what was decided, pushed and not polled."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from kenes.kafka.decider import Position
from kenes.kafka.records import Receipt, Recorded
from kenes.kafka.tail import Tail
from kenes.kafka.waiting import Decisions
from tests.example.v1 import Lent, LoanRefused
from tests.integration.library import Library, worker

pytestmark = pytest.mark.stack


@asynccontextmanager
async def followed(
    library: Library, positions: dict[int, Position] | None = None
) -> AsyncIterator[tuple[Tail, Decisions, list[Recorded]]]:
    decisions, taken = Decisions(), list[Recorded]()

    def take(decision: Recorded) -> None:
        decisions.note(decision)
        taken.append(decision)

    tail = Tail(library.bootstrap, library.loans, take)
    following = asyncio.create_task(tail.follow(positions or {0: Position(), 1: Position()}))
    try:
        await tail.caught_up.wait()
        yield tail, decisions, taken
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


async def test_who_asks_waits_for_the_decision_and_no_longer(library: Library) -> None:
    async with followed(library) as (tail, decisions, _), worker(library) as one:
        await library.borrow("abai", "aigerim")
        receipt = await library.borrow("abai", "erzhan")
        waiting = asyncio.create_task(decisions.wait(receipt, 3600))
        await asyncio.sleep(0.05)
        assert not waiting.done()
        await one.decide(await library.records(library.requests))
        found = await waiting
        assert found is not None
        assert found.data == LoanRefused(book="abai", code="lent")
        await tail.reached(receipt.partition, receipt.offset)
        assert await decisions.wait(receipt, 0) is found  # later askers need not wait


async def test_a_decision_that_does_not_come_is_none_in_time(library: Library) -> None:
    async with followed(library) as (_, decisions, _):
        receipt = await library.borrow("abai", "aigerim")
        began = time.monotonic()
        assert await decisions.wait(receipt, 0.2) is None
        assert time.monotonic() - began > 0.15


async def test_only_the_first_decision_is_handed_on_and_junk_is_passed_over(library: Library) -> None:
    await library.borrow("abai", "aigerim", 0)
    asked = await library.records(library.requests)
    async with worker(library) as zombie, worker(library) as owner:
        await zombie.decider.acquire(0)
        await owner.decide(asked)
        await library.write_raw(library.loans, b"{", 0)
        with pytest.raises(Exception, match="wrote at"):
            await zombie.decide(asked)
    await library.write_raw(library.loans, b"{", 1)
    async with followed(library) as (tail, _, taken):
        await tail.up_to_date()
        assert [decision.data for decision in taken] == [Lent(book="abai", reader="aigerim")]
        await library.borrow("words", "aigerim", 0)
        async with worker(library) as one:
            await one.decide(await library.records(library.requests))
        await tail.up_to_date()
        assert [decision.event.sequence for decision in taken] == [0, 1]


async def test_a_tail_goes_on_from_where_the_documents_end(library: Library) -> None:
    for reader in ("aigerim", "erzhan", "maria"):
        await library.borrow("abai", reader, 0)
    async with worker(library) as one:
        await one.decide(await library.records(library.requests))
    async with followed(library, {0: Position(1, 0), 1: Position()}) as (_, decisions, taken):
        assert [decision.event.sequence for decision in taken] == [1, 2]
        assert decisions.get(Receipt(0, 0)) is None
        assert decisions.get(Receipt(0, 2)) is not None


async def test_many_askers_of_one_receipt_and_one_who_leaves(library: Library) -> None:
    async with followed(library) as (_, decisions, _), worker(library) as one:
        receipt = await library.borrow("abai", "aigerim")
        askers = [asyncio.create_task(decisions.wait(receipt, 20)) for _ in range(5)]
        await asyncio.sleep(0)
        askers[0].cancel()
        await one.decide(await library.records(library.requests))
        found = await asyncio.gather(*askers[1:])
        assert {each.data for each in found if each is not None} == {Lent(book="abai", reader="aigerim")}
        assert len(found) == 4
