"""Which records belong to what is looked for, and how many of them are kept."""

from bisect import insort
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

import orjson

from kenes.kafka.cluster_model import Place
from kenes.kafka.records import Record
from schemas.topics import DELIVERIES, DELIVERY_REQUESTS, Topic
from services.console.headers import header, told, trace_of
from services.console.traces.asked import Asked, Kind

EACH: Final = 25
"""Records of one type that are kept; a fan-out may have as many as there are followers."""
FOLLOWED: Final = 50
"""Deliveries of one partition whose further course is followed."""
_OF_DELIVERIES: Final = frozenset({DELIVERY_REQUESTS.name, DELIVERIES.name})


def earliest(record: Record) -> tuple[int, int, int]:
    """The order of records of one topic, whichever partition was read first."""
    return record.timestamp, record.partition, record.offset


@dataclass(slots=True)
class Alike:
    """Records of one type in one topic: how many there are, and the earliest of them."""

    count: int = 0
    records: list[Record] = field(default_factory=list)

    def add(self, record: Record) -> None:
        """Takes one in."""
        self.count += 1
        insort(self.records, record, key=earliest)
        del self.records[EACH:]


class Found:
    """The records that belong to what is asked for, by topic and type. Those of a partition must come in order."""

    def __init__(self, asked: Asked) -> None:
        self.alike: dict[tuple[str, str], Alike] = {}
        self._kind, self._id = asked.kind, asked.id.encode()
        self._deliveries: dict[Place, set[bytes]] = {}

    @property
    def records(self) -> Iterator[Record]:
        """Those that are kept."""
        return (record for each in self.alike.values() for record in each.records)

    def take(self, topic: Topic, record: Record) -> None:
        """Takes a record in, if it belongs here."""
        if self._carries(record) or self._goes_on(record):
            kind = told(record, "ce_type")
            kind = kind if kind in topic.types else ""
            self.alike.setdefault((topic.name, kind), Alike()).add(record)
            self._follow(record)

    def _carries(self, record: Record) -> bool:
        if self._kind is Kind.EVENT:
            return header(record, "ce_id") == self._id
        if self._id not in header(record, "ce_traceparent"):
            return False
        trace = trace_of(record)
        return trace is not None and trace.trace_id.encode() == self._id

    def _goes_on(self, record: Record) -> bool:
        """What becomes of a delivery carries no trace: a letter may be about several. Its delivery was in the trace."""
        if record.topic not in _OF_DELIVERIES or record.value is None:
            return False
        known = self._deliveries.get(Place(record.topic, record.partition))
        return known is not None and _delivery(record.value) in known

    def _follow(self, record: Record) -> None:
        if self._kind is Kind.TRACE and record.topic in _OF_DELIVERIES and record.value is not None:
            delivery = _delivery(record.value)
            if delivery:
                known = self._deliveries.setdefault(Place(record.topic, record.partition), set())
                known |= {delivery} if len(known) < FOLLOWED else set()


def _delivery(value: bytes) -> bytes:
    try:
        data = orjson.loads(value)
    except orjson.JSONDecodeError:
        return b""
    delivery = data.get("delivery") if isinstance(data, dict) else None
    return delivery.encode() if isinstance(delivery, str) else b""
