"""Everything between an event and its letters, in memory: what the broker and MongoDB would make of it.

Deciders are folds of their rules, projections lag as far behind as a test likes, and the producer fails when told.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4
from zlib import crc32

from kenes.identity.sealing import Keyring, PersonKey
from kenes.kafka.decider import Position
from kenes.kafka.producer import BrokerUnavailableError
from kenes.kafka.records import Receipt, Recorded
from kenes.mongo.client import Document
from kenes.mongo.decision_state import Rules
from kenes.mongo.folding import Lookup
from kenes.mongo.projection import Projection
from schemas.envelope import Event, decision_id
from schemas.payload import Payload
from schemas.topics import (
    DELIVERIES,
    DELIVERY_REQUESTS,
    FAN_OUT_REQUESTS,
    FAN_OUTS,
    SUBSCRIPTION_REQUESTS,
    SUBSCRIPTIONS,
    Topic,
)
from services.notifications.following.projections import FOLLOWERS, NEWS, TOLD
from services.notifications.stream import delivery_rules, fan_out_rules, subscription_rules
from tests.unit.store import Store

START = datetime(2026, 3, 1, 6, tzinfo=UTC)
KEYRING = Keyring(b"k" * 32)
OWNER = KEYRING.seal_owner(b"o" * 16)


@dataclass
class Log:
    """One topic of requests with the decisions on them, decided at once; folded as far as a test has it."""

    requests: Topic
    decisions: Topic
    rules: Rules[Any]
    projection: Projection
    states: dict[str, Any] = field(default_factory=dict)
    written: dict[int, int] = field(default_factory=dict)
    decided: list[Recorded] = field(default_factory=list)
    folded: dict[int, int] = field(default_factory=dict)

    def ask(self, key: bytes, event: Event[Payload]) -> Receipt:
        """Writes a request, and decides it."""
        partition = crc32(key) % self.requests.partitions
        offset = self.written.get(partition, 0)
        self.written[partition] = offset + 1
        request = Recorded(partition, offset, event.time, key, event)
        name = self.rules.key(event)
        assert name is not None, "there is one kind of thing here"
        state = self.states.get(name, self.rules.initial)
        decision = Event(
            id=decision_id(self.decisions.name, partition, offset),
            source="/notifications",
            subject=event.subject,
            time=event.time,
            data=self.rules.decide(state, request),
            sequence=offset,
        )
        after = self.rules.evolve(state, decision)
        if after is not state:
            self.states[name] = self.rules.load({"_id": name, **self.rules.dump(after)})
        self.decided.append(Recorded(partition, offset, event.time, key, decision))
        return Receipt(partition, offset)

    def told(self, kind: type[Payload]) -> list[Any]:
        """The decisions of a kind."""
        return [each.data for each in self.decided if isinstance(each.data, kind)]


class World:
    """The topics, the projections and what a producer writes to them."""

    def __init__(self) -> None:
        self.store = Store()
        self.logs = [
            Log(SUBSCRIPTION_REQUESTS, SUBSCRIPTIONS, subscription_rules(), FOLLOWERS),
            Log(FAN_OUT_REQUESTS, FAN_OUTS, fan_out_rules(), NEWS),
            Log(DELIVERY_REQUESTS, DELIVERIES, delivery_rules(), TOLD),
        ]
        self.subscriptions, self.fan_outs, self.deliveries = self.logs
        self.fails: Callable[[], bool] = lambda: False

    # What a producer does.

    async def send(self, topic: Topic, key: bytes, event: Event[Payload]) -> Receipt:
        """Writes one request."""
        [receipt] = await self.send_each(topic, [(key, event)])
        return receipt

    async def send_each(self, topic: Topic, events: Sequence[tuple[bytes, Event[Payload]]]) -> list[Receipt]:
        """Writes requests; what fails has written some of them."""
        log = next(each for each in self.logs if each.requests is topic)
        receipts = []
        for key, event in events:
            if self.fails():
                raise BrokerUnavailableError("as the test has it")
            receipts.append(log.ask(key, event))
        return receipts

    # What a test does.

    def ask(self, request: Any, at: datetime = START) -> None:
        """A subscriber's request."""
        event = Event(id=str(uuid4()), source="/test", subject=request.subscriber, time=at, data=request)
        log = next(each for each in self.logs if type(request) in each.requests.payloads)
        log.ask(request.subscriber.encode(), event)

    def fold(self, log: Log, most: int = 10**9) -> None:
        """Folds decisions that are not folded yet: at most so many of each partition."""
        for partition in range(log.decisions.partitions):
            last = log.folded.get(partition, -1)
            new = [each for each in log.decided if each.partition == partition and each.offset > last][:most]
            if new:
                self.store.apply(self.store.fold(log.projection, new))
                log.folded[partition] = new[-1].offset

    def fold_all(self) -> None:
        """Folds everything."""
        for log in self.logs:
            self.fold(log)

    # What readers do: a `LiveVersions`, a `Version` and its collections.

    async def get(self, projection: Projection) -> Folded:
        """The live version of a projection."""
        return Folded(self.store, next(each for each in self.logs if each.projection is projection))


@dataclass(frozen=True)
class Folded:
    """One projection as it is stored."""

    store: Store
    log: Log

    async def positions(self) -> dict[int, Position]:
        """How far it is folded."""
        folded = {p: self.log.folded.get(p, -1) for p in range(self.log.decisions.partitions)}
        return {p: Position(last + 1, last) for p, last in folded.items()}

    def collection(self, name: str) -> Documents:
        """One collection."""
        return Documents(self.store, name)


@dataclass(frozen=True)
class Documents:
    """A collection that is asked by equality alone."""

    store: Store
    name: str

    def find(self, query: Document, _fields: Document | None = None) -> Found:
        """The documents that have a value, or one of several."""
        [(name, wanted)] = query.items()
        values = wanted["$in"] if isinstance(wanted, dict) else [wanted]
        return Found(self.store.find(Lookup(self.name, name, values)))


@dataclass(frozen=True)
class Found:
    """What a query finds."""

    documents: list[Document]

    async def to_list(self, _length: int | None) -> list[Document]:
        """All of it."""
        return self.documents

    async def __aiter__(self) -> AsyncIterator[Document]:
        for each in self.documents:
            yield each


class Keys:
    """A vault in which everybody has the same key, but for those who were erased."""

    def __init__(self) -> None:
        self.key = PersonKey(b"p" * 32)
        self.erased: set[bytes] = set()

    async def keys_at(self, indexes: Sequence[bytes]) -> dict[bytes, PersonKey]:
        """The keys of people by their indexes."""
        return {index: self.key for index in indexes if index not in self.erased}


def later(minutes: float) -> datetime:
    """So long after the start."""
    return START + timedelta(minutes=minutes)
