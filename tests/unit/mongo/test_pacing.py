"""A paced projection: nothing is written before its time, everything is in the end, and look-ups find all."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from kenes.kafka.decider import Position
from kenes.kafka.records import Recorded
from kenes.mongo import pacing as module
from kenes.mongo.folding import Folding, look_up
from kenes.mongo.operations import Update
from kenes.mongo.pacing import Pacing
from kenes.mongo.projection import NotOwnerError
from tests.unit.kafka.samples import record_of
from tests.unit.mongo.test_projector import Stored, projector, stored

__all__ = ["stored"]


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    found = Clock()
    monkeypatch.setattr(module, "time", found)
    return found


async def test_batches_are_written_together_once_it_is_time(stored: Stored, clock: Clock) -> None:
    pacing = Pacing(projector(stored), pace=3.0)
    assert await pacing.start() == {0: 0, 1: 0}

    await pacing.take({0: [record_of(1, 0, 0)]})
    assert stored.sums[0, "total"] == 1, "what comes after a rest is written at once"

    await pacing.take({0: [record_of(2, 1, 1)]})
    await pacing.take({0: [record_of(4, 2, 2)], 1: [record_of(8, 0, 0, 1)]})
    await pacing.take({})
    assert (stored.sums[0, "total"], stored.places[0]) == (1, Position(1, 0))

    clock.now += 3.0
    await pacing.take({})
    assert stored.sums == {(0, "total"): 7, (0, "events"): 3, (1, "total"): 8, (1, "events"): 1}
    assert stored.places == {0: Position(3, 2), 1: Position(1, 0)}


async def test_without_a_pace_every_batch_is_written(stored: Stored) -> None:
    pacing = Pacing(projector(stored), pace=0.0)
    await pacing.start()
    for offset in range(3):
        await pacing.take({0: [record_of(1, offset, offset)]})
        assert stored.sums[0, "events"] == offset + 1


async def test_no_more_is_held_than_is_good_for_memory(
    stored: Stored, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MOST", 2)
    pacing = Pacing(projector(stored), pace=3.0)
    await pacing.start()
    await pacing.take({0: [record_of(1, 0, 0)]})
    await pacing.take({0: [record_of(1, 1, 1)]})
    assert stored.sums[0, "events"] == 1

    await pacing.take({1: [record_of(1, 0, 0, 1)]})
    assert stored.sums == {(0, "total"): 2, (0, "events"): 2, (1, "total"): 1, (1, "events"): 1}


async def test_what_was_held_by_a_lost_owner_is_forgotten_and_folded_anew(stored: Stored, clock: Clock) -> None:
    pacing = Pacing(projector(stored), pace=3.0)
    await pacing.start()
    await pacing.take({0: [record_of(1, 0, 0)]})
    await pacing.take({0: [record_of(2, 1, 1)]})
    stored.fail = NotOwnerError("lost")
    clock.now += 3.0
    with pytest.raises(NotOwnerError):
        await pacing.take({})

    assert await pacing.start() == {0: 1, 1: 0}
    await pacing.take({0: [record_of(2, 1, 1)]})
    assert (stored.sums[0, "total"], stored.places[0]) == (3, Position(2, 1))


async def test_a_look_up_finds_what_was_held(stored: Stored, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []

    def asking(events: Sequence[Recorded]) -> Folding:
        yield from look_up("sums", [0])
        seen.append(stored.sums[0, "events"])
        for event in events:
            yield Update("sums", event.partition, {"$inc": {"total": 1, "events": 1}})

    async def find_in(_collection: object, _lookup: object) -> list[dict[str, Any]]:
        return []

    monkeypatch.setattr("kenes.mongo.projector.find_in", find_in)
    monkeypatch.setattr(Stored, "collection", lambda *_: None, raising=False)
    stored.projection = type(stored.projection)("sums", stored.projection.topic, {"sums": ()}, asking)
    pacing = Pacing(projector(stored), pace=3.0)
    await pacing.start()
    for offset in range(3):
        await pacing.take({0: [record_of(1, offset, offset)]})
    assert seen == [0, 1, 2]
