"""Reads the decisions of other services and asks that what everybody may know of them be told.

A batch may come again after a crash, and another process may be at it for a moment: asking twice is harmless, since
what was told before is refused. What a subject is about is learned from the same decisions and kept beside.
"""

import asyncio
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import NAMESPACE_URL, uuid5

from kenes.kafka.producer import Producer
from kenes.kafka.records import Recorded
from kenes.kafka.worker import Worker
from kenes.mongo.client import Database
from kenes.mongo.folding import Lookup, find_in
from kenes.observe.logs import get_logger
from schemas.envelope import Event, sequence_of
from schemas.notifications.about import Origin, PublicEvent
from schemas.notifications.publication import PublicationRequested
from schemas.payload import Payload
from schemas.topics import COMMENTS, CONSULTATIONS, PETITIONS, PUBLICATION_REQUESTS, Topic
from services.notifications.publishing import consultations, petitions
from services.notifications.publishing.subjects import Subject

_log = get_logger(__name__)

SOURCE: Final = "/notifications/relay"
SUBJECTS: Final = "subjects"
PAUSE: Final = 0.25
"""Seconds between two looks for a subject that another relay is learning of."""
WARN_AFTER: Final = 10.0
"""Seconds between two lines about what is waited for; a multiple of the pause."""

Learn = Callable[[Subject | None, Payload, int, datetime], Subject | None]
"""What is known after a decision: what was before, the decision, its sequence, and when it was taken."""
Tell = Callable[[Subject, Payload, Origin, datetime], PublicEvent | None]


@dataclass(frozen=True)
class Reading:
    """How one topic is read. A topic that teaches nothing has no `learn`: its subjects are learned from another one."""

    topic: Topic
    tell: Tell
    learn: Learn | None = None


READINGS: Final = (
    Reading(PETITIONS, petitions.tell, petitions.learn),
    Reading(CONSULTATIONS, consultations.tell, consultations.learn),
    Reading(COMMENTS, consultations.tell),
)


@dataclass(frozen=True)
class Relay:
    """Reads one topic."""

    reading: Reading
    database: Database
    producer: Producer

    def worker(self) -> Worker:
        """Each topic has its own: what waits for a subject must not hold up the topic it is learned from."""
        return Worker(f"relay-{self.reading.topic.name}", (self.reading.topic,), self.handle)

    async def handle(self, _topic: Topic, events: Sequence[Recorded]) -> None:
        """Asks, and then keeps what was learned: whoever finds a subject public finds its publication asked for."""
        standing = [each for each in events if each.event.offset in (None, each.offset)]
        known = await self._known({each.event.subject for each in standing})
        asked: list[tuple[bytes, Event[Payload]]] = []
        learned: set[str] = set()
        for each in standing:
            name = each.event.subject
            subject, sequence = known.get(name), sequence_of(each.event)
            at = each.event.time
            told = None if subject is None else self.reading.tell(subject, each.data, self._origin(each), at)
            if self.reading.learn is not None and (subject is None or sequence > subject.sequence):
                after = self.reading.learn(subject, each.data, sequence, at)
                if after is not None and after is not subject:
                    known[name] = after
                    learned.add(name)
            if told is not None:
                asked.append((name.encode(), _request(each, told)))
        if asked:
            await self.producer.send_all(PUBLICATION_REQUESTS, 0, asked)
        for name in learned:
            document = known[name].model_dump(mode="json")
            await self.database[SUBJECTS].replace_one({"_id": name}, {"_id": name, **document}, upsert=True)

    async def _known(self, names: Collection[str]) -> dict[str, Subject]:
        """The subjects with these ids; a topic that teaches none waits until those it is about are public."""
        waited = 0.0
        while True:
            found = await find_in(self.database[SUBJECTS], Lookup(SUBJECTS, "_id", names))
            known = {document.pop("_id"): Subject.model_validate(document) for document in found}
            missing = [name for name in names if name not in known or not known[name].public]
            if self.reading.learn is not None or not missing:
                return known
            if waited % WARN_AFTER == 0.0:
                _log.info("waiting to learn of subjects", topic=self.reading.topic.name, subjects=missing[:5])
            await asyncio.sleep(PAUSE)
            waited += PAUSE

    def _origin(self, decision: Recorded) -> Origin:
        return Origin(topic=self.reading.topic.name, partition=decision.partition, sequence=sequence_of(decision.event))


def _request(decision: Recorded, told: PublicEvent) -> Event[Payload]:
    return Event(
        id=str(uuid5(NAMESPACE_URL, f"kenes:publication:{decision.event.id}")),
        source=SOURCE,
        subject=decision.event.subject,
        time=decision.event.time,
        data=PublicationRequested(event=told.TYPE, data=told.model_dump(mode="json")),
        traceparent=decision.event.traceparent,
    )
