"""The clock of petitions: asks for the end of each collection when its window is over."""

from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

from kenes.kafka.producer import BrokerUnavailableError, Producer
from kenes.mongo.decision_state import KeyedState
from kenes.observe.logs import get_logger
from schemas.envelope import Event
from schemas.petitions.v1 import CloseRequested
from schemas.topics import PETITION_REQUESTS
from services.petitions.domain.petition import Petition, Status

_log = get_logger(__name__)

CLOSING_EVERY = 1.0


class Closing:
    """Looks at the petitions this process decides. Asking twice is harmless: the second request is refused."""

    def __init__(self, petitions: KeyedState[Petition | None], producer: Producer) -> None:
        self._petitions = petitions
        self._producer = producer

    async def tick(self) -> None:
        """Asks to close every petition that is due."""
        now = datetime.now(UTC)
        for petition in due(list(self._petitions.states()), now):
            event = Event(
                id=str(uuid5(NAMESPACE_URL, f"kenes:closing:{petition.id}")),
                source="/petitions/clock",
                subject=petition.id,
                time=now,
                data=CloseRequested(petition=petition.id),
            )
            try:
                await self._producer.send(PETITION_REQUESTS, petition.id.encode(), event)
            except BrokerUnavailableError as error:
                _log.warning("a due petition will be asked for again", petition=petition.id, error=str(error))
                return


def due(petitions: list[Petition | None], now: datetime) -> list[Petition]:
    """Petitions that collect although their window is over."""
    return [
        petition
        for petition in petitions
        if petition is not None
        and petition.status is Status.COLLECTING
        and petition.closes_at is not None
        and petition.closes_at <= now
    ]
