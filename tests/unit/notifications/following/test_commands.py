"""What subscribers ask for, as it stands on the topic."""

from __future__ import annotations

from typing import Any, cast

from kenes.identity.sealing import PersonKey
from kenes.kafka.records import Receipt
from kenes.service.asking import Outcome
from schemas.notifications.parts import Cadence, ChannelKind
from schemas.notifications.subscriptions import ChannelRequested, EraseRequested, FollowRequested
from schemas.payload import Payload
from services.notifications.following.commands import Commands, Who
from tests.unit.notifications.following_world import KEYRING

WHO = Who("issuer|aigerim", account=True)


class World:
    """The vault and the topic."""

    def __init__(self) -> None:
        self.keys: dict[str, PersonKey] = {}
        self.asked: list[Payload] = []

    async def find(self, person: str) -> PersonKey | None:
        return self.keys.get(person)

    async def key_of(self, person: str) -> PersonKey:
        return self.keys.setdefault(person, PersonKey(b"p" * 32))

    async def ask(self, key: str, subject: str, request: Payload, _wait: float) -> Outcome:
        assert key == subject
        self.asked.append(request)
        return Outcome(Receipt(0, 0), subject, None)


async def test_nothing_is_left_of_before_where_a_key_is_made_anew() -> None:
    world = World()
    told: Any = world
    commands = Commands(KEYRING, told, told, cast("Any", None))
    await commands.follow(WHO, "petition:p", Cadence.AT_ONCE, (), 1)
    await commands.add_channel(WHO, ChannelKind.EMAIL, "a@mail.kz", 1, confirmed=False)
    world.keys.clear()
    await commands.add_channel(WHO, ChannelKind.EMAIL, "a@mail.kz", 1, confirmed=False)
    assert [type(each) for each in world.asked] == [
        EraseRequested,
        FollowRequested,
        ChannelRequested,
        EraseRequested,
        ChannelRequested,
    ]
