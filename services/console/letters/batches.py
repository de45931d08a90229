"""Replays all of a filter, a few at a time: each is an order of its own, in the name of who asked for the batch."""

from datetime import UTC, datetime
from typing import Final
from uuid import uuid4

from kenes.kafka.producer import Producer
from kenes.mongo.client import Document
from kenes.mongo.projection import LiveCollections
from kenes.service.definition import Clock
from schemas.console.letters import BatchEndRequested, LetterFilter, ReplayRequested
from schemas.console.parts import Operator
from schemas.console.subjects import batch_subject, letter_subject
from schemas.envelope import Event
from schemas.payload import Payload
from schemas.topics import ACT_REQUESTS
from services.console.domain.letters import Standing
from services.console.letters.noting import SOURCE
from services.console.letters.projection import load_case

EVERY: Final = 1.0
"""Seconds between two orders of replays."""
AT_ONCE: Final = 50
"""Replays ordered with each tick: what comes back must not drown what people ask meanwhile."""


class Batches:
    """Works on the batches that run. Two processes may: an order that was given already is refused."""

    def __init__(self, stored: LiveCollections, producer: Producer) -> None:
        self._stored = stored
        self._producer = producer
        self._asked: dict[str, set[str]] = {}

    @property
    def clock(self) -> Clock:
        """What the stream process runs."""
        return Clock(EVERY, self.tick)

    async def tick(self) -> None:
        """Orders the next replays of every batch that runs; says so when none is left."""
        running = [batch async for batch in (await self._stored.of("batches")).find({"running": True})]
        self._asked = {batch["_id"]: self._asked.get(batch["_id"], set()) for batch in running}
        for batch in running:
            await self._go_on(batch)

    async def _go_on(self, batch: Document) -> None:
        left = await self._left(batch)
        asked = self._asked[batch["_id"]]
        if not left:
            subject = batch_subject(batch["filter"]["topic"])
            await self._ask(subject, BatchEndRequested(batch=batch["_id"]))
            return
        operator = Operator.model_validate(batch["operator"])
        # What was asked for a moment ago may not be folded yet.
        for document in [each for each in left if each["_id"] not in asked][:AT_ONCE]:
            request = ReplayRequested(
                case=document["_id"],
                tries=load_case(document).tries,
                operator=operator,
                reason=batch["reason"],
                batch=batch["_id"],
            )
            await self._ask(letter_subject(document["_id"]), request)
            asked.add(document["_id"])

    async def _left(self, batch: Document) -> list[Document]:
        """Open cases of the filter that were noted before the batch began: what came back since is left open."""
        query = open_cases(LetterFilter.model_validate(batch["filter"]))
        cases = await self._stored.of("cases")
        noted = {**query.pop("noted", {}), "$lte": batch["at"]}
        return [case async for case in cases.find({**query, "noted": noted}).limit(AT_ONCE * 2)]

    async def _ask(self, subject: str, request: Payload) -> None:
        event = Event(id=str(uuid4()), source=SOURCE, subject=subject, time=datetime.now(UTC), data=request)
        await self._producer.send(ACT_REQUESTS, subject.encode(), event)


def open_cases(chosen: LetterFilter) -> Document:
    """The query for the cases of a filter that may be replayed."""
    query: Document = {"standing": str(Standing.OPEN), "topic": chosen.topic, "replayable": True}
    if chosen.error:
        query["error"] = chosen.error
    if chosen.consumer:
        query["consumer"] = chosen.consumer
    if chosen.since is not None:
        query["noted"] = {"$gte": chosen.since}
    return query
