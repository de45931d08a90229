"""A report is counted only once everything that was asked is in the ledger."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from kenes.kafka.decider import Position
from schemas.topics import COMMENT_REQUESTS, Topic
from services.consultations.clocks import Counted, Ledgers
from services.consultations.domain.consultation import Consultation, Step
from services.consultations.ledger import counting
from services.consultations.ledger.accounts import Sum, dump_sum
from services.consultations.ledger.counting import ON_ITS_WAY, Counting
from tests.unit.consultations.hearings import PATHS, lived


class Broker:
    """Where topics end; how often that was asked."""

    def __init__(self) -> None:
        self.ends = dict.fromkeys(range(COMMENT_REQUESTS.partitions), 0)
        self.asked = 0

    async def __call__(self, bootstrap: str, topic: Topic) -> dict[int, int]:
        """See `kenes.kafka.reader.ends`."""
        assert (bootstrap, topic) == ("broker", COMMENT_REQUESTS)
        self.asked += 1
        return dict(self.ends)


class Stored:
    """A version of the ledger that has come so far."""

    def __init__(self) -> None:
        self.sequences = dict.fromkeys(range(COMMENT_REQUESTS.partitions), -1)

    async def get(self, _projection: object) -> Stored:
        return self

    async def positions(self) -> dict[int, Position]:
        return {partition: Position(0, sequence) for partition, sequence in self.sequences.items()}

    def collection(self, _name: str) -> Any:
        async def find_one(query: dict[str, str]) -> dict[str, Any]:
            return query | dump_sum(Sum(comments=7, owed=2, answered=5))

        return SimpleNamespace(find_one=find_one)


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Broker:
    made = Broker()
    monkeypatch.setattr(counting, "ends", made)
    return made


def handed(ended: timedelta = timedelta(days=1)) -> Consultation:
    """A report was handed in so long after the end."""
    found = lived(PATHS["handed"])
    assert found is not None
    return found.model_copy(update={"closes_at": datetime.now(UTC) - ended})


async def test_nothing_is_counted_before_all_that_was_asked_is_there(broker: Broker) -> None:
    stored = Stored()
    count = Counting("broker", cast("Any", stored)).count
    broker.ends[3], broker.ends[5] = 10, 4
    report = handed()
    assert await count(report) is None
    stored.sequences[3] = 9
    assert await count(report) is None
    stored.sequences[5] = 3
    assert await count(report) == Counted(comments=7, owed=2)


async def test_what_is_asked_later_does_not_hold_a_report_back(broker: Broker) -> None:
    stored = Stored()
    count = Counting("broker", cast("Any", stored)).count
    broker.ends[0], report = 1, handed()
    assert await count(report) is None
    broker.ends[0], stored.sequences[0] = 1000, 0
    assert await count(report) == Counted(comments=7, owed=2)
    assert broker.asked == 1


async def test_a_report_that_is_handed_in_again_is_counted_anew(broker: Broker) -> None:
    stored = Stored()
    count = Counting("broker", cast("Any", stored)).count
    report = handed()
    assert await count(report) is not None
    broker.ends[0] = 1
    held = Step(what="report-postponed", at=datetime.now(UTC))
    assert await count(report.model_copy(update={"path": (*report.path, held)})) is None


async def test_comments_may_be_on_their_way_for_a_while(broker: Broker) -> None:
    count = Counting("broker", cast("Any", Stored())).count
    assert await count(handed(ON_ITS_WAY - timedelta(seconds=5))) is None
    assert await count(handed(ON_ITS_WAY + timedelta(seconds=1))) is not None
    assert broker.asked == 1


async def test_only_reports_that_were_handed_in_are_counted() -> None:
    asked: list[str] = []
    sent: list[Any] = []

    async def count(consultation: Consultation) -> Counted | None:
        asked.append(consultation.id)
        return Counted(3, 1) if len(asked) > 1 else None

    async def send(_topic: Topic, _key: bytes, event: Any) -> None:
        sent.append((event.id, event.data))

    states = [None, lived(PATHS["open"]), handed()]
    ledgers = Ledgers(lambda: states, count, cast("Any", SimpleNamespace(send=send)))
    for _ in range(3):
        await ledgers.tick()

    assert asked == ["c"] * 3
    assert [(each.comments, each.owed) for _, each in sent] == [(3, 1)] * 2
    assert len({key for key, _ in sent}) == 1, "asked twice, the same request"
