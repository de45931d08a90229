"""The projector: an event counts once, an event that cannot be taken is set aside, a lost owner writes nothing."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kenes.kafka.decider import Position
from kenes.kafka.records import Record, Recorded
from kenes.mongo import projector as module
from kenes.mongo.operations import Operation, Update
from kenes.mongo.projection import Found, NotOwnerError, Projection, Read
from kenes.mongo.projector import Projector
from schemas.topics import Topic
from tests.unit.kafka.samples import TOPIC, Counted, record_of


class PoisonError(Exception):
    """The fold cannot take this."""


def fold(events: Sequence[Recorded], _found: Found) -> Iterator[Operation]:
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

    async def transact(self, _database: object, work: Any) -> None:
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


@settings(max_examples=80, deadline=None)
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


async def test_a_fold_finds_the_documents_it_asked_for(stored: Stored) -> None:
    seen: list[Mapping[Any, Any]] = []
    asked: list[Any] = []

    def reading(events: Sequence[Recorded], found: Found) -> Iterator[Operation]:
        seen.append(dict(found))
        yield from ()

    class Cursor:
        def __init__(self, wanted: list[int]) -> None:
            self.wanted = wanted

        async def __aiter__(self) -> Any:
            for each in self.wanted:
                yield {"_id": each, "was": "here"}

    def find(query: Any) -> Cursor:
        asked.append(query["_id"]["$in"])
        return Cursor(query["_id"]["$in"])

    def numbers(events: Sequence[Recorded], _found: Found) -> list[int]:
        return [cast("Counted", event.data).number for event in events]

    def beside(_events: Sequence[Recorded], found: Found) -> list[int]:
        return [number + 1 for number in found["sums"]]

    reads = (Read("sums", numbers), Read("sums", beside))
    stored.projection = Projection("sums", TOPIC, {"sums": ()}, reading, reads=reads)
    cast("Any", stored).collection = lambda _name: SimpleNamespace(find=find)
    worker = projector(stored)
    await worker.start()

    await worker.apply({0: [record_of(5, 0, 0), record_of(5, 1, 1)]})
    await worker.apply({0: [record_of(5, 2, 1)]})

    assert asked == [[5], [6]], "nothing is asked twice, nor for nothing; a read may build on the one before"
    assert seen == [{"sums": {5: {"_id": 5, "was": "here"}, 6: {"_id": 6, "was": "here"}}}, {}]


async def test_an_empty_batch_writes_nothing_anywhere(stored: Stored) -> None:
    worker = projector(stored)
    await worker.start()

    assert await worker.apply({0: [], 1: []}) == 0
    assert stored.places == {0: Position(), 1: Position()}
