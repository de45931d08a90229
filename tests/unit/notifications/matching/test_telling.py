"""Whatever crashes and comes again: each follower is asked to be told once, and nobody else is."""

from __future__ import annotations

from collections import Counter
from itertools import count
from typing import Any
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.envelope import Event
from schemas.notifications.deliveries import DeliveryQueued, DeliveryShown
from schemas.notifications.fan_outs import FanOutEnded
from schemas.notifications.parts import Cadence, ChannelEnd
from schemas.notifications.subscriptions import (
    ChannelConfirmRequested,
    ChannelEndRequested,
    ChannelRequested,
    FollowRequested,
    SubscriberErased,
    UnfollowRequested,
)
from schemas.topics import FAN_OUT_REQUESTS
from services.notifications.matching.requests import fan_out_of
from tests.publicity import published
from tests.unit.notifications.following_world import KEYRING, OWNER, Keys, World, later
from tests.unit.notifications.matching.support import handled, telling_of

KEYS = ("petition:p", "category:transport", "region:KZ", "search:переходы школ", "petition:other")


def world_of(follows: list[tuple[int, str]], *, account: bool) -> World:
    """A world in which these follow; each has one confirmed address."""
    world = World()
    for number in sorted({who for who, _ in follows}):
        given_: dict[str, Any] = {"subscriber": f"s{number}", "owner": OWNER, "account": account}
        world.ask(ChannelRequested(**given_, channel="mail", kind="email", sealed="x", confirmed=True))
    for number, interest in follows:
        told: dict[str, Any] = {"subscriber": f"s{number}", "owner": OWNER, "account": account, "interest": interest}
        world.ask(FollowRequested(**told, cadence=Cadence.AT_ONCE))
    world.fold_all()
    return world


async def run(world: World, fails: list[int], again: list[int], keys: Keys | None = None) -> None:
    """Tells an event. Writes fail at these places, and decisions that were handled come again."""
    event = published("p")
    request = fan_out_of("e", event, event.about, later(1))
    assert request is not None
    await world.send(FAN_OUT_REQUESTS, b"e", Event(id="x", source="/t", subject="e", time=later(1), data=request))
    telling = telling_of(world, Keys() if keys is None else keys)
    writes, failing = count(), set(fails)
    world.fails = lambda: next(writes) in failing
    waiting = list(world.fan_outs.decided)
    seen, repeats = 0, list(again)
    while waiting:
        batch = [waiting[0]]
        if repeats and seen:
            batch = [world.fan_outs.decided[repeats.pop() % seen], *batch]
        if not await handled(telling, batch):
            continue
        seen += 1
        waiting = world.fan_outs.decided[seen:]


FOLLOWS = st.lists(st.tuples(st.integers(0, 12), st.sampled_from(KEYS)), max_size=20, unique=True)


@settings(max_examples=25)
@given(
    FOLLOWS,
    st.lists(st.integers(0, 40), max_size=6),
    st.lists(st.integers(0, 9), max_size=3),
    st.sampled_from([1, 3, 1000]),
)
async def test_everybody_who_follows_is_told_once(
    follows: list[tuple[int, str]], fails: list[int], again: list[int], per_page: int
) -> None:
    module = "services.notifications"
    with (
        patch(f"{module}.folds.subscriptions.PER_PAGE", per_page),
        patch(f"{module}.matching.followers.PER_PAGE", per_page),
    ):
        world = world_of(follows, account=True)
        await run(world, fails, again)
    expected = {f"s{who}" for who, interest in follows if interest != "petition:other"}
    mailed = Counter(each.subscriber for each in world.deliveries.told(DeliveryQueued))
    shown = Counter(each.subscriber for each in world.deliveries.told(DeliveryShown))
    assert mailed == shown == Counter(dict.fromkeys(expected, 1))
    assert len(world.fan_outs.told(FanOutEnded)) == 1


async def test_a_destination_is_not_told_of_what_happened_before_it() -> None:
    world = world_of([(1, "petition:p"), (2, "petition:p")], account=True)
    given_: dict[str, Any] = {"owner": OWNER, "account": True, "kind": "email", "sealed": "x"}
    # The first has come later; the second was there, and is linked anew.
    world.ask(ChannelRequested(subscriber="s1", channel="new", **given_, confirmed=True), later(2))
    world.ask(ChannelEndRequested(subscriber="s2", channel="mail", cause=ChannelEnd.GONE), later(2))
    world.ask(ChannelRequested(subscriber="s2", channel="mail", **given_), later(-5))
    world.ask(ChannelConfirmRequested(subscriber="s2", channel="mail"), later(3))
    world.fold_all()
    await run(world, [], [])
    queued = world.deliveries.told(DeliveryQueued)
    assert [(each.subscriber, each.channel) for each in queued] == [("s1", "mail")]
    assert {each.subscriber for each in world.deliveries.told(DeliveryShown)} == {"s1", "s2"}


async def test_whoever_is_erased_is_told_nothing_and_forgotten() -> None:
    world, keys = World(), Keys()
    for who in ("kept", "erased"):
        owner = KEYRING.seal_owner(who.encode())
        for interest in ("petition:p", "category:transport"):
            world.ask(FollowRequested(subscriber=who, owner=owner, account=True, interest=interest))
    keys.erased.add(b"erased")
    world.fold_all()
    await run(world, [0], [], keys)
    assert [each.subscriber for each in world.deliveries.told(DeliveryShown)] == ["kept"]
    assert [each.subscriber for each in world.subscriptions.told(SubscriberErased)] == ["erased"]


async def test_who_came_later_or_left_is_not_told() -> None:
    world = world_of([(1, "petition:p"), (2, "petition:p")], account=False)
    late: dict[str, Any] = {"subscriber": "s3", "owner": OWNER, "account": True, "interest": "petition:p"}
    world.ask(FollowRequested(**late), later(2))
    world.ask(UnfollowRequested(subscriber="s2", interest="petition:p"))
    world.fold_all()
    await run(world, [], [])
    assert [each.subscriber for each in world.deliveries.told(DeliveryQueued)] == ["s1"]
    assert world.deliveries.told(DeliveryShown) == []  # without an account there is no inbox
