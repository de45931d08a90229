"""Double opt-in: nobody is told anything by mail before the reader of the address has said that they want it.

A letter carries a link; opening it shows what it would do, a post does it, once. What belongs to the link, the address
included, is sealed under the link itself: before the reader has agreed nothing is kept that could be read.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

from kenes.identity.sealing import Keyring
from kenes.mail.address import parse_address
from kenes.mail.letter import Button, Letter
from kenes.mail.links import MailedLinks
from kenes.mail.sender import MailRefusedError, MailUnavailableError, Sender, SmtpSender
from kenes.mail.settings import LinkSettings, MailSettings
from kenes.observe.logs import get_logger
from kenes.service.asking import Outcome
from kenes.service.definition import Context
from kenes.setting_files import load_settings
from kenes.web.i18n import Translator
from kenes.web.problems import Problem
from schemas.notifications.parts import Cadence, ChannelKind
from schemas.parts import Language
from services.notifications.domain.refusals import Refusal
from services.notifications.following.answers import ANSWERS
from services.notifications.following.commands import Commands, Who
from services.notifications.following.links import links_of
from services.notifications.following.reads import FollowReads
from services.notifications.settings import Settings

_log = get_logger(__name__)

PATH: Final = "/notifications/confirm"
_ALREADY: Final = (Refusal.CHANNEL_CONFIRMED, Refusal.SAME_FOLLOW)


@dataclass(frozen=True, slots=True, repr=False)
class Wish:
    """What the reader of an address would be told by mail, and in which language; nothing yet without an `interest`."""

    who: Who
    address: str
    language: Language
    interest: str | None = None
    cadence: Cadence = Cadence.AT_ONCE


@dataclass(frozen=True)
class OptingIn:
    """Sends letters and takes their links back. `site` is the origin that people know."""

    sender: Sender
    links: MailedLinks
    keyring: Keyring
    commands: Commands
    lifetime: timedelta
    site: str

    async def write(self, wish: Wish, client: str, t: Translator) -> None:
        """Sends the letter, or quietly none to a mailbox that has had its share: whoever asks is told the same.

        Raises `TooManyLetters`, `MailUnavailableError`.
        """
        token = await self.links.issue(
            PATH, _payload(wish), mailbox=self._mailbox(wish.address), client=self._client(client)
        )
        if token is None:
            return
        letter = _letter(f"{self.site}{PATH}/{token}?lang={t.language}", self.site, self.lifetime, t)
        try:
            await self.sender.send(letter.to(wish.address, t))
        except MailUnavailableError:
            await self.links.discard(token)
            raise
        except MailRefusedError as error:
            _log.info("a letter was refused", reason=str(error))

    async def look(self, token: str) -> Wish:
        """What a link would do. Raises the problems of a link that does nothing."""
        return _wish(await self.links.look(PATH, token))

    async def confirm(self, token: str, reads: FollowReads, wait: float) -> None:
        """Does it: the address may be written to, and is told of what was wished. Raises as `look` does.

        The link is spent last: where something fails before, it can be followed again, which brings nothing twice.
        """
        wish = _wish(await self.links.look(PATH, token))
        commands, who = self.commands, wish.who
        if who.account:
            channel = await commands.channel_id(who, ChannelKind.EMAIL, wish.address)
            _agreed(await commands.confirm_channel(who, channel, wait))
        else:
            _agreed(await commands.add_channel(who, ChannelKind.EMAIL, wish.address, wait, confirmed=True))
            known = (await reads.subscriber(commands.subscriber(who))).preferences
            _agreed(await commands.prefer(who, known.model_copy(update={"language": wish.language}), wait))
        if wish.interest is not None:
            _agreed(await commands.follow(who, wish.interest, wish.cadence, (), wait))
        await self.links.spend(PATH, token)

    def _mailbox(self, address: str) -> bytes:
        return self.keyring.index(Who.at(parse_address(address)).person)

    def _client(self, client: str) -> bytes:
        return self.keyring.index(f"client|{client}")


def _agreed(outcome: Outcome) -> None:
    """Raises the problem of a refusal, but for what was so already; 503 where nothing is decided yet."""
    if outcome.decision is None:
        raise Problem(503, "unavailable", headers={"retry-after": "2"})
    code = getattr(outcome.decision.data, "code", None)
    if code is not None and code not in _ALREADY:
        raise ANSWERS.refusal_problem(code)


def _payload(wish: Wish) -> dict[str, Any]:
    return {
        "person": wish.who.person,
        "account": wish.who.account,
        "address": wish.address,
        "language": wish.language,
        "interest": wish.interest,
        "cadence": str(wish.cadence),
    }


def _wish(payload: dict[str, Any]) -> Wish:
    return Wish(
        who=Who(payload["person"], bool(payload["account"])),
        address=payload["address"],
        language=payload["language"],
        interest=payload["interest"],
        cadence=Cadence(payload["cadence"]),
    )


def _letter(link: str, site: str, lifetime: timedelta, t: Translator) -> Letter:
    # No word that was entered: letters to strangers must not carry anybody's message.
    return Letter(
        subject=t("opt_in.letter.subject", site=urlsplit(site).netloc),
        paragraphs=(t("opt_in.letter.body"), t("opt_in.letter.nothing")),
        site=site,
        button=Button(t("opt_in.letter.button"), link),
        after=(t("opt_in.letter.once", count=int(lifetime.total_seconds() // 3600)),),
    )


async def opting_in(context: Context, keyring: Keyring, commands: Commands, settings: Settings) -> OptingIn | None:
    """What takes up followers by mail; nothing where no mail can be sent."""
    mail = load_settings(MailSettings)
    if mail.smtp_host is None:
        return None
    limits = load_settings(LinkSettings).limits
    links, site = await links_of(context, limits), settings.public_url.rstrip("/")
    return OptingIn(SmtpSender(mail), links, keyring, commands, limits.lifetime, site)
