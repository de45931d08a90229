"""The live badge: what was counted once, and every decision since, whatever the projection had folded by then."""

from __future__ import annotations

from datetime import datetime
from typing import Any, cast
from unittest.mock import patch

import orjson
from hypothesis import given
from hypothesis import strategies as st

from kenes.kafka.waiting import Decisions
from kenes.web.live import LiveHub
from schemas.notifications.deliveries import (
    DeliveryRequested,
    DeliverySeen,
    DeliveryShown,
    InboxSeen,
    ReadAllRequested,
    ReadRequested,
)
from schemas.notifications.parts import INBOX, Cadence, ChannelKind, Preferences, Priority
from schemas.notifications.subscriptions import EraseRequested, FollowRequested
from schemas.payload import Payload
from services.notifications.following.badge import Badges
from services.notifications.following.projections import TOLD
from tests.unit.notifications.following_world import World, later


class Counted(Badges):
    """A badge whose stored inboxes come from a world."""

    def __init__(self, world: World, recent: Decisions, hub: LiveHub | None = None) -> None:
        super().__init__(hub or LiveHub(), cast(Any, world), TOLD, recent, self._erased_at)
        self._world = world
        self.erased_at: datetime | None = None

    async def _erased_at(self, _name: str) -> datetime | None:
        return self.erased_at

    async def _stored(self, name: str, erased: datetime | None) -> tuple[Any, frozenset[str]]:
        documents = [each for each in self._world.store.all("deliveries") if erased is None or each["at"] > erased]
        positions = await (await self._world.get(TOLD)).positions()
        return positions, frozenset(each["_id"] for each in documents if each["unread_of"] == name)


def shown(number: int) -> Payload:
    """Something comes to the inbox."""
    told: dict[str, Any] = {"priority": Priority.NORMAL, "preferences": Preferences(), "cadence": Cadence.AT_ONCE}
    return DeliveryRequested(
        subscriber="s",
        delivery=f"d{number}",
        event="e",
        interest="petition:p",
        channel=INBOX,
        kind=ChannelKind.INBOX,
        **told,
    )


def after(unread: set[str], decision: Any) -> set[str]:
    """What is unread after a decision."""
    match decision:
        case DeliveryShown(delivery=delivery):
            return unread | {delivery}
        case DeliverySeen(delivery=delivery):
            return unread - {delivery}
        case InboxSeen():
            return set()
        case _:
            return unread


NUMBERS = st.integers(0, 5)
STEPS = st.lists(
    st.one_of(
        st.builds(shown, NUMBERS),
        st.builds(lambda n: ReadRequested(subscriber="s", delivery=f"d{n}"), NUMBERS),
        st.just(ReadAllRequested(subscriber="s", until=later(10_000))),
        st.just("fold"),
        st.just("watch"),
    ),
    max_size=30,
)


@given(STEPS)
async def test_the_badge_says_what_is_unread(steps: list[Any]) -> None:
    world, recent = World(), Decisions()
    badges, heard, version = Counted(world, recent), 0, 0
    unread: set[str] = set()
    for number, step in enumerate([*steps, "watch"]):
        if step == "fold":
            world.fold(world.deliveries, 1)
        elif step == "watch":
            seen, data = await badges.snapshot("s")
            assert orjson.loads(data) == {"unread": len(unread)}
            assert seen >= version
            version = seen
        else:
            world.ask(step, later(number))
            for decision in world.deliveries.decided[heard:]:
                recent.note(decision)
                badges.take(decision)
                unread = after(unread, decision.data)
            heard = len(world.deliveries.decided)


async def test_nothing_from_before_an_erasure_is_unread() -> None:
    world, recent = World(), Decisions()
    badges = Counted(world, recent)
    for number in range(3):
        world.ask(shown(number), later(number))
    for decision in world.deliveries.decided:
        recent.note(decision)
    world.fold(world.deliveries, 1)
    assert await badges.unread("s") == 3
    world.ask(FollowRequested(subscriber="s", owner="o", account=True, interest="petition:p"))
    world.ask(EraseRequested(subscriber="s"), later(1))
    for decision in world.subscriptions.decided:
        badges.forget(decision)
    assert await badges.unread("s") == 0
    again = Counted(world, recent)
    again.erased_at = later(1)
    assert await again.unread("s") == 1


async def test_what_was_neither_folded_nor_remembered_is_read_another_time() -> None:
    world, recent = World(), Decisions(remembered=3)
    badges = Counted(world, recent)
    for number in range(10):
        world.ask(shown(number), later(number))
    for decision in world.deliveries.decided:
        recent.note(decision)
        badges.take(decision)
    assert await badges.unread("s") < 10
    world.fold_all()
    assert await badges.unread("s") == 10


async def test_an_inbox_that_is_watched_is_kept_however_many_are_read() -> None:
    world, hub = World(), LiveHub()
    badges = Counted(world, Decisions(), hub)
    client = cast(Any, type("Client", (), {})())
    await badges.unread("s")
    topic = hub.join("s", client)
    with patch("services.notifications.following.badge.WATCHED", 2):
        for number in range(4):
            await badges.unread(f"other-{number}")
    world.ask(shown(1))
    [decision] = world.deliveries.decided
    badges.take(decision)
    hub.leave(topic, client)
    assert await badges.unread("s") == 1
