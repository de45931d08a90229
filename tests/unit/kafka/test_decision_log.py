"""A decider restores from its decisions whatever else stands among them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Any, cast

import pytest

from kenes.kafka import decision_log as module
from kenes.kafka.decision_log import KafkaDecisionLog
from kenes.kafka.records import Record
from schemas.topics import Topic
from tests.unit.kafka.samples import TOPIC, record_of


async def test_what_is_no_decision_only_holds_a_place(monkeypatch: pytest.MonkeyPatch) -> None:
    records = [record_of(0, 0, 0), record_of(1, 1, None), record_of(2, 2, 2, value=b"?"), record_of(3, 3, 3)]

    async def read_to_end(_bootstrap: str, topic: Topic, starts: Mapping[int, int]) -> AsyncIterator[list[Record]]:
        assert (topic, starts) == (TOPIC, {0: 0})
        yield records[:2]
        yield records[2:]

    monkeypatch.setattr(module, "read_to_end", read_to_end)
    log = KafkaDecisionLog("broker", TOPIC, cast("Any", None))

    found = [(after, decision and decision.event.sequence) async for after, decision in log.read(0, 0)]

    assert found == [(1, 0), (2, None), (3, None), (4, 3)], "an event without a sequence would end each who restores"
