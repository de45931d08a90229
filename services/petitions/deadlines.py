"""The clock of terms: asks, for every petition this process decides, what is due."""

import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from heapq import heappop, heappush
from uuid import NAMESPACE_URL, uuid5

from kenes.kafka.producer import BrokerUnavailableError, Producer
from kenes.mongo.decision_state import KeyedState
from kenes.observe.logs import get_logger
from schemas.envelope import Event
from schemas.petitions.v1 import DeadlineRequested
from schemas.topics import PETITION_REQUESTS
from services.petitions.domain.petition import Petition
from services.petitions.tallied import Tallied

_log = get_logger(__name__)

EVERY = 1.0
AT_ONCE = 500
"""Petitions asked for before any of their decisions is waited for: what people do stands behind no more than these."""

DECIDED_WITHIN = 5.0
"""Seconds after which a decision is waited for no longer; the next turn asks again for what is still due."""

TURN = 10.0
"""Seconds after which a turn asks for no more, and looks at all petitions again."""

_SLICE = 500
"""New states looked at between two looks at what else the process has to do: about a millisecond."""
_LOOK = 0.02

Due = tuple[Petition, datetime]
"""A petition of which a term is over, and when that was."""


class Deadlines:
    """Asking twice is harmless: the second request is refused. So nothing fires twice, and nothing is forgotten."""

    def __init__(self, petitions: KeyedState[Petition | None], tallied: Tallied, producer: Producer) -> None:
        self._petitions = petitions
        self._tallied = tallied
        self._producer = producer
        self._next: dict[str, datetime] = {}
        self._terms: list[tuple[datetime, str]] = []
        self._over: dict[str, Due] = {}

    async def tick(self) -> None:
        """Asks for every petition that is due, the longest due first.

        After a long pause of the process that may be very many: they are asked for as fast as they are decided.
        """
        now, began = datetime.now(UTC), time.monotonic()
        due = await self._due(now)
        for start in range(0, len(due), AT_ONCE):
            some = due[start : start + AT_ONCE]
            try:
                await self._ask(some, now)
            except BrokerUnavailableError as error:
                _log.warning("what is due will be asked for again", petitions=len(due) - start, error=str(error))
                return
            if start + AT_ONCE < len(due):
                await self._decided(some)
            if time.monotonic() - began > TURN:
                return

    async def _due(self, now: datetime) -> list[Due]:
        """Petitions of which a term is over. Only what changed is looked at, however many are open."""
        for number, key in enumerate(self._petitions.changed(), 1):
            if number % _SLICE == 0:
                await asyncio.sleep(0)
            petition = self._petitions.state(key)
            next_at = None if petition is None else petition.next_at
            self._over.pop(key, None)
            self._next.pop(key, None)
            if next_at is not None:
                self._next[key] = next_at
                heappush(self._terms, (next_at, key))
        while self._terms and self._terms[0][0] <= now:
            next_at, key = heappop(self._terms)
            petition = self._petitions.state(key)
            # A term that another state had is no term now.
            if petition is not None and self._next.get(key) == next_at:
                self._over[key] = (petition, next_at)
        return list(self._over.values())

    async def _ask(self, due: Sequence[Due], now: datetime) -> None:
        counted = await self._tallied.of([petition.id for petition, _ in due if petition.checkpoint is not None])
        counts = {petition: tally.count for petition, tally in counted.items()}
        requests = [_request(petition, next_at, now, counts.get(petition.id, 0)) for petition, next_at in due]
        sent = (self._producer.send(PETITION_REQUESTS, request.subject.encode(), request) for request in requests)
        await asyncio.gather(*sent)

    async def _decided(self, asked: Sequence[Due]) -> None:
        """Returns once all of these are decided, or have kept the clock waiting long enough."""
        until = time.monotonic() + DECIDED_WITHIN
        waiting = [petition for petition, _ in asked]
        while waiting and time.monotonic() < until:
            await asyncio.sleep(_LOOK)
            waiting = [petition for petition in waiting if self._petitions.state(petition.id) is petition]


def _request(petition: Petition, next_at: datetime, now: datetime, count: int) -> Event[DeadlineRequested]:
    return Event(
        id=str(uuid5(NAMESPACE_URL, f"kenes:deadline:{petition.id}:{next_at.isoformat()}")),
        source="/petitions/clock",
        subject=petition.id,
        time=now,
        data=DeadlineRequested(petition=petition.id, count=count),
    )
