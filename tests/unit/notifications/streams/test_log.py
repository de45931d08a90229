"""The log reads the same from memory and from the broker, and tells where it cannot be read."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest

from schemas.notifications.publication import PublicationRefused
from services.notifications.streams.line import line_of
from services.notifications.streams.log import KEPT_LINES, CursorExpiredError, CursorFutureError, PublicLog
from tests.publicity import counted, published
from tests.unit.notifications.streams.lines import MemoryPages, log_of, recorded

REFUSED = PublicationRefused(origin=None, code="told-before")


def mixed(count: int) -> MemoryPages:
    """A topic in which every third decision tells nothing."""
    return MemoryPages([recorded(n, REFUSED if n % 3 == 2 else counted("p", n)) for n in range(count)])


async def offsets(log: PublicLog, cursor: int, most: int) -> tuple[list[int], int]:
    """All offsets from a cursor on, read in pages of a size."""
    found: list[int] = []
    while True:
        page = await log.page(cursor, most)
        found += [line.offset for line in page.lines]
        cursor = page.cursor
        if page.whole:
            return found, cursor


@pytest.mark.parametrize("most", [1, 4, 500])
@pytest.mark.parametrize("known", [0, 5, 9, 12])
async def test_pages_are_the_same_wherever_they_come_from(most: int, known: int) -> None:
    pages = mixed(12)
    log = log_of(pages, known)
    for each in pages.events[known:]:
        log.take(each)
    for start in range(12):
        found, after = await offsets(log, start, most)
        assert found == [number for number in range(start, 12) if number % 3 != 2]
        assert start <= after <= 12
        assert (await log.page(after)).lines == []


@pytest.mark.parametrize("most", [1, 4, 500])
@pytest.mark.parametrize("known", [0, 5, 12])
async def test_pages_to_an_end_come_to_it_and_not_beyond(most: int, known: int) -> None:
    """Whatever stands at the end: an event, or what tells nothing, also as the newest record of all."""
    pages = mixed(12)
    log = log_of(pages, known)
    for each in pages.events[known:]:
        log.take(each)
    for end in range(13):
        cursor, found = 0, list[int]()
        while cursor < end:
            page = await log.page(cursor, most, end)
            assert cursor < page.cursor <= end
            cursor, found = page.cursor, found + [line.offset for line in page.lines]
        assert found == [number for number in range(end) if number % 3 != 2]


async def test_a_cursor_is_checked_against_what_is_kept() -> None:
    pages = mixed(12)
    pages.first = 4
    log = log_of(pages, 12)
    await log.check(4)
    await log.check(12)
    with pytest.raises(CursorExpiredError):
        await log.check(3)
    with pytest.raises(CursorFutureError):
        await log.check(13)


async def test_who_waits_is_woken_by_the_next_event_and_by_the_end() -> None:
    log = log_of(mixed(0), 0)
    waiting = [asyncio.create_task(log.news(0, 20)) for _ in range(3)]
    await asyncio.sleep(0)
    log.take(recorded(0, REFUSED))
    await asyncio.sleep(0)
    assert not any(task.done() for task in waiting)
    log.take(recorded(1, counted("p", 1)))
    assert await asyncio.gather(*waiting) == [True, True, True]
    assert not await log.news(2, 0.01)
    ending = asyncio.create_task(log.news(2, 20))
    await asyncio.sleep(0)
    log.close()
    assert not await ending


async def test_memory_is_bounded_and_what_fell_out_is_read_from_the_broker() -> None:
    pages = MemoryPages([recorded(n, counted("p", n)) for n in range(KEPT_LINES + 50)])
    log = log_of(pages, 0)
    for each in pages.events:
        log.take(each)
    assert (await log.page(KEPT_LINES + 49)).lines[0].offset == KEPT_LINES + 49
    assert [line.offset for line in (await log.page(3, 2)).lines] == [3, 4]


async def test_a_decision_that_does_not_stand_where_it_was_meant_to_is_passed_over() -> None:
    stray = recorded(1, counted("p", 1))
    stray = replace(stray, event=replace(stray.event, offset=0))
    pages = MemoryPages([recorded(0, counted("p", 0)), stray, recorded(2, counted("p", 2))])
    assert (await offsets(log_of(pages, 3), 0, 10))[0] == [0, 2]


def test_an_event_is_the_same_as_json_and_as_attributes() -> None:
    line = line_of(recorded(3, published("p")))
    assert line is not None
    assert json.loads(line.json) == line.attributes
    assert (line.attributes["cursor"], line.attributes["type"]) == ("4", "notifications.petition.published.v1")


async def test_one_event_can_be_asked_for_before_it_is_taken() -> None:
    log = log_of(MemoryPages([recorded(0, counted("p", 0))]), 0)
    assert not (await log.page(0, 1)).lines
    assert [line.cursor for line in (await log.page(0, 1, end=1)).lines] == [1]
