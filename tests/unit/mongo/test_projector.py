"""The projector: an event counts once, an event that cannot be taken is set aside, a lost owner writes nothing."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kenes.kafka.decider import Position
from kenes.kafka.records import Record, Recorded
from kenes.mongo import projector as module
from kenes.mongo.folding import Folding, Lookup, look_up
from kenes.mongo.operations import Operation, Update
from kenes.mongo.projection import NotOwnerError, Projection
from kenes.mongo.projector import Projector
from schemas.topics import Topic
from tests.unit.kafka.samples import TOPIC, Counted, record_of


class PoisonError(Exception):
    """The fold cannot take this."""


def fold(events: Sequence[Recorded]) -> Folding:
    for event in events:
        number = cast("Counted", event.data).number
        if number < 0:
            raise PoisonError(number)
        yield Update("sums", event.partition, {"$inc": {"total": number, "events": 1}})


PROJECTION = Projection("sums", TOPIC, {"sums": ()}, fold)


class Stored:
    """A version in memory whose transactions are all or nothing. `fail` breaks the next one in its middle."""

    def __init__(self, projection: Projection = PROJECTION) -> None:
        self.projection = projection
        self.database = self
        self.places = {0: Position(), 1: Position()}
        self.sums: Counter[tuple[int, str]] = Counter()
        self.fail: Exception | None = None
        self.collections: dict[str, Any] = {}

    async def positions(self) -> dict[int, Position]:
        return dict(self.places)

    async def advance(self, moves: Mapping[int, tuple[Position, Position]], session: dict[int, Position]) -> None:
        for partition, (before, after) in moves.items():
            if self.places[partition].next_offset != before.next_offset:
                raise NotOwnerError(str(partition))
            session[partition] = after

    async def transact(self, _database: object, work: Any, _session: object) -> None:
        session: dict[int, Position] = {}
        sums = self.sums.copy()
        try:
            await work(session)
            self._break()
        except BaseException:
            self.sums = sums
            raise
        self.places |= session

    def _break(self) -> None:
        error, self.fail = self.fail, None
        if error is not None:
            raise error

    async def apply(self, _collections: object, operations: Sequence[Operation], _session: object) -> None:
        for operation in operations:
            assert isinstance(operation, Update)
            for name, by in operation.change["$inc"].items():
                self.sums[operation.id, name] += by


class Letters:
    """Keeps what is set aside."""

    def __init__(self) -> None:
        self.put_aside: list[tuple[int, str]] = []

    async def put(self, topic: Topic, record: Record, error: Exception) -> None:
        """See DeadLetters."""
        assert topic is TOPIC
        self.put_aside.append((record.offset, type(error).__name__))


@pytest.fixture
def stored(monkeypatch: pytest.MonkeyPatch) -> Stored:
    found = Stored()
    monkeypatch.setattr(module, "transact", found.transact)
    monkeypatch.setattr(module, "apply", found.apply)
    return found


def projector(stored: Stored, letters: Letters | None = None) -> Projector:
    return Projector(cast("Any", stored), cast("Any", letters))


async def test_folds_and_offsets_move_together(stored: Stored) -> None:
    worker = projector(stored)
    assert await worker.start() == {0: 0, 1: 0}

    batch = {0: [record_of(5, 0, 0), record_of(6, 1, 1)], 1: [record_of(7, 0, 4, 1)]}
    assert await worker.apply(batch) == 3

    assert stored.places == {0: Position(2, 1), 1: Position(1, 4)}
    assert stored.sums == {(0, "total"): 11, (0, "events"): 2, (1, "total"): 7, (1, "events"): 1}


@pytest.mark.parametrize("error", [RuntimeError("the server died"), NotOwnerError("lost")])
async def test_what_breaks_in_the_middle_leaves_nothing_and_comes_again(stored: Stored, error: Exception) -> None:
    worker = projector(stored)
    await worker.start()
    stored.fail = error
    with pytest.raises(type(error)):
        await worker.apply({0: [record_of(5, 0, 0)]})
    assert (stored.places[0], stored.sums) == (Position(), Counter())

    assert await worker.start() == {0: 0, 1: 0}
    await worker.apply({0: [record_of(5, 0, 0)]})
    assert stored.sums[0, "total"] == 5


async def test_of_two_workers_the_late_one_is_refused(stored: Stored) -> None:
    early, late = projector(stored), projector(stored)
    await early.start()
    await late.start()
    await early.apply({0: [record_of(5, 0, 0)]})

    with pytest.raises(NotOwnerError):
        await late.apply({0: [record_of(5, 0, 0)], 1: [record_of(1, 0, 0, 1)]})

    assert stored.sums == {(0, "total"): 5, (0, "events"): 1}
    assert stored.places[1] == Position(), "nothing of the batch was written"


async def test_only_the_first_decision_on_a_request_counts(stored: Stored) -> None:
    worker = projector(stored)
    await worker.start()

    assert (
        await worker.apply({0: [record_of(1, 0, 3), record_of(2, 1, 3), record_of(4, 2, 1), record_of(8, 3, 4)]}) == 2
    )
    assert await worker.apply({0: [record_of(16, 4, 4)]}) == 0

    assert stored.sums[0, "total"] == 9
    assert stored.places[0] == Position(5, 4)


async def test_a_decision_that_stands_elsewhere_than_meant_does_not_count(stored: Stored) -> None:
    worker = projector(stored)
    await worker.start()

    meant = [(1, 0, 0), (2, 1, 0), (4, 1, 2)]
    records = [record_of(number, at, seq, expected=to) for at, (number, seq, to) in enumerate(meant)]
    await worker.apply({0: records})

    assert stored.sums[0, "total"] == 5
    assert stored.places[0] == Position(3, 1)


async def test_what_cannot_be_read_is_set_aside_and_passed(stored: Stored) -> None:
    letters = Letters()
    worker = projector(stored, letters)
    await worker.start()

    await worker.apply({0: [record_of(1, 0, 0, value=b"?"), record_of(2, 1, None), record_of(4, 2, 2)]})

    assert letters.put_aside == [(0, "UnreadableEventError"), (1, "UnreadableEventError")]
    assert stored.sums[0, "total"] == 4
    assert stored.places[0] == Position(3, 2)


@settings(max_examples=80)
@given(numbers=st.lists(st.integers(-2, 5), min_size=1, max_size=20), letters=st.booleans())
def test_every_poison_event_is_found_and_every_other_counts(*, numbers: list[int], letters: bool) -> None:
    stored, kept = Stored(), Letters()
    records = [record_of(number, offset, offset) for offset, number in enumerate(numbers)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "transact", stored.transact)
        patch.setattr(module, "apply", stored.apply)

        async def run() -> None:
            worker = projector(stored, kept if letters else None)
            await worker.start()
            await worker.apply({0: records})

        asyncio.run(run())

    sound = [number for number in numbers if number >= 0]
    assert (stored.sums[0, "total"], stored.sums[0, "events"]) == (sum(sound), len(sound))
    poison = [(offset, "PoisonError") for offset, number in enumerate(numbers) if number < 0]
    assert kept.put_aside == (poison if letters else [])
    assert stored.places[0] == Position(len(numbers), len(numbers) - 1)


class Shelf:
    """Collections that hold a document for every number, and know what they were asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, list[int]]] = []
        self.fail: Exception | None = None

    def __call__(self, _name: str) -> Shelf:
        return self

    async def find(self, query: Any) -> Any:
        """See AsyncIOMotorCollection: each number twice, as two parts of a query may find the same."""
        ((name, condition),) = query.items()
        self.asked.append((name, condition["$in"]))
        if self.fail is not None:
            raise self.fail
        for each in condition["$in"]:
            yield {"_id": each, "twice": each * 2}
            yield {"_id": each, "twice": each * 2}


def numbers(events: Sequence[Recorded]) -> list[int]:
    return [cast("Counted", event.data).number for event in events]


def asking(events: Sequence[Recorded]) -> Folding:
    """Adds up what is stored for the numbers, and for the numbers found by those; cannot take a negative one."""
    found = yield from look_up("sums", numbers(events))
    beside = yield Lookup("sums", "beside", [document["twice"] for document in found.values()])
    total = sum(document["twice"] for document in beside)
    yield Update("sums", events[0].partition, {"$inc": {"total": total, "events": len(events)}})
    yield from fold(events)


@pytest.fixture
def shelf(stored: Stored) -> Shelf:
    made = Shelf()
    stored.projection = Projection("sums", TOPIC, {"sums": ()}, asking)
    cast("Any", stored).collection = made
    return made


async def test_a_fold_looks_up_one_thing_after_another(stored: Stored, shelf: Shelf) -> None:
    worker = projector(stored)
    await worker.start()

    await worker.apply({0: [record_of(5, 0, 0), record_of(5, 1, 1)], 1: [record_of(3, 0, 0, 1)]})

    assert shelf.asked == [("_id", [5]), ("beside", [10]), ("_id", [3]), ("beside", [6])], "each value once"
    assert (stored.sums[0, "total"], stored.sums[1, "total"]) == (20 + 10, 12 + 3)


async def test_a_long_list_is_asked_for_in_parts(stored: Stored, shelf: Shelf) -> None:
    worker = projector(stored)
    await worker.start()

    await worker.apply({0: [record_of(number, number, number) for number in range(100)]})

    assert [len(values) for name, values in shelf.asked if name == "_id"] == [48, 48, 4]


async def test_poison_is_found_among_events_that_are_looked_up(stored: Stored, shelf: Shelf) -> None:
    letters = Letters()
    worker = projector(stored, letters)
    await worker.start()

    await worker.apply({0: [record_of(number, at, at) for at, number in enumerate([1, -1, 2, -2, 3])]})

    assert letters.put_aside == [(1, "PoisonError"), (3, "PoisonError")]
    assert stored.sums[0, "events"] == 3 + 3
    assert shelf.asked


async def test_a_database_that_does_not_answer_is_no_poison(stored: Stored, shelf: Shelf) -> None:
    letters = Letters()
    worker = projector(stored, letters)
    await worker.start()
    shelf.fail = ConnectionError("gone")

    with pytest.raises(ConnectionError):
        await worker.apply({0: [record_of(5, 0, 0)]})

    assert letters.put_aside == []


@pytest.mark.parametrize("asks", [True, False])
async def test_only_a_fold_that_looks_up_waits_for_what_is_written(stored: Stored, shelf: Shelf, *, asks: bool) -> None:
    if not asks:
        stored.projection = PROJECTION
    worker = projector(stored)
    await worker.start()
    written = asyncio.Event()

    async def write() -> int:
        await written.wait()
        return 1

    writing = asyncio.create_task(write())
    preparing = asyncio.create_task(worker.prepare({0: [record_of(5, 0, 0)]}, lambda: writing))
    await asyncio.sleep(0.01)
    assert (preparing.done(), bool(shelf.asked)) == (not asks, False)
    written.set()
    await preparing
    await writing
    assert bool(shelf.asked) is asks


async def test_an_empty_batch_writes_nothing_anywhere(stored: Stored) -> None:
    worker = projector(stored)
    await worker.start()

    assert await worker.apply({0: [], 1: []}) == 0
    assert stored.places == {0: Position(), 1: Position()}
