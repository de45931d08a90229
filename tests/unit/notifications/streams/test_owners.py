"""Whose streams and keys somebody looks after: those of every body they act for, and their own."""

from __future__ import annotations

from datetime import timedelta

import pytest

from kenes.web.problems import Problem
from schemas.notifications.streams import StreamRotationRequested
from services.notifications.streams.access import own_streams_of, owners_of
from services.notifications.streams.keys_api import owned_keys, revoked, rotated
from tests.unit.identity.test_api_keys import World as Keys
from tests.unit.notifications.following.own_data_world import OTHER, person
from tests.unit.notifications.following_world import KEYRING
from tests.unit.notifications.streams.test_commands import BODY, World

OFFICIAL = person("aru", "agency:b", "agency:a", "moderator")
OWNERS = owners_of(KEYRING, OFFICIAL)
STRANGERS = owners_of(KEYRING, OTHER)
DAY = timedelta(days=1)


def test_what_an_official_makes_is_of_the_first_body_and_their_own_stays_theirs() -> None:
    assert list(OWNERS) == ["agency:a", "agency:b", own_streams_of(KEYRING, person("aru"))]
    assert list(STRANGERS) == [own_streams_of(KEYRING, OTHER)]


async def test_an_official_sees_and_ends_the_streams_of_each_body_and_their_own() -> None:
    world = World()
    commands = world.commands()
    for owner in (*OWNERS, *STRANGERS):
        await commands.create(owner, BODY, 0)
    world.decided()
    assert {each.owner for each in commands.owned(*OWNERS)} == set(OWNERS)
    for stream in commands.owned(*OWNERS):
        found = commands.find(OWNERS, stream.id)
        assert found == stream
        await commands.rotate(found, 0)
        asked = world.asked[-1]
        assert isinstance(asked, StreamRotationRequested)
        assert asked.owner == stream.owner, "the decider asks whose it is"
        with pytest.raises(Problem, match="stream-unknown"):
            commands.find(STRANGERS, stream.id)


async def test_an_official_sees_renews_and_ends_the_keys_of_each_body_and_their_own() -> None:
    keys = Keys().keys
    issued = [(await keys.issue(owner, "Nightly", frozenset(), DAY))[1] for owner in (*OWNERS, *STRANGERS)]
    assert [each.owner for each in await owned_keys(keys, OWNERS)] == list(OWNERS)
    for key in issued[:-1]:
        assert await rotated(keys, STRANGERS, key.prefix) is None
        renewed = await rotated(keys, OWNERS, key.prefix)
        assert renewed is not None
        assert renewed[1].owner == key.owner
        assert not await revoked(keys, STRANGERS, key.prefix)
        assert await revoked(keys, OWNERS, key.prefix)
        assert await revoked(keys, OWNERS, renewed[1].prefix)
    assert await owned_keys(keys, OWNERS) == []
    assert len(await owned_keys(keys, STRANGERS)) == 1
