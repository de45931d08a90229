"""Every sender of a campaign that is answered once is told once, also one of several comments, or one who came late."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, cast
from unittest.mock import patch

from hypothesis import given, settings
from hypothesis import strategies as st

from kenes.kafka.producer import BrokerUnavailableError
from kenes.kafka.records import Recorded
from schemas.consultations.comments import CampaignAnswer, CampaignReached
from schemas.envelope import Event, decision_id
from schemas.notifications.about import Kind
from schemas.notifications.consultations import CommentAnswered
from schemas.notifications.deliveries import DeliveryQueued, DeliveryShown
from schemas.notifications.fan_outs import FanOutEnded
from schemas.notifications.subscriptions import ChannelRequested, FollowRequested
from schemas.topics import COMMENTS, FAN_OUT_REQUESTS, PUBLIC_EVENTS
from services.notifications.addresses import Addresses
from services.notifications.domain.interests import keys_of
from services.notifications.matching.announcing import Announcing
from services.notifications.matching.senders import tell_senders
from tests.publicity import about
from tests.unit.notifications.following_world import OWNER, START, Keys, World, later
from tests.unit.notifications.matching.support import STATEMENT, handled, telling_of

ANSWERED_AT = later(10)


def page(number: int, *comments: str) -> tuple[Recorded, CampaignReached]:
    """The decision that an answer has reached these comments."""
    given = CampaignAnswer(sequence=3, at=ANSWERED_AT, outcome="noted", statement=STATEMENT)
    data = CampaignReached(consultation="c", comment="m0", answer=given, before=0, comments=comments)
    event = Event(decision_id(COMMENTS.name, 0, number), "/t", "c", later(20 + number), data, sequence=number)
    return Recorded(0, number, event.time, b"c", event), data


def answer(*, campaign: bool) -> CommentAnswered:
    """The public event of an answer."""
    origin = {"topic": COMMENTS.name, "partition": 0, "sequence": 3}
    draft = about("c").model_copy(update={"kind": Kind.CONSULTATION})
    told: dict[str, Any] = {"about": draft, "origin": origin, "outcome": "noted", "statement": STATEMENT}
    return CommentAnswered(**told, comment="m0", campaign=campaign)


async def tell(world: World, pages: Sequence[Sequence[str]], fails: Sequence[int] = ()) -> None:
    """Tells pages of senders. Each number is a write that fails: what was in hand comes again."""
    left = list(fails)
    writes = 0

    def failing() -> bool:
        nonlocal writes
        writes += 1
        return writes in left

    world.fails = failing
    telling = telling_of(world, Keys())
    for number, comments in enumerate(pages):
        while True:
            try:
                for key, request in tell_senders(*page(10 + number, *comments), about("c")):
                    await world.send(FAN_OUT_REQUESTS, key, request)
                break
            except BrokerUnavailableError:
                continue
    told = 0
    while told < len(world.fan_outs.decided):
        told += await handled(telling, [world.fan_outs.decided[told]])


def written(world: World, comments: dict[str, int]) -> None:
    """Comments by the number of their author: the follows that came of them, since after the answer was given."""
    for comment, author in comments.items():
        told: dict[str, Any] = {"subscriber": f"s{author}", "owner": OWNER, "account": True, "acted": True}
        world.ask(FollowRequested(**told, interest=f"comment:c/{comment}", since=later(15)), later(16))
    world.fold_all()


COMMENTS_OF = st.dictionaries(st.integers(0, 40).map("m{}".format), st.integers(0, 9), max_size=30)


@settings(max_examples=40)
@given(COMMENTS_OF, st.data(), st.lists(st.integers(1, 60), max_size=5), st.sampled_from([1, 3, 200]))
async def test_each_sender_is_told_once(
    comments: dict[str, int], data: st.DataObject, fails: list[int], keys: int
) -> None:
    world = World()
    written(world, comments)
    waiting, pages = sorted(comments), list[list[str]]()
    while waiting:
        size = data.draw(st.integers(1, len(waiting)))
        pages.append(waiting[:size])
        waiting = waiting[size:]
    with patch("services.notifications.matching.senders.MOST_KEYS", keys):
        await tell(world, pages, fails)
    shown = Counter(each.subscriber for each in world.deliveries.told(DeliveryShown))
    assert shown == Counter(dict.fromkeys({f"s{author}" for author in comments.values()}, 1))
    assert len(world.fan_outs.told(FanOutEnded)) == sum(-(-len(each) // keys) for each in pages)
    world.fold_all()
    news = [(each["at"], each["kind"]) for each in world.store.all("news")]
    assert news == [(ANSWERED_AT, CommentAnswered.TYPE)] * (len(pages) > 0), "all pages tell one event"


async def test_a_destination_that_came_after_an_answer_was_told_is_told_nothing_of_it() -> None:
    world = World()
    written(world, {"m1": 1, "m2": 2})
    for author, at in ((1, later(19)), (2, later(40))):
        given_: dict[str, Any] = {"subscriber": f"s{author}", "owner": OWNER, "account": True, "confirmed": True}
        world.ask(ChannelRequested(**given_, channel="c", kind="email", sealed="x"), at)
    world.fold_all()
    await tell(world, [["m1", "m2"]])
    assert [each.subscriber for each in world.deliveries.told(DeliveryQueued)] == ["s1"]


async def test_the_public_event_of_a_campaigns_answer_is_told_to_nobody_by_itself() -> None:
    """Else the author of the comment that was answered would be told twice."""
    public = [answer(campaign=True), answer(campaign=False)]
    assert [keys_of(each, ()) for each in public] == [(), ("comment:c/m0",)]
    world = World()
    events = [
        Recorded(0, number, START, b"c", Event(f"e{number}", "/t", "c", START, each, offset=number))
        for number, each in enumerate(public)
    ]
    await Announcing(cast(Any, world)).handle(PUBLIC_EVENTS, events)
    assert [each.event.subject for each in world.fan_outs.decided] == ["e1"]


def test_a_sender_is_led_to_their_own_comment() -> None:
    """The one that was answered may have been taken back since."""
    addresses = Addresses({"consultations": "https://drafts.kz"}, "https://kenes.kz")
    page_of = "https://drafts.kz/consultations/c/comments"
    assert addresses.event(answer(campaign=True), "comment:c/m7") == f"{page_of}/m7"
    assert addresses.event(answer(campaign=True)) == f"{page_of}/m0"
    assert addresses.event(answer(campaign=False), "comment:c/m7") == f"{page_of}/m0"
