"""A primary that steps down in the middle of a transaction: tried again, and never half done."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import pytest
from pymongo.errors import PyMongoError

from kenes.kafka.decider import Position
from kenes.kafka.records import Record
from kenes.local.mongo import EmbeddedMongo
from kenes.mongo.client import ATTEMPTS, connected
from kenes.mongo.projection import live_version
from kenes.mongo.versions import begin_version, switch
from schemas.envelope import Event
from tests.example.v1 import Lent, Returned
from tests.faults.stepping import (
    COMMIT,
    INTERRUPTED,
    NOT_WRITABLE_PRIMARY,
    STEPPED_DOWN,
    StepDown,
    SteppingWire,
    stepping,
)
from tests.integration.library import Library, event_of

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]

ERRORS = (NOT_WRITABLE_PRIMARY, STEPPED_DOWN, INTERRUPTED)


@dataclass(frozen=True)
class Shelving:
    """A library whose projections are written through a wire on which the primary can step down."""

    library: Library
    wire: SteppingWire

    async def turns(self, first: int, count: int) -> Sequence[Record]:
        """So many decisions more: a book goes out and comes back, again and again."""
        kinds = (Lent, Returned)
        for number in range(first, first + count):
            event = event_of(kinds[number % 2](book="abai", reader="aigerim"))
            numbered = Event(event.id, event.source, event.subject, event.time, event.data, sequence=number)
            await self.library.producer.send(self.library.loans, b"abai", numbered, 0)
        records = [record for record in await self.library.records(self.library.loans) if record.partition == 0]
        return records[first:]

    async def stands(self) -> tuple[int, Position]:
        """How often the book has been out, and how far it is folded."""
        position = (await (await live_version(self.library.database, self.library.shelf)).positions())[0]
        return (await self.library.shelved())["abai"][1], position


@pytest.fixture
async def shelving(library: Library, mongo: EmbeddedMongo) -> AsyncIterator[Shelving]:
    direct = library.database
    async with stepping(mongo.port) as wire, connected(wire.uri, direct.name, timeout=60) as database:
        library.database = database
        yield Shelving(library, wire)
        library.database = direct


async def commands(shelving: Shelving) -> int:
    """How many commands a projection's transaction has; the last one commits it."""
    worker = await shelving.library.projector()
    await worker.apply({0: await shelving.turns(0, 2)})
    assert shelving.wire.transactions[-1][-1] == COMMIT
    return len(shelving.wire.transactions[-1])


async def test_a_batch_counts_once_wherever_in_its_transaction_the_primary_steps_down(shelving: Shelving) -> None:
    many = await commands(shelving)
    places = [(at, carried_out) for at in range(many) for carried_out in (False, True)]
    assert many >= 3
    for number, (at, carried_out) in enumerate(places, 1):
        records = await shelving.turns(2 * number, 2)
        worker = await shelving.library.projector()
        shelving.wire.plan = [StepDown(at, ERRORS[number % len(ERRORS)], carried_out)]
        await worker.apply({0: records})
        assert shelving.wire.stepped == number
        assert await shelving.stands() == (number + 1, Position(2 * number + 2, 2 * number + 1)), (at, carried_out)


async def test_a_primary_that_steps_down_at_each_try_leaves_nothing_half_done(shelving: Shelving) -> None:
    await commands(shelving)
    before, records = await shelving.stands(), await shelving.turns(2, 4)
    worker = await shelving.library.projector()
    shelving.wire.plan = [StepDown(1, INTERRUPTED) for _ in range(ATTEMPTS)]
    with pytest.raises(PyMongoError):
        await worker.apply({0: records})
    assert shelving.wire.stepped == ATTEMPTS
    assert await shelving.stands() == before

    started_again = await shelving.library.projector()
    await started_again.apply({0: records})
    assert await shelving.stands() == (3, Position(6, 5))


@pytest.mark.parametrize("carried_out", [False, True], ids=["lost", "carried out"])
async def test_a_version_is_switched_once_though_the_primary_steps_down_at_the_commit(
    shelving: Shelving, carried_out: bool
) -> None:
    await commands(shelving)
    library = shelving.library
    fresh = await begin_version(library.database, library.shelf)
    assert fresh.number == 2
    shelving.wire.transactions.clear()
    # The number of the live version, the offsets of the one that is let go, the commit.
    shelving.wire.plan = [StepDown(2, NOT_WRITABLE_PRIMARY, carried_out)]
    await switch(library.database, fresh)
    assert shelving.wire.transactions[0][2] == COMMIT
    assert (await live_version(library.database, library.shelf)).number == 2
