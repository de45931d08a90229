"""The port of the channels: what is told, how a try to tell it ended, and what every channel does.

A channel never decides whether or whom to tell: it makes one try, which may wait its turn, and answers. It raises
nothing for what a destination or a server on the way does; that is an outcome. Destinations are opened (decrypted) by
the caller and appear in no outcome, log or error.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from enum import StrEnum
from typing import ClassVar, Protocol, TypeAlias, TypeVar

from schemas.notifications.parts import Priority
from schemas.parts import Language


class Fact(StrEnum):
    """What a reader is told beside the title, each on a line of its own with a label in the reader's language."""

    SIGNATURES = "signatures"
    GOAL = "goal"
    UNTIL = "until"
    DUE = "due"
    ANSWER_DUE = "answer-due"
    REPORT_DUE = "report-due"
    DECISION_DUE = "decision-due"
    RIPE = "ripe"
    MEETING = "meeting"
    HELD = "held"
    THEN = "then"
    PLACE = "place"
    OUTCOME = "outcome"
    STAGE = "stage"
    VERSION = "version"
    COMMENTS = "comments"
    ORGANISERS = "organisers"
    TEXT = "text"
    ACT = "act"
    REASON = "reason"
    NOTE = "note"
    MESSAGE = "message"
    STATEMENT = "statement"


FactValue: TypeAlias = str | int | date | datetime
"""Numbers, days and instants (UTC) are written as the reader's language writes them, codes by their words."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that happened. `kind` is the CloudEvents type of a public event; one unknown to us reads as news.

    `title` names the petition, consultation or comment in the words people know it by; `url` is absolute; `at` UTC.
    """

    kind: str
    title: str
    url: str
    at: datetime
    facts: Mapping[Fact, FactValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Notice:
    """What one subscriber is told at once: one item, or several for a digest.

    `id` is the delivery's own, a UUID that stays the same over all tries. `unsubscribe` ends the subscription by one
    POST (RFC 8058) and `manage` leads to everything followed: absolute https addresses. Instants are told by the clock
    of the reader's `zone`.
    """

    id: str
    language: Language
    items: tuple[Item, ...]
    unsubscribe: str
    manage: str
    zone: tzinfo
    priority: Priority = Priority.NORMAL

    def __post_init__(self) -> None:
        if not self.items:
            raise ValueError("a notice tells at least one thing")

    @property
    def is_digest(self) -> bool:
        """It sums up several things."""
        return len(self.items) > 1


@dataclass(frozen=True, slots=True)
class Sent:
    """The other side answers for it now."""

    status: int | None = None


@dataclass(frozen=True, slots=True)
class Retry:
    """Not this time. `after` is the least number of seconds to wait, where the other side named one."""

    reason: str
    after: float | None = None
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Gone:
    """The destination takes nothing more, now or later: the channel ends for this subscriber."""

    reason: str
    status: int | None = None


Outcome: TypeAlias = Sent | Retry | Gone
"""Reasons are codes such as `timeout` or `blocked`: no text of a server, which may repeat an address. `status` is the
number the other side answered by (HTTP, SMTP), where it answered."""

Destination_contra = TypeVar("Destination_contra", contravariant=True)
Message_contra = TypeVar("Message_contra", contravariant=True)


class Channel(Protocol[Destination_contra, Message_contra]):
    """One way out."""

    name: ClassVar[str]

    async def send(self, destination: Destination_contra, message: Message_contra, /) -> Outcome:
        """One try."""


NoticeChannel: TypeAlias = Channel[str, Notice]
"""E-mail (an address), Telegram (a chat's id), web push (a subscription as the browser's JSON)."""
