"""The newest records of a partition, which come in answers of a bounded size."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

import pytest
from aiokafka.record.default_records import DefaultRecordBatchBuilder

from kenes.kafka.cluster_model import Layout, Place
from kenes.kafka.cluster_records import newest_records

PLACE = Place("petitions.signature-requests.v1.dead-letters", 0)
END = 1000


class Cluster:
    """A partition of a thousand records; an answer has whole ones, of so many bytes at most, and always the first."""

    def __init__(self, length: int) -> None:
        self.value, self.requests = b"v" * length, 0

    async def send(self, _broker: int, request: Any) -> Any:
        self.requests += 1
        ((topic, [(partition, start, size)]),) = request._topics
        content = b""
        for offset in range(start, END):
            batch = self.batch(offset)
            if content and len(content) + len(batch) > size:
                break
            content += batch
        return SimpleNamespace(topics=[(topic, [(partition, 0, 0, 0, 0, [], content)])])

    def batch(self, offset: int) -> bytes:
        builder = DefaultRecordBatchBuilder(2, 0, 0, -1, -1, -1, 1 << 20)
        builder.append(0, 1_700_000_000_000 + offset, b"k", self.value, [])
        return offset.to_bytes(8, "big") + bytes(builder.build())[8:]


@pytest.mark.parametrize(
    ("length", "least"),
    [(10, 240), (1_000, 240), (6_000, 20), (60_000, 2), (500_000, 1)],
)
async def test_they_are_the_newest_however_large_they_are(length: int, least: int) -> None:
    cluster = Cluster(length)
    found = await newest_records(cast("Any", cluster), Layout((1,), {PLACE: 1}), {PLACE: (0, END)}, 240)
    offsets = [record.offset for record in found[PLACE]]
    assert offsets == list(range(END - len(offsets), END))
    assert least <= len(offsets) <= 240
    assert cluster.requests <= 8
