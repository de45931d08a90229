"""What people have just done stands among their own at once, whatever the projection has folded."""

from __future__ import annotations

import gc
from typing import Any, cast

import pytest

from kenes.kafka.records import Recorded
from schemas.petitions.v1 import SubmitRequested
from services.petitions.commands import RulesChoice
from services.petitions.domain.status import Status
from services.petitions.projection import projections
from services.petitions.queries import Queries
from tests.unit.consultations.pages.world import Collection
from tests.unit.petitions.memory import Memory
from tests.unit.petitions.samples import KEYRING, person, text
from tests.unit.store import Store

AUTHOR, OTHER = person(1), person(2)
PETITIONS = projections(KEYRING.open_owner)[0]


class Projected:
    """A database with as much of the decisions as was folded, and reads of it beside what the process heard."""

    def __init__(self) -> None:
        self.memory, self.store = Memory(), Store()
        nothing = cast("Any", None)
        self.queries = Queries(
            nothing,
            (),
            keyring=KEYRING,
            vault=cast("Any", self.memory.vault),
            directory=self.memory.directory,
            search=nothing,
            recent=self.memory.petition_decisions,
            recent_signatures=self.memory.signature_decisions,
        )
        self.queries._live = cast("Any", self)

    async def of(self, name: str) -> Collection:
        """As `LiveCollections`."""
        return Collection(self.store.collections.setdefault(name, {}))

    def fold(self, *decisions: Recorded) -> None:
        """The projection catches up by these."""
        self.store.apply(self.store.fold(PETITIONS, decisions))

    async def started(self, by: Any = AUTHOR) -> str:
        """A draft."""
        return (await self.memory.commands.create(by, text(), RulesChoice(), 0, None)).subject

    async def mine(self) -> list[tuple[str, Status]]:
        """The author's petitions."""
        found = await self.queries.by_ids(await self.queries.authored_by(AUTHOR))
        return [(each.id, each.status) for each in found]


@pytest.fixture
def world() -> Projected:
    return Projected()


async def test_a_petition_just_started_is_among_ones_own_and_not_among_others(world: Projected) -> None:
    petition = await world.started()
    assert await world.mine() == [(petition, Status.DRAFT)]
    assert await world.queries.authored_by(OTHER) == []


async def test_what_is_folded_and_what_is_not_stand_together_once(world: Projected) -> None:
    first = await world.started()
    world.fold(*world.memory.petition_decisions.latest())
    await world.started(OTHER)
    second = await world.started()
    assert sorted(petition for petition, _ in await world.mine()) == sorted([first, second])
    world.fold(*world.memory.petition_decisions.latest()[1:])
    assert sorted(petition for petition, _ in await world.mine()) == sorted([first, second])


async def test_a_petition_of_a_list_is_as_new_as_on_its_own_page(world: Projected) -> None:
    petition = await world.started()
    world.fold(*world.memory.petition_decisions.latest())
    actor = world.memory.commands.actor(petition, AUTHOR)
    await world.memory.commands.ask(SubmitRequested(petition=petition, actor=actor), 0)
    (found,) = await world.queries.by_ids([petition])
    assert found == await world.queries.petition(petition)
    assert await world.mine() == [(petition, found.status)]
    assert found.status is not Status.DRAFT


async def test_unknown_ids_are_left_out_and_the_order_is_kept(world: Projected) -> None:
    one, two = await world.started(), await world.started()
    found = await world.queries.by_ids([two, "unknown", one])
    assert [each.id for each in found] == [two, one]


async def test_somebody_who_was_erased_has_no_petitions(world: Projected) -> None:
    await world.started()
    await world.memory.vault.destroy(AUTHOR.id)
    assert await world.queries.authored_by(AUTHOR) == []


async def test_a_petition_that_somebody_has_is_not_read_again_until_it_changes(world: Projected) -> None:
    petition = await world.started()
    world.fold(*world.memory.petition_decisions.latest())
    held = await world.queries.petition(petition)
    world.store.collections["petitions"].clear()
    assert await world.queries.petition(petition) is held

    actor = world.memory.commands.actor(petition, AUTHOR)
    await world.memory.commands.ask(SubmitRequested(petition=petition, actor=actor), 0)
    assert await world.queries.petition(petition) is not held

    held = None
    gc.collect()
    assert not world.queries._folded
