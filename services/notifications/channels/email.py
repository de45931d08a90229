"""E-mail: a letter in plain text and HTML that can be unsubscribed from by one click (RFC 8058)."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar, Final

from kenes.mail.address import AddressError, parse_address
from kenes.mail.bounces import is_address_fault
from kenes.mail.letter import letter_templates
from kenes.mail.message import Mail
from kenes.mail.sender import MailRefusedError, MailUnavailableError, Reply, Sender
from services.notifications.channels.port import Gone, Notice, Outcome, Retry, Sent
from services.notifications.wording.telling import Wording

_TEMPLATES: Final = letter_templates(Path(__file__).parents[1] / "templates" / "letters")


class EmailChannel:
    """Hands notices to the relay. The Message-ID is the delivery's, the same at every try."""

    name: ClassVar[str] = "email"

    def __init__(self, sender: Sender, wording: Wording, list_id: str) -> None:
        """`list_id` names the stream of letters to mail programs (RFC 2919), e.g. `notices.petitions.example`."""
        self._sender = sender
        self._wording = wording
        self._list_id = list_id

    async def send(self, destination: str, message: Notice, /) -> Outcome:
        """One try, to an address."""
        try:
            address = parse_address(destination).written
            await self._sender.send(self.letter(address, message))
        except AddressError:
            return Gone("no-address")
        except MailUnavailableError as error:
            return Retry("relay-away") if error.reply is None else Retry("deferred", status=error.reply.code)
        except MailRefusedError as error:
            return _refused(error.reply)
        return Sent()

    def letter(self, address: str, notice: Notice) -> Mail:
        """The notice as a letter."""
        told = self._wording.tell(notice)
        t = self._wording.translator(notice)
        values = {"letter": told, "notice": notice, "t": t, "lang": notice.language}
        return Mail(
            to=address,
            subject=told.subject,
            text=_TEMPLATES.get_template("notice.txt").render(values),
            html=_TEMPLATES.get_template("notice.html").render(values),
            language=notice.language,
            headers={
                "List-Id": f"<{self._list_id}>",
                "List-Unsubscribe": f"<{notice.unsubscribe}>",
                "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
            },
            reference=notice.id,
        )


def _refused(reply: Reply | None) -> Outcome:
    """A refusal ends the channel only where it blames the address.

    A relay that takes our letters for unsolicited refuses everybody's, and a bare 550 may say either.
    """
    code, status = (None, None) if reply is None else (reply.code, reply.status)
    if status is not None and is_address_fault(status):
        return Gone("no-mailbox", code)
    return Retry("refused", status=code)
