"""The clock of terms: asks, for every petition this process decides, what is due."""

from collections.abc import Sequence
from datetime import datetime
from uuid import NAMESPACE_URL, uuid5

from kenes.kafka.producer import Producer
from kenes.mongo.decision_state import KeyedState
from kenes.service import terms
from kenes.service.terms import Due, Terms
from schemas.envelope import Event
from schemas.petitions.v1 import DeadlineRequested
from schemas.topics import PETITION_REQUESTS
from services.petitions.domain.petition import Petition
from services.petitions.tallied import Tallied


class Deadlines(terms.Deadlines[Petition]):
    """Asks about a first term with the count it is decided by."""

    def __init__(self, petitions: KeyedState[Petition | None], tallied: Tallied, producer: Producer) -> None:
        super().__init__(PETITION_REQUESTS, producer, Terms(petitions, lambda petition: petition.next_at))
        self._tallied = tallied

    async def requests(self, due: Sequence[Due[Petition]], now: datetime) -> list[Event[DeadlineRequested]]:
        """One for each petition."""
        counted = await self._tallied.of([each.key for each in due if each.state.checkpoint is not None])
        counts = {petition: tally.count for petition, tally in counted.items()}
        return [_request(each, now, counts.get(each.key, 0)) for each in due]


def _request(due: Due[Petition], now: datetime, count: int) -> Event[DeadlineRequested]:
    return Event(
        id=str(uuid5(NAMESPACE_URL, f"kenes:deadline:{due.key}:{due.at.isoformat()}")),
        source="/petitions/clock",
        subject=due.key,
        time=now,
        data=DeadlineRequested(petition=due.key, count=count),
    )
