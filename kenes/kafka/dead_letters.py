"""Records set aside with reason, stack and origin, so that the next one can be processed."""

import base64
import traceback
from dataclasses import replace
from uuid import NAMESPACE_URL, uuid5

from kenes.kafka.producer import Producer
from kenes.kafka.records import Record
from kenes.observe.logs import event_context, get_logger
from kenes.observe.metrics import DEAD_LETTERS
from kenes.observe.tracing import parse
from schemas.dead_letter import DeadLetter, Origin
from schemas.envelope import Event
from schemas.topics import Topic

_log = get_logger(__name__)

LARGEST = 500_000
LONGEST_STACK = 20_000


class DeadLetters:
    """Writes the dead letters of one consumer, named `service/role`."""

    def __init__(self, producer: Producer, consumer: str) -> None:
        self._producer = producer
        self._consumer = consumer

    async def put(self, topic: Topic, record: Record, error: Exception) -> None:
        """Sets a record aside. Returns once the broker has it; raises `BrokerUnavailableError`.

        The id depends only on consumer and origin: a record set aside twice after a crash is one letter. A record
        of more than half a megabyte stays where it is, or its letter would be too large to be written: `origin` says
        where.
        """
        origin = f"{record.topic}/{record.partition}/{record.offset}"
        reason, size = f"{type(error).__name__}: {error}"[:1000], _size(record)
        if size > LARGEST:
            reason = f"{reason} (not copied: {size} bytes)"
            record = replace(record, key=None, value=None, headers=())
        letter = DeadLetter(
            origin=Origin(
                topic=record.topic, partition=record.partition, offset=record.offset, timestamp=record.timestamp
            ),
            reason=reason,
            stack="".join(traceback.format_exception(error))[-LONGEST_STACK:],
            consumer=self._consumer,
            key=_text(record.key),
            value=_text(record.value),
            headers={name: base64.b64encode(value or b"").decode() for name, value in record.headers},
        )
        about = dict(record.headers)
        trace = parse(about.get("ce_traceparent"))
        event = Event(
            id=str(uuid5(NAMESPACE_URL, f"{self._consumer}:{origin}")),
            source=f"/{self._consumer}",
            subject=origin,
            time=record.time,
            data=letter,
            traceparent=None if trace is None else trace.traceparent(),
        )
        await self._producer.send(topic.dead_letters, origin.encode(), event)
        DEAD_LETTERS.labels(topic.name, type(error).__name__).inc()
        with event_context((about.get("ce_id") or b"").decode("utf-8", "replace"), event.traceparent):
            _log.warning("record set aside", origin=origin, reason=type(error).__name__)


def _size(record: Record) -> int:
    """Bytes of what a letter copies."""
    headers = sum(len(name) + len(value or b"") for name, value in record.headers)
    return len(record.key or b"") + len(record.value or b"") + headers


def _text(value: bytes | None) -> str | None:
    return None if value is None else base64.b64encode(value).decode()
