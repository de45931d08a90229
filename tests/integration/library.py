"""The example service's topics, rules and projection on the shared servers, under names of each test's own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import reduce
from uuid import uuid4

from aiokafka import AIOKafkaProducer

from kenes.kafka.admin import ensure_topics
from kenes.kafka.dead_letters import DeadLetters
from kenes.kafka.decider import Decider
from kenes.kafka.decision_log import KafkaDecisionLog
from kenes.kafka.producer import Producer
from kenes.kafka.reader import read_to_end
from kenes.kafka.records import Receipt, Record, Recorded, counts, read
from kenes.kafka.request_log import KafkaRequestLog
from kenes.local.kafka import EmbeddedKafka
from kenes.local.mongo import EmbeddedMongo
from kenes.mongo.client import Database, connected
from kenes.mongo.decision_state import KeyedState
from kenes.mongo.projection import Projection, live_version
from kenes.mongo.projector import Projector
from kenes.service.definition import Deciding
from schemas.dead_letter import DeadLetter
from schemas.envelope import Event, sequence_of
from schemas.payload import Payload
from schemas.topics import Topic, all_topics
from tests.example.domain import NOBODY, evolve
from tests.example.projection import RULES, shelf
from tests.example.v1 import BorrowRequested, LoanRefused, ReturnRequested, topics

Seq = tuple[int, int]
"""Partition and sequence of a decision: partition and offset of its request."""


@dataclass
class Library:
    """One test's topics and database. `producer` is shared by what the test does itself."""

    bootstrap: str
    database: Database
    producer: Producer
    requests: Topic
    loans: Topic
    shelf: Projection = field(init=False)

    def __post_init__(self) -> None:
        self.shelf = shelf(self.loans)

    @property
    def deciding(self) -> Deciding:
        """What `audit` checks the state by."""
        return Deciding(self.requests, self.loans, RULES)

    async def borrow(self, book: str, reader: str, partition: int | None = None) -> Receipt:
        """Asks for a book."""
        return await self.ask(BorrowRequested(book=book, reader=reader), partition)

    async def bring_back(self, book: str, reader: str, partition: int | None = None) -> Receipt:
        """Asks to return a book."""
        return await self.ask(ReturnRequested(book=book, reader=reader), partition)

    async def ask(self, request: BorrowRequested | ReturnRequested, partition: int | None = None) -> Receipt:
        """Writes a request."""
        return await self.producer.send(self.requests, request.book.encode(), event_of(request), partition)

    async def write_raw(self, topic: Topic, value: bytes | None, partition: int = 0) -> Receipt:
        """Writes a record that is no event."""
        producer = AIOKafkaProducer(bootstrap_servers=self.bootstrap)
        await producer.start()
        try:
            found = await producer.send_and_wait(
                topic.name, value, key=b"k", partition=partition, headers=[("ce_type", b"nonsense")]
            )
        finally:
            await producer.stop()
        return Receipt(found.partition, found.offset)

    async def records(self, topic: Topic) -> list[Record]:
        """Everything in a topic, partition by partition."""
        starts = dict.fromkeys(range(topic.partitions), 0)
        found = [record async for records in read_to_end(self.bootstrap, topic, starts) for record in records]
        return sorted(found, key=lambda record: (record.partition, record.offset))

    async def decisions(self) -> dict[Seq, Payload]:
        """The decisions that count: the first of each sequence, none after a later one."""
        counted: dict[Seq, Payload] = {}
        last: dict[int, int] = {}
        for record in await self.records(self.loans):
            decision = read(self.loans, record)
            if counts(decision, last.get(record.partition, -1)):
                last[record.partition] = sequence_of(decision.event)
                counted[record.partition, sequence_of(decision.event)] = decision.data
        return counted

    async def letters(self, topic: Topic) -> list[DeadLetter]:
        """The dead letters of a topic."""
        found = [read(topic.dead_letters, record).data for record in await self.records(topic.dead_letters)]
        return [letter for letter in found if isinstance(letter, DeadLetter)]

    async def readers(self) -> dict[str, str]:
        """Who has which book: the plain fold of the decisions that count."""
        held: dict[str, list[Payload]] = {}
        for decision in (await self.decisions()).values():
            if not isinstance(decision, LoanRefused):
                held.setdefault(str(getattr(decision, "book", "")), []).append(decision)
        return {book: reduce(evolve, decisions, NOBODY) for book, decisions in held.items()}

    async def stored_readers(self) -> dict[str, str]:
        """Who has which book: the decider's stored state."""
        return {found["_id"]: found["reader"] async for found in self.database["state.books"].find()}

    async def projector(self) -> Projector:
        """A worker on the live version, ready to apply."""
        worker = Projector(await live_version(self.database, self.shelf), DeadLetters(self.producer, "library/shelf"))
        await worker.start()
        return worker

    async def project(self) -> None:
        """Folds into the live version all that is in the topic."""
        worker = await self.projector()
        positions = await (await live_version(self.database, self.shelf)).positions()
        starts = {partition: position.next_offset for partition, position in positions.items()}
        async for records in read_to_end(self.bootstrap, self.loans, starts):
            await worker.apply({records[0].partition: records})

    async def shelved(self) -> dict[str, tuple[str | None, int]]:
        """Reader and number of loans of each book, as projected."""
        shelf = (await live_version(self.database, self.shelf)).collection("shelf")
        return {found["_id"]: (found["reader"], found["loans"]) async for found in shelf.find()}


@dataclass
class Worker:
    """A decider and what it holds."""

    decider: Decider
    state: KeyedState[str]
    log: KafkaDecisionLog
    request_log: KafkaRequestLog

    async def decide(self, records: Sequence[Record]) -> None:
        """Hands it a batch, until what came of it is recorded."""
        await self.decider.handle(records)
        await self.decider.recorded()


@asynccontextmanager
async def worker(library: Library) -> AsyncIterator[Worker]:
    """A stream process's decider with a producer of its own."""
    async with Producer(library.bootstrap, "worker") as producer:
        state = KeyedState(library.database, RULES)
        log = KafkaDecisionLog(library.bootstrap, library.loans, producer)
        request_log = KafkaRequestLog(library.bootstrap, library.requests)
        decider = Decider(
            library.requests,
            library.loans,
            source="/library",
            state=state,
            log=log,
            request_log=request_log,
            dead_letters=DeadLetters(producer, "library/stream"),
        )
        yield Worker(decider, state, log, request_log)


@asynccontextmanager
async def open_library(kafka: EmbeddedKafka, mongo: EmbeddedMongo, partitions: int = 2) -> AsyncIterator[Library]:
    """Fresh topics and a fresh database."""
    suffix = uuid4().hex[:12]
    requests, loans = topics(suffix, partitions)
    await ensure_topics(kafka.bootstrap, all_topics((requests, loans)), 1)
    async with connected(mongo.uri, f"library-{suffix}") as database, Producer(kafka.bootstrap, "test") as producer:
        yield Library(kafka.bootstrap, database, producer, requests, loans)
        await database.client.drop_database(database.name)


def event_of(data: Payload) -> Event[Payload]:
    """An event about the book its data names."""
    return Event(
        id=str(uuid4()), source="/test", subject=str(getattr(data, "book", "")), time=datetime.now(UTC), data=data
    )


def batches(records: Sequence[Record], size: int) -> list[list[Record]]:
    """Records in batches of at most `size`, in order."""
    return [list(records[start : start + size]) for start in range(0, len(records), size)]


def events(topic: Topic, records: Sequence[Record]) -> list[Recorded]:
    """Records as events."""
    return [read(topic, record) for record in records]
