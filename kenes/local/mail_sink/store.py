"""The letters of this run, newest first; the oldest give way."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from itertools import count
from typing import Any, Final

KEPT: Final = 500
_LINK: Final = re.compile(r"https?://[^\s<>\"']*[^\s<>\"'.,;:!?)]")


@dataclass(frozen=True, slots=True)
class Received:
    """One letter as it came, to one or more addresses."""

    number: int
    at: datetime
    to: tuple[str, ...]
    message: EmailMessage

    @property
    def subject(self) -> str:
        """In words."""
        return str(self.message["subject"] or "")

    @property
    def sender(self) -> str:
        """Who wrote it."""
        return str(self.message["from"] or "")

    @property
    def text(self) -> str:
        """The plain part."""
        return _part(self.message, "plain")

    @property
    def html(self) -> str:
        """The HTML part; empty where there is none."""
        return _part(self.message, "html")

    @property
    def links(self) -> list[str]:
        """Addresses in the plain part, each once."""
        return list(dict.fromkeys(_LINK.findall(self.text)))

    def as_dict(self) -> dict[str, Any]:
        """For programs."""
        return {
            "number": self.number,
            "at": self.at.isoformat(),
            "to": list(self.to),
            "from": self.sender,
            "subject": self.subject,
            "text": self.text,
            "html": self.html,
            "links": self.links,
            "headers": [[name, str(value)] for name, value in self.message.items()],
        }


def _part(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return "" if part is None else str(part.get_content())


class Inbox:
    """All letters of this run."""

    def __init__(self) -> None:
        self._letters: deque[Received] = deque(maxlen=KEPT)
        self._numbers = count(1)

    def add(self, to: list[str], content: bytes) -> None:
        """Takes a letter in."""
        message = message_from_bytes(content, policy=policy.default)
        self._letters.appendleft(Received(next(self._numbers), datetime.now(UTC), tuple(to), message))

    def get(self, number: int) -> Received | None:
        """The letter with this number, if it is still here."""
        return next((each for each in self._letters if each.number == number), None)

    def clear(self) -> None:
        """Forgets all letters; numbers go on."""
        self._letters.clear()

    def __iter__(self) -> Iterator[Received]:
        return iter(list(self._letters))

    def __len__(self) -> int:
        return len(self._letters)


class SinkHandler:
    """What the SMTP server does with a letter."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - its name there
        """Keeps it."""
        self._inbox.add(list(envelope.rcpt_tos), envelope.content)
        return "250 Kept, and not sent on"
