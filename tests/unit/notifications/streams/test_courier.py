"""A courier with a receiver that does as it is told: order, failures, dead letters, tests, replays, restarts."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, cast

import orjson
import pytest

from kenes.kafka.records import Recorded
from kenes.observe import tracing
from schemas.notifications.publication import PublicationRefused
from schemas.notifications.streams import (
    DeliveryAttempted,
    Order,
    Result,
    StreamCompletionRequested,
    StreamDisablingRequested,
    StreamFilter,
    StreamRequest,
    StreamVerificationRequested,
    Work,
)
from services.notifications.domain.streams import AgencyStream, SealedSecret
from services.notifications.streams.budget import Budget
from services.notifications.streams.carrying import Carrying
from services.notifications.streams.courier import Courier
from services.notifications.streams.line import Line
from services.notifications.streams.pace import FAILURES_IN_A_ROW, FIRST
from services.notifications.streams.progress import Progress
from services.notifications.streams.sending import Tried
from services.notifications.streams.slots import Slots
from tests.publicity import counted
from tests.unit.notifications.streams.lines import BEGAN, MemoryPages, log_of, recorded

URL = "https://hooks.example/kenes"
DELIVERED, FAILED, GONE = Tried(Result.DELIVERED, 204), Tried(Result.FAILED, 500, "refused"), Tried(Result.GONE, 410)


def stream(**changes: Any) -> AgencyStream:
    """A stream that flows from the beginning."""
    told: dict[str, Any] = {
        "id": "s",
        "owner": "agency:transport",
        "name": "Events",
        "endpoint": URL,
        "filter": StreamFilter(),
        "secrets": (SealedSecret(sealed="x"),),
        "start": 0,
        "created_at": BEGAN,
        "verified": True,
    }
    return AgencyStream.model_validate(told | changes)


class MemoryProgress:
    """Lanes and dead letters in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, dict[str, Any]] = {}
        self.buried: list[int] = []

    async def load(self, _stream: str, lane: str) -> dict[str, Any] | None:
        return self.kept.get(lane)

    async def save(self, _stream: str, lane: str, document: dict[str, Any]) -> None:
        self.kept[lane] = document

    async def drop(self, _stream: str, lane: str) -> None:
        self.kept.pop(lane, None)

    async def bury(self, _stream: str, line: Line, _reason: str | None) -> None:
        self.buried = [*(each for each in self.buried if each != line.offset), line.offset]

    async def revive(self, _stream: str, cursors: Iterable[int]) -> None:
        self.buried = [each for each in self.buried if each + 1 not in cursors]


@dataclass
class World:
    """A log, a receiver and what the courier said. `answer` tells how a try of an event ends.

    The courier's process holds the log in memory from `log_from` on; `None`: all of it is at the broker alone.
    """

    pages: MemoryPages
    answer: Callable[[Line], Tried] = lambda _: DELIVERED
    tries: int = 3
    log_from: int | None = None
    progress: MemoryProgress = field(default_factory=MemoryProgress)
    taken: list[Line] = field(default_factory=list)
    attempts: list[DeliveryAttempted] = field(default_factory=list)
    traces: list[str | None] = field(default_factory=list)
    asked: list[StreamRequest] = field(default_factory=list)
    flying: int = 0
    most_flying: int = 0
    takes: Callable[[Recorded], None] = lambda _: None
    budget: Budget = field(default_factory=Budget)
    slots: Slots = field(default_factory=lambda: Slots(100))

    async def send(self, _stream: AgencyStream, line: Line) -> Tried:
        self.flying += 1
        self.most_flying = max(self.flying, self.most_flying)
        await asyncio.sleep(0.001)
        self.flying -= 1
        tried = self.answer(line)
        if tried.result is Result.DELIVERED:
            self.taken.append(line)
        return tried

    def again_after(self, attempt: int, _tried: Tried) -> float | None:
        return 0.01 if attempt < self.tries else None

    async def note(self, attempt: DeliveryAttempted, traceparent: str | None) -> None:
        self.attempts.append(attempt)
        self.traces.append(traceparent)

    async def ask(self, request: StreamRequest) -> None:
        self.asked.append(request)

    def offsets(self, subject: str) -> list[int]:
        return [line.offset for line in self.taken if line.subject == subject]

    def append(self, event: Recorded) -> None:
        self.pages.events.append(event)
        self.takes(event)

    @asynccontextmanager
    async def running(self, sent: AgencyStream, at_once: int = 8) -> AsyncIterator[Courier]:
        log = log_of(self.pages, len(self.pages.events) if self.log_from is None else self.log_from)
        self.takes = log.take
        for each in self.pages.events:
            log.take(each)
        carrying = Carrying(
            log=log,
            progress=cast("Progress", self.progress),
            sender=self,
            note=self.note,
            ask=self.ask,
            slots=self.slots,
            at_once_per_stream=at_once,
            budget=self.budget,
        )
        courier = Courier(sent, carrying)
        task = asyncio.create_task(courier.run())
        try:
            yield courier
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def until(self, enough: Callable[[], bool]) -> None:
        for _ in range(2000):
            if enough():
                return
            await asyncio.sleep(0.005)
        raise AssertionError(f"{self.attempts[-3:]} {self.asked}")


def log(*subjects: str) -> MemoryPages:
    return MemoryPages([recorded(offset, counted(name, offset)) for offset, name in enumerate(subjects)])


async def test_all_is_delivered_each_subject_in_order_and_not_too_much_at_once() -> None:
    world = World(log(*"abcdefgh" * 20))
    async with world.running(stream(), at_once=4):
        await world.until(lambda: len(world.taken) == 160)
    for place, name in enumerate("abcdefgh"):
        assert world.offsets(name) == list(range(place, 160, 8))
    assert world.most_flying == 4
    assert world.progress.kept["live"]["next"] == 160


async def test_each_try_belongs_to_the_trace_of_its_event() -> None:
    trace = tracing.new_trace().traceparent()
    events = [recorded(0, counted("a", 0), traceparent=trace), recorded(1, counted("a", 1))]
    answers = iter([FAILED, DELIVERED, DELIVERED])
    world = World(MemoryPages(events), lambda _: next(answers))
    async with world.running(stream(), at_once=1):
        await world.until(lambda: len(world.taken) == 2)
    assert world.traces == [trace, trace, None]
    assert [line.attributes.get("traceparent") for line in world.taken] == [trace, None]
    assert all(orjson.loads(line.json) == line.attributes for line in world.taken)


async def test_only_what_the_filter_wants_is_sent() -> None:
    world = World(log(*"abab"))
    async with world.running(stream(filter=StreamFilter(petitions=("b",)))):
        await world.until(lambda: len(world.taken) == 2)
    assert [line.offset for line in world.taken] == [1, 3]


async def test_failures_are_tried_again_and_hold_up_their_subject_alone() -> None:
    failed: dict[int, int] = defaultdict(int)

    def answer(line: Line) -> Tried:
        failed[line.offset] += line.offset == 0
        return FAILED if line.offset == 0 and failed[0] < 3 else DELIVERED

    world = World(log("a", "b", "a", "b"), answer)
    async with world.running(stream()):
        await world.until(lambda: len(world.taken) == 4)
    assert world.offsets("a") == [0, 2]
    assert [line.subject for line in world.taken[:2]] == ["b", "b"]
    tried = [(each.attempt, each.result, each.status) for each in world.attempts if each.cursor == 1]
    assert tried == [(1, "failed", 500), (2, "failed", 500), (3, "delivered", 204)]
    assert not world.asked


async def test_after_the_last_try_an_event_is_a_dead_letter_and_its_subject_goes_on() -> None:
    world = World(log("b", "a", "a", "b"), lambda line: FAILED if line.offset == 1 else DELIVERED)
    async with world.running(stream()):
        await world.until(lambda: len(world.taken) == 3)
        assert world.progress.buried == [1]
        assert [each.result for each in world.attempts if each.cursor == 2] == ["failed", "failed", "dead"]
        assert not world.asked  # others were delivered meanwhile


async def test_where_nothing_was_delivered_in_all_the_tries_nobody_is_there() -> None:
    world = World(log("a"), lambda _: FAILED)
    async with world.running(stream()):
        await world.until(lambda: bool(world.asked))
    assert world.asked == [StreamDisablingRequested(stream="s", endpoint=URL, reason="failing")]


@pytest.mark.parametrize("work", [Work.RETRY, Work.REPLAY])
async def test_one_event_that_is_sent_again_in_vain_says_nothing_of_a_receiver_that_takes_others(work: Work) -> None:
    world = World(log("a", *"b" * 200), lambda line: FAILED if line.offset == 0 else DELIVERED)
    order = Order(number=1, work=work, start=0, end=1)
    async with world.running(stream(start=1, orders=(order,))):
        await world.until(lambda: bool(world.asked))
    tries = ["dead"] if work is Work.RETRY else ["failed", "failed", "dead"]
    assert [each.result for each in world.attempts if each.order] == tries
    assert world.asked == [StreamCompletionRequested(stream="s", order=1)]


@pytest.mark.parametrize("work", [Work.REPLAY, Work.TEST])
async def test_what_an_order_delivered_counts_also_once_it_is_done(work: Work) -> None:
    world = World(log("a", "b"), lambda line: FAILED if line.offset == 1 else DELIVERED, tries=1000)
    order = Order(number=1, work=work, start=0, end=1)
    async with world.running(stream(start=1)) as courier:
        await world.until(lambda: len(world.attempts) > 0)
        courier.update(stream(start=1, orders=(order,)))
        await world.until(lambda: bool(world.asked))
        courier.update(stream(start=1))
        await asyncio.sleep(0.05)
        world.tries = 1
        await world.until(lambda: world.progress.buried == [1])
    assert world.asked == [StreamCompletionRequested(stream="s", order=1)]
    assert world.progress.kept["live"]["delivered_at"] > 0


async def test_a_receiver_that_is_gone_is_asked_no_more_and_loses_nothing() -> None:
    world = World(log(*"aab"), lambda _: GONE)
    async with world.running(stream(), at_once=1) as courier:
        await world.until(lambda: bool(world.asked))
        assert world.asked == [StreamDisablingRequested(stream="s", endpoint=URL, reason="gone")]
        await asyncio.sleep(0.05)
        assert len(world.attempts) == 1
        courier.update(stream(disabled="gone"))
        world.answer = lambda _: DELIVERED
        courier.update(stream())
        await world.until(lambda: len(world.taken) == 3)
    assert world.offsets("a") == [0, 1]


async def test_nothing_flows_before_a_test_event_was_taken() -> None:
    answers = iter([FAILED, DELIVERED])
    world = World(log("a"), lambda line: next(answers) if line.offset < 0 else DELIVERED)
    async with world.running(stream(verified=False)) as courier:
        await world.until(lambda: bool(world.asked))
        assert world.asked == [StreamVerificationRequested(stream="s", endpoint=URL)]
        assert [line.offset for line in world.taken] == [-1]
        courier.update(stream())
        await world.until(lambda: len(world.taken) == 2)


async def test_who_is_resumed_at_once_must_take_a_test_event_again() -> None:
    world = World(log(), lambda _: DELIVERED)
    verification = StreamVerificationRequested(stream="s", endpoint=URL)
    async with world.running(stream(verified=False)) as courier:
        await world.until(lambda: world.asked == [verification])
        courier.update(stream(disabled="gone"))
        courier.update(stream(verified=False))
        await world.until(lambda: world.asked == [verification, verification])


async def test_after_a_resume_what_waited_has_all_its_tries_again() -> None:
    world = World(log("a"), lambda line: FAILED if line.subject == "a" else DELIVERED, tries=3)
    parked = [{"subject": "a", "offsets": [0], "attempts": 2, "since": 1.0, "at": 2e9}]
    world.progress.kept["live"] = {"next": 1, "delivered_at": 0.0, "parked": parked}
    async with world.running(stream(verified=False)) as courier:
        await world.until(lambda: bool(world.asked))
        courier.update(stream())
        await world.until(lambda: world.progress.buried == [0])
    assert [(each.attempt, each.result) for each in world.attempts if each.cursor] == [
        (1, "failed"),
        (2, "failed"),
        (3, "dead"),
    ]


async def test_an_address_that_takes_no_test_event_is_given_up() -> None:
    world = World(log("a"), lambda _: FAILED)
    async with world.running(stream(verified=False)):
        await world.until(lambda: bool(world.asked))
    assert world.asked == [StreamDisablingRequested(stream="s", endpoint=URL, reason="not-verified")]
    assert len(world.attempts) == 3


async def test_a_replay_goes_beside_the_live_flow_and_has_an_end() -> None:
    world = World(log(*"abcd"))
    order = Order(number=4, work=Work.REPLAY, start=1, end=3)
    async with world.running(stream(start=3, orders=(order,))) as courier:
        await world.until(lambda: len(world.taken) == 3 and bool(world.asked))
        assert world.asked == [StreamCompletionRequested(stream="s", order=4)]
        assert sorted(line.offset for line in world.taken) == [1, 2, 3]
        assert {each.cursor: each.order for each in world.attempts} == {2: 4, 3: 4, 4: None}
        courier.update(stream(start=3))
        await world.until(lambda: "order-4" not in world.progress.kept)


async def test_a_lane_that_was_kept_beyond_the_end_of_the_log_goes_on_from_there() -> None:
    world = World(log(*"abcde"))
    parked = [{"subject": "a", "offsets": [0, 6], "attempts": 1, "since": 1.0, "at": 1.0}]
    world.progress.kept["live"] = {"next": 8, "delivered_at": 0.0, "parked": parked}
    async with world.running(stream()) as courier:
        await world.until(lambda: world.offsets("a") == [0])
        for offset, name in enumerate("afg", start=5):
            world.append(recorded(offset, counted(name, offset)))
        courier.wake()
        await world.until(lambda: len(world.taken) == 4)
    assert sorted(line.offset for line in world.taken) == [0, 5, 6, 7]


@pytest.mark.parametrize(
    ("work", "start", "end", "sent"),
    [(Work.RETRY, 999_998, 999_999, []), (Work.REPLAY, 7, 9, []), (Work.REPLAY, 3, 9, [3, 4])],
)
async def test_an_order_beyond_the_end_of_the_log_ends_there_and_the_live_flow_goes_on(
    work: Work, start: int, end: int, sent: list[int]
) -> None:
    world = World(log(*"abcde"))
    order = Order(number=1, work=work, start=start, end=end)
    async with world.running(stream(orders=(order,))):
        await world.until(lambda: bool(world.asked) and len(world.taken) == 5 + len(sent))
    assert world.asked == [StreamCompletionRequested(stream="s", order=1)]
    assert sorted(each.cursor - 1 for each in world.attempts if each.order) == sent


@pytest.mark.parametrize(
    ("end", "sent"),
    [
        pytest.param(5, [0, 1, 2], id="before what tells nothing"),
        pytest.param(6, [0, 1, 2], id="after what tells nothing"),
        pytest.param(10, [0, 1, 2, 6, 7, 8], id="beyond the last event"),
    ],
)
async def test_a_replay_keeps_its_bounds_among_records_that_tell_nothing(end: int, sent: list[int]) -> None:
    refused = PublicationRefused(origin=None, code="told-before")
    tells = "yyynnnyyyn"
    events = [recorded(n, counted("a", n) if each == "y" else refused) for n, each in enumerate(tells)]
    world = World(MemoryPages(events), log_from=0)
    order = Order(number=1, work=Work.REPLAY, start=0, end=end)
    async with world.running(stream(start=len(events), orders=(order,))):
        await world.until(lambda: bool(world.asked))
    assert world.offsets("a") == sent
    assert world.asked == [StreamCompletionRequested(stream="s", order=1)]


async def test_a_dead_letter_is_tried_again_by_hand_whatever_the_filter_says() -> None:
    world = World(log("a"))
    world.progress.buried = [0]
    order = Order(number=1, work=Work.RETRY, start=0, end=1)
    async with world.running(stream(start=1, filter=StreamFilter(petitions=("z",)), orders=(order,))):
        await world.until(lambda: bool(world.asked))
    assert world.offsets("a") == [0]
    assert world.progress.buried == []


async def test_a_dead_letter_that_a_replay_delivers_is_none_any_more() -> None:
    world = World(log(*"abc"))
    world.progress.buried = [1, 5]
    order = Order(number=1, work=Work.REPLAY, start=0, end=3)
    async with world.running(stream(start=3, orders=(order,))):
        await world.until(lambda: bool(world.asked) and world.progress.buried == [5])


async def test_one_try_in_vain_by_hand_leaves_a_dead_letter_and_says_nothing_of_the_receiver() -> None:
    world = World(log("a"), lambda _: FAILED)
    world.progress.buried = [0]
    order = Order(number=1, work=Work.RETRY, start=0, end=1)
    async with world.running(stream(start=1, orders=(order,))):
        await world.until(lambda: bool(world.asked))
    assert world.asked == [StreamCompletionRequested(stream="s", order=1)]
    assert [(each.attempt, each.result) for each in world.attempts] == [(1, "dead")]
    assert world.progress.buried == [0]


async def test_a_test_is_sent_once_also_where_nothing_flows() -> None:
    world = World(log("a"), lambda _: FAILED)
    async with world.running(stream(paused=True, orders=(Order(number=1, work=Work.TEST),))):
        await world.until(lambda: bool(world.asked))
    assert world.asked == [StreamCompletionRequested(stream="s", order=1)]
    assert [each.result for each in world.attempts] == ["dead"]


async def test_streams_to_a_receiver_that_hangs_hold_few_lines_together_and_none_starves() -> None:
    @dataclass
    class Hanging(World):
        async def send(self, _stream: AgencyStream, _line: Line) -> Tried:
            self.flying += 1
            return cast("Tried", await asyncio.Event().wait())

    world = Hanging(log(*(f"p{number}" for number in range(200))), budget=Budget(300))
    orders = tuple(Order(number=number, work=Work.REPLAY, start=0, end=200) for number in range(1, 11))
    async with AsyncExitStack() as running:
        couriers = [
            await running.enter_async_context(world.running(stream(id=f"s{number}", orders=orders)))
            for number in range(5)
        ]
        await world.until(lambda: world.flying == 5 * FIRST and all(len(each._lanes) == 11 for each in couriers))
        lanes = [lane for courier in couriers for lane in courier._lanes.values()]
        await world.until(lambda: all(lane.held >= 8 for lane in lanes))
        for courier in couriers:
            courier.wake()
        await asyncio.sleep(0.05)
        assert sum(lane.held for lane in lanes) <= 300 + 55 * 8
    assert world.budget.left == 300


async def test_receivers_that_take_their_time_leave_room_to_others() -> None:
    @dataclass
    class Hanging(World):
        async def send(self, _stream: AgencyStream, _line: Line) -> Tried:
            self.flying += 1
            return cast("Tried", await asyncio.Event().wait())

    slots = Slots(20)
    slow = [Hanging(log(*(f"p{number}" for number in range(20))), slots=slots) for _ in range(6)]
    quick = World(log(*(f"p{number}" for number in range(200))), slots=slots)
    async with AsyncExitStack() as running:
        for number, world in enumerate(slow):
            await running.enter_async_context(world.running(stream(id=f"slow-{number}"), at_once=4))
        await quick.until(lambda: all(world.flying for world in slow))
        async with quick.running(stream(), at_once=4):
            await quick.until(lambda: len(quick.taken) == 200)
        assert quick.most_flying == 4
    assert slots.flying == 0


async def test_what_was_not_noted_behind_a_failure_comes_in_order_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.notifications.streams.lane.MOST_OF_ONE", 2)
    monkeypatch.setattr("services.notifications.streams.lane_reader.PAGE", 3)
    world = World(log(*"a" * 8, *"bac" * 10), lambda line: DELIVERED if line.subject != "a" else FAILED, tries=1000)
    async with world.running(stream(), at_once=2):
        await world.until(lambda: len(world.taken) == 20)
        world.answer = lambda _: DELIVERED
        await world.until(lambda: len(world.taken) == 38)
    assert world.offsets("a") == [*range(8), *range(9, 38, 3)]
    assert world.progress.kept["live"]["parked"] == []


async def test_whoever_takes_over_goes_on_where_the_other_stood() -> None:
    world = World(log(*"abcabcabc"), lambda line: FAILED if line.subject == "a" else DELIVERED, tries=1000)
    async with world.running(stream()):
        await world.until(lambda: len(world.taken) == 6)
    world.answer = lambda _: DELIVERED
    async with world.running(stream()):
        await world.until(lambda: len(world.taken) == 9)
    assert world.offsets("a") == [0, 3, 6]
    assert len({line.offset for line in world.taken}) == 9


async def test_a_paused_stream_sends_nothing_and_goes_on_from_there() -> None:
    world = World(log(*"ab"))
    async with world.running(stream(paused=True)) as courier:
        await asyncio.sleep(0.05)
        assert not world.taken
        courier.update(stream())
        await world.until(lambda: len(world.taken) == 2)


async def test_while_a_try_takes_its_time_nothing_turns_for_the_others_that_are_due(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """From some failures in a row on one try is made at a time: the rest is due, and has to wait."""
    turns, hanging, tried, pauses = 0, asyncio.Event(), 0, iter([0.01, *[0.05] * 7])
    arrange = Courier._arrange

    async def counting(self: Courier) -> None:
        nonlocal turns
        turns += 1
        await arrange(self)

    @dataclass
    class Hanging(World):
        async def send(self, sent: AgencyStream, line: Line) -> Tried:
            nonlocal tried
            tried += 1
            if tried > 8:
                hanging.set()
                await asyncio.Event().wait()
            return await super().send(sent, line)

        def again_after(self, attempt: int, _tried: Tried) -> float | None:
            return next(pauses)

    monkeypatch.setattr(Courier, "_arrange", counting)
    world = Hanging(log(*"abcdefgh"), lambda _: FAILED)
    async with world.running(stream()):
        await hanging.wait()
        await asyncio.sleep(0.1)
        before = turns
        await asyncio.sleep(0.2)
        assert turns - before < 5


async def test_a_receiver_that_fails_again_and_again_rests_but_not_where_it_is_another(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("services.notifications.streams.pace.REST", 3600.0)
    world = World(log(*(f"petition-{number}" for number in range(50))), lambda _: FAILED, tries=1000)
    async with world.running(stream(), at_once=4) as courier:
        await world.until(lambda: len(world.attempts) >= FAILURES_IN_A_ROW)
        await asyncio.sleep(0.05)
        assert len(world.attempts) < FAILURES_IN_A_ROW + 4, "those that flew, and no more"

        courier.update(stream(orders=(Order(number=1, work=Work.TEST),)))
        await world.until(lambda: bool(world.asked))
        assert world.attempts[-1].order == 1, "who asks for a test is told at once"

        world.answer = lambda _: DELIVERED
        courier.update(stream(endpoint="https://other.example/kenes"))
        await world.until(lambda: len(world.taken) == 50)


async def test_who_asks_for_time_is_left_alone_whatever_else_was_under_way_and_arrived() -> None:
    busy = Tried(Result.FAILED, 429, "refused", 60.0)
    names = [f"petition-{number}" for number in range(50)]
    world = World(log(*names), lambda line: busy if line.subject == names[0] else DELIVERED)
    async with world.running(stream(), at_once=4) as courier:
        await world.until(lambda: len(world.attempts) >= 4)
        courier.update(stream(orders=(Order(number=1, work=Work.TEST),)))
        await world.until(lambda: bool(world.asked))
        assert sorted(each.cursor for each in world.attempts if each.order is None) == [1, 2, 3, 4], "those that flew"

        world.answer = lambda _: DELIVERED
        courier.update(stream(endpoint="https://other.example/kenes"))
        await world.until(lambda: len(world.taken) == 51)


async def test_one_delivery_ends_the_rest() -> None:
    world = World(log(*(f"petition-{number}" for number in range(40))), lambda _: FAILED, tries=1000)
    async with world.running(stream()):
        await world.until(lambda: len(world.attempts) >= 2 * FAILURES_IN_A_ROW)
        world.answer = lambda _: DELIVERED
        await world.until(lambda: len(world.taken) == 40)


async def test_what_only_waits_is_not_kept_as_often_as_what_was_delivered(monkeypatch: pytest.MonkeyPatch) -> None:
    """With thousands of waiting events it is large, and a crash would only read and try them again."""
    monkeypatch.setattr("services.notifications.streams.keeping.SAVED_EVERY", 0.0)
    monkeypatch.setattr("services.notifications.streams.keeping.MOVES_SAVED_EVERY", 3600.0)
    world = World(log(*"abcdefgh"), lambda _: FAILED, tries=1000)
    async with world.running(stream()):
        await world.until(lambda: len(world.attempts) >= 10)
        assert world.progress.kept == {}
        world.answer = lambda line: DELIVERED if line.subject == "a" else FAILED
        await world.until(lambda: "live" in world.progress.kept)
    assert [each["subject"] for each in world.progress.kept["live"]["parked"]] == list("bcdefgh")
