"""The clock of terms: asks, for every petition this process decides, what is due."""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import islice
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
"""Petitions asked for in one turn: after a long pause of the process the rest follows in the next ones."""


class Deadlines:
    """Asking twice is harmless: the second request is refused. So nothing fires twice, and nothing is forgotten."""

    def __init__(self, petitions: KeyedState[Petition | None], tallied: Tallied, producer: Producer) -> None:
        self._petitions = petitions
        self._tallied = tallied
        self._producer = producer
        self._next: dict[str, tuple[Petition, datetime | None]] = {}

    async def tick(self) -> None:
        """Asks for every petition that is due."""
        now = datetime.now(UTC)
        due = list(islice(self._due(now), AT_ONCE))
        if not due:
            return
        counted = await self._tallied.of([petition.id for petition, _ in due if petition.checkpoint is not None])
        counts = {petition: tally.count for petition, tally in counted.items()}
        requests = [_request(petition, next_at, now, counts.get(petition.id, 0)) for petition, next_at in due]
        try:
            await self._send(requests)
        except BrokerUnavailableError as error:
            _log.warning("what is due will be asked for again", petitions=len(due), error=str(error))

    async def _send(self, requests: Sequence[Event[DeadlineRequested]]) -> None:
        sent = (self._producer.send(PETITION_REQUESTS, request.subject.encode(), request) for request in requests)
        await asyncio.gather(*sent)

    def _due(self, now: datetime) -> Iterable[tuple[Petition, datetime]]:
        """Petitions of which a term is over. When that is, is worked out once for each state of each petition."""
        known, self._next = self._next, {}
        for petition in self._petitions.states():
            if petition is None:
                continue
            found = known.get(petition.id)
            if found is None or found[0] is not petition:
                found = (petition, petition.next_at)
            self._next[petition.id] = found
            if found[1] is not None and found[1] <= now:
                yield petition, found[1]


def _request(petition: Petition, next_at: datetime, now: datetime, count: int) -> Event[DeadlineRequested]:
    return Event(
        id=str(uuid5(NAMESPACE_URL, f"kenes:deadline:{petition.id}:{next_at.isoformat()}")),
        source="/petitions/clock",
        subject=petition.id,
        time=now,
        data=DeadlineRequested(petition=petition.id, count=count),
    )
