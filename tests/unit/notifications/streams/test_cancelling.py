"""Ending a replay early: who may, what it does to what is under way, and what it leaves alone."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from schemas.notifications import streams as asked
from schemas.notifications.streams import Order, Result, StreamOrderCancelled, StreamRefused, Work
from services.notifications.domain.streams import CANCELLED_KNOWN, AgencyStream, evolve
from services.notifications.domain.streams_deciding import decide
from services.notifications.streams.line import Line
from services.notifications.streams.sending import Tried
from tests.unit.notifications.streams.test_courier import FAILED, World, log, stream

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
MINE: dict[str, Any] = {"stream": "s", "owner": "agency:transport"}
REPLAY = asked.StreamReplayRequested(**MINE, start=0, end=5)


def cancellation(number: int, **changes: Any) -> asked.StreamCancellationRequested:
    return asked.StreamCancellationRequested(**MINE | {"order": number} | changes)


def after(before: AgencyStream, *requests: asked.StreamRequest) -> AgencyStream:
    for request in requests:
        after_it = evolve(before, decide(before, request, NOW), NOW)
        assert after_it is not None
        before = after_it
    return before


def code_of(found: AgencyStream, request: asked.StreamRequest) -> str:
    decision = decide(found, request, NOW)
    assert isinstance(decision, StreamRefused)
    assert evolve(found, decision, NOW) is found
    return decision.code


def test_a_cancelled_replay_is_no_order_any_more_and_cancelling_it_again_changes_nothing() -> None:
    replaying = after(stream(), REPLAY, REPLAY)
    cancelled = after(replaying, cancellation(1))
    assert [each.number for each in cancelled.orders] == [2]
    again = decide(cancelled, cancellation(1), NOW)
    assert again == StreamOrderCancelled(stream="s", order=1)
    assert evolve(cancelled, again, NOW) is cancelled


def test_what_has_ended_is_told_from_what_never_was() -> None:
    retry = asked.StreamRetryRequested(**MINE, cursor=9)
    found = after(stream(), REPLAY, retry, asked.StreamCompletionRequested(stream="s", order=1))
    assert code_of(found, cancellation(1)) == "replay-ended"
    assert code_of(found, cancellation(2)) == "replay-unknown", "a retry is no replay"
    assert code_of(found, cancellation(3)) == "replay-unknown"
    assert code_of(found, cancellation(1, owner="agency:health")) == "stream-unknown"


def test_completing_what_was_cancelled_meanwhile_is_refused() -> None:
    cancelled = after(stream(), REPLAY, cancellation(1))
    assert code_of(cancelled, asked.StreamCompletionRequested(stream="s", order=1)) == "order-unknown"


@given(st.lists(st.integers(1, 30), max_size=60))
def test_however_often_replays_are_begun_and_cancelled_little_is_remembered(numbers: list[int]) -> None:
    found = stream()
    for number in numbers:
        found = after(found, REPLAY, cancellation(number))
        assert len(found.cancelled) <= CANCELLED_KNOWN
        assert {each.number for each in found.orders}.isdisjoint(found.cancelled)


REPLAYING: dict[str, Any] = {"start": 40, "orders": (Order(number=1, work=Work.REPLAY, start=0, end=40),), "ordered": 1}
"""A stream with a replay of the first forty events, and the live flow behind it."""


@dataclass
class Holding(World):
    """Keeps every event before the fortieth under way until it is let go."""

    let_go: asyncio.Event = field(default_factory=asyncio.Event)
    held: int = 0

    async def send(self, stream: AgencyStream, line: Line) -> Tried:
        if line.offset < 40:
            self.held += 1
            await self.let_go.wait()
        return await super().send(stream, line)


async def test_nothing_more_is_sent_and_the_live_flow_does_not_notice() -> None:
    world = Holding(log(*"abcd" * 15))
    async with world.running(stream(**REPLAYING)) as courier:
        await world.until(lambda: len(world.taken) == 20 and world.held > 0)
        courier.update(stream(start=40))
        await asyncio.sleep(0.05)
        world.let_go.set()
        await world.until(lambda: len(world.attempts) > 20)
        await asyncio.sleep(0.05)
        assert [line.offset for line in world.taken[:20] if line.subject == "a"] == [40, 44, 48, 52, 56]
        again = [each for each in world.attempts if each.cursor <= 40]
        assert 1 <= len(again) <= 4, "what flew when it was cancelled, and nothing else"
        assert {each.order for each in again} == {1}, "the log says which replay it was"
        assert "order-1" not in world.progress.kept
        assert not world.asked


async def test_what_a_cancelled_replay_could_not_deliver_is_no_dead_letter() -> None:
    world = Holding(log(*"abcd" * 10), lambda _: FAILED, tries=1)
    async with world.running(stream(**REPLAYING)) as courier:
        await world.until(lambda: world.held > 0)
        courier.update(stream(start=40))
        await asyncio.sleep(0.05)
        world.let_go.set()
        await world.until(lambda: bool(world.attempts))
        await asyncio.sleep(0.05)
    assert {each.result for each in world.attempts} == {Result.DEAD}
    assert world.progress.buried == []
    assert not world.asked, "one replay that fails does not end the stream"


async def test_the_replay_of_a_paused_stream_may_be_cancelled_too() -> None:
    world = World(log(*"abcd" * 10))
    async with world.running(stream(**REPLAYING, paused=True)) as courier:
        courier.update(stream(start=40, paused=True))
        courier.update(stream(start=40))
        await asyncio.sleep(0.1)
    assert world.taken == []
