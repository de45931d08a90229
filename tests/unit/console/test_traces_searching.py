"""Searches: bounded in records and in time, gone on with where they were left, and honest about what they left out."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kenes.kafka.cluster_model import Place
from kenes.kafka.records import Record
from schemas.topics import PETITION_REQUESTS, PETITIONS, SIGNATURES
from services.console.traces import searching
from services.console.traces.asked import Asked, Kind, Window
from services.console.traces.log import Edges
from services.console.traces.reaches import reach_of, shares
from services.console.traces.searching import LATER, Search, Searches
from services.console.traces.views import trace_view
from tests.unit.console.traced import ACT, ASKED, AT, REACHED, MemoryLog, record

FIRST: Final = Place(PETITION_REQUESTS.name, 0)
NOW: Final = AT + timedelta(minutes=5)


def noise(count: int, partition: int = 0, first: int = 0, *, after: int = 0) -> list[Record]:
    """Records of another trace."""
    return [
        record(PETITION_REQUESTS, (partition, number), REACHED, trace="a" * 32, after=after + number)
        for number in range(first, first + count)
    ]


@given(st.dictionaries(st.integers(0, 40), st.integers(0, 5_000)), st.integers(0, 20_000))
def test_small_partitions_are_read_whole_and_the_rest_is_shared(sizes: dict[int, int], budget: int) -> None:
    places = {Place("t", partition): size for partition, size in sizes.items()}
    found = shares(places, budget)
    assert found.keys() == places.keys()
    assert all(found[place] <= size for place, size in places.items())
    assert sum(found.values()) == min(budget, sum(sizes.values()))
    least = min((found[place] for place in places if found[place] < places[place]), default=budget)
    assert all(count <= least + 1 for place, count in found.items() if count < places[place])


@given(st.tuples(st.integers(0, 500), st.integers(0, 500), st.integers(0, 500)), st.integers(0, 1_500))
def test_what_is_read_of_a_partition_lies_around_the_time_looked_for(parts: tuple[int, int, int], allowed: int) -> None:
    begin, before, after = parts
    edges = Edges(begin, begin + before, begin + before + after)
    reach = reach_of(edges, allowed, LATER)
    last = min(reach.limit - LATER, edges.end)
    assert edges.since <= reach.start <= edges.at <= last <= edges.end
    assert last - reach.start == min(allowed, edges.end - edges.since)


async def test_a_search_reads_no_more_than_its_budget_and_says_what_it_left_out() -> None:
    log = MemoryLog()
    for partition in range(3):
        log.put(*noise(1_000, partition))
    log.put(*noise(20, 3))
    search = Search(ASKED, log, NOW, budget=320)
    await search.go_on(60)
    looked = trace_view(search).looked
    assert search.whole
    assert (looked.read, looked.unread, looked.left_out) == (320, 0, 2_700)
    assert log.given <= 320 + log.piece * len(log.records)
    assert {place.partition for place, _ in log.asked} == {0, 1, 2, 3}


async def test_of_a_window_that_is_too_full_the_newest_are_read() -> None:
    log = MemoryLog()
    log.put(*noise(1_000))
    log.put(record(PETITION_REQUESTS, (0, 1_000), REACHED, after=1_000))
    search = Search(ASKED, log, NOW, budget=50)
    await search.go_on(60)
    assert [each.offset for each in search.found.records] == [1_000]


async def test_around_an_instant_both_sides_are_read() -> None:
    log = MemoryLog()
    log.put(*noise(500), record(PETITION_REQUESTS, (0, 500), REACHED, after=500), *noise(5_000, 0, 501))
    around = Asked(Kind.TRACE, ASKED.id, Window("hour", AT + timedelta(milliseconds=490)))
    search = Search(around, log, NOW, budget=100)
    await search.go_on(60)
    assert [each.offset for each in search.found.records] == [500]
    assert (search.reaches[FIRST].start, search.reaches[FIRST].next) == (440, 540 + LATER)


async def test_what_is_older_than_the_window_is_not_read() -> None:
    log = MemoryLog()
    log.put(*noise(300, after=-7_200_000), *noise(5, 0, 300))
    search = Search(ASKED, log, NOW)
    await search.go_on(60)
    assert log.asked == [(FIRST, 300)]
    assert search.whole


async def test_a_turn_that_is_over_is_gone_on_with_where_it_was_left() -> None:
    log = MemoryLog()
    log.put(*noise(95), record(PETITION_REQUESTS, (0, 95), REACHED, after=95))
    search = Search(ASKED, log, NOW)
    for turn in range(10):
        assert not search.whole, turn
        await search.go_on(-1)
    assert search.whole
    assert [start for _, start in log.asked] == list(range(0, 100, 10))
    assert [each.offset for each in search.found.records] == [95]


async def test_what_is_written_later_is_found_by_the_next_turn() -> None:
    log = MemoryLog()
    log.put(ACT[0])
    search = Search(ASKED, log, NOW)
    await search.go_on(60)
    log.put(*ACT[1:])
    await search.go_on(60)
    assert len(trace_view(search).steps) == len(ACT)
    assert [start for place, start in log.asked if place.topic == PETITION_REQUESTS.name] == [7]


async def test_a_partition_that_tells_nothing_does_not_hold_up_the_rest() -> None:
    class Deaf(MemoryLog):
        async def read(self, starts):  # type: ignore[no-untyped-def]
            found = dict(await super().read(starts))
            return found | dict.fromkeys(found.keys() & {Place(SIGNATURES.name, 0)}, ())

    log = Deaf()
    log.put(*noise(40), record(SIGNATURES, (0, 0), REACHED))
    search = Search(ASKED, log, NOW)
    await search.go_on(60)
    assert not search.whole
    assert search.reaches[FIRST].unread == 0
    assert search.reaches[Place(SIGNATURES.name, 0)].unread == 1


async def test_gaps_between_offsets_are_gone_over() -> None:
    log = MemoryLog()
    log.put(record(PETITIONS, (0, 3), REACHED, trace="a" * 32), record(PETITIONS, (0, 90_000), REACHED))
    search = Search(ASKED, log, NOW, budget=10)
    await search.go_on(60)
    assert search.whole
    assert [each.offset for each in search.found.records] == [90_000]


async def test_a_broker_that_goes_away_leaves_what_was_found_and_is_said_to_be_away() -> None:
    log = MemoryLog()
    log.put(*ACT)
    search = Search(ASKED, log, NOW)
    await search.go_on(60)
    log.away = True
    await search.go_on(60)
    view = trace_view(search)
    assert (len(view.steps), view.looked.failed, view.looked.whole) == (len(ACT), "NodeNotReadyError", False)
    log.away = False
    await search.go_on(60)
    assert (search.failed, search.whole) == ("", True)


async def test_who_comes_while_another_search_has_its_turn_is_not_kept_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(searching, "PATIENCE", 0.01)
    entered, leave = asyncio.Event(), asyncio.Event()

    class Slow(MemoryLog):
        async def extent(self, since, at):  # type: ignore[no-untyped-def]
            entered.set()
            await leave.wait()
            return await super().extent(since, at)

    searches = Searches(Slow())
    first = asyncio.create_task(searches.look(ASKED))
    await entered.wait()
    waiting = await searches.look(Asked(Kind.TRACE, "b" * 32))
    assert (waiting.looked_at, waiting.whole) == (None, False)
    leave.set()
    assert (await first).whole


async def test_the_same_question_goes_on_with_the_same_search() -> None:
    searches = Searches(MemoryLog())
    first = await searches.look(ASKED)
    assert await searches.look(ASKED) is first
    first.begun_at -= timedelta(hours=1)
    assert await searches.look(ASKED) is not first
