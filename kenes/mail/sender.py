"""Hands mail to a relay over SMTP.

Nothing is signed here: DKIM is the relay's, which must cover `List-Unsubscribe` and `List-Unsubscribe-Post` where a
letter has them (RFC 8058, 4).
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, Protocol

import aiosmtplib

from kenes.mail.address import parse_mailbox
from kenes.mail.message import Mail
from kenes.mail.settings import MailSettings

_STATUS: Final = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?:\s|$)")


@dataclass(frozen=True, slots=True)
class Reply:
    """What a relay answered: the code of RFC 5321 and, where it said one, the status of RFC 3463 such as `5.1.1`."""

    code: int
    status: str | None = None


class MailUnavailableError(RuntimeError):
    """The relay did not take the mail, and may later."""

    def __init__(self, message: str, reply: Reply | None = None) -> None:
        super().__init__(message)
        self.reply = reply


class MailRefusedError(RuntimeError):
    """The relay will not take this mail, now or later: most often the address does not exist."""

    def __init__(self, message: str, reply: Reply | None = None) -> None:
        super().__init__(message)
        self.reply = reply


class Sender(Protocol):
    """Sends mail, one at a time."""

    async def send(self, mail: Mail) -> None:
        """Returns once the relay answers for the mail. Raises `MailUnavailableError`, `MailRefusedError`."""


class SmtpSender:
    """A connection for each mail: no state to lose, and nothing to mend after the relay was away."""

    def __init__(self, settings: MailSettings) -> None:
        """Raises `ValueError` without a host."""
        if settings.smtp_host is None:
            raise ValueError("no mail can be sent without KENES_SMTP_HOST")
        self._settings = settings
        self._from = parse_mailbox(settings.smtp_from)
        self._bounces = parse_mailbox(settings.smtp_bounces) if settings.smtp_bounces else None

    async def send(self, mail: Mail) -> None:
        content = mail.message(self._from).as_bytes()  # as it was folded here: the library would fold it anew
        try:
            async with self.connection() as relay:
                await relay.sendmail(self._return_path(mail), [mail.to], content)
        except (aiosmtplib.SMTPRecipientsRefused, aiosmtplib.SMTPResponseException) as error:
            # What the relay says may repeat the address: neither the text nor the cause goes into a log.
            reply = _reply(error)
            # A relay that takes no mail of ours, or not our password, says nothing of this letter.
            ours = isinstance(error, (aiosmtplib.SMTPRecipientsRefused, aiosmtplib.SMTPDataError))
            kind = MailRefusedError if ours and 500 <= reply.code < 600 else MailUnavailableError
            raise kind(f"the relay answered {reply.code}", reply) from None
        except (aiosmtplib.SMTPException, OSError) as error:
            raise MailUnavailableError(f"the relay cannot be reached: {type(error).__name__}") from None

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[aiosmtplib.SMTP]:
        """A connection to the relay, for one mail."""
        async with self.client() as relay:
            yield relay

    def client(self) -> aiosmtplib.SMTP:
        """A client of the relay, not yet connected."""
        settings = self._settings
        password = settings.smtp_password
        return aiosmtplib.SMTP(
            hostname=settings.smtp_host,
            port=settings.smtp_port,
            username=settings.smtp_user,
            password=None if password is None else password.get_secret_value(),
            use_tls=settings.smtp_security == "tls",
            start_tls=settings.smtp_security == "starttls",
            timeout=settings.smtp_timeout,
        )

    def _return_path(self, mail: Mail) -> str:
        """Where a bounce goes; it names the mail, since few bounces repeat the whole of it."""
        if self._bounces is None:
            return self._from.addr_spec
        if mail.reference is None:
            return self._bounces.addr_spec
        return f"{self._bounces.username}+{mail.reference}@{self._bounces.domain}"


def _reply(error: aiosmtplib.SMTPRecipientsRefused | aiosmtplib.SMTPResponseException) -> Reply:
    # A mail has one recipient, so there is one refusal.
    answer = error if isinstance(error, aiosmtplib.SMTPResponseException) else error.recipients[0]
    found = _STATUS.match(answer.message)
    return Reply(answer.code, found[1] if found else None)
