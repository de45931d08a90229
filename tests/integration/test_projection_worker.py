"""Projections on the real servers: folds and offset move together, and each decision counts once."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from kenes.kafka.decider import Position
from kenes.kafka.records import Record
from kenes.mongo import projector
from kenes.mongo.client import DURABLE, DatabaseError
from kenes.mongo.operations import apply
from kenes.mongo.projection import NotOwnerError, live_version
from kenes.mongo.projector import Projector
from kenes.mongo.writer import writing
from schemas.envelope import Event
from tests.example.projection import UNFOLDABLE
from tests.example.v1 import Lent, Returned
from tests.integration.library import Library, batches, event_of

pytestmark = pytest.mark.stack


class CrashError(RuntimeError):
    """The process dies here."""


async def decide(library: Library, *decisions: tuple[int, Lent | Returned]) -> list[Record]:
    """Writes decisions with these sequences to partition 0, as a decider would."""
    for sequence, data in decisions:
        event = event_of(data)
        numbered = Event(event.id, event.source, event.subject, event.time, event.data, sequence=sequence)
        await library.producer.send(library.loans, data.book.encode(), numbered, 0)
    return [record for record in await library.records(library.loans) if record.partition == 0]


def turns(first: int, count: int) -> list[tuple[int, Lent | Returned]]:
    """A book that goes out and comes back, again and again."""
    kinds = (Lent, Returned)
    return [(first + n, kinds[n % 2](book="abai", reader="aigerim")) for n in range(count)]


async def position(library: Library) -> Position:
    return (await (await live_version(library.database, library.shelf)).positions())[0]


async def test_redelivered_batches_count_once(library: Library) -> None:
    records = await decide(library, *turns(0, 10))
    worker = await library.projector()
    for batch in batches(records, 4):
        assert await worker.apply({0: batch}) == len(batch)
        assert await worker.apply({0: batch}) == 0
    assert await library.shelved() == {"abai": (None, 5)}


async def test_the_second_decision_on_a_request_is_skipped(library: Library) -> None:
    records = await decide(
        library,
        (0, Lent(book="abai", reader="aigerim")),
        (0, Lent(book="abai", reader="erzhan")),
        (3, Returned(book="abai", reader="aigerim")),
        (2, Lent(book="abai", reader="erzhan")),
    )
    worker = await library.projector()
    assert await worker.apply({0: records}) == 2
    assert await library.shelved() == {"abai": (None, 1)}
    assert await position(library) == Position(4, 3)


async def test_a_second_worker_on_a_partition_is_turned_away_with_nothing_written(library: Library) -> None:
    records = await decide(library, *turns(0, 6))
    lost, owner = await library.projector(), await library.projector()
    await owner.apply({0: records[:4]})
    with pytest.raises(NotOwnerError):
        await lost.apply({0: records[:3]})
    assert await library.shelved() == {"abai": (None, 2)}
    assert await position(library) == Position(4, 3)
    await owner.apply({0: records[4:]})
    assert await library.shelved() == {"abai": (None, 3)}


async def test_two_workers_at_the_same_moment_count_a_batch_once(library: Library) -> None:
    records = await decide(library, *turns(0, 8))
    workers = [await library.projector() for _ in range(3)]
    outcomes = await asyncio.gather(*(worker.apply({0: records}) for worker in workers), return_exceptions=True)
    assert outcomes.count(8) == 1
    assert await library.shelved() == {"abai": (None, 4)}


async def test_a_crash_between_fold_and_commit_leaves_neither(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = await decide(library, *turns(0, 6))
    worker = await library.projector()
    await worker.apply({0: records[:2]})
    real = apply

    async def crash(collections: Any, operations: Sequence[Any], session: Any = None) -> None:
        await real(collections, operations, session)
        raise CrashError

    with monkeypatch.context() as patched:
        patched.setattr(projector, "apply", crash)
        with pytest.raises(CrashError):
            await worker.apply({0: records[2:]})
    assert await library.shelved() == {"abai": (None, 1)}
    assert await position(library) == Position(2, 1)
    restarted = await library.projector()
    await restarted.apply({0: records[2:]})
    assert await library.shelved() == {"abai": (None, 3)}


async def test_a_decision_the_fold_cannot_take_is_set_aside_and_the_rest_counts(library: Library) -> None:
    records = await decide(
        library,
        (0, Lent(book="abai", reader="aigerim")),
        (1, Lent(book="cursed", reader=UNFOLDABLE)),
        (2, Lent(book="words", reader="erzhan")),
        (3, Lent(book="twice", reader=UNFOLDABLE)),
        (4, Returned(book="abai", reader="aigerim")),
    )
    worker = await library.projector()
    await worker.apply({0: records})
    assert await library.shelved() == {"abai": (None, 1), "words": ("erzhan", 1)}
    letters = await library.letters(library.loans)
    assert [(letter.origin.offset, letter.consumer) for letter in letters] == [
        (1, "library/shelf"),
        (3, "library/shelf"),
    ]
    assert "does not fit on the shelf" in letters[0].reason
    assert "fold" in letters[0].stack
    assert await position(library) == Position(5, 4)


async def test_what_a_killed_worker_left_open_is_ended_by_its_successor(library: Library) -> None:
    records = await decide(library, *turns(0, 4))
    version = await live_version(library.database, library.shelf)
    async with writing(version) as killed, writing(version) as successor:
        await killed.take_over([0])
        killed.session.start_transaction(write_concern=DURABLE)
        await version.advance({0: (Position(), Position(4, 3))}, killed.session)

        worker = Projector(version, None, successor.session)
        await worker.start()
        with pytest.raises(DatabaseError, match="conflict"):
            await worker.apply({0: records})

        await successor.take_over([0])
        await worker.start()
        assert await worker.apply({0: records}) == 4
        with pytest.raises(DatabaseError):
            await killed.session.commit_transaction()
    assert await library.shelved() == {"abai": (None, 2)}
    assert await position(library) == Position(4, 3)


async def test_a_worker_that_lives_loses_nothing_when_one_of_its_partitions_is_taken_over(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = await decide(library, *turns(0, 4))
    version = await live_version(library.database, library.shelf)
    async with writing(version) as first, writing(version) as second:
        await first.take_over([0, 1])
        worker = Projector(version, None, first.session)
        await worker.start()
        tries = 0

        async def interrupted(*arguments: Any) -> None:
            nonlocal tries
            tries += 1
            if tries == 1:
                await second.take_over([1])
            await apply(*arguments)

        monkeypatch.setattr(projector, "apply", interrupted)
        assert await worker.apply({0: records}) == 4
        assert tries == 2, "the transaction was ended, and tried again as a whole"
    assert await library.shelved() == {"abai": (None, 2)}


async def test_whoever_takes_a_partition_over_again_does_not_end_its_own_transaction(library: Library) -> None:
    records = await decide(library, *turns(0, 2))
    version = await live_version(library.database, library.shelf)
    async with writing(version) as writer:
        await writer.take_over([0])
        async with writer.session.start_transaction(write_concern=DURABLE):
            await version.advance({0: (Position(), Position(1, 0))}, writer.session)
            await writer.take_over([0, 1])
        worker = Projector(version, None, writer.session)
        await worker.start()
        assert await worker.apply({0: records[1:]}) == 1
