"""Asks for a fan-out of each public event that anybody can follow."""

from collections.abc import Sequence
from dataclasses import dataclass

from kenes.kafka.producer import Producer
from kenes.kafka.records import Recorded
from kenes.kafka.worker import Worker
from schemas.envelope import Event
from schemas.notifications.about import PublicEvent
from schemas.payload import Payload
from schemas.topics import FAN_OUT_REQUESTS, PUBLIC_EVENTS, Topic
from services.notifications.matching.requests import fan_out_of, follow_up


@dataclass(frozen=True)
class Announcing:
    """Reads the public events. A fan-out that was asked for before is refused, so a batch may come again."""

    producer: Producer

    def worker(self) -> Worker:
        """The worker on the topic."""
        return Worker("announcing", (PUBLIC_EVENTS,), self.handle)

    async def handle(self, _topic: Topic, events: Sequence[Recorded]) -> None:
        """Asks for those of a batch."""
        asked: list[tuple[bytes, Event[Payload]]] = []
        for each in events:
            data, event = each.data, each.event
            if not isinstance(data, PublicEvent) or event.offset not in (None, each.offset):
                continue
            request = fan_out_of(event.id, data, data.about, event.time)
            if request is not None:
                told = follow_up(request, event.id, event.id, event.time, event.traceparent)
                asked.append((event.id.encode(), told))
        if asked:
            await self.producer.send_each(FAN_OUT_REQUESTS, asked)
