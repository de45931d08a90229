"""Requests and decisions on what somebody follows, and how they are told. The key is the subscriber.

`owner` is the person's index sealed for the service with a fresh nonce: it leads to the key under which their
destinations are sealed. With that key destroyed nobody can be told anything.
"""

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from schemas.notifications.parts import (
    Cadence,
    ChannelEnd,
    ChannelId,
    ChannelKind,
    Interest,
    Official,
    Preferences,
    Subscriber,
)
from schemas.parts import Language
from schemas.payload import Payload

ReadIn = Annotated[
    Language | None, Field(description="The page was read in it: they are told in it, unless they choose.")
]


class SubscriptionRequest(Payload):
    """What all requests of a subscriber have."""

    subscriber: Subscriber


class FollowRequested(SubscriptionRequest):
    """Somebody wants to be told of something; asked again, at another cadence or by other channels."""

    TYPE: ClassVar[str] = "notifications.subscription.follow-requested.v1"
    owner: str
    account: bool = Field(description="They can sign in, so what they are told is kept in an inbox.")
    interest: Interest
    cadence: Cadence = Cadence.AT_ONCE
    channels: tuple[ChannelId, ...] = Field(default=(), max_length=10, description="None: all there are.")
    acted: bool = Field(default=False, description="It is followed because they acted on it.")
    since: datetime | None = Field(default=None, description="When they acted, where that was before they were heard.")
    language: ReadIn = None


class UnfollowRequested(SubscriptionRequest):
    """Somebody wants to be told of something no more."""

    TYPE: ClassVar[str] = "notifications.subscription.unfollow-requested.v1"
    interest: Interest


class ChannelRequested(SubscriptionRequest):
    """Somebody names a destination. `confirmed` where its reader has said already that it is theirs."""

    TYPE: ClassVar[str] = "notifications.subscription.channel-requested.v1"
    owner: str
    account: bool
    channel: ChannelId
    kind: ChannelKind
    sealed: str = Field(description="The destination, under the person's key.")
    confirmed: bool = False
    language: ReadIn = None


class ChannelConfirmRequested(SubscriptionRequest):
    """The reader of a destination says that it is theirs."""

    TYPE: ClassVar[str] = "notifications.subscription.channel-confirm-requested.v1"
    channel: ChannelId


class ChannelEndRequested(SubscriptionRequest):
    """A destination is to be told nothing more."""

    TYPE: ClassVar[str] = "notifications.subscription.channel-end-requested.v1"
    channel: ChannelId
    cause: ChannelEnd
    by: Official | None = Field(default=None, description="Who ends a public channel for its body.")


class PreferencesRequested(SubscriptionRequest):
    """Somebody says in which language and when they want to be told."""

    TYPE: ClassVar[str] = "notifications.subscription.preferences-requested.v1"
    owner: str
    account: bool
    preferences: Preferences


class EraseRequested(SubscriptionRequest):
    """Everything somebody follows, and every way to tell them, is to be forgotten."""

    TYPE: ClassVar[str] = "notifications.subscription.erase-requested.v1"


class Followed(Payload):
    """They are told of this from `since` on, UTC."""

    TYPE: ClassVar[str] = "notifications.subscription.followed.v1"
    subscriber: Subscriber
    owner: str
    account: bool
    interest: Interest
    cadence: Cadence
    channels: tuple[ChannelId, ...]
    acted: bool
    since: datetime
    language: ReadIn = None


class Unfollowed(Payload):
    """They are told of this no more."""

    TYPE: ClassVar[str] = "notifications.subscription.unfollowed.v1"
    subscriber: Subscriber
    interest: Interest


class ChannelAdded(Payload):
    """A destination is known; it is told nothing before it is `confirmed`."""

    TYPE: ClassVar[str] = "notifications.subscription.channel-added.v1"
    subscriber: Subscriber
    owner: str
    account: bool
    channel: ChannelId
    kind: ChannelKind
    sealed: str
    confirmed: bool
    language: ReadIn = None


class ChannelConfirmed(Payload):
    """The destination is told from now on."""

    TYPE: ClassVar[str] = "notifications.subscription.channel-confirmed.v1"
    subscriber: Subscriber
    channel: ChannelId


class ChannelEnded(Payload):
    """The destination is told nothing more."""

    TYPE: ClassVar[str] = "notifications.subscription.channel-ended.v1"
    subscriber: Subscriber
    channel: ChannelId
    cause: ChannelEnd
    by: Official | None = Field(default=None, description="Who ended a public channel for its body.")
    unfollows: bool = Field(default=False, description="They follow nothing any more, either.")


class PreferencesChanged(Payload):
    """In which language and when they are told from now on."""

    TYPE: ClassVar[str] = "notifications.subscription.preferences-changed.v1"
    subscriber: Subscriber
    owner: str
    account: bool
    preferences: Preferences


class SubscriberErased(Payload):
    """They follow nothing, and there is no way to tell them anything."""

    TYPE: ClassVar[str] = "notifications.subscription.erased.v1"
    subscriber: Subscriber


class SubscriptionRefused(Payload):
    """A subscriber's request changed nothing. `code` is a stable word of `Refusal`."""

    TYPE: ClassVar[str] = "notifications.subscription.refused.v1"
    subscriber: Subscriber
    request: str = Field(description="The type of the request that was refused.")
    code: str


SUBSCRIPTION_REQUESTED = (
    FollowRequested,
    UnfollowRequested,
    ChannelRequested,
    ChannelConfirmRequested,
    ChannelEndRequested,
    PreferencesRequested,
    EraseRequested,
)
SUBSCRIPTION_DECIDED = (
    Followed,
    Unfollowed,
    ChannelAdded,
    ChannelConfirmed,
    ChannelEnded,
    PreferencesChanged,
    SubscriberErased,
    SubscriptionRefused,
)
