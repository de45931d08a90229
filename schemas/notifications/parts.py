"""Pieces of the payloads of following, fan-outs and deliveries."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import Field, StringConstraints

from schemas.parts import Language
from schemas.payload import Part

Subscriber = str
"""Whoever follows things: a keyed hash of the person, the same for all that they follow, acts of theirs included."""

_NEVER: Final = r"\x00-\x1f\x7f$.\ufffe\uffff"
"""Characters that a document's key, a topic's reader or XML does not bear."""
Interest = Annotated[str, StringConstraints(pattern=rf"^[a-z]+:[^\s{_NEVER}][^{_NEVER}]*$", max_length=200)]
"""What is followed, as kind and name: `petition:ID`, `clause:CONSULTATION/CLAUSE`, `search:WORD WORD`."""

ChannelId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
"""One way to one destination of a subscriber. It says nothing about the destination."""

DeliveryId = str
"""UUIDv5 of event, subscriber and channel: telling the same again has the same id."""

INBOX: ChannelId = "inbox"
"""The channel that everybody with an account has: what they are told is kept for them on the site."""


class ChannelKind(StrEnum):
    """The ways to tell somebody something."""

    INBOX = "inbox"
    EMAIL = "email"
    TELEGRAM = "telegram"
    WEBPUSH = "webpush"


class ChannelEnd(StrEnum):
    """Why a channel ended."""

    PERSON = "person"
    UNSUBSCRIBED = "unsubscribed"
    GONE = "gone"
    ERASED = "erased"


class Official(Part):
    """Who acted for a body. `name` is sealed under the key that `owner`, the person's sealed index, leads to."""

    owner: str
    name: str


class Cadence(StrEnum):
    """How often somebody is told: of each thing at once, or of all together."""

    AT_ONCE = "at-once"
    DAILY = "daily"
    WEEKLY = "weekly"


class Priority(StrEnum):
    """How much it hurries: security and duties before news, news before what is summed up."""

    URGENT = "urgent"
    NORMAL = "normal"
    LOW = "low"


class QuietHours(Part):
    """From the beginning of one hour of the day to the beginning of another nothing is told, but what is urgent."""

    begin: int = Field(ge=0, le=23)
    end: int = Field(ge=0, le=23)


class ZonedQuietHours(QuietHours):
    """Quiet hours of the day in `zone`."""

    zone: str


class Preferences(Part):
    """In which language and when somebody is told. Hours are of the day in `zone`; week days count from Monday, 0."""

    language: Language = "kk"
    zone: str = Field(default="Asia/Almaty", max_length=40)
    quiet: QuietHours | None = None
    digest_hour: int = Field(default=9, ge=0, le=23)
    digest_weekday: int = Field(default=0, ge=0, le=6)


MOST_KEYS: Final = 200
"""Keys whose followers one fan-out tells."""


class News(Part):
    """What is told: the type of a public event, or of one for those concerned, with its members."""

    event: str
    data: dict[str, Any]


class Wanted(Part):
    """Who is told: followers of any of the `keys` since before `at`, UTC; saved searches must find all their words."""

    keys: tuple[str, ...] = Field(max_length=MOST_KEYS)
    words: tuple[str, ...] = Field(default=(), description="Of the titles, in their one form.")
    priority: Priority
    at: datetime
    late: bool = Field(default=False, description="Also those who have followed it only since then.")


class Place(Part):
    """How far a fan-out has come: the next page of followers, by number of key, partition and page."""

    key: int = 0
    partition: int = 0
    page: int = 0
