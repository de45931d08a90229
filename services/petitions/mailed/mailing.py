"""Letters with links that let their reader act: what they say, and what following one means."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from kenes.identity.person import Person
from kenes.identity.sealing import Keyring
from kenes.mail.letter import Button, Letter
from kenes.mail.links import MailedLinks
from kenes.mail.sender import MailRefusedError, MailUnavailableError, Sender
from kenes.observe.logs import get_logger
from kenes.web.i18n import Translator
from services.petitions.domain.petition import Petition

_log = get_logger(__name__)

TITLE = 90
"""Letters of a petition's title in a subject."""


class MailAct(StrEnum):
    """What a mailed link may do."""

    SIGN = "sign"
    WITHDRAW = "withdraw"
    ERASE = "erase"


@dataclass(frozen=True, slots=True)
class Wish:
    """What the reader of a letter would do, to which petition if it is one's, and in which name."""

    act: MailAct
    person: Person
    petition: Petition | None = None
    listed: bool = False

    @property
    def place(self) -> str:
        """Where the link leads, without its token."""
        return place_of(self.act, None if self.petition is None else self.petition.id)


@dataclass(frozen=True, slots=True)
class Following:
    """What a link would do, as it was wished."""

    person: Person
    listed: bool


def place_of(act: MailAct, petition: str | None) -> str:
    """The path under which links of this kind live; it is their purpose, too."""
    return f"/by-mail/{act}" if petition is None else f"/petitions/{petition}/by-mail/{act}"


@dataclass(frozen=True)
class Mailing:
    """Sends letters and takes their links back."""

    sender: Sender
    links: MailedLinks
    keyring: Keyring
    lifetime: timedelta

    @property
    def hours(self) -> int:
        """How long a link works."""
        return int(self.lifetime.total_seconds() // 3600)

    async def write(self, wish: Wish, address: str, client: str, site: str, t: Translator) -> None:
        """Sends the letter, or quietly none to a mailbox that has had its share: who asks is told the same.

        Nothing is looked up that could tell whether the mailbox has signed. `site` is our origin, `client` whoever
        asks. Raises `TooManyLetters`, `MailUnavailableError`.
        """
        payload = {"person": wish.person.as_dict(), "listed": wish.listed}
        client_label = self.keyring.index(f"client|{client}")
        token = await self.links.issue(wish.place, payload, mailbox=self._mailbox(wish.person), client=client_label)
        if token is None:
            return
        letter = _letter(wish, f"{site}{wish.place}/{token}?lang={t.language}", site, self.hours, t)
        try:
            await self.sender.send(letter.to(address, t))
        except MailUnavailableError:
            await self.links.discard(token)
            raise
        except MailRefusedError as error:
            _log.info("a letter was refused", reason=str(error))

    async def look(self, act: MailAct, petition: str | None, token: str) -> Following:
        """What a link would do. Raises the problems of a link that does nothing."""
        return _following(await self.links.look(place_of(act, petition), token))

    async def follow(self, act: MailAct, petition: str | None, token: str) -> Following:
        """What a link does now, once. Raises as `look` does."""
        return _following(await self.links.spend(place_of(act, petition), token))

    async def again(self, act: MailAct, petition: str | None, token: str) -> str:
        """Where to try again, after a link was spent and the act could not be done."""
        place = place_of(act, petition)
        return f"{place}/{await self.links.again(place, token)}"

    async def forget(self, person: Person) -> None:
        """Ends all links of the person's mailbox."""
        await self.links.forget(self._mailbox(person))

    def _mailbox(self, person: Person) -> bytes:
        return self.keyring.index(person.id)


def _following(payload: dict[str, Any]) -> Following:
    return Following(Person.from_dict(payload["person"]), bool(payload["listed"]))


def _letter(wish: Wish, link: str, site: str, hours: int, t: Translator) -> Letter:
    # No word of what was entered beside the address: letters to strangers must not carry anybody's message.
    title = "" if wish.petition is None else _one_line(wish.petition.text.title)
    words = f"by_mail.letter.{wish.act}"
    return Letter(
        subject=t(f"{words}.subject", title=_short(title)),
        paragraphs=(t(f"{words}.body", title=title), t(f"{words}.nothing")),
        site=site,
        button=Button(t(f"{words}.button"), link),
        after=(t("by_mail.letter.once", count=hours),),
    )


def _one_line(title: str) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in title).split())


def _short(title: str) -> str:
    return title if len(title) <= TITLE else f"{title[: TITLE - 1].rstrip()}…"
