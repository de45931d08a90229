"""The clocks ask for what is due and for goals that are reached, and again until it is decided."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from kenes.kafka.producer import BrokerUnavailableError, Producer
from kenes.kafka.records import Receipt
from kenes.mongo.decision_state import KeyedState
from schemas.envelope import Event
from schemas.payload import Payload
from schemas.petitions.v1 import DeadlineRequested, Goal, GoalRequested, UnitCount
from schemas.topics import PETITION_REQUESTS, Topic
from services.petitions import goals as goals_module
from services.petitions.deadlines import AT_ONCE, Deadlines
from services.petitions.domain.petition import Petition
from services.petitions.domain.rules import RulePacks
from services.petitions.domain.status import Status
from services.petitions.goals import Goals, next_goal
from services.petitions.projection import petition_document
from services.petitions.tallied import Tallied, Tally
from tests.unit.petitions import lives
from tests.unit.petitions.lives import LIVES, PACKS, count, live
from tests.unit.petitions.lives import SOON as A_MINUTE

PAST = datetime(2026, 1, 1, tzinfo=UTC)
SOON = datetime.now(UTC) + timedelta(days=1)


def petition(name: str, status: Status = Status.COLLECTING, closes_at: datetime = PAST) -> Petition:
    found, _, _ = live(LIVES[status])
    assert found is not None
    return found.model_copy(update={"id": name, "closes_at": closes_at, "checkpoint": None})


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

    async def send(self, topic: Topic, key: bytes, event: Event[Payload]) -> Receipt:
        """See Producer."""
        if self.down:
            raise BrokerUnavailableError("down")
        self.sent.append((topic, key, event))
        return Receipt(0, 0)


class Counted:
    """The tallies, in memory; keeps what it was asked for."""

    def __init__(self, **counts: int) -> None:
        self.counts = counts
        self.folded = 9
        self.asked: list[Collection[str]] = []

    async def of(self, petitions: Collection[str]) -> dict[str, Tally]:
        """See Tallied."""
        self.asked.append(petitions)
        return {
            name: Tally(self.counts[name], {"KZ-75": 1}, {0: self.folded}) for name in petitions if name in self.counts
        }

    async def all(self) -> dict[str, Tally]:
        """See Tallied."""
        return await self.of(list(self.counts))


def deadlines(held: Held, sender: Sender, counted: Counted | None = None) -> Deadlines:
    state = cast("KeyedState[Petition | None]", held)
    return Deadlines(state, cast("Tallied", counted or Counted()), cast("Producer", sender))


async def test_the_clock_asks_for_what_is_due_keyed_by_petition() -> None:
    sender = Sender()
    ended = petition("two", Status.CLOSED)

    await deadlines(Held(petition("one"), None, ended, petition("later", closes_at=SOON)), sender).tick()

    ((topic, key, event),) = sender.sent
    assert (topic, key, event.subject) == (PETITION_REQUESTS, b"one", "one")
    assert event.data == DeadlineRequested(petition="one", count=0)


async def test_a_first_term_is_asked_about_with_the_count() -> None:
    sender = Sender()
    first = petition("one", closes_at=SOON).model_copy(update={"checkpoint": PAST})

    await deadlines(Held(first), sender, Counted(one=7)).tick()

    assert sender.sent[0][2].data == DeadlineRequested(petition="one", count=7)


async def test_asking_again_is_the_same_event_and_a_new_state_is_looked_at_anew() -> None:
    sender, held = Sender(), Held(petition("one"))
    clock = deadlines(held, sender)

    await clock.tick()
    await clock.tick()
    assert len({event.id for _, _, event in sender.sent}) == 1
    assert len(sender.sent) == 2

    held.petitions = (petition("one", closes_at=SOON),)
    await clock.tick()
    assert len(sender.sent) == 2


async def test_a_broker_that_is_away_ends_the_round_and_not_the_clock() -> None:
    sender = Sender()
    sender.down = True
    clock = deadlines(Held(petition("one"), petition("two")), sender)

    await clock.tick()
    assert sender.sent == []

    sender.down = False
    await clock.tick()
    assert [key for _, key, _ in sender.sent] == [b"one", b"two"]


async def test_after_a_long_pause_what_is_due_is_asked_for_in_turns() -> None:
    sender = Sender()
    await deadlines(Held(*(petition(f"p{number}") for number in range(AT_ONCE + 20))), sender).tick()

    assert len(sender.sent) == AT_ONCE


class Documents:
    """The live version of the petitions projection."""

    def __init__(self, *petitions: Petition) -> None:
        self.petitions = petitions

    async def get(self, _projection: object) -> Documents:
        """See LiveVersions."""
        return self

    def collection(self, _name: str) -> Documents:
        """See Version."""
        return self

    async def find(self, query: dict[str, Any]) -> Any:
        """Those with one of the ids, in one of the states."""
        for each in self.petitions:
            if each.id in query["_id"]["$in"] and each.status in query["status"]["$in"]:
                yield petition_document(each, 0, 1)


def goals(
    sender: Sender,
    counted: Counted,
    *petitions: Petition,
    monkeypatch: pytest.MonkeyPatch,
    packs: RulePacks | None = None,
) -> Goals:
    monkeypatch.setattr(goals_module, "LiveVersions", lambda _database: Documents(*petitions))
    told = (cast("Tallied", counted), cast("Producer", sender), packs or PACKS)
    return Goals(cast("Any", None), cast("Any", None), *told)


async def test_at_the_start_every_petition_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    sender, counted = Sender(), Counted(full=10, few=9, ended=99)
    found = (petition("full"), petition("few"), petition("ended", Status.CLOSED))

    await goals(sender, counted, *found, monkeypatch=monkeypatch).tick()

    ((topic, key, event),) = sender.sent
    assert (topic, key) == (PETITION_REQUESTS, b"full")
    assert event.data == GoalRequested(petition="full", count=10, units=(UnitCount(unit="KZ-75", count=1),))


async def test_then_only_those_that_are_being_signed(monkeypatch: pytest.MonkeyPatch) -> None:
    sender, counted = Sender(), Counted(one=1, two=2)
    clock = goals(sender, counted, petition("one"), petition("two"), monkeypatch=monkeypatch)
    await clock.tick()
    await clock.tick()
    assert len(counted.asked) == 1, "nothing moves: nothing is read"

    counted.counts["two"] = 10
    clock.signed("two", 0, 5)
    await clock.tick()

    assert counted.asked[-1] == ["two"]
    assert [key for _, key, _ in sender.sent] == [b"two"]


async def test_a_goal_that_could_not_be_asked_for_is_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    sender, counted = Sender(), Counted(one=10)
    clock = goals(sender, counted, petition("one"), monkeypatch=monkeypatch)
    sender.down = True
    await clock.tick()

    sender.down = False
    await clock.tick()

    assert [key for _, key, _ in sender.sent] == [b"one"]


async def test_a_petition_far_from_its_goal_is_left_alone_for_a_while_and_never_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [1000.0]
    monkeypatch.setattr("services.petitions.goals.time.monotonic", lambda: now[0])
    far = petition("far").model_copy(update={"goals": (Goal(signatures=50_000, effect="consideration"),)})
    sender, counted = Sender(), Counted(far=1)
    clock = goals(sender, counted, far, monkeypatch=monkeypatch)
    await clock.tick()
    clock.signed("far", 0, 10)
    await clock.tick()
    now[0] += 9
    await clock.tick()
    assert len(counted.asked) == 2, "it cannot have got there"

    now[0] += 120  # nobody has signed since, and the tallies are late
    await clock.tick()
    now[0] += 120
    counted.counts["far"], counted.folded = 50_000, 10
    await clock.tick()
    await clock.tick()

    assert len(counted.asked) == 5, "until the tallies have the last signature, and once more for the next goal"
    assert {type(event.data) for _, _, event in sender.sent} == {GoalRequested}
    assert len({event.id for _, _, event in sender.sent}) == 1


async def test_numbers_alone_are_not_asked_for_where_the_rules_want_more(monkeypatch: pytest.MonkeyPatch) -> None:
    spread = {"units": 2, "minimum": {"KZ-75": 1, "KZ-71": 1}, **lives.SURE}
    pack = lives.pack(thresholds=[{"signatures": 10, "effect": "hearing", "spread": spread, **lives.SURE}])
    narrow = petition("narrow").model_copy(update={"goals": (Goal(signatures=10, effect="hearing"),)})
    sender, counted = Sender(), Counted(narrow=99)
    clock = goals(sender, counted, narrow, monkeypatch=monkeypatch, packs=lives.packs(pack))

    clock.signed("narrow", 0, 5)
    for _ in range(3):
        await clock.tick()

    assert sender.sent == [], "it would be refused, each second anew"
    assert len(counted.asked) == 1


def test_the_next_goal() -> None:
    assert next_goal(petition("p", Status.GATHERING)) == 3, "supporters first"
    assert next_goal(petition("p")) == 10
    once, _, _ = live([*LIVES[Status.COLLECTING], (count(10), A_MINUTE)])
    assert once is not None
    assert next_goal(once) == 20
    assert next_goal(petition("p", Status.CONSIDERATION)) is None
