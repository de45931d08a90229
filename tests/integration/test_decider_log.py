"""Sequenced decisions on the real broker and database: the first decision in the log counts, whatever happens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import pytest

from kenes.kafka.decider import FencedError, Position
from kenes.kafka.reader import ends
from kenes.kafka.records import Record
from kenes.mongo import decision_state
from kenes.mongo.decision_state import POSITIONS
from kenes.service.state_audit import audit_state
from schemas.envelope import decision_id, sequence_of
from tests.example.v1 import Lent, LoanRefused, Returned
from tests.integration.library import Library, Worker, batches, event_of, events, worker

pytestmark = pytest.mark.stack


class CrashError(RuntimeError):
    """The process dies here."""


@pytest.fixture(autouse=True)
def _positions_are_saved_with_each_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decision_state, "POSITION_PACE", 0.0)


async def requests(library: Library) -> list[Record]:
    """Thirty requests for three books by two readers, some of which must be refused."""
    for number in range(15):
        book, reader = f"book-{number % 3}", f"reader-{number % 2}"
        await library.borrow(book, reader)
        if number % 4:
            await library.bring_back(book, reader)
    return await library.records(library.requests)


async def expect_plain_fold(library: Library, asked: Sequence[Record]) -> None:
    """Each request decided once and in order; state, projection and audit say the same."""
    decided = await library.decisions()
    assert sorted(decided) == [(record.partition, record.offset) for record in asked]
    readers: dict[str, str] = {}
    for request in events(library.requests, asked):
        decision, book = decided[request.partition, request.offset], request.event.subject
        expected = library.deciding.rules.decide(readers.get(book, ""), request)
        assert decision == expected
        readers[book] = library.deciding.rules.evolve(readers.get(book, ""), event_of(expected))
    assert await library.readers() == readers
    assert await library.stored_readers() == readers
    await library.project()
    assert {book: reader or "" for book, (reader, _) in (await library.shelved()).items()} == readers
    assert (await audit_state(library.bootstrap, library.database, library.deciding))[1] == []


async def test_batches_are_decided_in_order_and_once(library: Library) -> None:
    asked = await requests(library)
    async with worker(library) as one:
        for batch in batches(asked, 4):
            await one.decide(batch)
            await one.decide(batch)  # delivered again
    await expect_plain_fold(library, asked)
    for record in await library.records(library.loans):
        (decision,) = events(library.loans, [record])
        expected = decision_id(library.loans.name, record.partition, sequence_of(decision.event))
        assert decision.event.id == expected
        assert decision.event.time == next(
            each.time
            for each in asked
            if (each.partition, each.offset) == (record.partition, sequence_of(decision.event))
        )


async def test_what_the_consumer_passes_over_is_decided_all_the_same(library: Library) -> None:
    """Faust drops, at a rebalance, what it has read and not handed on yet, and acknowledges what comes after."""
    asked = await requests(library)
    async with worker(library) as one:
        for batch in batches(asked, 7):
            await one.decide(batch[::3])
        end = await ends(library.bootstrap, library.requests)
        await one.decider.take_over(end)
        for _ in range(2):  # what the first sweep sees waiting, the second decides
            await one.decider.sweep(end)
    await expect_plain_fold(library, asked)


async def test_a_zombie_is_fenced_and_the_first_decision_counts(library: Library) -> None:
    asked = await requests(library)
    mine = [record for record in asked if record.partition == asked[0].partition]
    async with worker(library) as zombie, worker(library) as owner:
        await zombie.decide(mine[:2])
        await owner.decide(mine)  # the group gave the partition to somebody else meanwhile
        with pytest.raises(FencedError, match=f"{library.loans.name}/{mine[0].partition}"):
            await zombie.decide(mine[2:])
        # Whoever was fenced starts again from the log, and finds nothing left to decide.
        zombie.decider.revoke([mine[0].partition])
        before = len(await library.records(library.loans))
        await zombie.decide(mine)
        assert len(await library.records(library.loans)) == before
        await owner.decide([record for record in asked if record.partition != mine[0].partition])
    written = await library.records(library.loans)
    assert len(written) > len(asked)  # the zombie's decisions are there, and count for nobody
    await expect_plain_fold(library, asked)


async def test_a_zombie_that_runs_ahead_from_old_knowledge_does_not_count(library: Library) -> None:
    """It decides requests nobody has decided yet, but without what the new owner wrote before them."""
    await library.borrow("abai", "aigerim", 0)
    await library.borrow("abai", "erzhan", 0)
    asked = await library.records(library.requests)
    async with worker(library) as zombie, worker(library) as owner:
        await zombie.decider.acquire(0)
        await owner.decide(asked[:1])  # the book is with Aigerim now, which the zombie has not heard
        zombie.state.prepare = _knows_nothing  # type: ignore[method-assign]
        zombie.request_log.between = _has_nothing  # type: ignore[method-assign]
        with pytest.raises(FencedError):
            await zombie.decide(asked[1:])
        with pytest.raises(FencedError):
            await owner.decide(asked[1:])  # its place in the log was taken
    async with worker(library) as restarted:
        await restarted.decide(asked)
    assert (await library.decisions())[0, 1] == LoanRefused(book="abai", code="lent")
    await expect_plain_fold(library, asked)


async def _knows_nothing(events: Any) -> None:
    """The state as it was before the other's decisions."""


async def _has_nothing(partition: int, start: int, end: int) -> AsyncIterator[Sequence[Record]]:
    """A log whose older requests are gone."""
    for _ in ():
        yield ()


async def test_an_owner_is_fenced_by_a_zombies_late_writing(library: Library) -> None:
    """The zombie writes first: its decisions count, and the owner must take them over."""
    await library.borrow("abai", "aigerim", 0)
    await library.borrow("abai", "erzhan", 0)
    await library.bring_back("abai", "aigerim", 0)
    asked = await library.records(library.requests)
    async with worker(library) as zombie, worker(library) as owner:
        await zombie.decider.acquire(0)
        await owner.decider.acquire(0)
        await zombie.decide(asked[:2])
        with pytest.raises(FencedError):
            await owner.decide(asked)
    async with worker(library) as restarted:
        await restarted.decide(asked)
    assert list((await library.decisions()).values()) == [
        Lent(book="abai", reader="aigerim"),
        LoanRefused(book="abai", code="lent"),
        Returned(book="abai", reader="aigerim"),
    ]
    await expect_plain_fold(library, asked)


async def test_a_late_save_of_a_lost_owner_undoes_nothing(library: Library) -> None:
    await library.borrow("abai", "aigerim", 0)
    await library.bring_back("abai", "aigerim", 0)
    asked = await library.records(library.requests)
    async with worker(library) as slow, worker(library) as owner:
        real = slow.state.save
        held: list[tuple[Any, Any]] = []

        async def pause(decisions: Any, positions: Any) -> None:
            held.append((decisions, positions))

        slow.state.save = pause  # type: ignore[method-assign]
        await slow.decide(asked[:1])
        await owner.decide(asked)
        assert await library.stored_readers() == {"abai": ""}
        for decisions, positions in held:
            await real(decisions, positions)
    await expect_plain_fold(library, asked)


@pytest.mark.parametrize("stale", [Position(0, -1), Position(3, 2)])
async def test_a_restart_from_a_stale_position_ends_the_same(library: Library, stale: Position) -> None:
    asked = await requests(library)
    async with worker(library) as one:
        await one.decide(asked)
    for partition in range(library.loans.partitions):
        await library.database[POSITIONS].replace_one(
            {"_id": f"books/{partition}"}, {"next": stale.next_offset, "sequence": stale.sequence}
        )
    await library.borrow("book-9", "reader-9")
    asked = await library.records(library.requests)
    async with worker(library) as restarted:
        await restarted.decide(asked)
    await expect_plain_fold(library, asked)


async def test_a_lost_state_is_folded_again_from_the_log(library: Library) -> None:
    asked = await requests(library)
    async with worker(library) as one:
        await one.decide(asked)
    await library.database["state.books"].drop()
    await library.database[POSITIONS].drop()
    async with worker(library) as restarted:
        await restarted.decide(asked)
    await expect_plain_fold(library, asked)


async def test_a_crash_between_emitting_and_saving(library: Library) -> None:
    asked = await requests(library)
    async with worker(library) as one:
        await one.decide(asked[:6])
        _crash_in_save(one, write=False)
        with pytest.raises(CrashError):
            await one.decide(asked[6:20])
    async with worker(library) as restarted:
        for batch in batches(asked, 5):
            await restarted.decide(batch)
    await expect_plain_fold(library, asked)


async def test_a_crash_with_one_batch_unrecorded_and_the_next_one_emitted(library: Library) -> None:
    asked = await requests(library)
    async with worker(library) as one:
        await one.decide(asked[:6])
        _crash_in_save(one, write=False)
        await one.decider.handle(asked[6:12])
        with pytest.raises(CrashError):
            await one.decider.handle(asked[12:20])
    async with worker(library) as restarted:
        for batch in batches(asked, 5):
            await restarted.decide(batch)
    await expect_plain_fold(library, asked)


async def test_a_crash_between_saving_and_committing(library: Library) -> None:
    asked = await requests(library)
    async with worker(library) as one:
        _crash_in_save(one, write=True)
        with pytest.raises(CrashError):
            await one.decide(asked[:20])
    async with worker(library) as restarted:  # nothing was committed: all of it comes again
        for batch in batches(asked, 7):
            await restarted.decide(batch)
    await expect_plain_fold(library, asked)


async def test_a_crash_while_only_some_partitions_were_written(library: Library) -> None:
    asked = await requests(library)
    async with worker(library) as one:
        real = one.log.append

        async def append(partition: int, decisions: Any) -> list[int]:
            if partition == 1:
                raise CrashError
            return await real(partition, decisions)

        one.log.append = append  # type: ignore[method-assign]
        with pytest.raises(CrashError):
            await one.decide(asked)
    async with worker(library) as restarted:
        await restarted.decide(asked)
    await expect_plain_fold(library, asked)


def _crash_in_save(one: Worker, *, write: bool) -> None:
    real = one.state.save

    async def save(decisions: Sequence[tuple[int, Any]], positions: Mapping[int, Position]) -> None:
        if write:
            await real(decisions, positions)
        raise CrashError

    one.state.save = save  # type: ignore[method-assign]


async def test_a_partition_is_released_only_between_batches(library: Library) -> None:
    """Revoked in the middle of a batch, a decider would go on without the state it has just dropped."""
    asked = await requests(library)
    async with worker(library) as one:
        real, saving, go_on = one.state.save, asyncio.Event(), asyncio.Event()

        async def save(decisions: Any, positions: Any) -> None:
            saving.set()
            await go_on.wait()
            await real(decisions, positions)

        one.state.save = save  # type: ignore[method-assign]
        batch = asyncio.create_task(one.decide(asked[:10]))
        await saving.wait()
        released = asyncio.create_task(one.decider.release([0, 1]))
        await asyncio.sleep(0.05)
        assert not released.done()
        go_on.set()
        await batch
        await released
        async with worker(library) as owner:
            await owner.decide(asked[:20])
        await one.decide(asked)  # the partitions came back: acquired anew, with what the other has decided
    await expect_plain_fold(library, asked)
