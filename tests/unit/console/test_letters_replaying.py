"""Which ordered replays are carried out, and which are told to have come to nothing."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from kenes.kafka.producer import BrokerUnavailableError
from kenes.kafka.records import Receipt
from kenes.kafka.replaying import Replayer
from schemas.console.letters import Replayed, ReplayFailed
from schemas.console.subjects import letter_subject
from schemas.topics import ACTS, SIGNATURE_REQUESTS, Topic
from services.console.domain.letters import Case, Standing
from services.console.letters import replaying
from services.console.letters.replaying import Replaying
from tests.unit.console.acts import NOW, TOPIC, Log, note, replay

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from kenes.mongo.client import Document

CASE = f"{TOPIC}/3/17"
SUBJECT = letter_subject(CASE)
RESTORED = NOW + timedelta(hours=1)


class Replays:
    """The collection."""

    def __init__(self) -> None:
        self.documents = dict[str, Any]()

    async def find_one(self, query: Document) -> Document | None:
        return cast("Document | None", self.documents.get(query["_id"]))

    async def insert_one(self, document: Document) -> None:
        self.documents[document["_id"]] = document

    async def update_one(self, query: Document, change: Document, *, upsert: bool = False) -> None:
        if upsert:
            self.documents.setdefault(query["_id"], {**query, **change["$setOnInsert"]})
        else:
            self.documents[query["_id"]] |= change["$set"]


class World:
    """A broker with one letter, and the console that decides what it is asked."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.log = Log()
        self.written = list[tuple[str, int]]()
        self.letter: Any = SimpleNamespace(origin=SimpleNamespace(partition=3))
        self.log.ask(SUBJECT, note())

        @asynccontextmanager
        async def replayer(_bootstrap: str) -> AsyncIterator[World]:
            yield self

        monkeypatch.setattr(replaying, "replayer", replayer)

    async def letter_at(self, _topic: Topic, _offset: int) -> Any:
        return self.letter

    async def end(self, _topic: Topic, _partition: int) -> int:
        return 40

    async def write_again(self, _letter: object, case: str, tries: int) -> Receipt:
        self.written.append((case, tries))
        return Receipt(3, 40)

    async def _send(self, _topic: Topic, key: bytes, event: Any) -> None:
        self.log.ask(key.decode(), event.data)

    async def begin(self, since: datetime = NOW) -> Replaying:
        """What carries orders out, over a database that has begun then."""
        producer, replays = cast("Any", SimpleNamespace(send=self._send)), Replays()
        begun = Replaying("", producer, cast("Any", {"replays": replays}), (SIGNATURE_REQUESTS,))
        await begun.prepare()
        replays.documents["since"]["at"] = since
        await begun.prepare()
        return begun

    @property
    def standing(self) -> Standing:
        case = self.log.known[SUBJECT]
        assert isinstance(case, Case)
        return case.standing


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    return World(monkeypatch)


@pytest.mark.parametrize("size", [1, 500])
async def test_what_was_replayed_before_a_restore_is_not_written_again(world: World, size: int) -> None:
    first = await world.begin()
    world.log.ask(SUBJECT, replay())
    await first.carry_out(ACTS, list(world.log.decisions))
    assert world.written == [(CASE, 1)]
    assert isinstance(world.log.decisions[-1].data, Replayed)

    world.written.clear()
    log = list(world.log.decisions)
    restored = await world.begin(RESTORED)
    for start in range(0, len(log), size):
        await restored.carry_out(ACTS, log[start : start + size])
    assert (world.written, world.standing) == ([], Standing.REPLAYED)


async def test_what_was_ordered_before_a_restore_and_perhaps_not_written_is_open_again(world: World) -> None:
    world.log.ask(SUBJECT, replay())
    restored = await world.begin(RESTORED)
    await restored.carry_out(ACTS, list(world.log.decisions))
    assert (world.written, world.standing) == ([], Standing.OPEN)

    world.log.start = RESTORED
    world.log.ask(SUBJECT, replay(tries=1))
    await restored.carry_out(ACTS, world.log.decisions[-1:])
    assert (world.written, world.standing) == ([(CASE, 2)], Standing.REPLAYED)


async def test_a_replay_whose_letter_is_gone_is_told_to_have_failed(world: World) -> None:
    worker = await world.begin()
    world.letter = None
    world.log.ask(SUBJECT, replay())
    await worker.carry_out(ACTS, list(world.log.decisions))
    assert isinstance(world.log.decisions[-1].data, ReplayFailed)
    assert (world.written, world.standing) == ([], Standing.OPEN)


async def test_a_broker_that_falls_silent_is_not_taken_for_one_that_has_no_letter() -> None:
    class Consumer:
        """Knows where the letters begin and end, and gives none of them."""

        def __getattr__(self, _name: str) -> Any:
            return lambda *_asked: None

        async def beginning_offsets(self, places: list[Any]) -> dict[Any, int]:
            return dict.fromkeys(places, 5)

        async def end_offsets(self, places: list[Any]) -> dict[Any, int]:
            return dict.fromkeys(places, 100)

        async def getmany(self, *_places: object, **_asked: object) -> dict[Any, list[Any]]:
            return {}

    kafka = Replayer(cast("Any", Consumer()), cast("Any", None))
    with pytest.raises(BrokerUnavailableError):
        await kafka.letter_at(SIGNATURE_REQUESTS, 7)
    assert await kafka.letter_at(SIGNATURE_REQUESTS, 4) is None, "expired"
    assert await kafka.letter_at(SIGNATURE_REQUESTS, 100) is None
