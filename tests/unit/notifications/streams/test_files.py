"""Files hold every event once, never change once closed, and unpack to what their sum is of."""

from __future__ import annotations

import gzip
import hashlib
import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kenes.kafka.records import Recorded
from schemas.notifications.publication import PublicationRefused
from schemas.notifications.streams import StreamFilter
from services.notifications.streams.files import HOUR, Files, HourFile, hour_of, packed
from tests.publicity import counted
from tests.unit.notifications.streams.lines import BEGAN, MemoryPages, log_of, recorded

ALL = StreamFilter()
DAY = BEGAN.replace(hour=0)
REFUSED = PublicationRefused(origin=None, code="told-before")


def event(number: int, minute: int) -> Recorded:
    """An event dated so many minutes after the day's beginning."""
    return recorded(number, counted("p", number), DAY + timedelta(minutes=minute))


def files_of(minutes: list[int]) -> Files:
    """Files of events dated so many minutes after the day's beginning, in the order of the log."""
    events = [event(number, minute) for number, minute in enumerate(minutes)]
    return Files(log_of(MemoryPages(events), len(events)))


async def whole(files: Files, file: HourFile) -> bytes:
    return b"".join([part async for part in files.lines(file, StreamFilter())])


async def offsets(files: Files, hour: int) -> list[int]:
    found = await whole(files, await files.of_hour(DAY + hour * HOUR))
    return [int(json.loads(line)["cursor"]) - 1 for line in found.splitlines()]


@given(st.lists(st.integers(0, 24 * 60 - 1), max_size=30))
async def test_every_event_of_a_day_is_in_one_file_also_where_their_times_are_out_of_order(minutes: list[int]) -> None:
    files = files_of(minutes)
    found = [offset for hour in range(24) for offset in await offsets(files, hour)]
    assert found == list(range(len(minutes)))


async def test_a_file_is_closed_once_a_later_event_stands_and_nothing_comes_to_it_then() -> None:
    assert not (await files_of([5, 30]).of_hour(DAY)).closed
    before, after = files_of([5, 30, 61]), files_of([5, 30, 61, 40])
    assert (await before.of_hour(DAY)).closed
    assert await before.sum(await before.of_hour(DAY), ALL) == await after.sum(await after.of_hour(DAY), ALL)
    assert await offsets(after, 1) == [2, 3]


async def test_a_file_goes_to_the_end_of_the_log_also_where_memory_does_not() -> None:
    """Memory has no records that tell nothing, and what was just written comes to it a moment later."""
    last = recorded(3, REFUSED, DAY + timedelta(minutes=4))
    pages = MemoryPages([event(0, 1), event(1, 2), event(2, 3), last])
    log = log_of(pages, 0)
    for each in pages.events[:2]:
        log.take(each)
    files = Files(log)
    assert await offsets(files, 0) == [0, 1, 2]
    file = await files.of_hour(DAY)
    assert await files.sum(file, ALL) == hashlib.sha256(await whole(files, file)).hexdigest()
    assert [part async for part in files.lines(file, StreamFilter(petitions=("q",)))] == []


async def test_a_log_in_which_nothing_is_told_has_no_first_day() -> None:
    files = Files(log_of(MemoryPages([recorded(0, REFUSED)]), 0))
    assert await files.first_day() is None


async def test_the_packed_file_unpacks_to_what_the_sum_is_of() -> None:
    files = files_of([1, 2, 3, 70])
    file = await files.of_hour(DAY)
    parts = b"".join([part async for part in packed(files.lines(file, StreamFilter()))])
    assert hashlib.sha256(gzip.decompress(parts)).hexdigest() == await files.sum(file, ALL)


async def test_a_day_lists_the_hours_that_hold_something() -> None:
    files = files_of([61, 62, 200])
    assert [each.name for each in await files.of_day(DAY)] == ["2026-11-22T01", "2026-11-22T03"]
    assert await files.first_day() == DAY


@pytest.mark.parametrize("day", [datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)])
async def test_a_day_at_an_end_of_time_has_no_files(day: datetime) -> None:
    assert await files_of([61]).of_day(day) == []


def test_the_name_of_a_file_is_written_in_one_way() -> None:
    assert hour_of("2026-11-22T10") == BEGAN
    assert hour_of("2026-11-22T1") is None
    assert hour_of("../secrets") is None


async def test_the_sum_of_a_filtered_file_is_of_what_the_filter_leaves() -> None:
    events = [recorded(n, counted("p" if n % 2 else "q", n), DAY) for n in range(9)]
    files = Files(log_of(MemoryPages(events), len(events)))
    file, wanted = await files.of_hour(DAY), StreamFilter(petitions=("p",))
    left = b"".join([part async for part in files.lines(file, wanted)])
    for _ in range(2):
        assert await files.sum(file, ALL) == hashlib.sha256(await whole(files, file)).hexdigest()
        assert await files.sum(file, wanted) == hashlib.sha256(left).hexdigest()
