"""Letters and links that people ask for by a page or by the API: the same limits, the same answers."""

from starlette.requests import Request

from kenes.mail.address import AddressError, MailAddress, parse_address
from kenes.mail.sender import MailUnavailableError
from kenes.web.client_address import client_address, limit_group
from kenes.web.i18n import Translator
from kenes.web.problems import Problem
from schemas.parts import Language
from services.notifications.following.chat_links import ChatLinks
from services.notifications.following.commands import Who
from services.notifications.following.opting_in import OptingIn, Wish


def mail_of(opting_in: OptingIn | None) -> OptingIn:
    """What takes up people by mail; raises the problem of its not being offered here."""
    if opting_in is None:
        raise Problem(404, "by-mail-not-offered")
    return opting_in


def usable_address(text: str) -> MailAddress:
    """The address in a text; raises the problem of there being none that can be written to."""
    try:
        return parse_address(text)
    except AddressError:
        raise Problem(422, "address-unusable") from None


async def write_letter(mail: OptingIn, wish: Wish, request: Request, t: Translator) -> None:
    """Sends the letter that asks whether its reader wants this. Raises the problem of mail that cannot be sent now."""
    try:
        await mail.write(wish, _client(request), t)
    except MailUnavailableError:
        raise Problem(503, "unavailable", headers={"retry-after": "30"}) from None


async def telegram_token(links: ChatLinks, who: Who, request: Request, language: Language | None = None) -> str:
    """What a deep link to the bot carries for somebody; raises the problem of having asked too often."""
    token = await links.token(who, _client(request), language)
    if token is None:
        raise Problem(429, "too-many-letters", headers={"retry-after": "3600"})
    return token


def _client(request: Request) -> str:
    return limit_group(client_address(request.scope))
