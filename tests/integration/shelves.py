"""The example as a service whose upkeep operators order: its topics and database under names of a test's own."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

from kenes.kafka.admin import ensure_topics
from kenes.kafka.dead_letters import DeadLetters
from kenes.kafka.decider import Decider
from kenes.kafka.decision_log import KafkaDecisionLog
from kenes.kafka.producer import Producer
from kenes.kafka.reader import read_to_end
from kenes.kafka.records import read
from kenes.kafka.request_log import KafkaRequestLog
from kenes.local.mongo import EmbeddedMongo
from kenes.mongo.client import Document, connected
from kenes.mongo.decision_state import KeyedState
from kenes.observe.health import Health
from kenes.service.definition import Context
from kenes.service.upkeep import keep_up
from kenes.settings import KitSettings
from schemas.console.parts import Operator
from schemas.console.subjects import upkeep_subject
from schemas.console.upkeep import Order, Outcome, OutcomeNoted, UpkeepRequested
from schemas.envelope import Event
from schemas.payload import Payload
from schemas.topics import ACT_REQUESTS, ACTS, all_topics
from services.console.acts.rules import ACT_RULES
from tests.example.projection import shelf
from tests.example.service import Library as Example
from tests.example.v1 import topics
from tests.integration.library import Library
from tests.waiting import eventually_read

LEILA: Final = Operator(id="issuer|leila", name="Leila")


class ShelvesSettings(KitSettings):
    """Which test's names."""

    shelves_suffix: str


class Shelves(Example):
    """The example under names of a test's own, which any process can make from the settings alone."""

    settings: ShelvesSettings

    def __init__(self, settings: ShelvesSettings) -> None:
        super().__init__(settings)
        suffix = settings.shelves_suffix
        self.name = f"library-{suffix}"  # type: ignore[misc]
        self.database = f"library-{suffix}"
        self.projections = (shelf(topics(suffix)[1]),)


def shelves_of(library: Library, mongo: EmbeddedMongo) -> Shelves:
    """The service over a test's library."""
    return Shelves(
        ShelvesSettings(
            kafka_bootstrap=library.bootstrap,
            kafka_session_timeout=6,
            mongo_uri=mongo.uri,
            master_key=base64.b64encode(b"k" * 32).decode(),
            shelves_suffix=library.database.name.removeprefix("library-"),
        )
    )


@dataclass
class Operators:
    """Decides acts as the console does, and orders in Leila's name. Each test works on a service of its own."""

    bootstrap: str
    producer: Producer
    service: Shelves
    decider: Decider
    _next: int = 0
    _seen: int = 0
    outcomes: list[OutcomeNoted] = field(default_factory=list)

    async def order(self, order: Order) -> None:
        """Orders something for the shelf."""
        request = UpkeepRequested(service=self.service.name, projection="shelf", order=order, operator=LEILA)
        subject = upkeep_subject(self.service.name, "shelf")
        event: Event[Payload] = Event(str(uuid4()), "/console", subject, datetime.now(UTC), request)
        await self.producer.send(ACT_REQUESTS, subject.encode(), event)

    async def decide(self) -> None:
        """Decides what has been asked for, and takes in the outcomes."""
        async for records in read_to_end(self.bootstrap, ACT_REQUESTS, {0: self._next}):
            await self.decider.handle(records)
            self._next = records[-1].offset + 1
        async for records in read_to_end(self.bootstrap, ACTS, {0: self._seen}):
            self._seen = records[-1].offset + 1
            decided = [read(ACTS, record).data for record in records]
            self.outcomes += [
                each for each in decided if isinstance(each, OutcomeNoted) and each.service == self.service.name
            ]

    async def noted(self, outcome: Outcome) -> OutcomeNoted:
        """The newest outcome of a kind, once it was noted."""

        async def read() -> list[OutcomeNoted]:
            await self.decide()
            return [each for each in self.outcomes if each.outcome is outcome]

        return (await eventually_read(read))[-1]

    async def work(self, library: Library, what: str = "rebuild") -> Document:
        """The service's own note of a work; empty before it has one."""
        return await library.database["upkeep"].find_one({"_id": f"{what}/shelf"}) or {}

    async def until(self, library: Library, **expected: Any) -> Document:
        """The service's note of the rebuild, once it says what is expected."""

        async def read() -> Document:
            await self.decide()
            return await self.work(library)

        return await eventually_read(read, lambda found: expected.items() <= found.items())


@asynccontextmanager
async def operators(library: Library, service: Shelves) -> AsyncIterator[Operators]:
    """Somebody who orders, and the rules that decide it."""
    await ensure_topics(library.bootstrap, all_topics((ACT_REQUESTS, ACTS)), 1)
    async with Producer(library.bootstrap, "console") as producer:
        decider = Decider(
            ACT_REQUESTS,
            ACTS,
            source="/console",
            state=KeyedState(library.database, ACT_RULES),
            log=KafkaDecisionLog(library.bootstrap, ACTS, producer),
            request_log=KafkaRequestLog(library.bootstrap, ACT_REQUESTS),
            dead_letters=DeadLetters(producer, "console/stream"),
        )
        yield Operators(library.bootstrap, producer, service, decider)


@asynccontextmanager
async def kept_up(service: Shelves) -> AsyncIterator[None]:
    """The part of a `project` process that takes orders."""
    settings = service.settings
    async with (
        connected(settings.mongo_uri, service.database) as database,
        Producer(settings.kafka_bootstrap, "upkeep") as producer,
    ):
        working = asyncio.create_task(keep_up(service, Context(database, database, producer, Health())))
        # Orders from before it takes any are not for it.
        await eventually_read(lambda: database["upkeep"].find_one({"_id": "since"}))
        try:
            yield
        finally:
            working.cancel()
            await asyncio.wait([working])
            if not working.cancelled() and (error := working.exception()) is not None:
                raise error
