"""What subscribers ask for, as it stands on the topic."""

from __future__ import annotations

from typing import Any, cast

import pytest

from kenes.identity.sealing import PersonKey
from kenes.kafka.records import Receipt
from kenes.mail.address import parse_address
from kenes.service.asking import Outcome
from schemas.notifications.parts import Cadence, ChannelKind
from schemas.notifications.subscriptions import ChannelRequested, EraseRequested, FollowRequested
from schemas.payload import Payload
from services.notifications.domain.subscriber import NOBODY, Channel, Subscriber
from services.notifications.following.commands import Commands, Who
from tests.unit.notifications.following_world import KEYRING

WHO = Who("issuer|aigerim", account=True)


class World:
    """The vault and the topic."""

    def __init__(self) -> None:
        self.keys: dict[str, PersonKey] = {}
        self.asked: list[Payload] = []
        self.known = NOBODY

    async def find(self, person: str) -> PersonKey | None:
        return self.keys.get(person)

    async def key_of(self, person: str) -> PersonKey:
        return self.keys.setdefault(person, PersonKey(b"p" * 32))

    async def subscriber(self, _name: str) -> Subscriber:
        return self.known

    async def ask(self, key: str, subject: str, request: Payload, _wait: float) -> Outcome:
        assert key == subject
        self.asked.append(request)
        return Outcome(Receipt(0, 0), subject, None)


async def test_nothing_is_left_of_before_where_a_key_is_made_anew() -> None:
    world = World()
    told: Any = world
    commands = Commands(KEYRING, told, told, cast("Any", None), world.subscriber)
    await commands.follow(WHO, "petition:p", Cadence.AT_ONCE, (), 1)
    await commands.add_channel(WHO, ChannelKind.EMAIL, "a@mail.kz", 1, confirmed=False)
    world.keys.clear()
    world.known = Subscriber(owner="o")
    await commands.add_channel(WHO, ChannelKind.EMAIL, "a@mail.kz", 1, confirmed=False)
    assert [type(each) for each in world.asked] == [
        FollowRequested,
        ChannelRequested,
        EraseRequested,
        ChannelRequested,
    ]


@pytest.mark.parametrize("spelling", ["Aigul@Gmail.com", "ai.gul+kz@gmail.com", "aigul@googlemail.com"])
async def test_one_mailbox_is_one_destination_in_whatever_spelling(spelling: str) -> None:
    world = World()
    told: Any = world
    commands = Commands(KEYRING, told, told, told, world.subscriber)
    assert await named(commands, spelling) == await named(commands, "aigul@gmail.com")
    assert await named(commands, spelling) != await named(commands, "aigerim@gmail.com")


async def test_a_destination_that_is_called_by_a_spelling_stays_the_same() -> None:
    world = World()
    told: Any = world
    commands = Commands(KEYRING, told, told, told, world.subscriber)
    key = await world.key_of(WHO.person)
    old = key.entry("email/Aigul@gmail.com")
    sealed = key.seal("Aigul@gmail.com", old)
    chat = Channel(id="chat", kind=ChannelKind.TELEGRAM, sealed=key.seal("aigul@gmail.com", "chat"), confirmed=True)
    mail = Channel(id=old, kind=ChannelKind.EMAIL, sealed=sealed, confirmed=True)
    world.known = Subscriber(channels=(chat, mail))
    assert await named(commands, "aigul@gmail.com") == old
    assert await named(commands, "aigerim@gmail.com") != old


async def named(commands: Commands, address: str) -> str:
    """The id of an address."""
    return await commands.channel_id(WHO, ChannelKind.EMAIL, parse_address(address).written)
