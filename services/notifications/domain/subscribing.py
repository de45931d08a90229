"""What becomes of a subscriber's request."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from schemas.notifications.parts import ChannelEnd, ChannelKind
from schemas.notifications.public_channels import PublicChannelReported, PublicChannelRequested
from schemas.notifications.subscriptions import (
    ChannelAdded,
    ChannelConfirmed,
    ChannelConfirmRequested,
    ChannelEnded,
    ChannelEndRequested,
    ChannelRequested,
    EraseRequested,
    Followed,
    FollowRequested,
    PreferencesChanged,
    PreferencesRequested,
    SubscriberErased,
    SubscriptionRefused,
    SubscriptionRequest,
    Unfollowed,
    UnfollowRequested,
)
from schemas.payload import Payload
from services.notifications.domain import public_channel
from services.notifications.domain.interests import ACTED, FOLLOWABLE, SEARCH
from services.notifications.domain.refusals import Refusal
from services.notifications.domain.schedule import knows_zone
from services.notifications.domain.subscriber import Follow, Subscriber

MOST_FOLLOWS: Final = 500
MOST_ACTED: Final = 2_000
"""Follows that come of acts: they are limited only so that nobody's document grows without end."""

MOST_CHANNELS: Final = 10
MOST_WORDS: Final = 8


def decide(subscriber: Subscriber, request: Payload, now: datetime) -> Payload:
    """The decision on a request. Raises `TypeError` on a payload that is no request of a subscriber."""
    rule = _RULES.get(type(request))
    if rule is None:
        raise TypeError(f"{type(request).__name__} is no request of a subscriber")
    return rule(subscriber, request, now)


def _follow(subscriber: Subscriber, request: FollowRequested, now: datetime) -> Payload:
    before = subscriber.follow(request.interest)
    if refusal := _unfollowable(subscriber, request, before):
        return _no(request, refusal)
    if before is None and request.acted and subscriber.has_left(request.interest, request.since or now):
        # The act is read again, as after a restore, or late.
        return _no(request, Refusal.NOT_FOLLOWED)
    since = before.since if before is not None else min(now, request.since or now)
    return Followed(**_members(request) | {"since": since})


def _unfollowable(subscriber: Subscriber, request: FollowRequested, before: Follow | None) -> Refusal | None:
    kind, _, name = request.interest.partition(":")
    if kind not in (ACTED if request.acted else FOLLOWABLE):
        return Refusal.INTEREST_UNKNOWN
    if kind == SEARCH and not 0 < len(name.split()) <= MOST_WORDS:
        return Refusal.INTEREST_UNKNOWN
    if any(subscriber.channel(each) is None for each in request.channels):
        return Refusal.CHANNEL_UNKNOWN
    if before is not None:
        # What somebody chose is not changed by what they do later.
        same = (before.cadence, before.channels) == (request.cadence, request.channels)
        return Refusal.SAME_FOLLOW if same or request.acted else None
    most = MOST_ACTED if request.acted else MOST_FOLLOWS
    count = sum(each.acted == request.acted for each in subscriber.follows)
    return Refusal.TOO_MANY_FOLLOWS if count >= most else None


def _add(subscriber: Subscriber, request: ChannelRequested, _now: datetime) -> Payload:
    before = subscriber.channel(request.channel)
    if request.kind is ChannelKind.INBOX:
        return _no(request, Refusal.CHANNEL_UNKNOWN)
    if before is not None and before.confirmed:
        return _no(request, Refusal.CHANNEL_CONFIRMED)
    if before is None and len(subscriber.channels) >= MOST_CHANNELS:
        return _no(request, Refusal.TOO_MANY_CHANNELS)
    return ChannelAdded(**_members(request))


def _unfollow(subscriber: Subscriber, request: UnfollowRequested, _now: datetime) -> Payload:
    if subscriber.follow(request.interest) is None:
        return _no(request, Refusal.NOT_FOLLOWED)
    return Unfollowed(subscriber=request.subscriber, interest=request.interest)


def _confirm(subscriber: Subscriber, request: ChannelConfirmRequested, _now: datetime) -> Payload:
    channel = subscriber.channel(request.channel)
    if channel is None:
        return _no(request, Refusal.CHANNEL_UNKNOWN)
    if channel.confirmed:
        return _no(request, Refusal.CHANNEL_CONFIRMED)
    return ChannelConfirmed(subscriber=request.subscriber, channel=request.channel)


def _end(subscriber: Subscriber, request: ChannelEndRequested, _now: datetime) -> Payload:
    if subscriber.channel(request.channel) is None:
        return _no(request, Refusal.CHANNEL_UNKNOWN)
    # Whoever cannot sign in has no other place to end what they follow: it must not begin again with the next thing.
    ends_all = request.cause is ChannelEnd.UNSUBSCRIBED and not subscriber.account and len(subscriber.channels) == 1
    return ChannelEnded(**_members(request), unfollows=ends_all and subscriber.public is None)


def _prefer(_subscriber: Subscriber, request: PreferencesRequested, _now: datetime) -> Payload:
    if not knows_zone(request.preferences.zone):
        return _no(request, Refusal.ZONE_UNKNOWN)
    quiet = request.preferences.quiet
    if quiet is not None and quiet.begin == quiet.end:
        # Nobody can tell whether the whole day is meant, or nothing of it.
        return _no(request, Refusal.QUIET_HOURS_EMPTY)
    return PreferencesChanged(**_members(request))


def _erase(subscriber: Subscriber, request: EraseRequested, _now: datetime) -> Payload:
    known = bool(subscriber.owner)
    return SubscriberErased(subscriber=request.subscriber) if known else _no(request, Refusal.NOTHING_TO_ERASE)


def _ask_for_public(subscriber: Subscriber, request: PublicChannelRequested, _now: datetime) -> Payload:
    return public_channel.ask(subscriber.public, request) or _no(request, Refusal.CHANNEL_LINKED)


def _report_on_public(subscriber: Subscriber, request: PublicChannelReported, _now: datetime) -> Payload:
    return public_channel.report(subscriber.public, request) or _no(request, Refusal.STALE_CHECK)


_RULES: Final[Mapping[type[Payload], Callable[[Subscriber, Any, datetime], Payload]]] = {
    FollowRequested: _follow,
    UnfollowRequested: _unfollow,
    ChannelRequested: _add,
    ChannelConfirmRequested: _confirm,
    ChannelEndRequested: _end,
    PreferencesRequested: _prefer,
    EraseRequested: _erase,
    PublicChannelRequested: _ask_for_public,
    PublicChannelReported: _report_on_public,
}


def _members(request: SubscriptionRequest) -> dict[str, Any]:
    return {name: getattr(request, name) for name in type(request).model_fields}


def _no(request: SubscriptionRequest, refusal: Refusal) -> SubscriptionRefused:
    return SubscriptionRefused(subscriber=request.subscriber, request=request.TYPE, code=refusal)
