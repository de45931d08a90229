"""A replay stands in its topic once, whatever is killed meanwhile; a letter is noted with where it comes from."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from kenes.kafka.admin import ensure_topics
from kenes.kafka.dead_letters import DeadLetters
from kenes.kafka.reader import ends, read_to_end
from kenes.kafka.records import Record, Recorded, read
from kenes.kafka.replaying import CASE, TRY, letter_at, replayer
from schemas.console.letters import LetterNote, NoteRequested, ReplayOrdered, SentRequested
from schemas.console.parts import Operator
from schemas.dead_letter import DeadLetter
from schemas.envelope import RECORDED_TIME, Event
from schemas.payload import Payload
from schemas.topics import ACT_REQUESTS, ACTS, all_topics
from services.console.letters.noting import Noting
from services.console.letters.replaying import Replaying
from tests.example.domain import CURSED
from tests.integration.library import Library, worker

pytestmark = pytest.mark.stack
LEILA = Operator(id="issuer|leila", name="Leila")


@pytest.fixture
async def failed(library: Library) -> Library:
    """One request that a rule could not decide."""
    await ensure_topics(library.bootstrap, all_topics((ACT_REQUESTS, ACTS)), 1)
    await library.borrow("a book", "somebody", 0)
    await library.borrow(CURSED, "a reader", 0)
    async with worker(library) as one:
        await one.decide(await library.records(library.requests))
    return library


async def asked(library: Library, case: str) -> list[Payload]:
    """What was asked of the console about a case."""
    found = []
    async for records in read_to_end(library.bootstrap, ACT_REQUESTS, {0: 0}):
        found += [read(ACT_REQUESTS, record).data for record in records]
    return [each for each in found if getattr(each, "case", None) == case]


def noting(library: Library) -> Noting:
    return Noting(library.producer, (library.requests, library.loans))


def replaying(library: Library) -> Replaying:
    return Replaying(library.bootstrap, library.producer, library.database, (library.requests, library.loans))


async def letters(library: Library) -> list[Recorded]:
    aside = library.requests.dead_letters
    return [read(aside, record) for record in await library.records(aside)]


async def noted(library: Library) -> list[LetterNote]:
    """The notes of all letters about requests, in order."""
    await noting(library).note(library.requests.dead_letters, await letters(library))
    found = await asked(library, f"{library.requests.name}/0/1")
    return [each.letter for each in found if isinstance(each, NoteRequested)]


def ordered(library: Library, note: LetterNote, tries: int = 1) -> Recorded:
    """A decided order to replay a letter."""
    case, now = f"{library.requests.name}/0/1", datetime.now(UTC)
    data = ReplayOrdered(case=case, letter=note, tries=tries, operator=LEILA, reason="", batch=None)
    event = Event(str(uuid4()), "/console", case, now, data, sequence=0, offset=0)
    return Recorded(0, 0, now, None, event)


async def replays(library: Library) -> list[Record]:
    """The requests that were written again."""
    return [record for record in await library.records(library.requests) if CASE in dict(record.headers)]


async def test_a_replay_is_as_it_was_and_comes_back_with_its_tries(failed: Library) -> None:
    [note] = await noted(failed)
    assert (note.tries, note.replayable, note.error) == (0, True, "ZeroDivisionError")
    await replaying(failed).carry_out(ACTS, [ordered(failed, note)])
    [again] = await replays(failed)
    first = (await failed.records(failed.requests))[1]
    assert (again.key, again.value, again.timestamp, again.partition) == (first.key, first.value, first.timestamp, 0)
    told, before = dict(again.headers), dict(first.headers)
    assert (told.pop(CASE), told.pop(TRY)) == (f"{failed.requests.name}/0/1".encode(), b"1")
    assert told.pop(RECORDED_TIME) > before.pop(RECORDED_TIME), "it was written later, and tells of the same instant"
    assert told == before

    await failed.borrow("another book", "somebody", 0)
    async with worker(failed) as one:
        await one.decide(await failed.records(failed.requests))
    assert [each.tries for each in (await noted(failed))[-2:]] == [0, 1]


async def test_an_order_that_comes_again_writes_nothing(failed: Library) -> None:
    [note] = await noted(failed)
    order = ordered(failed, note)
    await replaying(failed).carry_out(ACTS, [order, order])
    await replaying(failed).carry_out(ACTS, [order])
    assert len(await replays(failed)) == 1


async def test_many_are_replayed_one_after_the_other(failed: Library) -> None:
    [note] = await noted(failed)
    await replaying(failed).carry_out(ACTS, [ordered(failed, note, tries) for tries in range(1, 41)])
    assert [int(dict(each.headers)[TRY]) for each in await replays(failed)] == list(range(1, 41))


async def test_letters_are_read_in_whatever_order_they_are_asked_for(failed: Library) -> None:
    record = (await failed.records(failed.requests))[0]
    for number in (1, 2, 3):
        await DeadLetters(failed.producer, f"library/{number}").put(failed.requests, record, ValueError("no"))
    async with replayer(failed.bootstrap) as kafka:
        for number in (3, 1, 1, 2):
            letter = await kafka.letter_at(failed.requests, number)
            assert letter is not None
            assert letter.consumer == f"library/{number}"


async def test_a_replay_written_before_a_crash_is_found_not_written_again(failed: Library) -> None:
    [note] = await noted(failed)
    case = f"{failed.requests.name}/0/1"
    # As it stands after a crash: meant to be written, and written, but nobody was told.
    start = (await ends(failed.bootstrap, failed.requests))[0]
    await failed.database["replays"].insert_one({"_id": f"{case}#1", "start": start, "sent": False})
    letter = await letter_at(failed.bootstrap, failed.requests, note.offset)
    assert letter is not None
    async with replayer(failed.bootstrap) as kafka:
        written = await kafka.write_again(letter, case, 1)
    await replaying(failed).carry_out(ACTS, [ordered(failed, note)])
    assert len(await replays(failed)) == 1
    told = [each for each in await asked(failed, case) if isinstance(each, SentRequested)]
    assert [(each.tries, each.partition, each.offset) for each in told] == [(1, written.partition, written.offset)]


async def test_a_decision_that_was_set_aside_is_noted_and_not_replayable(failed: Library) -> None:
    record = (await failed.records(failed.loans))[0]
    # By a projection, and by a worker of the process that decides: only the decider writes there, whoever reads.
    for consumer in ("library/shelf", "library/stream"):
        await DeadLetters(failed.producer, consumer).put(failed.loans, record, ValueError("no"))
    aside = failed.loans.dead_letters
    await noting(failed).note(aside, [read(aside, each) for each in await failed.records(aside)])
    found = await asked(failed, f"{failed.loans.name}/0/0")
    assert [each.letter.replayable for each in found if isinstance(each, NoteRequested)] == [False, False]


async def test_what_is_no_letter_is_set_aside_beside_the_letters(failed: Library) -> None:
    aside = failed.requests.dead_letters
    assert aside.dead_letters is aside
    place = await failed.write_raw(aside, b"{}")
    record = (await failed.records(aside))[place.offset]
    await DeadLetters(failed.producer, "console/stream").put(aside, record, ValueError("no letter"))
    last = read(aside, (await failed.records(aside))[-1])
    assert isinstance(last.data, DeadLetter)
    await noting(failed).note(aside, [last])
    found = await asked(failed, f"{aside.name}/0/{place.offset}")
    assert [each.letter.replayable for each in found if isinstance(each, NoteRequested)] == [False]


async def test_there_is_no_letter_where_there_is_none(failed: Library) -> None:
    assert await letter_at(failed.bootstrap, failed.requests, 0) is not None
    for offset in (-1, 1, 10**9):
        assert await letter_at(failed.bootstrap, failed.requests, offset) is None
