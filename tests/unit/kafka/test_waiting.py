"""Requests that wait for their decision."""

import asyncio
import time

import pytest

from kenes.kafka.records import Receipt
from kenes.kafka.waiting import Decisions
from tests.unit.kafka.samples import recorded

RECEIPT = Receipt(0, 7)


def nobody_waits(decisions: Decisions) -> bool:
    return decisions._waiting == {}


async def test_a_decision_that_came_first_is_there() -> None:
    decisions = Decisions()
    decisions.note(recorded(1, sequence=7))

    assert await decisions.wait(RECEIPT, 5) == recorded(1, sequence=7)
    assert await decisions.wait(RECEIPT, 0) == recorded(1, sequence=7)
    assert decisions.get(Receipt(1, 7)) is None, "the same offset on another partition is another request"


async def test_a_decision_that_comes_later_wakes_its_asker() -> None:
    decisions = Decisions()
    asker = asyncio.create_task(decisions.wait(RECEIPT, 5))
    await asyncio.sleep(0)

    decisions.note(recorded(6, sequence=6))
    await asyncio.sleep(0)
    assert not asker.done(), "that was another request's"

    decisions.note(recorded(1, sequence=7))
    assert await asker == recorded(1, sequence=7)
    assert nobody_waits(decisions)


@pytest.mark.parametrize("seconds", [0, -1, 0.02])
async def test_who_waits_in_vain_is_told_in_time(seconds: float) -> None:
    decisions = Decisions()
    began = time.monotonic()

    assert await decisions.wait(RECEIPT, seconds) is None

    assert time.monotonic() - began < 5
    assert nobody_waits(decisions), "nothing is kept of who has left"


async def test_several_askers_get_the_same_decision() -> None:
    decisions = Decisions()
    askers = [asyncio.create_task(decisions.wait(RECEIPT, 5)) for _ in range(5)]
    await asyncio.sleep(0)

    decisions.note(recorded(1, sequence=7))

    assert await asyncio.gather(*askers) == [recorded(1, sequence=7)] * 5


async def test_who_gives_up_takes_nothing_from_who_stays() -> None:
    decisions = Decisions()
    patient = asyncio.create_task(decisions.wait(RECEIPT, 5))
    hasty = asyncio.create_task(decisions.wait(RECEIPT, 0.01))
    gone = asyncio.create_task(decisions.wait(RECEIPT, 5))
    await asyncio.sleep(0)
    gone.cancel()
    assert await hasty is None

    decisions.note(recorded(1, sequence=7))

    assert await asyncio.wait_for(patient, 1) == recorded(1, sequence=7)
    assert nobody_waits(decisions)


async def test_a_client_that_hangs_up_leaves_nothing_behind() -> None:
    decisions = Decisions()
    asker = asyncio.create_task(decisions.wait(RECEIPT, 60))
    await asyncio.sleep(0)

    asker.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asker

    assert nobody_waits(decisions)


def test_only_the_latest_are_kept() -> None:
    decisions = Decisions(remembered=3)
    for number in range(10):
        decisions.note(recorded(number, sequence=number))

    assert [each.event.sequence for each in decisions.latest()] == [7, 8, 9]
    assert decisions.get(Receipt(0, 6)) is None


def test_what_is_no_decision_is_not_kept() -> None:
    decisions = Decisions()
    decisions.note(recorded(1, sequence=None))

    assert decisions.latest() == []


async def test_a_decision_noted_twice_wakes_once() -> None:
    decisions = Decisions()
    asker = asyncio.create_task(decisions.wait(RECEIPT, 5))
    await asyncio.sleep(0)
    decisions.note(recorded(1, sequence=7))
    decisions.note(recorded(1, sequence=7))

    assert await asker == recorded(1, sequence=7)
    assert len(decisions.latest()) == 1
