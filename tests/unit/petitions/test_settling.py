"""Collections end when the tallies have every signature that was asked for, and in the end whatever they have."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from kenes.kafka.decider import Position
from kenes.kafka.producer import BrokerError, BrokerUnavailableError
from schemas.topics import Topic
from services.petitions import settling as settling_module
from services.petitions import tallied as tallied_module
from services.petitions.settling import GRACE, LONGEST, Settling
from services.petitions.tallied import Tallied

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
LOOK = NOON + GRACE
"""When a look tells of all that was asked for before noon."""
SECOND = timedelta(seconds=1)


class Log:
    """Where the requests end, how far the tallies have come, and what time it is."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.end, self.folded, self.looks, self.down, self.now = 5, 5, 0, False, LOOK
        log = self

        class Clock(datetime):
            @classmethod
            def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
                return log.now

        monkeypatch.setattr(settling_module, "datetime", Clock)
        monkeypatch.setattr(settling_module, "ends", self.ends)
        self.settling = Settling("nowhere", cast("Tallied", self))

    async def ends(self, _bootstrap: str, _topic: Topic) -> dict[int, int]:
        if self.down:
            raise BrokerError
        self.looks += 1
        return {0: self.end}

    async def has_folded(self, ends: Mapping[int, int]) -> bool:
        """See Tallied."""
        return self.folded >= ends[0]


@pytest.fixture
def log(monkeypatch: pytest.MonkeyPatch) -> Log:
    return Log(monkeypatch)


async def test_where_nothing_is_on_its_way_nothing_is_waited_for(log: Log) -> None:
    assert await log.settling.until(NOON) == NOON
    log.now += SECOND
    assert await log.settling.until(NOON) == NOON
    assert log.looks == 1, "once is enough for whatever ended before"


async def test_a_request_that_comes_later_than_it_is_dated_is_waited_for(log: Log) -> None:
    log.now = NOON + SECOND
    assert await log.settling.until(NOON) < NOON, "somebody who pressed before noon may not be in the topic yet"
    log.end, log.now = 6, LOOK
    assert await log.settling.until(NOON) < NOON, "the tallies lack the sixth"
    log.folded = 6
    assert await log.settling.until(NOON) == NOON


async def test_signatures_that_come_after_the_look_are_not_waited_for(log: Log) -> None:
    log.folded = 4
    assert await log.settling.until(NOON) < NOON
    log.end, log.folded, log.now = 90, 5, LOOK + SECOND
    assert await log.settling.until(NOON) == NOON
    assert log.looks == 1


async def test_what_ends_after_the_look_waits_for_another(log: Log) -> None:
    log.folded = 4
    await log.settling.until(NOON)
    log.end, log.folded, log.now = 6, 5, LOOK + SECOND
    assert await log.settling.until(NOON + SECOND) == NOON
    assert await log.settling.until(NOON + SECOND) == NOON, "the tallies lack the sixth"
    log.folded = 6
    assert await log.settling.until(NOON + SECOND) == NOON + SECOND


async def test_tallies_that_come_no_further_hold_nothing_up_for_ever(log: Log) -> None:
    log.folded = 4
    assert await log.settling.until(NOON) < NOON
    log.now = LOOK + LONGEST
    assert await log.settling.until(NOON) < NOON
    log.now += SECOND
    assert await log.settling.until(NOON) >= NOON


async def test_a_broker_that_is_away_is_told_as_such(log: Log) -> None:
    log.down = True
    with pytest.raises(BrokerUnavailableError):
        await log.settling.until(NOON)
    log.down = False
    assert await log.settling.until(NOON) == NOON


class Stored:
    """The live version of the tallies: nothing was decided on the first partition, the fifth request on the second."""

    async def get(self, _projection: object) -> Stored:
        """See LiveVersions."""
        return self

    async def positions(self) -> dict[int, Position]:
        """See Version."""
        return {0: Position(), 1: Position(9, 4)}


@pytest.mark.parametrize(("ends", "folded"), [((0, 5), True), ((0, 3), True), ((0, 6), False), ((1, 5), False)])
async def test_the_tallies_have_a_request_once_its_decision_is_folded(
    ends: tuple[int, int], folded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tallied_module, "LiveVersions", lambda _database: Stored())
    tallied = Tallied(cast("Any", None), cast("Any", None))
    assert await tallied.has_folded(dict(enumerate(ends))) is folded
