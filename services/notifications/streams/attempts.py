"""Tries to deliver: each is a fact on a topic, and the latest of every stream are kept for its owner."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from kenes.kafka.producer import Producer
from kenes.kafka.records import Recorded
from kenes.kafka.worker import Worker
from kenes.mongo.client import Collection, Database
from schemas.envelope import Event
from schemas.notifications.streams import DeliveryAttempted, Order
from schemas.topics import DELIVERY_ATTEMPTS, Topic
from services.notifications.domain.streams import AgencyStream
from services.notifications.streams.line import Line
from services.notifications.streams.metrics import ATTEMPTS, ATTEMPTS_TOOK
from services.notifications.streams.sending import Tried

KEPT: Final = 500
"""Tries of one stream that its owner can look at; the topic keeps them all for its time."""
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

    async def note(self, attempt: DeliveryAttempted) -> None:
        """Writes one try."""
        now = datetime.now(UTC)
        told = f"{attempt.stream}/{attempt.event}/{attempt.order}/{attempt.attempt}/{now.isoformat()}"
        event = Event(str(uuid5(NAMESPACE_URL, f"kenes:attempt:{told}")), SOURCE, attempt.stream, now, attempt)
        await self._producer.send(DELIVERY_ATTEMPTS, attempt.stream.encode(), event)
        ATTEMPTS.labels(attempt.result).inc()
        ATTEMPTS_TOOK.labels(attempt.result).observe(attempt.milliseconds / 1000)


class DeliveryLog:
    """`delivery_log`: one document per stream with its latest tries, the oldest first."""

    def __init__(self, database: Database) -> None:
        self._streams: Collection = database["delivery_log"]

    def worker(self) -> Worker:
        """Keeps the log current. A batch that comes again shows a try twice, by the same id."""
        return Worker("delivery-log", (DELIVERY_ATTEMPTS,), self._take)

    async def _take(self, _topic: Topic, events: Sequence[Recorded]) -> None:
        found: dict[str, list[dict[str, Any]]] = {}
        for each in events:
            told = each.data.model_dump(mode="json", exclude={"stream"})
            found.setdefault(each.event.subject, []).append({"id": each.event.id, "at": each.event.time, **told})
        for stream, attempts in found.items():
            pushed = {"$push": {"attempts": {"$each": attempts[-KEPT:], "$slice": -KEPT}}}
            await self._streams.update_one({"_id": stream}, pushed, upsert=True)

    async def latest(self, stream: str, most: int) -> list[dict[str, Any]]:
        """The latest tries of a stream, the newest first, each once."""
        found = await self._streams.find_one({"_id": stream})
        attempts = {each["id"]: each for each in (found or {"attempts": []})["attempts"]}
        return list(reversed(attempts.values()))[:most]

    async def forget(self, stream: str) -> None:
        """Forgets the tries of a stream that ended."""
        await self._streams.delete_one({"_id": stream})
