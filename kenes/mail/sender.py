"""Hands mail to a relay over SMTP."""

from __future__ import annotations

from typing import Protocol

import aiosmtplib

from kenes.mail.address import parse_mailbox
from kenes.mail.message import Mail
from kenes.mail.settings import MailSettings


class MailUnavailableError(RuntimeError):
    """The relay did not take the mail, and may later."""


class MailRefusedError(RuntimeError):
    """The relay will not take this mail, now or later: most often the address does not exist."""


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
        self._host = settings.smtp_host
        self._settings = settings
        self._from = parse_mailbox(settings.smtp_from)

    async def send(self, mail: Mail) -> None:
        """See Sender."""
        settings = self._settings
        password = settings.smtp_password
        try:
            await aiosmtplib.send(
                mail.message(self._from).as_bytes(),  # as it was folded here: the library would fold it anew
                sender=self._from.addr_spec,
                recipients=[mail.to],
                hostname=self._host,
                port=settings.smtp_port,
                username=settings.smtp_user,
                password=None if password is None else password.get_secret_value(),
                use_tls=settings.smtp_security == "tls",
                start_tls=settings.smtp_security == "starttls",
                timeout=settings.smtp_timeout,
            )
        except (aiosmtplib.SMTPRecipientsRefused, aiosmtplib.SMTPResponseException) as error:
            # What the relay says may repeat the address: neither the text nor the cause goes into a log.
            kind = MailRefusedError if all(500 <= code < 600 for code in _codes(error)) else MailUnavailableError
            raise kind(f"the relay answered {', '.join(map(str, _codes(error)))}") from None
        except (aiosmtplib.SMTPException, OSError) as error:
            raise MailUnavailableError(f"the relay cannot be reached: {type(error).__name__}") from None


def _codes(error: aiosmtplib.SMTPRecipientsRefused | aiosmtplib.SMTPResponseException) -> list[int]:
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return [error.code]
    return [each.code for each in error.recipients]
