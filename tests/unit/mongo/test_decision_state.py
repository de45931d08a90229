"""What a decider keeps: a fold that may be repeated, and is never undone by a lost owner."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kenes.kafka.decider import Position
from kenes.kafka.records import Recorded
from kenes.mongo import decision_state
from kenes.mongo.decision_state import KeyedState, Rules
from schemas.envelope import Event
from schemas.payload import Payload
from tests.unit.kafka.samples import NOW
from tests.unit.mongo.memory import Database


class Added(Payload):
    """`by` was added to a sum; nothing is a refusal."""

    TYPE: ClassVar[str] = "test.sum.added.v1"
    name: str
    by: int


@dataclass(frozen=True)
class Sum:
    """How much has been added."""

    total: int = 0


NOTHING = Sum()


def evolve(state: Sum, decision: Event[Payload]) -> Sum:
    by = cast("Added", decision.data).by
    return Sum(state.total + by) if by else state


def rules(*, resident: bool, packed: bool = False) -> Rules[Sum]:
    return Rules(
        name="sums",
        initial=NOTHING,
        key=lambda event: event.subject,
        decide=lambda state, request: Added(name=request.event.subject, by=state.total),
        evolve=evolve,
        dump=lambda state: {"t": state.total},
        load=lambda document: Sum(document["t"]),
        resident=resident,
        packed=packed,
    )


def state(database: Database, *, resident: bool = False, packed: bool = False) -> KeyedState[Sum]:
    return KeyedState(cast("Any", database), rules(resident=resident, packed=packed))


def added(name: str, by: int, sequence: int) -> Event[Payload]:
    return Event(f"{sequence}", "/test", name, NOW, Added(name=name, by=by), sequence)


def asked(name: str) -> Recorded:
    return Recorded(0, 0, NOW, None, Event("r", "/test", name, NOW, Added(name=name, by=0)))


async def fold(keyed: KeyedState[Sum], decisions: Sequence[Event[Payload]], partition: int = 0) -> None:
    await keyed.prepare(decisions)
    for decision in decisions:
        keyed.evolve(partition, decision)
    last = decisions[-1].sequence or 0
    await keyed.save([(partition, each) for each in decisions], {partition: Position(last + 1, last)})


def stored(database: Database) -> dict[str, int]:
    return {key: document["t"] for key, document in database["state.sums"].documents.items()}


DECISIONS = st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 3)), min_size=1, max_size=25)


@pytest.mark.parametrize(("resident", "packed"), [(False, False), (True, False), (True, True)])
@settings(max_examples=60)
@given(decisions=DECISIONS, cuts=st.lists(st.tuples(st.integers(1, 6), st.integers(0, 6)), min_size=1, max_size=12))
def test_any_batches_and_repetitions_end_in_the_plain_fold(
    *, resident: bool, packed: bool, decisions: list[tuple[str, int]], cuts: list[tuple[int, int]]
) -> None:
    log = [added(name, by, sequence) for sequence, (name, by) in enumerate(decisions)]
    database = Database()

    async def run() -> None:
        keyed, done, turn = state(database, resident=resident, packed=packed), 0, 0
        while done < len(log):
            size, back = cuts[turn % len(cuts)]
            turn += 1
            if back:  # a new owner starts from what is stored, a little before where the old one was
                keyed = state(database, resident=resident, packed=packed)
                await keyed.restore(0)
            start = max(0, done - back)
            await fold(keyed, log[start : done + size])
            done += size

    decision_state.POSITION_PACE = 0.0
    try:
        asyncio.run(run())
    finally:
        decision_state.POSITION_PACE = 1.0

    expected: dict[str, int] = {}
    for name, by in decisions:
        if by:
            expected[name] = expected.get(name, 0) + by
    assert stored(database) == expected
    assert database["decision_positions"].documents["sums/0"]["sequence"] == len(log) - 1


async def test_a_decision_is_made_on_what_was_evolved_in_the_same_batch() -> None:
    keyed = state(Database())
    await keyed.prepare([added("a", 1, 0)])

    assert keyed.decide(asked("a")) == Added(name="a", by=0)
    keyed.evolve(0, added("a", 2, 0))
    assert keyed.decide(asked("a")) == Added(name="a", by=2)
    assert keyed.decide(asked("b")) == Added(name="b", by=0)


@pytest.mark.parametrize(("resident", "packed"), [(False, False), (True, False), (True, True)])
async def test_the_next_batch_knows_what_is_still_being_written_and_is_not_written_with_it(
    *, resident: bool, packed: bool
) -> None:
    database = Database()
    keyed = state(database, resident=resident, packed=packed)
    await keyed.prepare([added("a", 1, 0)])
    keyed.evolve(0, added("a", 1, 0))
    writing = keyed.save([(0, added("a", 1, 0))], {0: Position(1, 0)})

    await keyed.prepare([added("a", 2, 1)])
    assert keyed.decide(asked("a")) == Added(name="a", by=1)
    keyed.evolve(0, added("a", 2, 1))
    await writing
    assert stored(database) == {"a": 1}

    await keyed.save([(0, added("a", 2, 1))], {0: Position(2, 1)})
    assert stored(database) == {"a": 3}


async def test_a_refusal_leaves_no_trace() -> None:
    database = Database()
    await fold(state(database), [added("a", 0, 0)])

    assert stored(database) == {}


async def test_a_lost_owner_never_writes_over_a_newer_state() -> None:
    database = Database()
    lost, owner = state(database, resident=True), state(database, resident=True)
    await fold(lost, [added("a", 1, 0)])
    await owner.restore(0)
    await fold(owner, [added("a", 1, 1), added("a", 1, 2)])

    lost.evolve(0, added("a", 1, 1))
    await lost.save([(0, added("a", 1, 1))], {0: Position(2, 1)})

    assert stored(database) == {"a": 3}


async def test_only_the_keys_of_a_batch_are_fetched() -> None:
    database = Database()
    await fold(state(database), [added(name, 1, number) for number, name in enumerate("abcdef")])
    keyed = state(database)

    await keyed.prepare([added("a", 1, 9), added("b", 1, 10), added("a", 1, 11)])

    assert list(keyed.states()) == [Sum(1), Sum(1)]
    assert database["state.sums"].calls.count("find") == 2


async def test_resident_state_is_held_by_partition() -> None:
    database = Database()
    for partition, name in enumerate("ab"):
        await fold(state(database), [added(name, partition + 1, partition)], partition)
    keyed = state(database, resident=True)
    for partition in (0, 1):
        await keyed.restore(partition)
    assert sorted(each.total for each in keyed.states()) == [1, 2]

    keyed.forget(0)

    assert list(keyed.states()) == [Sum(2)]
    assert keyed.decide(asked("a")) == Added(name="a", by=0)


async def test_a_packed_state_is_one_object_to_whoever_holds_it_until_a_decision_changes_it() -> None:
    database = Database()
    await fold(state(database), [added("a", 1, 0), added("b", 2, 1)])
    keyed = state(database, resident=True, packed=True)
    await keyed.restore(0)
    held = {name: keyed.state(name) for name in "ab"}

    await fold(keyed, [added("a", 3, 2), added("b", 0, 3)])

    assert [keyed.state(name) for name in "ab"] == [Sum(4), Sum(2)]
    assert keyed.state("a") is not held["a"]
    assert keyed.state("b") is held["b"], "a refusal changes nothing"
    keyed.forget(0)
    assert (list(keyed.states()), keyed.state("b")) == ([], NOTHING)


async def test_what_changed_is_told_once() -> None:
    database = Database()
    await fold(state(database), [added("a", 1, 0), added("b", 1, 1)])
    keyed = state(database, resident=True)
    await keyed.restore(0)
    assert keyed.changed() == {"a", "b"}

    keyed.evolve(0, added("b", 1, 1))  # folded already
    assert keyed.changed() == set()
    keyed.evolve(0, added("b", 1, 2))
    assert (keyed.changed(), keyed.changed()) == ({"b"}, set())
    keyed.forget(0)
    assert keyed.changed() == {"a", "b"}
    assert keyed.state("a") == state(database).state("a"), "as of one nobody has heard of"


async def test_positions_are_written_now_and_then_and_never_go_back(monkeypatch: pytest.MonkeyPatch) -> None:
    database = Database()
    keyed = state(database)
    assert await keyed.restore(0) == Position()
    await fold(keyed, [added("a", 1, 0)])
    await fold(keyed, [added("a", 1, 1)])
    assert await keyed.restore(0) == Position(1, 0), "the second came within the same second"

    monkeypatch.setattr(decision_state, "POSITION_PACE", 0.0)
    await fold(keyed, [added("a", 1, 2)])
    await keyed.save([], {0: Position(1, 0)})
    assert await keyed.restore(0) == Position(3, 2)
