"""Requests and decisions on the public channels of bodies. Each channel of a body is a subscriber, and follows as one.

A body's official names a channel; it is told of nothing before the messenger has vouched that the bot may write there
and that whoever named it looks after it.
"""

from typing import Annotated, ClassVar

from pydantic import Field, StringConstraints

from schemas.notifications.parts import ChannelId, Official, Subscriber
from schemas.notifications.subscriptions import SubscriptionRequest
from schemas.parts import Language
from schemas.payload import Payload

ChannelName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{3,31}$")]
"""The public name of a Telegram channel, without `@`; the same in capitals."""

BodyCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]*(:[A-Za-z0-9-]+)?$", max_length=80)]
"""A body, as in the role of its officials."""


class PublicChannelRequested(SubscriptionRequest):
    """An official asks that a channel of their body be told of what it follows."""

    TYPE: ClassVar[str] = "notifications.subscription.public-channel-requested.v1"
    owner: str = Field(description="Leads to the key that the channel's own destination is sealed under.")
    body: BodyCode
    name: ChannelName
    language: Language
    check: str = Field(description="Names this asking: what comes of the check is told by it.")
    by: Official


class PublicChannelReported(SubscriptionRequest):
    """What the messenger says of a channel. Without a `fault` there are its title and destination."""

    TYPE: ClassVar[str] = "notifications.subscription.public-channel-reported.v1"
    check: str
    fault: str = Field(default="", description="A stable word of `ChannelFault`.")
    title: str = Field(default="", max_length=255)
    channel: ChannelId | None = None
    sealed: str = ""


class PublicChannelAsked(Payload):
    """The channel is to be looked at."""

    TYPE: ClassVar[str] = "notifications.subscription.public-channel-asked.v1"
    subscriber: Subscriber
    owner: str
    body: BodyCode
    name: ChannelName
    language: Language
    check: str
    by: Official


class PublicChannelLinked(Payload):
    """The channel is told from now on."""

    TYPE: ClassVar[str] = "notifications.subscription.public-channel-linked.v1"
    subscriber: Subscriber
    check: str
    title: str
    channel: ChannelId
    sealed: str


class PublicChannelDeclined(Payload):
    """The channel is not told of anything: what its official must mend first is the `fault`."""

    TYPE: ClassVar[str] = "notifications.subscription.public-channel-declined.v1"
    subscriber: Subscriber
    check: str
    fault: str


PUBLIC_CHANNEL_REQUESTED = (PublicChannelRequested, PublicChannelReported)
PUBLIC_CHANNEL_DECIDED = (PublicChannelAsked, PublicChannelLinked, PublicChannelDeclined)
