"""The clock asks for the end of each collection when it is due, and again until it is decided."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import cast

import pytest

from kenes.kafka.producer import BrokerUnavailableError, Producer
from kenes.kafka.records import Receipt
from kenes.mongo.decision_state import KeyedState
from schemas.envelope import Event
from schemas.payload import Payload
from schemas.petitions.v1 import CloseRequested
from schemas.topics import PETITION_REQUESTS, Topic
from services.petitions.closing import Closing, due
from services.petitions.domain.petition import Petition, Status
from tests.unit.petitions.samples import RULES, START, text

NOW = datetime(2026, 9, 1, tzinfo=UTC)


def petition(name: str = "p", status: Status = Status.COLLECTING, closes_at: datetime | None = NOW) -> Petition:
    return Petition(
        id=name,
        author="a",
        text=text(),
        rules=RULES,
        sealed="s",
        owner="o",
        status=status,
        created_at=START,
        closes_at=closes_at,
    )


@pytest.mark.parametrize(
    ("found", "is_due"),
    [
        (None, False),
        (petition(), True),
        (petition(closes_at=NOW - timedelta(days=1)), True),
        (petition(closes_at=NOW + timedelta(milliseconds=1)), False),
        (petition(closes_at=None), False),
        (petition(status=Status.DRAFT), False),
        (petition(status=Status.SUBMITTED), False),
        (petition(status=Status.CLOSED), False),
    ],
)
def test_due(found: Petition | None, *, is_due: bool) -> None:
    assert due([found], NOW) == ([found] if is_due else [])


class Held:
    """The petitions this process decides."""

    def __init__(self, *petitions: Petition | None) -> None:
        self.petitions = petitions

    def states(self) -> Iterator[Petition | None]:
        """See KeyedState."""
        return iter(self.petitions)


class Sender:
    """Keeps what is sent; `down` plays a broker that is away."""

    def __init__(self) -> None:
        self.sent: list[tuple[Topic, bytes, Event[Payload]]] = []
        self.down = False
        self.tried = 0

    async def send(self, topic: Topic, key: bytes, event: Event[Payload]) -> Receipt:
        """See Producer."""
        self.tried += 1
        if self.down:
            raise BrokerUnavailableError("down")
        self.sent.append((topic, key, event))
        return Receipt(0, 0)


def closing(held: Held, sender: Sender) -> Closing:
    return Closing(cast("KeyedState[Petition | None]", held), cast("Producer", sender))


async def test_the_clock_asks_without_an_actor_and_keyed_by_petition() -> None:
    sender = Sender()
    past = datetime(2026, 1, 1, tzinfo=UTC)

    await closing(Held(petition("one", closes_at=past), None, petition("two", Status.CLOSED, past)), sender).tick()

    ((topic, key, event),) = sender.sent
    assert (topic, key, event.subject) == (PETITION_REQUESTS, b"one", "one")
    assert event.data == CloseRequested(petition="one")


async def test_asking_again_is_the_same_event() -> None:
    sender = Sender()
    clock = closing(Held(petition("one", closes_at=datetime(2026, 1, 1, tzinfo=UTC))), sender)

    await clock.tick()
    await clock.tick()

    assert len({event.id for _, _, event in sender.sent}) == 1
    assert len(sender.sent) == 2


async def test_a_broker_that_is_away_ends_the_round_and_not_the_clock() -> None:
    sender = Sender()
    sender.down = True
    past = datetime(2026, 1, 1, tzinfo=UTC)
    clock = closing(Held(petition("one", closes_at=past), petition("two", closes_at=past)), sender)

    await clock.tick()
    assert sender.tried == 1, "the others would wait for the same broker"

    sender.down = False
    await clock.tick()
    assert [key for _, key, _ in sender.sent] == [b"one", b"two"]
