"""The live tail: the first decision on each request, in order, and nothing that hangs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaConnectionError, KafkaTimeoutError

from kenes.kafka import tail as module
from kenes.kafka.decider import Position
from kenes.kafka.producer import BrokerUnavailableError
from kenes.kafka.records import Record, Recorded
from kenes.kafka.tail import Tail
from schemas.topics import Topic
from tests.unit.kafka.samples import TOPIC, record_of
from tests.waiting import until

STARTS = {0: Position(), 1: Position()}


class Consumer:
    """A topic in memory, as a consumer of it."""

    def __init__(self) -> None:
        self.log: dict[int, list[Record]] = {0: [], 1: []}
        self.next = {0: 0, 1: 0}
        self.fails: list[Exception] = []
        self.ends_fail: Exception | None = None
        self.ends_hang = False
        self.away = False
        self.opened = 0
        self.more = asyncio.Event()

    def write(self, number: int, sequence: int | None, partition: int = 0, **changes: object) -> None:
        log = self.log[partition]
        log.append(record_of(number, len(log), sequence, partition, **changes))
        self.more.set()

    async def getmany(self, timeout_ms: int, max_records: int) -> dict[TopicPartition, list[Record]]:
        """At most `max_records` of each partition; as the real one, it does not wait where it has some."""
        if self.fails:
            raise self.fails.pop()
        found = {
            TopicPartition(TOPIC.name, partition): log[self.next[partition] :][:max_records]
            for partition, log in self.log.items()
            if log[self.next[partition] :]
        }
        if not found:
            self.more.clear()
            with suppress(TimeoutError):
                await asyncio.wait_for(self.more.wait(), timeout_ms / 1000)
        for asked, records in found.items():
            self.next[asked.partition] += len(records)
        return found

    async def ends(self, consumer: object, _topic: Topic, partitions: list[int]) -> dict[int, int]:
        assert consumer is self
        if self.ends_fail is not None:
            raise self.ends_fail
        if self.ends_hang:
            await asyncio.Event().wait()
        return {partition: len(self.log[partition]) for partition in partitions}

    @asynccontextmanager
    async def reading(self, _bootstrap: str, _topic: Topic, starts: Mapping[int, int]) -> AsyncIterator[Consumer]:
        if self.away:
            raise KafkaConnectionError
        self.opened += 1
        self.next = dict(starts)
        yield self


@pytest.fixture
def consumer(monkeypatch: pytest.MonkeyPatch) -> Consumer:
    found = Consumer()
    monkeypatch.setattr(module, "reading", found.reading)
    monkeypatch.setattr(module, "end_offsets", found.ends)
    monkeypatch.setattr(module, "to_record", lambda record: record)
    return found


@asynccontextmanager
async def following(take: Callable[[Recorded], None] = lambda _: None) -> AsyncIterator[Tail]:
    tail = Tail("broker", TOPIC, take)
    task = asyncio.create_task(tail.follow(STARTS))
    try:
        yield tail
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_the_first_decision_on_each_request_is_handed_on(consumer: Consumer) -> None:
    taken: list[tuple[int, int | None]] = []
    for sequence in (0, 1, 1, 0, 3, 2, 3, 4):
        consumer.write(len(consumer.log[0]), sequence)
    consumer.write(100, 2, partition=1)

    async with following(lambda each: taken.append((each.partition, each.event.sequence))) as tail:
        await tail.up_to_date()

    assert [each for each in taken if each[0] == 0] == [(0, 0), (0, 1), (0, 3), (0, 4)]
    assert [each for each in taken if each[0] == 1] == [(1, 2)]


async def test_a_decision_that_stands_elsewhere_than_meant_is_passed_over(consumer: Consumer) -> None:
    taken: list[int] = []
    for offset, (sequence, expected) in enumerate([(0, 0), (1, 0), (1, 2), (2, 5), (3, 4)]):
        consumer.write(offset, sequence, expected=expected)

    async with following(lambda each: taken.append(each.offset)) as tail:
        await tail.up_to_date()

    assert taken == [0, 2, 4]


async def test_what_cannot_be_read_only_holds_a_place(consumer: Consumer) -> None:
    taken: list[int] = []
    consumer.write(1, 0)
    consumer.write(2, 1, value=b"?")
    consumer.write(3, None)
    consumer.write(4, 3)

    async with following(lambda each: taken.append(each.event.sequence or 0)) as tail:
        await tail.up_to_date()
        assert tail._positions[0] == Position(4, 3)

    assert taken == [0, 3]


async def test_a_long_backlog_leaves_others_their_turns(consumer: Consumer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 10)
    taken: list[int] = []
    for number in range(100):
        consumer.write(number, number)
    seen: set[int] = set()

    async with following(lambda each: taken.append(each.offset)):
        while len(taken) < 100:
            seen.add(len(taken))
            await asyncio.sleep(0)

    assert seen > {10, 50, 90}


async def test_it_has_caught_up_with_what_was_there_before_and_is_up_to_date_with_what_came_since(
    consumer: Consumer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "AT_ONCE", 10)
    taken: list[int] = []
    for number in range(30):
        consumer.write(number, number)

    async with following(lambda each: taken.append(each.offset)) as tail:
        await tail.caught_up.wait()
        assert len(taken) == 30
        for number in range(30, 60):
            consumer.write(number, number)
        await tail.up_to_date()
        assert len(taken) == 60


async def test_who_asks_while_the_broker_is_away_is_told_at_once(consumer: Consumer) -> None:
    async with following() as tail:
        await tail.up_to_date()
        consumer.away, consumer.fails = True, [KafkaConnectionError()]
        consumer.write(1, 0)
        await until(lambda: not consumer.fails)
        with pytest.raises(BrokerUnavailableError, match="lost the broker"):
            await tail.up_to_date()


async def test_reached_waits_for_a_sequence_or_a_later_one(consumer: Consumer) -> None:
    async with following() as tail:
        await tail.up_to_date()
        waiting = asyncio.create_task(tail.reached(0, 5))
        consumer.write(1, 4)
        await tail.up_to_date()
        assert not waiting.done()

        consumer.write(2, 7)
        await asyncio.wait_for(waiting, 5)
        await asyncio.wait_for(tail.reached(0, 6), 5)
        await asyncio.wait_for(tail.reached(99, 5), 5)


async def test_it_goes_on_after_the_broker_was_away(consumer: Consumer) -> None:
    taken: list[int] = []
    async with following(lambda each: taken.append(each.event.sequence or 0)) as tail:
        consumer.write(1, 0)
        await tail.up_to_date()
        consumer.fails = [KafkaConnectionError()]
        consumer.write(2, 1)
        await asyncio.wait_for(tail.reached(0, 1), 5)

    assert taken == [0, 1], "from where it was, nothing twice"
    assert consumer.opened == 2


@pytest.mark.parametrize("error", [KafkaTimeoutError(), KafkaConnectionError()])
async def test_a_broker_that_is_away_is_told_to_who_asks(consumer: Consumer, error: Exception) -> None:
    async with following() as tail:
        await tail.up_to_date()
        consumer.ends_fail = error
        with pytest.raises(BrokerUnavailableError):
            await tail.up_to_date()


async def test_nobody_waits_for_good(consumer: Consumer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "UP_TO_DATE_WITHIN", 0.05)
    never_followed = Tail("broker", TOPIC, lambda _: None)
    with pytest.raises(BrokerUnavailableError):
        await never_followed.up_to_date()

    async with following() as tail:
        await asyncio.wait_for(tail.caught_up.wait(), 5)
        consumer.ends_hang = True
        with pytest.raises(BrokerUnavailableError):
            await tail.up_to_date()


async def test_what_a_taker_raises_ends_the_tail(consumer: Consumer) -> None:
    def fails(_decision: Recorded) -> None:
        raise LookupError("a mistake of ours")

    consumer.write(1, 0)
    with pytest.raises(LookupError):
        await asyncio.wait_for(Tail("broker", TOPIC, fails).follow(STARTS), 5)
