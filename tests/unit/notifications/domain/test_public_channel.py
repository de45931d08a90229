"""Public channels of bodies: asked for, looked at, linked, dropped, and linked again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.notifications.parts import Cadence, ChannelEnd, ChannelKind, Official
from schemas.notifications.public_channels import PublicChannelReported, PublicChannelRequested
from schemas.notifications.subscriptions import ChannelEndRequested, FollowRequested, SubscriptionRefused
from schemas.payload import Payload
from services.notifications.domain.public_channel import ChannelFault, ChannelState
from services.notifications.domain.refusals import Refusal
from services.notifications.domain.subscriber import NOBODY, Subscriber, evolve
from services.notifications.domain.subscribing import decide

NOW = datetime(2026, 11, 22, tzinfo=UTC)
BY = Official(owner="o", name="sealed")
FOLLOW = FollowRequested(
    subscriber="s", owner="o", account=False, interest="body:kz-justice", cadence=Cadence.AT_ONCE, channels=()
)


def asked(check: str = "1", **told: Any) -> PublicChannelRequested:
    given_ = {"subscriber": "s", "owner": "o", "body": "kz-justice", "name": "minjust", "language": "ru", "by": BY}
    return PublicChannelRequested(**given_ | told | {"check": check})


def reported(check: str = "1", fault: str = "") -> PublicChannelReported:
    found = {} if fault else {"title": "Минюст", "channel": "c", "sealed": "x"}
    return PublicChannelReported(subscriber="s", check=check, fault=fault, **found)


def ended(cause: ChannelEnd = ChannelEnd.GONE) -> ChannelEndRequested:
    return ChannelEndRequested(subscriber="s", channel="c", cause=cause, by=BY)


def after(*requests: Payload, before: Subscriber = NOBODY) -> Subscriber:
    for request in requests:
        before = evolve(before, decide(before, request, NOW), NOW)
    return before


def test_a_channel_is_told_only_once_it_was_looked_at() -> None:
    waiting = after(asked())
    assert waiting.public is not None
    assert waiting.public.state is ChannelState.CHECKING
    assert waiting.channels == ()

    linked = after(reported(), before=waiting)
    assert linked.public is not None
    assert (linked.public.state, linked.public.title) == (ChannelState.LINKED, "Минюст")
    assert [(each.kind, each.confirmed) for each in linked.channels] == [(ChannelKind.TELEGRAM, True)]
    assert linked.preferences.language == "ru"
    assert not linked.account, "a channel has no inbox"


def test_a_fault_leaves_it_untold_and_it_can_be_asked_for_again() -> None:
    declined = after(asked(), reported(fault=ChannelFault.CODE_MISSING))
    assert declined.public is not None
    assert (declined.public.state, declined.public.reason) == (ChannelState.DECLINED, "code-missing")
    assert declined.channels == ()
    linked = after(asked("2"), reported("2"), before=declined)
    assert linked.public is not None
    assert linked.public.state is ChannelState.LINKED
    assert linked.public.reason == ""


@pytest.mark.parametrize(
    ("before", "request_", "refusal"),
    [
        ((), reported(), Refusal.STALE_CHECK),
        ((asked("2"),), reported("1"), Refusal.STALE_CHECK),
        ((asked(), reported()), reported(), Refusal.STALE_CHECK),
        ((asked(), reported()), asked("2"), Refusal.CHANNEL_LINKED),
        ((asked(),), ended(), Refusal.CHANNEL_UNKNOWN),
    ],
)
def test_what_changes_nothing_is_refused(before: tuple[Payload, ...], request_: Payload, refusal: Refusal) -> None:
    decision = decide(after(*before), request_, NOW)
    assert isinstance(decision, SubscriptionRefused)
    assert decision.code == refusal


def test_a_channel_that_dropped_the_bot_is_known_as_such_and_keeps_what_was_chosen() -> None:
    dropped = after(asked(), reported(), FOLLOW, ended())
    assert dropped.public is not None
    assert dropped.public.was_dropped
    assert dropped.channels == ()
    assert [each.interest for each in dropped.follows] == ["body:kz-justice"]
    again = after(asked("2"), reported("2"), before=dropped)
    assert again.public is not None
    assert not again.public.was_dropped
    assert again.follow("body:kz-justice") is not None


def test_one_that_its_official_ended_is_not_dropped() -> None:
    done = after(asked(), reported(), ended(ChannelEnd.PERSON))
    assert done.public is not None
    assert not done.public.was_dropped


@given(
    st.lists(
        st.one_of(
            st.builds(asked, st.sampled_from("123")),
            st.builds(reported, st.sampled_from("123"), st.sampled_from(["", *ChannelFault])),
            st.builds(ended, st.sampled_from([ChannelEnd.GONE, ChannelEnd.PERSON])),
            st.just(FOLLOW),
        )
    )
)
def test_whatever_comes_a_channel_is_told_exactly_while_it_is_linked(requests: list[Payload]) -> None:
    state = NOBODY
    for request in requests:
        state = after(request, before=state)
        linked = state.public is not None and state.public.state is ChannelState.LINKED
        assert bool(state.channels) is linked
