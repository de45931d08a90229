"""One mail: plain text and HTML side by side, with headers nothing can be smuggled into."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime, make_msgid
from typing import Any, Final

from kenes.mail.address import AddressError, parse_mailbox

LONGEST_SUBJECT: Final = 200
LONGEST_LIST_LINE: Final = 900
"""Letters; with the name they stay below the 998 that a line may have (RFC 5322, 2.1.1)."""
_OWN: Final = frozenset({"from", "to", "cc", "bcc", "subject", "date", "message-id", "reply-to", "sender"})
_REFERENCE: Final = re.compile(r"[A-Za-z0-9-]{1,40}", re.ASCII)


class _Policy(EmailPolicy):
    """Folds subject and sender by the older `Header`: the newer code moves blanks between words that it has to encode.

    Lines of a list (`List-Unsubscribe`) are not folded at all: it would encode an address too long for a line.
    """

    def fold(self, name: str, value: Any) -> str:
        """One header as text."""
        if name.lower().startswith("list-"):
            return f"{name}: {value}{self.linesep}"
        if name.lower() not in ("from", "subject") or str(value).isascii():
            return str(super().fold(name, value))
        if name.lower() == "subject":
            return f"{name}: {self._encoded(name, str(value))}{self.linesep}"
        sender = value.addresses[0]
        return f"{name}: {self._encoded(name, sender.display_name)}{self.linesep} <{sender.addr_spec}>{self.linesep}"

    def _encoded(self, name: str, words: str) -> str:
        return Header(words, "utf-8", maxlinelen=75, header_name=name).encode(linesep=self.linesep)

    def fold_binary(self, name: str, value: Any) -> bytes:
        """One header as it travels."""
        return self.fold(name, value).encode("ascii", "surrogateescape")


# Bodies travel as quoted-printable or base64: a relay that folds long lines would break a link.
_POLICY: Final = _Policy(cte_type="7bit", linesep="\r\n")


class MailError(ValueError):
    """A mail that must not be sent. The message names the part, never its content."""


@dataclass(frozen=True, slots=True, repr=False)
class Mail:
    """What is sent to one address. `headers` are further ones, such as List-Unsubscribe.

    `reference` is the sender's own name for the mail: letters, digits and hyphens. It makes the Message-ID, the same at
    every try, and the address that a bounce comes back to.

    Raises `MailError` for a part that would reach into the headers: a line break or another control character.
    """

    to: str
    subject: str
    text: str
    html: str
    language: str
    headers: Mapping[str, str] = field(default_factory=dict)
    reference: str | None = None

    def __post_init__(self) -> None:
        for name, value in (("to", self.to), ("subject", self.subject), ("language", self.language)):
            _refuse_control(name, value)
        if not self.subject.strip() or len(self.subject) > LONGEST_SUBJECT:
            raise MailError(f"the subject must have 1 to {LONGEST_SUBJECT} letters")
        for name, value in self.headers.items():
            _refuse_control("headers", name + value)
            if name.lower() in _OWN:
                raise MailError("headers: one of those every mail has")
            if name.lower().startswith("list-") and (not value.isascii() or len(value) > LONGEST_LIST_LINE):
                raise MailError("headers: a line of a list is ASCII and fits into one line")
        if self.reference is not None and not _REFERENCE.fullmatch(self.reference):
            raise MailError("reference: only letters, digits and hyphens")
        try:
            parse_mailbox(self.to)
        except AddressError:
            raise MailError("to: not an address") from None

    def __repr__(self) -> str:
        return "Mail(***)"  # the address, and a link that lets its reader act

    def message(self, sender: Address, now: datetime | None = None) -> EmailMessage:
        """The mail as it travels, from `sender` at `now` (UTC)."""
        message = EmailMessage(policy=_POLICY)
        message["From"] = sender
        message["To"] = parse_mailbox(self.to)
        message["Subject"] = self.subject
        message["Date"] = format_datetime(now or datetime.now(UTC))
        message["Message-ID"] = self._message_id(sender.domain)
        message["Auto-Submitted"] = "auto-generated"
        for name, value in self.headers.items():
            message[name] = value
        message.set_content(self.text)
        message.add_alternative(self.html, subtype="html")
        message["Content-Language"] = self.language  # last: setting the content drops what describes it
        return message

    def _message_id(self, domain: str) -> str:
        return make_msgid(domain=domain) if self.reference is None else f"<{self.reference}@{domain}>"


def _refuse_control(name: str, value: str) -> None:
    if any(unicodedata.category(letter) in ("Cc", "Zl", "Zp") for letter in value):
        raise MailError(f"{name}: a control character")
