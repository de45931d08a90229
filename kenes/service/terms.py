"""The clock of terms: asks, for everything a decider of this process holds, what is due."""

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import heappop, heappush
from typing import Any, Generic, TypeVar

from kenes.kafka.producer import BrokerUnavailableError, Producer
from kenes.mongo.decision_state import KeyedState
from kenes.observe.logs import get_logger
from schemas.envelope import Event
from schemas.topics import Topic

S = TypeVar("S")

_log = get_logger(__name__)

EVERY = 1.0
"""Seconds between two looks at terms: an end may come that much late."""
AT_ONCE = 500
"""Things asked for before any of their decisions is waited for: what people do stands behind no more than these."""

DECIDED_WITHIN = 5.0
"""Seconds after which a decision is waited for no longer; the next turn asks again for what is still due."""

TURN = 10.0
"""Seconds after which a turn asks for no more, and looks at everything again."""

_SLICE = 500
"""New states looked at between two looks at what else the process has to do: about a millisecond."""
_LOOK = 0.02
"""Seconds between two looks in memory at what was asked for."""


@dataclass(frozen=True, slots=True)
class Due(Generic[S]):
    """A state of which a term is over, its key, and when that was."""

    key: str
    state: S
    at: datetime


class Terms(Generic[S]):
    """When the next term of each state ends. Only what changed is looked at, however many are held.

    It is the only reader of `KeyedState.changed` of what is `held`.
    """

    def __init__(self, held: KeyedState[S | None], next_at: Callable[[S], datetime | None]) -> None:
        self._held = held
        self._next_at = next_at
        self._next: dict[str, datetime] = {}
        self._terms: list[tuple[datetime, str]] = []
        self._over: dict[str, Due[S]] = {}

    async def over(self, now: datetime) -> list[Due[S]]:
        """What is due, the longest due first; until another state takes its place, it is due again each time."""
        for number, key in enumerate(self._held.changed(), 1):
            if number % _SLICE == 0:
                await asyncio.sleep(0)
            state = self._held.state(key)
            next_at = None if state is None else self._next_at(state)
            self._over.pop(key, None)
            self._next.pop(key, None)
            if next_at is not None:
                self._next[key] = next_at
                heappush(self._terms, (next_at, key))
        while self._terms and self._terms[0][0] <= now:
            next_at, key = heappop(self._terms)
            state = self._held.state(key)
            # A term that another state had is no term now.
            if state is not None and self._next.get(key) == next_at:
                self._over[key] = Due(key, state, next_at)
        return list(self._over.values())

    async def decided(self, asked: Sequence[Due[S]]) -> None:
        """Returns once all of these have another state, or have kept the clock waiting long enough."""
        until = time.monotonic() + DECIDED_WITHIN
        waiting = list(asked)
        while waiting and time.monotonic() < until:
            await asyncio.sleep(_LOOK)
            waiting = [each for each in waiting if self._held.state(each.key) is each.state]


class Deadlines(ABC, Generic[S]):
    """Asking twice is harmless: the second request is refused. So nothing fires twice, and nothing is forgotten."""

    def __init__(self, topic: Topic, producer: Producer, terms: Terms[S]) -> None:
        self._topic = topic
        self._producer = producer
        self._terms = terms

    @abstractmethod
    async def requests(self, due: Sequence[Due[S]], now: datetime) -> Sequence[Event[Any]]:
        """What to ask for; requests are keyed by their subject."""

    async def tick(self) -> None:
        """Asks for everything that is due, the longest due first.

        After a long pause of the process that may be very much: it is asked for as fast as it is decided.
        """
        now, began = datetime.now(UTC), time.monotonic()
        due = await self._terms.over(now)
        for start in range(0, len(due), AT_ONCE):
            some = due[start : start + AT_ONCE]
            try:
                await self._ask(some, now)
            except BrokerUnavailableError as error:
                _log.warning("what is due will be asked for again", due=len(due) - start, error=str(error))
                return
            if start + AT_ONCE < len(due):
                await self._terms.decided(some)
            if time.monotonic() - began > TURN:
                return

    async def _ask(self, due: Sequence[Due[S]], now: datetime) -> None:
        requests = await self.requests(due, now)
        await asyncio.gather(*(self._producer.send(self._topic, each.subject.encode(), each) for each in requests))
