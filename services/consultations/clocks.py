"""The clocks: ask, for every consultation this process decides, what is due, and bring what the ledger says."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import NAMESPACE_URL, uuid5

from kenes.kafka.producer import BrokerUnavailableError, Producer
from kenes.observe.logs import get_logger
from schemas.consultations.course import CourseRequest, DeadlineRequested, LedgerRequested
from schemas.envelope import Event
from schemas.topics import CONSULTATION_REQUESTS
from services.consultations.domain.consultation import Consultation

_log = get_logger(__name__)

EVERY = 1.0
SOURCE = "/consultations/clock"

States = Callable[[], Iterable[Consultation | None]]


@dataclass(frozen=True, slots=True)
class Counted:
    """What the ledger of a consultation says: comments that were made, and those that are owed an answer."""

    comments: int
    owed: int


Count = Callable[[Consultation], Awaitable[Counted | None]]
"""The whole ledger of a consultation, or `None` while not every request that was made is in it."""


@dataclass(frozen=True)
class Deadlines:
    """Asking twice is harmless: the second request is refused. So nothing fires twice, and nothing is forgotten."""

    states: States
    producer: Producer

    async def tick(self) -> None:
        """Asks for every consultation that is due."""
        now = datetime.now(UTC)
        due = [each for each in self.states() if each is not None and each.next_at is not None and each.next_at <= now]
        await send(self.producer, [_event(DeadlineRequested(consultation=each.id), f"{each.next_at}") for each in due])


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
                await send(self.producer, [_event(told, f"{len(each.path)}/{counted}")])


async def send(producer: Producer, events: Sequence[Event[CourseRequest]]) -> None:
    """Writes requests; what the broker did not take is asked for again at the next tick."""
    try:
        await asyncio.gather(*(producer.send(CONSULTATION_REQUESTS, each.subject.encode(), each) for each in events))
    except BrokerUnavailableError as error:
        _log.warning("what is due will be asked for again", consultations=len(events), error=str(error))


def _event(request: CourseRequest, occasion: str) -> Event[CourseRequest]:
    return Event(
        id=str(uuid5(NAMESPACE_URL, f"kenes:{request.TYPE}:{request.consultation}:{occasion}")),
        source=SOURCE,
        subject=request.consultation,
        time=datetime.now(UTC),
        data=request,
    )
