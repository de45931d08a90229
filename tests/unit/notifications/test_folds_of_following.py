"""The projections of followers and deliveries are the same whatever batches the log comes in."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from schemas.notifications.deliveries import (
    Attempt,
    AttemptReported,
    DeliveryRequested,
    ReadAllRequested,
    ReadRequested,
    RetryRequested,
)
from schemas.notifications.parts import Cadence, ChannelEnd, ChannelKind, Preferences, Priority
from schemas.notifications.subscriptions import (
    ChannelEndRequested,
    ChannelRequested,
    EraseRequested,
    FollowRequested,
    UnfollowRequested,
)
from schemas.payload import Payload
from services.notifications.domain.delivery import Phase
from services.notifications.folds.deliveries import Page
from services.notifications.following.projections import FOLLOWERS, TOLD
from tests.unit.notifications.following_world import START, World, later
from tests.unit.store import Store, project

WHO = st.sampled_from(["s1", "s2", "s3", "s4"])
CUTS = st.lists(st.integers(1, 5), min_size=1, max_size=4)


def kept(store: Store) -> dict[str, Any]:
    """All documents, by collection."""
    return {name: documents for name, documents in store.collections.items() if documents}


def follow(who: str, interest: str, cadence: Cadence) -> Payload:
    """Somebody follows something."""
    return FollowRequested(subscriber=who, owner="o", account=who != "s4", interest=interest, cadence=cadence)


def reach(who: str) -> Payload:
    """Somebody has one address; the last of them has no account."""
    given_: dict[str, Any] = {"subscriber": who, "owner": "o", "account": who != "s4", "confirmed": True}
    return ChannelRequested(**given_, channel="c", kind=ChannelKind.EMAIL, sealed="x")


INTERESTS = st.sampled_from(["petition:p", "region:KZ-75", "search:кол мост"])
ASKED = st.one_of(
    st.builds(follow, WHO, INTERESTS, st.sampled_from(Cadence)),
    st.builds(UnfollowRequested, subscriber=WHO, interest=INTERESTS),
    st.builds(EraseRequested, subscriber=WHO),
    st.builds(reach, WHO),
    st.builds(ChannelEndRequested, subscriber=WHO, channel=st.just("c"), cause=st.just(ChannelEnd.UNSUBSCRIBED)),
)


@given(st.lists(ASKED, max_size=30), CUTS)
def test_followers_stand_on_pages(asked: list[Payload], cuts: list[int]) -> None:
    world = World()
    for number, request in enumerate(asked):
        # A request to forget may have been long on its way.
        world.ask(request, later(number - 3 if isinstance(request, EraseRequested) else number))
    decided = world.subscriptions.decided
    store = project(FOLLOWERS, decided, cuts)
    assert kept(store) == kept(project(FOLLOWERS, decided, [len(decided) + 1]))
    followed = Counter(
        (who, each.interest) for who, state in world.subscriptions.states.items() for each in state.follows
    )
    assert Counter((each["subscriber"], each["interest"]) for each in store.all("follows")) == followed
    assert all(each["page"].endswith("#0") for each in store.all("follows"))


def deliver(who: str, number: int, kind: ChannelKind, cadence: Cadence) -> Payload:
    """Somebody is to be told."""
    told: dict[str, Any] = {"priority": Priority.NORMAL, "preferences": Preferences(), "interest": "petition:p"}
    name = f"{who}-{number}"
    return DeliveryRequested(
        subscriber=who, delivery=name, event="e", channel=str(kind), kind=kind, cadence=cadence, **told
    )


def about(kind: type[Any], who: str, number: int, **told: Any) -> Payload:
    """A request on that delivery."""
    request: Payload = kind(subscriber=who, delivery=f"{who}-{number}", **told)
    return request


NUMBERS = st.integers(0, 3)
KINDS = st.sampled_from([ChannelKind.INBOX, ChannelKind.EMAIL, ChannelKind.TELEGRAM])
REQUESTS = st.one_of(
    st.builds(deliver, WHO, NUMBERS, KINDS, st.sampled_from(Cadence)),
    st.builds(about, st.just(AttemptReported), WHO, NUMBERS, outcome=st.sampled_from(Attempt), tries=st.integers(0, 2)),
    st.builds(about, st.just(RetryRequested), WHO, NUMBERS),
    st.builds(about, st.just(ReadRequested), WHO, NUMBERS),
    st.builds(
        ReadAllRequested, subscriber=WHO, until=st.timedeltas(timedelta(0), timedelta(hours=1)).map(START.__add__)
    ),
)


@given(st.lists(REQUESTS, max_size=40), CUTS)
def test_what_is_queued_stands_on_a_page_and_what_is_done_on_none(asked: list[Payload], cuts: list[int]) -> None:
    world = World()
    for number, request in enumerate(asked):
        world.ask(request, later(number))
    decided = world.deliveries.decided
    store = project(TOLD, decided, cuts)
    assert kept(store) == kept(project(TOLD, decided, [len(decided) + 1]))
    _agree(world, store)


def _agree(world: World, store: Store) -> None:
    queued: Counter[str] = Counter()
    for each in store.all("deliveries"):
        state = world.deliveries.states[each["_id"]]
        assert (each["unread_of"] is not None) == (each["phase"] == Phase.UNREAD)
        assert (each["page"] is not None) == (state.phase is Phase.QUEUED)
        if each["inbox"]:
            continue
        assert each["phase"] == state.phase
        assert each["tries"] == state.tries
        if each["page"] is not None:
            queued[each["page"]] += 1
            assert Page.read(each["page"]).due <= each["due"]
    assert {page: number for each in store.all("agendas") for page, number in each["pages"].items()} == dict(queued)
