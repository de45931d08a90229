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
from schemas.parts import Language
from schemas.payload import Payload
from services.notifications.domain import public_channel
from services.notifications.domain.interests import ACTED, kind_of
from services.notifications.domain.public_channel import PublicChannel

MOST_LEFT: Final = 2_000
"""Things followed no more that are remembered, the newest: nobody's document grows without end."""


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
    """One destination, told of what happens from `since` on; of everything where that was not written down."""

    id: str
    kind: ChannelKind
    sealed: str
    confirmed: bool
    since: datetime | None = None

    def told_of(self, happened: datetime) -> bool:
        """Whether it was there, and confirmed, when something happened."""
        return self.confirmed and (self.since is None or self.since <= happened)


class Subscriber(_Model):
    """Somebody who follows. `owner` is the sealed index of the person; `account` tells who can sign in.

    They are told in the language that they read in until they have `chosen` one. `public` is there where it is nobody,
    but a channel of a body. `left` is when they ended what is followed because of an act, `erased` when all of them was
    forgotten: an act of before that brings nothing of it back.
    """

    owner: str = ""
    account: bool = False
    preferences: Preferences = Preferences()
    chosen: bool = False
    follows: tuple[Follow, ...] = ()
    channels: tuple[Channel, ...] = ()
    public: PublicChannel | None = None
    left: dict[str, datetime] = {}
    erased: datetime | None = None

    def follow(self, interest: str) -> Follow | None:
        """How something is followed; `None` where it is not."""
        return next((each for each in self.follows if each.interest == interest), None)

    def channel(self, channel: str) -> Channel | None:
        """A destination by its id."""
        return next((each for each in self.channels if each.id == channel), None)

    def has_left(self, interest: str, acted: datetime) -> bool:
        """Whether they have ended following something since they acted on it."""
        return any(end is not None and acted <= end for end in (self.left.get(interest), self.erased))


NOBODY: Final = Subscriber()


def evolve(subscriber: Subscriber, decision: Payload, at: datetime) -> Subscriber:
    """What is known after a decision taken at an instant, UTC; the same object where it changed nothing."""
    change = _CHANGES.get(type(decision))
    return subscriber if change is None else change(subscriber, decision, at)


def _followed(subscriber: Subscriber, decision: Followed, _at: datetime) -> Subscriber:
    follow = Follow.model_validate(decision.model_dump(include=set(Follow.model_fields)))
    follows = (*_others(subscriber, decision.interest), follow)
    return _known(subscriber, decision, follows=follows, preferences=_in_language(subscriber, decision.language))


def _unfollowed(subscriber: Subscriber, decision: Unfollowed, at: datetime) -> Subscriber:
    interest, left = decision.interest, subscriber.left
    if kind_of(interest) in ACTED:
        others = [each for each in left.items() if each[0] != interest]
        left = dict([*others, (interest, at)][-MOST_LEFT:])
    return subscriber.model_copy(update={"follows": _others(subscriber, interest), "left": left})


def _added(subscriber: Subscriber, decision: ChannelAdded, at: datetime) -> Subscriber:
    channel = Channel(
        id=decision.channel, kind=decision.kind, sealed=decision.sealed, confirmed=decision.confirmed, since=at
    )
    channels = (*_rest(subscriber, decision.channel), channel)
    return _known(subscriber, decision, channels=channels, preferences=_in_language(subscriber, decision.language))


def _confirmed(subscriber: Subscriber, decision: ChannelConfirmed, at: datetime) -> Subscriber:
    channels = tuple(
        each.model_copy(update={"confirmed": True, "since": at}) if each.id == decision.channel else each
        for each in subscriber.channels
    )
    return subscriber.model_copy(update={"channels": channels})


def _ended(subscriber: Subscriber, decision: ChannelEnded, _at: datetime) -> Subscriber:
    public = None if subscriber.public is None else public_channel.ended(subscriber.public, decision)
    follows = () if decision.unfollows else subscriber.follows
    changes = {"channels": _rest(subscriber, decision.channel), "follows": follows, "public": public}
    return subscriber.model_copy(update=changes)


def _preferred(subscriber: Subscriber, decision: PreferencesChanged, _at: datetime) -> Subscriber:
    return _known(subscriber, decision, preferences=decision.preferences, chosen=True)


def _asked(subscriber: Subscriber, decision: PublicChannelAsked, _at: datetime) -> Subscriber:
    preferences = subscriber.preferences.model_copy(update={"language": decision.language})
    changes = {"owner": decision.owner, "preferences": preferences, "public": public_channel.asked(decision)}
    return subscriber.model_copy(update=changes)


def _linked(subscriber: Subscriber, decision: PublicChannelLinked, at: datetime) -> Subscriber:
    channel = Channel(id=decision.channel, kind=ChannelKind.TELEGRAM, sealed=decision.sealed, confirmed=True, since=at)
    public = None if subscriber.public is None else public_channel.linked(subscriber.public, decision)
    return subscriber.model_copy(update={"channels": (channel,), "public": public})


def _declined(subscriber: Subscriber, decision: PublicChannelDeclined, _at: datetime) -> Subscriber:
    public = None if subscriber.public is None else public_channel.declined(subscriber.public, decision)
    return subscriber.model_copy(update={"public": public})


def _erased(subscriber: Subscriber, _decision: SubscriberErased, at: datetime) -> Subscriber:
    """Nothing of before is known any more. What was asked for since stays: this request may have come late."""
    follows = tuple(each for each in subscriber.follows if each.since > at)
    channels = tuple(each for each in subscriber.channels if each.since is not None and each.since > at)
    if not follows and not channels:
        return Subscriber(erased=at)
    left: dict[str, datetime] = {}
    kept = {"follows": follows, "channels": channels, "public": None, "left": left, "erased": at}
    return subscriber.model_copy(update=kept)


_CHANGES: Final[Mapping[type[Payload], Callable[[Subscriber, Any, datetime], Subscriber]]] = {
    Followed: _followed,
    Unfollowed: _unfollowed,
    ChannelAdded: _added,
    ChannelConfirmed: _confirmed,
    ChannelEnded: _ended,
    PreferencesChanged: _preferred,
    SubscriberErased: _erased,
    PublicChannelAsked: _asked,
    PublicChannelLinked: _linked,
    PublicChannelDeclined: _declined,
}


def _others(subscriber: Subscriber, interest: str) -> tuple[Follow, ...]:
    return tuple(each for each in subscriber.follows if each.interest != interest)


def _rest(subscriber: Subscriber, channel: str) -> tuple[Channel, ...]:
    return tuple(each for each in subscriber.channels if each.id != channel)


def _in_language(subscriber: Subscriber, language: Language | None) -> Preferences:
    """The preferences, in the language of a page that they read, unless they have chosen theirs."""
    if language is None or subscriber.chosen:
        return subscriber.preferences
    return subscriber.preferences.model_copy(update={"language": language})


def _known(
    subscriber: Subscriber, decision: Followed | ChannelAdded | PreferencesChanged, **changes: object
) -> Subscriber:
    """The subscriber with changes, and with what the decision says of the person."""
    account = subscriber.account or decision.account
    return subscriber.model_copy(update={"owner": decision.owner, "account": account, **changes})
