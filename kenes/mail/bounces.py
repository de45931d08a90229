"""Bounces: what a relay writes back when a letter that it took could not be delivered (RFC 3464).

A letter is known again by its reference: in the address the bounce was sent to (`bounces+REFERENCE@...`), else in the
Message-ID of the letter that the bounce encloses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes
from email.message import Message
from typing import Final

LARGEST: Final = 1_000_000
"""Bytes of a bounce that are taken."""
READ: Final = 65_536
"""Bytes of it that are looked through: a report stands before the letter that it encloses."""
NESTED: Final = 50
"""Parts that a bounce may speak of. The time the parser takes grows with their depth times the lines."""
_PART: Final = re.compile(rb"boundary|message/", re.IGNORECASE)
_ADDRESSES: Final = 1000
"""Letters of a header with addresses that are looked through."""
_SENT_TO: Final = ("to", "delivered-to", "x-original-to")
_SUB_ADDRESS: Final = re.compile(r"\+([A-Za-z0-9-]{1,40})@", re.ASCII)
_MESSAGE_ID: Final = re.compile(r"<([A-Za-z0-9-]{1,40})@[^<>\s]+>", re.ASCII)
_STATUS: Final = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")


@dataclass(frozen=True, slots=True)
class Bounce:
    """A letter that did not arrive. `status` is the one of RFC 3463, such as `5.1.1`."""

    reference: str
    status: str

    @property
    def permanent(self) -> bool:
        """The mailbox does not exist or takes nothing: writing again is in vain. A letter refused for what it says
        (5.6, 5.7) or a full mailbox (5.2.2) tells nothing of the next."""
        return is_address_fault(self.status)


def is_address_fault(status: str) -> bool:
    """Whether a status blames the recipient's address for good: 5.1.x but for those about the sender, and 5.2.1."""
    return status in _ADDRESS_FAULTS


_ADDRESS_FAULTS: Final = frozenset(
    {
        "5.1.1",  # no such mailbox
        "5.1.2",  # no such host
        "5.1.3",  # not an address
        "5.1.6",  # moved, and nobody knows where
        "5.1.10",  # the domain takes no mail at all (RFC 7505)
        "5.2.1",  # the mailbox is shut
    }
)


def parse_bounce(content: bytes) -> Bounce | None:
    """The bounce in a mail; None where it is something else, reports no failure, or names no letter of ours.

    Anybody may write to the address that bounces come to: what it takes is bounded, and it belongs into a thread.
    """
    beginning = content[:READ]
    if len(_PART.findall(beginning)) > NESTED:
        return None
    # The parser's older policy: it keeps what it cannot read, where the newer one raises on headers that lie.
    message = message_from_bytes(beginning)
    reference = _reference(message)
    status = next(_failures(message), None)
    return None if reference is None or status is None else Bounce(reference, status)


def _failures(message: Message) -> Iterator[str]:
    """Statuses of the recipients that failed. A delay is reported the same way and is no failure."""
    for block in message.walk():
        action = str(block.get("action", "")).strip().lower()
        found = _STATUS.search(str(block.get("status", "")))
        if action == "failed" and found:
            yield found[0]


def _reference(message: Message) -> str | None:
    addresses = (str(value)[:_ADDRESSES] for name in _SENT_TO for value in message.get_all(name, []))
    named = (_SUB_ADDRESS.search(each) for each in addresses)
    found = next((match for match in named if match), None) or next(_enclosed(message), None)
    return None if found is None else found[1]


def _enclosed(message: Message) -> Iterator[re.Match[str]]:
    """Message-IDs of enclosed letters: whole (message/rfc822) or only their headers."""
    for part in message.walk():
        if part is message:
            continue  # the bounce's own Message-ID
        headers = _headers(part) if part.get_content_type() == "text/rfc822-headers" else part
        found = _MESSAGE_ID.search(str(headers.get("message-id", "")))
        if found:
            yield found


def _headers(part: Message) -> Message:
    content = part.get_payload(decode=True)
    return message_from_bytes(content if isinstance(content, bytes) else b"")
