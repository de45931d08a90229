"""What one subscriber follows, by which ways they are told, and how they prefer it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from schemas.notifications.parts import Cadence, ChannelKind, Preferences
from schemas.notifications.public_channels import PublicChannelAsked, PublicChannelDeclined, PublicChannelLinked
from schemas.notifications.subscriptions import (
    ChannelAdded,
    ChannelConfirmed,
    ChannelEnded,
    Followed,
    PreferencesChanged,
    SubscriberErased,
    Unfollowed,
)
from schemas.payload import Payload
from services.notifications.domain import public_channel
from services.notifications.domain.public_channel import PublicChannel


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True)


class Follow(_Model):
    """One thing followed; no `channels` are all there are."""

    interest: str
    cadence: Cadence
    channels: tuple[str, ...]
    acted: bool
    since: datetime


class Channel(_Model):
    """One destination."""

    id: str
    kind: ChannelKind
    sealed: str
    confirmed: bool


class Subscriber(_Model):
    """Somebody who follows. `owner` is the sealed index of the person; `account` tells who can sign in.

    `public` is there where it is nobody, but a channel of a body.
    """

    owner: str = ""
    account: bool = False
    preferences: Preferences = Preferences()
    follows: tuple[Follow, ...] = ()
    channels: tuple[Channel, ...] = ()
    public: PublicChannel | None = None

    def follow(self, interest: str) -> Follow | None:
        """How something is followed; `None` where it is not."""
        return next((each for each in self.follows if each.interest == interest), None)

    def channel(self, channel: str) -> Channel | None:
        """A destination by its id."""
        return next((each for each in self.channels if each.id == channel), None)


NOBODY: Final = Subscriber()


def evolve(subscriber: Subscriber, decision: Payload) -> Subscriber:
    """What is known after a decision; the same object where it changed nothing."""
    change = _CHANGES.get(type(decision))
    return subscriber if change is None else change(subscriber, decision)


def _followed(subscriber: Subscriber, decision: Followed) -> Subscriber:
    follow = Follow.model_validate(decision.model_dump(include=set(Follow.model_fields)))
    return _known(subscriber, decision, follows=(*_others(subscriber, decision.interest), follow))


def _unfollowed(subscriber: Subscriber, decision: Unfollowed) -> Subscriber:
    return subscriber.model_copy(update={"follows": _others(subscriber, decision.interest)})


def _added(subscriber: Subscriber, decision: ChannelAdded) -> Subscriber:
    channel = Channel(id=decision.channel, kind=decision.kind, sealed=decision.sealed, confirmed=decision.confirmed)
    return _known(subscriber, decision, channels=(*_rest(subscriber, decision.channel), channel))


def _confirmed(subscriber: Subscriber, decision: ChannelConfirmed) -> Subscriber:
    channels = tuple(
        each.model_copy(update={"confirmed": True}) if each.id == decision.channel else each
        for each in subscriber.channels
    )
    return subscriber.model_copy(update={"channels": channels})


def _ended(subscriber: Subscriber, decision: ChannelEnded) -> Subscriber:
    public = None if subscriber.public is None else public_channel.ended(subscriber.public, decision)
    return subscriber.model_copy(update={"channels": _rest(subscriber, decision.channel), "public": public})


def _preferred(subscriber: Subscriber, decision: PreferencesChanged) -> Subscriber:
    return _known(subscriber, decision, preferences=decision.preferences)


def _asked(subscriber: Subscriber, decision: PublicChannelAsked) -> Subscriber:
    preferences = subscriber.preferences.model_copy(update={"language": decision.language})
    changes = {"owner": decision.owner, "preferences": preferences, "public": public_channel.asked(decision)}
    return subscriber.model_copy(update=changes)


def _linked(subscriber: Subscriber, decision: PublicChannelLinked) -> Subscriber:
    channel = Channel(id=decision.channel, kind=ChannelKind.TELEGRAM, sealed=decision.sealed, confirmed=True)
    public = None if subscriber.public is None else public_channel.linked(subscriber.public, decision)
    return subscriber.model_copy(update={"channels": (channel,), "public": public})


def _declined(subscriber: Subscriber, decision: PublicChannelDeclined) -> Subscriber:
    public = None if subscriber.public is None else public_channel.declined(subscriber.public, decision)
    return subscriber.model_copy(update={"public": public})


_CHANGES: Final[Mapping[type[Payload], Callable[[Subscriber, Any], Subscriber]]] = {
    Followed: _followed,
    Unfollowed: _unfollowed,
    ChannelAdded: _added,
    ChannelConfirmed: _confirmed,
    ChannelEnded: _ended,
    PreferencesChanged: _preferred,
    SubscriberErased: lambda _subscriber, _decision: NOBODY,
    PublicChannelAsked: _asked,
    PublicChannelLinked: _linked,
    PublicChannelDeclined: _declined,
}


def _others(subscriber: Subscriber, interest: str) -> tuple[Follow, ...]:
    return tuple(each for each in subscriber.follows if each.interest != interest)


def _rest(subscriber: Subscriber, channel: str) -> tuple[Channel, ...]:
    return tuple(each for each in subscriber.channels if each.id != channel)


def _known(
    subscriber: Subscriber, decision: Followed | ChannelAdded | PreferencesChanged, **changes: object
) -> Subscriber:
    """The subscriber with changes, and with what the decision says of the person."""
    account = subscriber.account or decision.account
    return subscriber.model_copy(update={"owner": decision.owner, "account": account, **changes})
