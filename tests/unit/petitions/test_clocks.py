"""The clocks ask for what is due and for goals that are reached, and again until it is decided."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from kenes.kafka.decider import Position
from kenes.kafka.producer import BrokerUnavailableError, Producer
from kenes.kafka.records import Receipt, Recorded
from kenes.mongo.decision_state import KeyedState
from kenes.service import terms
from kenes.service.terms import AT_ONCE
from schemas.envelope import Event
from schemas.payload import Payload
from schemas.petitions.v1 import DeadlineRequested, Goal, GoalRequested, UnitCount
from schemas.topics import PETITION_REQUESTS, Topic
from services.petitions import goals as goals_module
from services.petitions.deadlines import Deadlines
from services.petitions.directory import Directory
from services.petitions.domain.evolution import evolve
from services.petitions.domain.lifecycle import decide
from services.petitions.domain.petition import Petition
from services.petitions.domain.rules import RulePacks
from services.petitions.domain.status import PaperBatch, Status
from services.petitions.goals import Goals, next_goal
from services.petitions.projection import petition_document
from services.petitions.settling import Settling
from services.petitions.stream import PetitionState, petition_rules
from services.petitions.tallied import Tallied, Tally
from tests.unit.mongo.memory import Database as Memory
from tests.unit.petitions import lives
from tests.unit.petitions.lives import LIVES, PACKS, count, live
from tests.unit.petitions.lives import SOON as A_MINUTE
from tests.unit.petitions.samples import decided

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
        self._seen: dict[str, Petition] = {}

    def changed(self) -> set[str]:
        """See KeyedState."""
        before, self._seen = self._seen, {each.id: each for each in self.petitions if each is not None}
        return {name for name in before.keys() | self._seen.keys() if before.get(name) is not self._seen.get(name)}

    def state(self, key: str) -> Petition | None:
        """See KeyedState."""
        return next((each for each in self.petitions if each is not None and each.id == key), None)


class Sender:
    """Keeps what is sent; `down` plays a broker that is away, `decide` a decider that is told of each request."""

    def __init__(self, decide: Callable[[str], None] = lambda _petition: None) -> None:
        self.sent: list[tuple[Topic, bytes, Event[Payload]]] = []
        self.down = False
        self.decide = decide

    async def send(self, topic: Topic, key: bytes, event: Event[Payload]) -> Receipt:
        """See Producer."""
        if self.down:
            raise BrokerUnavailableError("down")
        self.sent.append((topic, key, event))
        self.decide(event.subject)
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


class Settled:
    """Every signature made before `at` is counted."""

    def __init__(self, at: datetime = SOON) -> None:
        self.at = at

    async def until(self, _wanted: datetime) -> datetime:
        """See Settling."""
        return self.at


def deadlines(held: Held, sender: Sender, counted: Counted | None = None, settled: Settled | None = None) -> Deadlines:
    state = cast("KeyedState[Petition | None]", held)
    told = (cast("Tallied", counted or Counted()), cast("Settling", settled or Settled()))
    return Deadlines(state, *told, cast("Producer", sender), PACKS)


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


@pytest.mark.parametrize("status", [Status.GATHERING, Status.COLLECTING])
async def test_no_collection_ends_before_all_who_signed_in_time_are_counted(status: Status) -> None:
    sender, settled = Sender(), Settled(PAST - timedelta(seconds=1))
    earlier = petition("earlier", status, closes_at=PAST - timedelta(days=1))
    clock = deadlines(Held(petition("one", status), earlier), sender, settled=settled)

    await clock.tick()
    assert [event.subject for _, _, event in sender.sent] == ["earlier"]

    settled.at = PAST
    await clock.tick()
    assert {event.subject for _, _, event in sender.sent} == {"earlier", "one"}


async def test_what_is_not_the_end_of_a_collection_waits_for_no_signature() -> None:
    sender = Sender()
    waiting, _, _ = live(LIVES[Status.CONSIDERATION])
    assert waiting is not None
    late = waiting.model_copy(
        update={"id": "late", "duties": tuple(each.model_copy(update={"remind_at": PAST}) for each in waiting.duties)}
    )

    await deadlines(Held(late), sender, settled=Settled(PAST)).tick()

    assert [event.subject for _, _, event in sender.sent] == ["late"]


@pytest.mark.parametrize(("status", "enough"), [(Status.GATHERING, 3), (Status.COLLECTING, 10)])
async def test_a_goal_reached_in_the_last_second_is_decided_before_the_end(status: Status, enough: int) -> None:
    for number in (enough - 1, enough):
        sender, ended = Sender(), petition("one", status)
        await deadlines(Held(ended), sender, Counted(one=number)).tick()
        ((_, _, event),) = sender.sent
        reached = GoalRequested(petition="one", count=number, units=(UnitCount(unit="KZ-75", count=1),))
        assert event.data == (reached if number == enough else DeadlineRequested(petition="one", count=number))
        after = evolve(ended, decide(ended, event.data, event.time, PACKS), event.time)
        assert after is not None
        assert (after.status is Status.CLOSED) is (number < enough)


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

    held.petitions = (petition("one", closes_at=PAST - timedelta(days=1)),)
    await clock.tick()
    assert len(sender.sent) == 3

    held.petitions = ()  # another process decides them now
    await clock.tick()
    assert len(sender.sent) == 3


async def test_a_broker_that_is_away_ends_the_round_and_not_the_clock() -> None:
    sender = Sender()
    sender.down = True
    clock = deadlines(Held(petition("one"), petition("two")), sender)

    await clock.tick()
    assert sender.sent == []

    sender.down = False
    await clock.tick()
    assert [key for _, key, _ in sender.sent] == [b"one", b"two"]


async def test_after_a_long_pause_no_more_is_asked_for_than_is_decided(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terms, "DECIDED_WITHIN", 0.1)
    monkeypatch.setattr(terms, "TURN", 0.05)
    sender = Sender()
    await deadlines(Held(*(petition(f"p{number}") for number in range(AT_ONCE + 20))), sender).tick()

    assert len(sender.sent) == AT_ONCE


async def test_after_a_long_pause_all_is_asked_for_as_it_is_decided_the_longest_due_first() -> None:
    late = [petition(f"p{number}", closes_at=PAST - timedelta(days=number)) for number in range(2 * AT_ONCE + 20)]
    held = Held(*late)
    undecided = dict(zip((each.id for each in late), late, strict=True))

    def decide(name: str) -> None:
        undecided.pop(name)
        if len(undecided) % AT_ONCE == 20:  # once a whole batch was asked for
            held.petitions = tuple(undecided.values())

    sender = Sender(decide)
    await deadlines(held, sender).tick()

    assert [key.decode() for _, key, _ in sender.sent] == [each.id for each in reversed(late)]


class Documents:
    """The live version of the petitions projection."""

    def __init__(self, *petitions: Petition) -> None:
        self.petitions = petitions
        self.sequence = 1

    async def get(self, _projection: object) -> Documents:
        """See LiveVersions."""
        return self

    def collection(self, _name: str) -> Documents:
        """See Version."""
        return self

    async def positions(self) -> dict[int, Position]:
        """See Version."""
        return {0: Position(self.sequence + 1, self.sequence)}

    async def find(self, query: dict[str, Any], _fields: object = None) -> Any:
        """What the clock asks for: by ids, states, and signatures on paper."""
        for each in self.petitions:
            document = petition_document(each, 0, self.sequence)
            in_ids = each.id in query.get("_id", {"$in": [each.id]})["$in"]
            in_states = each.status in query.get("status", {"$in": [each.status]})["$in"]
            if in_ids and in_states and document["on_paper"] > query.get("on_paper", {"$gt": -1})["$gt"]:
                yield document


def goals(
    sender: Sender,
    counted: Counted,
    *petitions: Petition,
    monkeypatch: pytest.MonkeyPatch,
    packs: RulePacks | None = None,
) -> Goals:
    monkeypatch.setattr(goals_module, "LiveVersions", lambda _database: Documents(*petitions))
    told = (cast("Tallied", counted), cast("Producer", sender), packs or PACKS)
    return Goals(cast("Any", None), cast("Any", None), Directory(), *told)


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
    hearing = {"signatures": 10, "effect": "hearing", "answer": lives.TERM, "spread": spread, **lives.SURE}
    pack = lives.pack(thresholds=[hearing])
    narrow = petition("narrow").model_copy(update={"goals": (Goal(signatures=10, effect="hearing"),)})
    sender, counted = Sender(), Counted(narrow=99)
    clock = goals(sender, counted, narrow, monkeypatch=monkeypatch, packs=lives.packs(pack))

    clock.signed("narrow", 0, 5)
    for _ in range(3):
        await clock.tick()

    assert sender.sent == [], "it would be refused, each second anew"
    assert len(counted.asked) == 1


async def test_a_petition_whose_document_is_late_is_not_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its signatures are folded before the decision that let it be signed is."""
    supported, told = petition("supported", Status.GATHERING), Sender()
    documents, directory = Documents(), Directory()
    documents.sequence = 4
    monkeypatch.setattr(goals_module, "LiveVersions", lambda _database: documents)
    created = decide(None, lives.CREATE, lives.NOW, PACKS).model_copy(update={"petition": "supported"})
    event = Event(id="1", source="/petitions", subject="supported", time=lives.NOW, data=created, sequence=5, offset=5)
    directory.take(Recorded(0, 5, lives.NOW, b"supported", event))
    counted = cast("Tallied", Counted(supported=3))
    clock = Goals(cast("Any", None), cast("Any", None), directory, counted, cast("Producer", told), PACKS)

    clock.signed("supported", 0, 0)
    await clock.tick()
    assert told.sent == []

    documents.petitions, documents.sequence = (supported,), 5
    await clock.tick()
    assert [each.subject for _, _, each in told.sent] == ["supported"]


def test_the_next_goal() -> None:
    assert next_goal(petition("p", Status.GATHERING)) == 3, "supporters first"
    assert next_goal(petition("p")) == 10
    once, _, _ = live([*LIVES[Status.COLLECTING], (count(10), A_MINUTE)])
    assert once is not None
    assert next_goal(once) == 20
    assert next_goal(petition("p", Status.CONSIDERATION)) is None


async def test_paper_is_looked_at_until_the_document_has_it_also_where_nobody_signed_here(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = lives.packs(lives.pack())
    ref = lives.pack().ref
    supported, told = petition("supported", Status.GATHERING).model_copy(update={"rules": ref, "needed": 3}), Sender()
    documents = Documents(supported)
    monkeypatch.setattr(goals_module, "LiveVersions", lambda _database: documents)
    clock = Goals(
        cast("Any", None), cast("Any", None), Directory(), cast("Tallied", Counted()), cast("Producer", told), found
    )
    await clock.tick()
    clock.recount("supported", 2)  # the documents stand at 1
    await clock.tick()
    assert told.sent == []

    batch = PaperBatch(number=1, entered_at=PAST, by="r", reference="File", sheets=(lives.sheet("1", 2),))
    documents.petitions, documents.sequence = (supported.model_copy(update={"paper": (batch,)}),), 2
    await clock.tick()
    ((_, key, event),) = told.sent
    assert (key, event.data) == (b"supported", GoalRequested(petition="supported", count=0))

    await clock.tick()
    documents.petitions = ()
    await clock.tick()
    assert not clock._signed
    assert not clock._recounts


@pytest.mark.parametrize("pause", [(), (lives.SUSPEND, lives.RESUME)], ids=["published", "published-suspended-resumed"])
async def test_a_goal_that_is_reached_while_nobody_signs_is_asked_for_once_it_counts(
    monkeypatch: pytest.MonkeyPatch, pause: tuple[Payload, ...]
) -> None:
    thresholds = [{"signatures": 3, "effect": "response", "answer": lives.TERM, **lives.SURE}]
    found = lives.packs(lives.pack(thresholds=thresholds, early=None))
    documents, told = Documents(), Sender()
    monkeypatch.setattr(goals_module, "LiveVersions", lambda _database: documents)
    counted = cast("Tallied", Counted(p=0 if pause else 3))
    clock = Goals(cast("Any", None), cast("Any", None), Directory(), counted, cast("Producer", told), found)
    state = PetitionState(cast("Any", Memory()), petition_rules(found), clock.recount)
    await clock.tick()

    requests = (lives.CREATE, lives.SUBMIT, count(3), lives.verdict(), *pause)
    for sequence, request in enumerate(requests):
        if request is lives.RESUME:
            cast("Any", counted).counts["p"] = 3
        decision = state.decide(decided(0, sequence, sequence, lives.NOW, "p", request))
        state.evolve(0, decided(0, sequence, sequence, lives.NOW, "p", decision).event)
        documents.petitions, documents.sequence = (cast("Petition", state.state("p")),), sequence
        told.sent.clear()
        for _ in range(3):
            await clock.tick()

    assert {event.data for _, _, event in told.sent} == {
        GoalRequested(petition="p", count=3, units=(UnitCount(unit="KZ-75", count=1),))
    }


async def test_at_the_start_petitions_with_paper_are_looked_at_too(monkeypatch: pytest.MonkeyPatch) -> None:
    batch = PaperBatch(number=1, entered_at=PAST, by="r", reference="File", sheets=(lives.sheet("1", 2),))
    changes = {"rules": lives.pack().ref, "needed": 3, "paper": (batch,)}
    supported = petition("supported", Status.GATHERING).model_copy(update=changes)
    sender = Sender()
    await goals(sender, Counted(), supported, monkeypatch=monkeypatch, packs=lives.packs(lives.pack())).tick()
    assert [key for _, key, _ in sender.sent] == [b"supported"]
