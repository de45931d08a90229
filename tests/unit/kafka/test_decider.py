"""What a decider does with what it cannot decide, and with partitions that come and go."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from dataclasses import replace
from typing import Any, cast

import pytest

from kenes.kafka.decider import AheadError, Decider, FencedError, Position
from kenes.kafka.records import Record, Recorded
from schemas.envelope import Event
from schemas.payload import Payload
from schemas.topics import Topic
from tests.unit.kafka.test_decider_properties import (
    DECISIONS,
    NEW,
    REQUESTS,
    CrashError,
    Log,
    Requests,
    State,
    Stored,
    Toggle,
    Toggled,
    request_record,
)


class Letters:
    """Keeps what is set aside."""

    def __init__(self) -> None:
        self.put_aside: list[tuple[int, str]] = []

    async def put(self, topic: Topic, record: Record, error: Exception) -> None:
        """See DeadLetters."""
        assert topic is REQUESTS
        self.put_aside.append((record.offset, type(error).__name__))


class Choosy(State):
    """Refuses to decide on the name `bad`, and to evolve after the name `worse`."""

    def decide(self, request: Recorded) -> Payload:
        if cast("Toggle", request.data).name == "bad":
            raise LookupError("no rule for it")
        return super().decide(request)

    def evolve(self, partition: int, decision: Event[Payload]) -> None:
        if decision.subject.endswith("worse"):
            raise ArithmeticError("no state after it")
        super().evolve(partition, decision)

    def save(
        self, decisions: Sequence[tuple[int, Event[Payload]]], positions: Mapping[int, Position]
    ) -> Coroutine[Any, Any, None]:
        assert positions, "a database takes no empty list of writes"
        return super().save(decisions, positions)


def make(
    log: Log, state: State, letters: Letters, requests: Sequence[Record] = (), decisions: Topic = DECISIONS
) -> Decider:
    """A decider of the first partition's `requests`."""
    return Decider(
        REQUESTS,
        decisions,
        source="/test",
        state=state,
        log=log,
        request_log=Requests({0: list(requests)}),
        dead_letters=cast("Any", letters),
    )


def decider(
    log: Log, *, resident: bool = False, stored: Stored | None = None, requests: Sequence[Record] = ()
) -> tuple[Decider, State, Letters]:
    state, letters = Choosy(stored or Stored(), lazy=False, resident=resident, step=1), Letters()
    made = make(log, state, letters, requests)
    return made, state, letters


def decided(log: Log, partition: int = 0) -> list[int | None]:
    return [event.sequence for event in log.partitions[partition]]


def garbage(offset: int, **changes: Any) -> Record:
    told: dict[str, Any] = {"value": b"?", "headers": [], "key": None, "timestamp": 0} | changes
    return Record(REQUESTS.name, 0, offset, **told)


async def test_what_cannot_be_read_or_decided_is_set_aside_and_the_next_is_decided() -> None:
    log = Log()
    found, _, letters = decider(log)
    records = [
        request_record(0, 0, "a"),
        garbage(1),
        request_record(2, 0, "bad"),
        request_record(3, 0, "worse"),
        garbage(4, headers=[("ce_type", None)], timestamp=2**63 - 1),
        request_record(5, 0, "a"),
    ]

    await found.handle(records)

    assert letters.put_aside == [
        (1, "UnreadableEventError"),
        (4, "UnreadableEventError"),
        (2, "LookupError"),
        (3, "ArithmeticError"),
    ]
    assert decided(log) == [0, 5]
    assert [event.offset for event in log.partitions[0]] == [0, 1], "each says where it was meant to stand"


async def test_a_batch_of_nothing_but_garbage_writes_nothing() -> None:
    log = Log()
    found, _, letters = decider(log)

    await found.handle([garbage(0), request_record(1, 0, "bad")])
    await found.handle([request_record(2, 0, "a")])

    assert (decided(log), len(letters.put_aside)) == ([2], 2)


async def test_what_is_delivered_again_is_passed_over() -> None:
    log = Log()
    found, _, _ = decider(log)
    records = [request_record(offset, 0, "a") for offset in range(4)]

    await found.handle(records[:3])
    await found.handle(records[1:])
    await found.handle([*records, records[3], request_record(4, 0, "a"), request_record(4, 0, "a")])

    assert decided(log) == [0, 1, 2, 3, 4]


async def test_a_new_owner_decides_nothing_again() -> None:
    log, stored = Log(), Stored()
    records = [request_record(offset, 0, "a") for offset in range(4)]
    before, _, _ = decider(log, stored=stored)
    await before.handle(records[:3])

    found, _, _ = decider(log, stored=stored)
    await found.handle(records)

    assert decided(log) == [0, 1, 2, 3]


async def test_an_owner_that_was_not_alone_stores_nothing_and_ends() -> None:
    log, stored = Log(), Stored()
    lost, _, _ = decider(log, stored=stored)
    await lost.handle([request_record(0, 0, "a")])
    owner, _, _ = decider(log, stored=stored)
    await owner.handle([request_record(0, 0, "a"), request_record(1, 0, "a")])
    await owner.sweep({0: 2})  # which waits until that is recorded
    known = dict(stored.states)

    with pytest.raises(FencedError, match="expected 1, wrote at 2"):
        await lost.handle([request_record(1, 0, "a"), request_record(2, 0, "a")])

    assert stored.states == known


class Slow(Choosy):
    """Records nothing before it may."""

    def __init__(self, stored: Stored) -> None:
        super().__init__(stored, lazy=False, resident=False, step=1)
        self.may_record = asyncio.Event()

    async def _record(self, positions: Mapping[int, Position], *, crash: bool) -> None:
        await self.may_record.wait()
        await super()._record(positions, crash=crash)


async def _all_turns() -> None:
    """Lets everything go on that waits for nothing but its turn."""
    for _ in range(100):
        await asyncio.sleep(0)


async def test_a_batch_is_decided_while_the_one_before_is_recorded_and_not_the_one_after() -> None:
    log, stored = Log(), Stored()
    state = Slow(stored)
    found = make(log, state, Letters())

    await found.handle([request_record(0, 0, "a")])
    later = asyncio.create_task(found.handle([request_record(1, 0, "a")]))
    await _all_turns()
    assert [cast("Toggled", event.data).turns for event in log.partitions[0]] == [1, 2], "on what is not recorded yet"
    assert not later.done()
    assert stored.states == {}

    state.may_record.set()
    await later
    assert stored.states == {"0:a": (1, 0)}


async def test_who_waits_for_a_recording_does_not_take_the_next_one_for_it() -> None:
    state = Slow(Stored())
    found = make(Log(), state, Letters())
    await found.handle([request_record(0, 0, "a")])
    later = asyncio.create_task(found.handle([request_record(1, 0, "a")]))
    await _all_turns()
    leaving = asyncio.create_task(found.recorded())
    await _all_turns()

    state.may_record.set()
    await asyncio.gather(later, leaving)


async def test_what_is_caught_up_with_is_recorded_though_the_taking_over_is_cancelled() -> None:
    log, stored = Log(), Stored()
    before, _, _ = decider(log)
    await before.handle([request_record(offset, 0, "a") for offset in range(2)])
    state = Slow(stored)
    found = make(log, state, Letters())
    taking_over = asyncio.create_task(found.take_over([0]))
    await _all_turns()

    taking_over.cancel()
    await asyncio.gather(taking_over, return_exceptions=True)
    state.may_record.set()
    await found.handle([request_record(2, 0, "b")])
    await found.recorded()

    assert stored.states == {"0:a": (2, 1), "0:b": (1, 2)}


async def test_a_partition_is_let_go_of_when_all_of_it_is_recorded() -> None:
    log, stored = Log(), Stored()
    state = Slow(stored)
    found = make(log, state, Letters())
    await found.handle([request_record(0, 0, "a")])

    leaving = asyncio.create_task(found.release([0]))
    await _all_turns()
    assert not leaving.done()
    state.may_record.set()
    await leaving

    assert stored.states == {"0:a": (1, 0)}


@pytest.mark.parametrize("moment", ["batch", "nothing new", "sweep", "release", "end"])
async def test_what_cannot_be_recorded_is_heard_of_at_the_next(moment: str) -> None:
    found, state, _ = decider(Log())
    state.crash_in_save = True
    await found.handle([request_record(0, 0, "a")])

    nexts: dict[str, Callable[[], Coroutine[Any, Any, None]]] = {
        "batch": lambda: found.handle([request_record(1, 0, "a")]),
        "nothing new": lambda: found.handle([request_record(0, 0, "a")]),
        "end": found.recorded,
        "sweep": lambda: found.sweep({0: 1}),
        "release": lambda: found.release([0]),
    }
    with pytest.raises(CrashError):
        await nexts[moment]()


async def test_a_decision_has_the_key_of_its_request() -> None:
    class Keyed(Log):
        async def append(self, partition: int, decisions: Sequence[tuple[bytes, Event[Payload]]]) -> list[int]:
            keys.extend(key for key, _ in decisions)
            return await super().append(partition, decisions)

    keys: list[bytes] = []
    found, _, _ = decider(Keyed())
    await found.handle([request_record(0, 0, "a"), replace(request_record(1, 0, "b"), key=None)])

    assert keys == [b"a", b""]


async def test_what_was_passed_over_is_read_from_the_log_before_what_comes_after() -> None:
    log, requests = Log(), [request_record(offset, 0, "a") for offset in range(9)]
    requests[3], requests[4] = garbage(3), request_record(4, 0, "bad")
    found, _, letters = decider(log, requests=requests)

    await found.handle([requests[1], requests[2], requests[6]])
    await found.handle([requests[3], requests[8]])

    assert decided(log) == [0, 1, 2, 5, 6, 7, 8]
    assert [offset for offset, _ in letters.put_aside] == [3, 4], "and set aside once"


async def test_what_the_topic_has_no_more_is_not_waited_for() -> None:
    log, requests = Log(), [request_record(offset, 0, "a") for offset in range(5, 9)]
    found, _, _ = decider(log, requests=requests)

    await found.handle(requests[2:])

    assert decided(log) == [5, 6, 7, 8]


async def test_a_sweep_decides_what_waited_since_the_sweep_before_and_nothing_younger() -> None:
    log, requests = Log(), [request_record(offset, 0, "a") for offset in range(6)]
    found, _, _ = decider(log, requests=requests)
    await found.take_over([0])
    await found.handle(requests[:2])

    await found.sweep({0: 4})
    assert decided(log) == [0, 1], "it may be on its way"
    await found.sweep({0: 6})
    assert decided(log) == [0, 1, 2, 3]
    await found.handle(requests[2:5])
    assert decided(log) == [0, 1, 2, 3, 4], "what comes late is passed over"
    await found.sweep({0: 6})
    assert decided(log) == [0, 1, 2, 3, 4], "who moves on is left alone"


class Away(Log):
    """A log that acknowledges nothing while it is away."""

    def __init__(self) -> None:
        super().__init__()
        self.away = False
        self.asked, self.may_fail = asyncio.Event(), asyncio.Event()

    async def append(self, partition: int, decisions: Sequence[tuple[bytes, Event[Payload]]]) -> list[int]:
        if self.away:
            self.asked.set()
            await self.may_fail.wait()
            raise OSError("no acknowledgement")
        return await super().append(partition, decisions)


@pytest.mark.parametrize("how", ["fails", "is cancelled"])
async def test_nothing_is_decided_on_decisions_that_did_not_come_to_the_log(how: str) -> None:
    log, requests = Away(), [request_record(offset, 0, "a") for offset in range(4)]
    found, _, _ = decider(log, resident=True, requests=requests)
    await found.handle(requests[:1])
    await found.sweep({0: 3})

    log.away = True
    sweep = asyncio.create_task(found.sweep({0: 3}))
    await log.asked.wait()
    agent = asyncio.create_task(found.handle(requests[3:]))
    await _all_turns()
    if how == "fails":
        log.may_fail.set()
    else:
        sweep.cancel()
    log.away = False
    await asyncio.gather(sweep, return_exceptions=True)

    with pytest.raises(AheadError):
        await agent
    with pytest.raises(AheadError):
        await found.handle(requests)
    assert decided(log) == [0]


async def test_the_log_is_asked_once_for_what_may_wait_there(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[int, int]] = []
    between = Requests.between

    def counted(self: Requests, partition: int, start: int, end: int) -> AsyncIterator[Sequence[Record]]:
        asked.append((start, end))
        return between(self, partition, start, end)

    monkeypatch.setattr(Requests, "between", counted)
    found, _, _ = decider(Log())
    await found.handle([request_record(0, 0, "a")])

    for _ in range(4):
        await found.sweep({0: 1})
    assert asked == [], "nothing waits"
    for _ in range(4):
        await found.sweep({0: 3})
    assert asked == [(1, 3)], "what the topic has no more is not asked for again"


async def test_partitions_are_taken_over_once_and_forgotten() -> None:
    log, stored = Log(), Stored()
    first, _, _ = decider(log, stored=stored)
    await first.handle([request_record(0, 0, "a"), request_record(0, 1, "b")])

    found, state, _ = decider(log, resident=True, stored=stored)
    await found.take_over([0, 1])
    assert state.held.keys() == {"0:a", "1:b"}
    state.held["0:a"] = NEW
    await found.take_over([0, 1])
    assert state.held["0:a"] == NEW, "what is held already is not read again"

    await found.release([0])
    assert state.held.keys() == {"1:b"}
    await found.handle([request_record(1, 0, "a")])
    assert decided(log) == [0, 1], "and is acquired anew with its next request"


async def test_a_long_log_is_caught_up_with_in_bounded_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kenes.kafka.decider.CATCH_UP_BATCH", 4)
    log = Log()
    writer, _, _ = decider(log)
    await writer.handle([request_record(offset, 0, "abc"[offset % 3]) for offset in range(18)])
    sizes: list[int] = []

    class Counting(Choosy):
        async def prepare(self, events: Sequence[Event[Payload]]) -> None:
            sizes.append(len(events))
            await super().prepare(events)

    stored = Stored()
    state = Counting(stored, lazy=False, resident=False, step=1)
    found = make(log, state, Letters())
    await found.acquire(0)

    assert sizes == [4, 4, 4, 4, 2]
    assert {name: turns for name, (turns, _) in stored.states.items()} == {"0:a": 6, "0:b": 6, "0:c": 6}


def test_decisions_have_as_many_partitions_as_requests() -> None:
    other = Topic("test.other.v1", "test", "name", DECISIONS.payloads, 3, "Decisions.")

    with pytest.raises(ValueError, match="as many partitions"):
        make(Log(), cast("Any", None), Letters(), decisions=other)
