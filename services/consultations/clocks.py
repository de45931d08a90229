"""The clocks: ask, for every consultation this process decides, what is due, and bring what the ledger says."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

from kenes.kafka.producer import BrokerUnavailableError, Producer
from kenes.mongo.decision_state import KeyedState
from kenes.observe.logs import get_logger
from kenes.service import terms
from kenes.service.terms import Due, Terms
from schemas.consultations.course import CourseRequest, DeadlineRequested, LedgerRequested
from schemas.envelope import Event
from schemas.topics import CONSULTATION_REQUESTS
from services.consultations.domain.consultation import Consultation

_log = get_logger(__name__)

SOURCE = "/consultations/clock"

States = Callable[[], Iterable[Consultation | None]]


@dataclass(frozen=True, slots=True)
class Counted:
    """What the ledger of a consultation says: comments that were made, and those that are owed an answer."""

    comments: int
    owed: int


Count = Callable[[Consultation], Awaitable[Counted | None]]
"""The whole ledger of a consultation, or `None` while not every request that was made is in it."""


class Deadlines(terms.Deadlines[Consultation]):
    """Asks for every consultation that is due."""

    def __init__(self, consultations: KeyedState[Consultation | None], producer: Producer) -> None:
        super().__init__(CONSULTATION_REQUESTS, producer, Terms(consultations, lambda each: each.next_at))

    async def requests(self, due: Sequence[Due[Consultation]], now: datetime) -> list[Event[CourseRequest]]:
        """One for each."""
        return [_event(DeadlineRequested(consultation=each.key), f"{each.at}", now) for each in due]


@dataclass(frozen=True)
class Ledgers:
    """Counts for every report that was handed in. Its answer is a request, too: the rule decides."""

    states: States
    count: Count
    producer: Producer

    async def tick(self) -> None:
        """Tells what is owed, where a report waits for it."""
        for each in [each for each in self.states() if each is not None and each.handed]:
            counted = await self.count(each)
            if counted is not None:
                told = LedgerRequested(consultation=each.id, comments=counted.comments, owed=counted.owed)
                await self._ask(_event(told, f"{len(each.path)}/{counted}", datetime.now(UTC)))

    async def _ask(self, event: Event[CourseRequest]) -> None:
        """Writes a request; what the broker did not take is asked for again at the next tick."""
        try:
            await self.producer.send(CONSULTATION_REQUESTS, event.subject.encode(), event)
        except BrokerUnavailableError as error:
            _log.warning("what the ledger says will be told again", consultation=event.subject, error=str(error))


def _event(request: CourseRequest, occasion: str, now: datetime) -> Event[CourseRequest]:
    return Event(
        id=str(uuid5(NAMESPACE_URL, f"kenes:{request.TYPE}:{request.consultation}:{occasion}")),
        source=SOURCE,
        subject=request.consultation,
        time=now,
        data=request,
    )
