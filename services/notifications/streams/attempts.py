"""Tries to deliver: each is a fact on a topic."""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from kenes.kafka.producer import Producer
from schemas.envelope import Event
from schemas.notifications.streams import DeliveryAttempted, Order
from schemas.topics import DELIVERY_ATTEMPTS
from services.notifications.domain.streams import AgencyStream
from services.notifications.streams.line import Line
from services.notifications.streams.metrics import ATTEMPTS, ATTEMPTS_TOOK
from services.notifications.streams.sending import Tried

SOURCE: Final = "/notifications/streams"


def attempted(
    stream: AgencyStream, line: Line, order: Order | None, attempt: int, tried: Tried, milliseconds: int
) -> DeliveryAttempted:
    """The fact of one try that has just ended; `tried.after` are the seconds until the next one."""
    again_at = None if tried.after is None else datetime.now(UTC) + timedelta(seconds=tried.after)
    return DeliveryAttempted(
        stream=stream.id,
        cursor=line.cursor,
        event=line.recorded.event.id,
        type=line.recorded.data.TYPE,
        subject=line.subject,
        order=None if order is None else order.number,
        attempt=attempt,
        result=tried.result,
        status=tried.status,
        reason=tried.reason,
        milliseconds=milliseconds,
        again_at=again_at,
    )


class Attempts:
    """Notes tries. Raises `BrokerUnavailableError`: what cannot be noted counts as not delivered, and comes again."""

    def __init__(self, producer: Producer) -> None:
        self._producer = producer

    async def note(self, attempt: DeliveryAttempted, traceparent: str | None) -> None:
        """Writes one try, as a part of the trace of the event that was sent."""
        now = datetime.now(UTC)
        told = f"{attempt.stream}/{attempt.event}/{attempt.order}/{attempt.attempt}/{now.isoformat()}"
        event = Event(
            id=str(uuid5(NAMESPACE_URL, f"kenes:attempt:{told}")),
            source=SOURCE,
            subject=attempt.stream,
            time=now,
            data=attempt,
            traceparent=traceparent,
        )
        await self._producer.send(DELIVERY_ATTEMPTS, attempt.stream.encode(), event)
        ATTEMPTS.labels(attempt.result).inc()
        ATTEMPTS_TOOK.labels(attempt.result).observe(attempt.milliseconds / 1000)
