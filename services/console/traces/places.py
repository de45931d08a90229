"""Records at known places: those a receipt may mean, and one that a page leads from."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from pydantic import Field

from kenes.kafka.cluster_model import Place
from kenes.kafka.records import Receipt, Record
from services.console.headers import told, trace_of
from services.console.sampling.masked import masked_text
from services.console.traces.causes import REQUESTS_OF
from services.console.traces.log import TOPICS, Log
from services.console.views import View

REQUESTS: Final = tuple(TOPICS[name] for name in REQUESTS_OF.values())


class RecordView(View):
    """A record at a place that was asked for."""

    topic: str
    partition: int
    offset: int
    at: datetime
    type: str
    event: str = Field(description="The id of the event; empty where it says none")
    trace: str | None = Field(description="The trace it carries; null where it carries none")


async def standing_at(log: Log, topic: str, place: Receipt) -> RecordView | None:
    """The record at a place of a topic; None where there is none any more. Raises `ClusterUnreachableError`."""
    return next(iter(await _standing(log, [Place(topic, place.partition)], place.offset)), None)


async def meant_by(log: Log, receipt: Receipt) -> Sequence[RecordView]:
    """The requests that a receipt may be of: it tells partition and offset, not the topic.

    Raises `ClusterUnreachableError`.
    """
    partition = receipt.partition
    places = [Place(topic.name, partition) for topic in REQUESTS if partition < topic.partitions]
    return await _standing(log, places, receipt.offset)


async def _standing(log: Log, places: Iterable[Place], offset: int) -> Sequence[RecordView]:
    found = await log.read(dict.fromkeys(places, offset))
    return [_view(each) for records in found.values() for each in records if each.offset == offset]


def _view(record: Record) -> RecordView:
    trace = trace_of(record)
    return RecordView(
        topic=record.topic,
        partition=record.partition,
        offset=record.offset,
        at=record.time,
        type=masked_text(told(record, "ce_type")),
        event=told(record, "ce_id"),
        trace=None if trace is None else trace.trace_id,
    )
