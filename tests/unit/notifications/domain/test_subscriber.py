"""What a subscriber may ask for, and what becomes of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.notifications.parts import Cadence, ChannelEnd, ChannelKind, Preferences
from schemas.notifications.subscriptions import (
    ChannelConfirmRequested,
    ChannelEndRequested,
    ChannelRequested,
    EraseRequested,
    Followed,
    FollowRequested,
    PreferencesRequested,
    SubscriptionRefused,
    UnfollowRequested,
)
from schemas.payload import Payload
from services.notifications.domain.refusals import Refusal
from services.notifications.domain.subscriber import MOST_LEFT, NOBODY, Subscriber, evolve
from services.notifications.domain.subscribing import MOST_CHANNELS, MOST_FOLLOWS, decide

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def follow(interest: str = "petition:p", **told: Any) -> FollowRequested:
    """Somebody wants to follow."""
    return FollowRequested(**{"subscriber": "s", "owner": "o", "account": True, "interest": interest} | told)


def channel(name: str = "c", **told: Any) -> ChannelRequested:
    """Somebody names a destination."""
    given_ = {"subscriber": "s", "owner": "o", "account": True, "channel": name, "kind": "email", "sealed": "x"}
    return ChannelRequested(**given_ | told)


def after(*requests: Payload, before: Subscriber = NOBODY) -> Subscriber:
    """A subscriber after requests, none of which is refused."""
    for request in requests:
        decision = decide(before, request, NOW)
        assert not isinstance(decision, SubscriptionRefused), decision
        before = evolve(before, decision, NOW)
    return before


def refused(before: Subscriber, request: Payload, code: Refusal) -> None:
    """A request is refused, and changes nothing."""
    decision = decide(before, request, NOW)
    assert isinstance(decision, SubscriptionRefused)
    assert decision.code == code
    assert evolve(before, decision, NOW) is before


def test_following_and_ending_it() -> None:
    known = after(follow(), follow("region:KZ-75", cadence=Cadence.DAILY))
    assert [(each.interest, each.cadence) for each in known.follows] == [
        ("petition:p", "at-once"),
        ("region:KZ-75", "daily"),
    ]
    refused(known, follow(), Refusal.SAME_FOLLOW)
    changed = after(follow(cadence=Cadence.WEEKLY), before=known)
    assert changed.follow("petition:p") is not None
    assert [each.cadence for each in changed.follows if each.interest == "petition:p"] == ["weekly"]
    left = after(UnfollowRequested(subscriber="s", interest="petition:p"), before=changed)
    refused(left, UnfollowRequested(subscriber="s", interest="petition:p"), Refusal.NOT_FOLLOWED)


@pytest.mark.parametrize("interest", ["planet:mars", "author:petition:p", "said:c/art_1", "search:a b c d e f g h i"])
def test_only_what_there_is_can_be_followed(interest: str) -> None:
    refused(NOBODY, follow(interest), Refusal.INTEREST_UNKNOWN)


def test_who_acted_follows_from_then_on_and_keeps_what_was_chosen() -> None:
    acted_at = NOW - timedelta(minutes=5)
    decision = decide(NOBODY, follow("author:petition:p", acted=True, since=acted_at), NOW)
    assert isinstance(decision, Followed)
    assert decision.since == acted_at
    refused(NOBODY, follow("region:KZ-75", acted=True), Refusal.INTEREST_UNKNOWN)
    chosen = after(follow(cadence=Cadence.WEEKLY))
    refused(chosen, follow(acted=True), Refusal.SAME_FOLLOW)


@pytest.mark.parametrize(
    "end", [UnfollowRequested(subscriber="s", interest="comment:c/m"), EraseRequested(subscriber="s")]
)
def test_an_act_that_is_read_again_brings_nothing_back(end: Payload) -> None:
    act = follow("comment:c/m", acted=True, since=NOW - timedelta(days=30))
    left = after(act, end)
    refused(left, act, Refusal.NOT_FOLLOWED)
    acted_again = after(act.model_copy(update={"since": NOW + timedelta(minutes=1)}), before=left)
    assert [each.interest for each in acted_again.follows] == ["comment:c/m"]
    assert after(follow("comment:c/m"), before=left).follows, "whoever asks for it themselves follows it"


def test_what_is_remembered_of_ended_follows_has_an_end() -> None:
    known = NOBODY
    for number in range(MOST_LEFT + 2):
        interest = f"petition:{number}"
        known = after(follow(interest), UnfollowRequested(subscriber="s", interest=interest), before=known)
    assert len(known.left) == MOST_LEFT
    assert not known.has_left("petition:0", NOW)
    assert known.has_left(f"petition:{MOST_LEFT + 1}", NOW)


def test_limits() -> None:
    full = after(*(follow(f"petition:{number}") for number in range(MOST_FOLLOWS)))
    refused(full, follow("petition:more"), Refusal.TOO_MANY_FOLLOWS)
    after(follow("author:petition:x", acted=True), before=full)
    many = after(*(channel(f"c{number}") for number in range(MOST_CHANNELS)))
    refused(many, channel("more"), Refusal.TOO_MANY_CHANNELS)


def test_a_channel_is_confirmed_once_and_ended() -> None:
    known = after(channel())
    assert known.channel("c") is not None
    refused(known, follow(channels=("other",)), Refusal.CHANNEL_UNKNOWN)
    again = after(channel(sealed="y"), before=known)
    assert [each.sealed for each in again.channels] == ["y"]
    confirm = ChannelConfirmRequested(subscriber="s", channel="c")
    confirmed = after(confirm, before=again)
    refused(confirmed, confirm, Refusal.CHANNEL_CONFIRMED)
    refused(confirmed, channel(), Refusal.CHANNEL_CONFIRMED)
    end = ChannelEndRequested(subscriber="s", channel="c", cause=ChannelEnd.UNSUBSCRIBED)
    ended = after(end, before=confirmed)
    refused(ended, end, Refusal.CHANNEL_UNKNOWN)
    refused(ended, confirm, Refusal.CHANNEL_UNKNOWN)
    refused(NOBODY, channel(kind=ChannelKind.INBOX), Refusal.CHANNEL_UNKNOWN)


@pytest.mark.parametrize(
    ("account", "channels", "cause", "left"),
    [
        (False, ("c",), ChannelEnd.UNSUBSCRIBED, 0),
        (False, ("c",), ChannelEnd.GONE, 2),
        (False, ("c", "d"), ChannelEnd.UNSUBSCRIBED, 2),
        (True, ("c",), ChannelEnd.UNSUBSCRIBED, 2),
    ],
)
def test_who_unsubscribes_without_an_account_follows_nothing_more(
    account: bool, channels: tuple[str, ...], cause: ChannelEnd, left: int
) -> None:
    known = after(
        *(channel(each, account=account, confirmed=True) for each in channels),
        *(follow(each, account=account) for each in ("petition:p", "region:KZ-75")),
    )
    ended = after(ChannelEndRequested(subscriber="s", channel="c", cause=cause), before=known)
    assert len(ended.follows) == left


def test_preferences_and_erasure() -> None:
    wanted = PreferencesRequested(subscriber="s", owner="o", account=True, preferences=Preferences(language="ru"))
    known = after(follow(), wanted, channel())
    assert known.preferences.language == "ru"
    nowhere = wanted.model_copy(update={"preferences": Preferences(zone="Mars/Olympus")})
    refused(known, nowhere, Refusal.ZONE_UNKNOWN)
    erased = after(EraseRequested(subscriber="s"), before=known)
    assert erased == Subscriber(erased=NOW)
    refused(erased, EraseRequested(subscriber="s"), Refusal.NOTHING_TO_ERASE)
    refused(NOBODY, EraseRequested(subscriber="s"), Refusal.NOTHING_TO_ERASE)


def test_a_late_request_to_forget_leaves_what_was_asked_for_since() -> None:
    known = after(follow(), follow("region:KZ-75"), channel())
    request, asked = EraseRequested(subscriber="s"), NOW - timedelta(milliseconds=1)
    decision = decide(known, request, asked)
    kept = evolve(known, decision, asked)
    assert (kept.follows, kept.channels, kept.erased) == (known.follows, known.channels, asked)
    older = known.follows[0].model_copy(update={"since": NOW - timedelta(days=1)})
    kept = evolve(known.model_copy(update={"follows": (older, known.follows[1])}), decision, asked)
    assert [each.interest for each in kept.follows] == ["region:KZ-75"]


def test_who_has_chosen_no_language_is_told_in_the_one_they_read() -> None:
    known = after(follow(), follow("region:KZ-75", language="ru"))
    assert known.preferences.language == "ru"
    assert after(channel(language="en"), before=known).preferences.language == "en"
    assert after(follow("level:country"), before=known).preferences.language == "ru", "an act says nothing of it"
    chosen = PreferencesRequested(subscriber="s", owner="o", account=True, preferences=Preferences(language="kk"))
    settled = after(chosen, follow("level:region", language="ru"), channel(language="en"), before=known)
    assert settled.preferences.language == "kk"


def test_another_request_is_an_error() -> None:
    with pytest.raises(TypeError):
        decide(NOBODY, News_, NOW)


News_ = Followed(
    subscriber="s",
    owner="o",
    account=True,
    interest="petition:p",
    cadence=Cadence.AT_ONCE,
    channels=(),
    acted=False,
    since=NOW,
)

REQUESTS = st.one_of(
    st.builds(
        follow,
        st.sampled_from(["petition:p", "petition:q", "author:petition:p"]),
        acted=st.booleans(),
        cadence=st.sampled_from(Cadence),
    ),
    st.builds(UnfollowRequested, subscriber=st.just("s"), interest=st.sampled_from(["petition:p", "petition:q"])),
    st.builds(channel, st.sampled_from(["a", "b"]), confirmed=st.booleans()),
    st.builds(ChannelConfirmRequested, subscriber=st.just("s"), channel=st.sampled_from(["a", "b"])),
    st.builds(
        ChannelEndRequested,
        subscriber=st.just("s"),
        channel=st.sampled_from(["a", "b"]),
        cause=st.just(ChannelEnd.PERSON),
    ),
    st.builds(EraseRequested, subscriber=st.just("s")),
)


@given(st.lists(REQUESTS, max_size=30))
def test_whatever_is_asked_each_thing_is_followed_once(requests: list[Payload]) -> None:
    known = NOBODY
    for request in requests:
        decision = decide(known, request, NOW)
        changed = evolve(known, decision, NOW)
        assert (changed is known) == isinstance(decision, SubscriptionRefused)
        known = changed
        interests = [each.interest for each in known.follows]
        assert len(interests) == len(set(interests))
        assert len(known.channels) == len({each.id for each in known.channels})
