"""How many API keys an owner may have."""

from __future__ import annotations

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
