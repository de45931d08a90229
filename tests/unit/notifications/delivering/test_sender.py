"""What is due is sent: once while nothing crashes, at least once in any case, however far the projection lags."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kenes.kafka.decider import Position
from kenes.mail.message import LONGEST_LIST_LINE
from schemas.envelope import Event
from schemas.notifications.deliveries import DeliveryAbandoned, DeliveryDispatched, DeliveryPostponed, DeliveryRequested
from schemas.notifications.parts import Cadence, ChannelKind, Preferences, Priority
from schemas.notifications.subscriptions import (
    ChannelEnded,
    ChannelRequested,
    FollowRequested,
    PreferencesRequested,
    SubscriberErased,
    UnfollowRequested,
)
from schemas.topics import FAN_OUT_REQUESTS
from services.notifications.addresses import Addresses
from services.notifications.channels.port import Gone, Notice, Outcome, Retry, Sent
from services.notifications.delivering.letters import Letters
from services.notifications.delivering.sender import Sender
from services.notifications.delivering.unsubscribing import Ending, open_ending, seal_ending
from services.notifications.domain.delivery import delivery_id
from services.notifications.matching.requests import fan_out_of
from tests.publicity import published
from tests.unit.notifications.following_world import KEYRING, START, Keys, World, later

ADDRESSES = Addresses({}, "https://kenes.test")


class Post:
    """A channel that keeps what it sent, and answers as it is told."""

    name: ClassVar[str] = "post"

    def __init__(self, *outcomes: Outcome) -> None:
        self.sent: list[tuple[str, Notice]] = []
        self._outcomes = list(outcomes)

    async def send(self, destination: str, message: Notice, /) -> Outcome:
        """One try."""
        await asyncio.sleep(0)
        self.sent.append((destination, message))
        return self._outcomes.pop(0) if self._outcomes else Sent()


class Hanging(Post):
    """A channel that answers nobody."""

    async def send(self, destination: str, message: Notice, /) -> Outcome:
        """Never ends."""
        await super().send(destination, message)
        await asyncio.Event().wait()
        return Sent()


class Owned:
    """Every partition is ours, unless it has been taken away."""

    def __init__(self) -> None:
        self.since: float | None = 1.0

    def tenure(self, _partition: int) -> float | None:
        """Since when a partition is ours."""
        return self.since

    def settled(self, positions: Mapping[int, Position]) -> list[int]:
        """Those that may be sent."""
        return [] if self.since is None else list(positions)


class Slow(Post):
    """A channel that takes a letter and answers when it is let."""

    def __init__(self, *outcomes: Outcome) -> None:
        super().__init__(*outcomes)
        self.let = asyncio.Event()

    async def send(self, destination: str, message: Notice, /) -> Outcome:
        """Answers late."""
        outcome = await super().send(destination, message)
        await self.let.wait()
        return outcome


def sender_of(world: World, channels: Mapping[ChannelKind, Any], keys: Keys, owned: Owned | None = None) -> Sender:
    """A process that has just started."""
    told: Any = {"versions": world, "producer": world, "vault": keys, "owned": owned or Owned()}
    return Sender(letters=Letters(KEYRING, ADDRESSES), keyring=KEYRING, channels=channels, **told)


async def tell(world: World, *events: str, at: datetime = START) -> None:
    """Events are known, with what happened in them."""
    for name in events:
        data = published("p")
        request = fan_out_of(name, data, data.about, at)
        assert request is not None
        event = Event(id=name, source="/t", subject=name, time=at, data=request)
        await world.send(FAN_OUT_REQUESTS, name.encode(), event)
    world.fold_all()


def person(world: World, keys: Keys, who: str, kind: str = "email") -> None:
    """Somebody follows, and has one address."""
    given_: dict[str, Any] = {"subscriber": who, "owner": KEYRING.seal_owner(who.encode()), "account": True}
    sealed = keys.key.seal(f"{who}@mail.kz", "c")
    world.ask(ChannelRequested(**given_, channel="c", kind=kind, sealed=sealed, confirmed=True))
    world.ask(FollowRequested(**given_, interest="petition:p"))
    world.fold_all()


def deliver(world: World, who: str, event: str, kind: str = "email", at: datetime = START, **told: Any) -> str:
    """Somebody is to be told of an event; the delivery's id."""
    wanted: dict[str, Any] = {
        "cadence": Cadence.AT_ONCE,
        "priority": Priority.NORMAL,
        "preferences": Preferences(),
        "interest": "petition:p",
    }
    name = delivery_id(event, who, "c")
    request = DeliveryRequested(subscriber=who, delivery=name, event=event, channel="c", kind=kind, **wanted | told)
    world.ask(request, at)
    return name


async def settle() -> None:
    """Lets lanes go on as far as they can."""
    for _ in range(200):
        await asyncio.sleep(0)


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("deliver"), st.integers(0, 5)),
        st.tuples(st.just("tick"), st.just(0)),
        st.tuples(st.just("fold"), st.integers(1, 3)),
        st.tuples(st.just("crash"), st.just(0)),
    ),
    max_size=25,
)


@settings(max_examples=40)
@given(STEPS)
async def test_each_is_sent_once_unless_a_process_dies(steps: list[tuple[str, int]]) -> None:
    world, keys, post = World(), Keys(), Post()
    for number in range(6):
        person(world, keys, f"s{number}")
    await tell(world, "e")
    asked: set[str] = set()
    crashes = sum(step == "crash" for step, _ in steps)
    rest = list(steps)
    while True:
        async with sender_of(world, {ChannelKind.EMAIL: post}, keys).running() as sender:
            while rest and (step := rest.pop(0))[0] != "crash":
                what, number = step
                if what == "deliver":
                    asked.add(deliver(world, f"s{number}", "e"))
                elif what == "fold":
                    world.fold(world.deliveries, number)
                else:
                    await sender.tick()
                    await settle()
            if not rest:
                for _ in range(3):
                    world.fold_all()
                    await sender.tick()
                    await settle()
                break
    times = Counter(message.id for _, message in post.sent)
    assert times.keys() == asked
    assert all(number <= 1 + crashes for number in times.values())
    assert {each.delivery for each in world.deliveries.told(DeliveryDispatched)} == asked


async def test_a_digest_is_one_letter_and_an_empty_one_is_none() -> None:
    world, keys, post = World(), Keys(), Post()
    person(world, keys, "s")
    await tell(world, "a", "b", "c")
    for event in ("a", "b", "c"):
        deliver(world, "s", event, cadence=Cadence.DAILY)
    world.fold_all()
    async with sender_of(world, {ChannelKind.EMAIL: post}, keys).running() as sender:
        for _ in range(3):
            await sender.tick()
            await settle()
            world.fold_all()
    [(destination, notice)] = post.sent
    assert destination == "s@mail.kz"
    assert len(notice.items) == 3
    ending = open_ending(KEYRING, notice.unsubscribe.rpartition("/")[2])
    assert ending == Ending("s", "c", "petition:p")
    assert open_ending(KEYRING, "AAAA") is None


async def test_a_letter_tells_instants_by_the_clock_of_whoever_reads_it() -> None:
    world, keys, post = World(), Keys(), Post()
    person(world, keys, "s")
    preferences = Preferences(language="ru", zone="Europe/Berlin")
    owner = KEYRING.seal_owner(b"s")
    world.ask(PreferencesRequested(subscriber="s", owner=owner, account=True, preferences=preferences))
    await tell(world, "e")
    deliver(world, "s", "e")
    world.fold_all()
    async with sender_of(world, {ChannelKind.EMAIL: post}, keys).running() as sender:
        await sender.tick()
        await settle()
    [(_, notice)] = post.sent
    assert (notice.language, notice.zone) == ("ru", ZoneInfo("Europe/Berlin"))


async def test_what_does_not_work_is_tried_again_and_what_is_gone_ends_the_channel() -> None:
    world, keys, post = World(), Keys(), Post(Retry("deferred", after=7200.0), Gone("no-mailbox"))
    person(world, keys, "s")
    person(world, keys, "t")
    await tell(world, "a")
    first, second = deliver(world, "s", "a"), deliver(world, "t", "a")
    world.fold_all()
    async with sender_of(world, {ChannelKind.EMAIL: post}, keys).running() as sender:
        await sender.tick()
        await settle()
    [postponed] = world.deliveries.told(DeliveryPostponed)
    assert postponed.due_at - datetime.now(UTC) > timedelta(hours=1, minutes=59)
    [given_up] = world.deliveries.told(DeliveryAbandoned)
    assert {postponed.delivery, given_up.delivery} == {first, second}
    [ended] = world.subscriptions.told(ChannelEnded)
    assert (ended.subscriber, ended.cause) == (given_up.subscriber, "gone")


async def test_nobody_is_sent_what_they_no_longer_want() -> None:
    world, keys, post = World(), Keys(), Post()
    person(world, keys, "left")
    person(world, keys, "erased")
    await tell(world, "a")
    deliver(world, "left", "a")
    deliver(world, "erased", "a")
    deliver(world, "nobody", "a")
    world.ask(UnfollowRequested(subscriber="left", interest="petition:p"))
    keys.erased.add(b"erased")
    world.fold_all()
    async with sender_of(world, {ChannelKind.EMAIL: post}, keys).running() as sender:
        await sender.tick()
        await settle()
    assert post.sent == []
    assert {(each.subscriber, each.reason) for each in world.deliveries.told(DeliveryAbandoned)} == {
        ("left", "unfollowed"),
        ("erased", "erased"),
        ("nobody", "no-channel"),
    }
    assert [each.subscriber for each in world.subscriptions.told(SubscriberErased)] == ["erased"]


async def test_a_channel_that_hangs_holds_up_no_other() -> None:
    world, keys, post, hanging = World(), Keys(), Post(), Hanging()
    person(world, keys, "s")
    person(world, keys, "t", "telegram")
    events = [f"e{number}" for number in range(30)]
    await tell(world, *events)
    for number, event in enumerate(events):
        deliver(world, "t", event, "telegram", later(number))
        deliver(world, "s", event, at=later(number))
    world.fold_all()
    async with sender_of(world, {ChannelKind.EMAIL: post, ChannelKind.TELEGRAM: hanging}, keys).running() as sender:
        await sender.tick()
        await settle()
    assert len(post.sent) == 30
    assert 0 < len(hanging.sent) <= 8


async def test_a_rebalance_sends_nothing_twice() -> None:
    world, keys, slow, owned = World(), Keys(), Slow(), Owned()
    people = [f"s{number}" for number in range(20)]
    for who in people:
        person(world, keys, who)
    await tell(world, "e")
    for who in people:
        deliver(world, who, "e")
    world.fold_all()
    async with sender_of(world, {ChannelKind.EMAIL: slow}, keys, owned).running() as sender:
        await sender.tick()
        await settle()
        assert len(slow.sent) == 8, "the others wait for their turn"
        owned.since = None
        await sender.tick()
        owned.since = 2.0
        await sender.tick()
        slow.let.set()
        for _ in range(4):
            await settle()
            await sender.tick()
            await settle()
            world.fold_all()
    assert Counter(destination for destination, _ in slow.sent) == Counter(f"{who}@mail.kz" for who in people)


async def test_a_letter_that_waited_while_its_partition_went_and_came_is_not_sent_beside_its_second() -> None:
    world, keys, slow, owned = World(), Keys(), Slow(), Owned()
    people = [f"s{number}" for number in range(9)]
    for who in people:
        person(world, keys, who)
    await tell(world, "e")
    for who in people:
        deliver(world, who, "e")
    world.fold_all()
    async with sender_of(world, {ChannelKind.EMAIL: slow}, keys, owned).running() as sender:
        await sender.tick()
        await settle()
        owned.since = 2.0  # taken away and given back between two looks
        slow.let.set()
        await settle()
        assert len(slow.sent) == 8, "it is taken up anew"
        await sender.tick()
        await settle()
    assert len(slow.sent) == 9


async def test_an_ordinary_stop_waits_for_the_answers_of_what_is_on_its_way() -> None:
    world, keys, slow = World(), Keys(), Slow()
    for number in range(20):
        person(world, keys, f"s{number}")
    await tell(world, "e")
    for number in range(20):
        deliver(world, f"s{number}", "e")
    world.fold_all()
    async with sender_of(world, {ChannelKind.EMAIL: slow}, keys).running() as sender:
        await sender.tick()
        await settle()
        asyncio.get_running_loop().call_later(0.05, slow.let.set)
    world.fold_all()
    assert len(slow.sent) == 8, "nothing more is begun"
    assert len(world.deliveries.told(DeliveryDispatched)) == 8


async def test_a_busy_destination_holds_up_no_other_and_keeps_its_order() -> None:
    world, keys, slow = World(), Keys(), Slow()
    events = [f"e{number}" for number in range(30)]
    for who in ("busy", "other"):
        person(world, keys, who)
    await tell(world, *events)
    asked = [deliver(world, "busy", event, at=later(number)) for number, event in enumerate(events)]
    deliver(world, "other", "e0", at=later(40))
    world.fold_all()
    async with sender_of(world, {ChannelKind.EMAIL: slow}, keys).running() as sender:
        await sender.tick()
        await settle()
        assert [destination for destination, _ in slow.sent] == ["busy@mail.kz", "other@mail.kz"]
        slow.let.set()
        await settle()
        await settle()
    assert [notice.id for destination, notice in slow.sent if destination == "busy@mail.kz"] == asked


async def test_what_is_urgent_goes_first() -> None:
    world, keys, post = World(), Keys(), Post()
    for who in ("a", "b", "c"):
        person(world, keys, who)
    await tell(world, "e")
    deliver(world, "a", "e", priority=Priority.LOW)
    deliver(world, "b", "e")
    deliver(world, "c", "e", priority=Priority.URGENT)
    world.fold_all()
    async with sender_of(world, {ChannelKind.EMAIL: post}, keys).running() as sender:
        await sender.tick()
        await settle()
    assert [destination[0] for destination, _ in post.sent] == ["c", "b", "a"]


def test_the_longest_search_fits_into_a_link() -> None:
    ending = Ending("s" * 43, "c" * 43, "search:" + "ө" * 200)
    token = seal_ending(KEYRING, ending)
    assert len(f"<https://petitions.example.org/notifications/unsubscribe/{token}>") <= LONGEST_LIST_LINE
    assert open_ending(KEYRING, token) == ending


@pytest.mark.parametrize("changed", [b"", b"x" * 40])
def test_a_token_that_is_not_ours_ends_nothing(changed: bytes) -> None:
    assert open_ending(KEYRING, changed.decode()) is None
