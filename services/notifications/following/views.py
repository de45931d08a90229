"""Bodies that the API of followers takes, and what it answers with."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from kenes.service import answers
from schemas.notifications.parts import Cadence, ChannelId, ChannelKind, Preferences
from schemas.parts import Language


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class FollowBody(_Body):
    """Something to follow. No channels are all there are; words of a search are written as people write them."""

    interest: str = Field(min_length=3, max_length=200, examples=["petition:ID", "region:KZ-75", "search:school bus"])
    cadence: Cadence = Cadence.AT_ONCE
    channels: tuple[ChannelId, ...] = Field(default=(), max_length=10)


class MailFollowBody(_Body):
    """Something to be told of by mail, without an account."""

    address: str = Field(max_length=254)
    interest: str = Field(min_length=3, max_length=200)
    cadence: Cadence = Cadence.AT_ONCE
    language: Language = "kk"


class ChannelBody(_Body):
    """A destination: an address, or what a browser gave for web push, as JSON."""

    kind: Literal[ChannelKind.EMAIL, ChannelKind.WEBPUSH]
    destination: str = Field(min_length=3, max_length=4_000)


class PreferencesBody(Preferences):
    """In which language and when one wants to be told."""


class FollowView(BaseModel):
    """Something followed. `acted` tells that it is followed because of what one did."""

    id: str
    interest: str
    cadence: Cadence
    channels: list[str]
    acted: bool
    since: datetime


class ChannelView(BaseModel):
    """A destination, in one's own words."""

    id: str
    kind: ChannelKind
    destination: str | None
    confirmed: bool


class FollowingView(BaseModel):
    """Everything somebody follows, and how they are told."""

    follows: list[FollowView]
    channels: list[ChannelView]
    preferences: Preferences
    unread: int


class TelegramView(BaseModel):
    """The token that a deep link to the bot carries."""

    token: str


class ToldView(BaseModel):
    """One delivery; `event` and `data` are those of the event that it tells of."""

    id: str
    phase: str
    channel: str
    interest: str
    at: datetime
    tries: int
    reason: str
    event: str | None
    data: dict[str, Any] | None


class ToldList(BaseModel):
    """Deliveries, the latest first; `before` leads to those before them."""

    items: list[ToldView]
    before: datetime | None


class AskedAnswer(answers.AskedAnswer):
    """What became of a request so far. Keep the receipt: it tells the decision at any time, at `href`."""

    subscriber: str


class LetterAnswer(BaseModel):
    """A letter is on its way, or none was due: the answer is the same."""

    status: Literal["letter-sent"] = "letter-sent"


class ReceiptAnswer(answers.ReceiptAnswer):
    """What became of a request, for whoever holds its receipt."""

    subscriber: str | None = None
