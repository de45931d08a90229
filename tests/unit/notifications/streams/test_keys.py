"""How many API keys an owner may have."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from kenes.web.problems import Problem
from services.notifications.streams.access import Scope
from services.notifications.streams.entitlements import Entitlement, Entitlements
from services.notifications.streams.keys_api import GRACE, new_key
from tests.unit.identity.test_api_keys import World

OWNER = "agency:transport"
DAY = timedelta(days=1)
TWO = Entitlement(streams=0, keys=2)
LIMITS = Entitlements(person=TWO, agency=TWO)


async def test_a_key_that_has_expired_or_been_rotated_leaves_room_for_another() -> None:
    world = World()

    async def one(days: int) -> str:
        _, key = await new_key(world.keys, LIMITS, OWNER, "Nightly", [Scope.READ], DAY * days)
        return key.prefix

    first = await one(2)
    assert await world.keys.rotate(OWNER, first, GRACE) is not None
    await one(365)
    with pytest.raises(Problem, match="too-many-owned"):
        await one(365)
    world.now += 2 * DAY
    await one(365)
    with pytest.raises(Problem, match="too-many-owned"):
        await one(365)


async def test_of_many_keys_asked_for_at_once_none_is_over_the_limit() -> None:
    world = World()
    asked = [new_key(world.keys, LIMITS, OWNER, "Nightly", [Scope.READ], DAY) for _ in range(10)]
    found = await asyncio.gather(*asked, return_exceptions=True)
    refused = [each for each in found if isinstance(each, Problem)]
    assert {each.code for each in refused} == {"too-many-owned"}
    assert len(await world.keys.lasting(OWNER)) == len(found) - len(refused) <= TWO.keys
