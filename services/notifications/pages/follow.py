"""Choosing to be told of something: with an account, or with nothing but an address."""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.identity.access import current_person
from kenes.identity.person import Person
from kenes.mail.address import AddressError, parse_address
from kenes.web.bodies import read_form
from kenes.web.i18n import Translator
from kenes.web.limits import RateClass, limited
from kenes.web.problems import Problem
from kenes.web.site import personal, see_other, sign_in_address
from schemas.notifications.parts import Cadence
from services.notifications.domain.refusals import Refusal
from services.notifications.following.commands import Who
from services.notifications.following.naming import read_interest
from services.notifications.following.opting_in import Wish
from services.notifications.following.writing import mail_of, write_letter
from services.notifications.pages.acting import FORM, WAIT, done, language_of, own_form
from services.notifications.pages.site import NotificationSite

PATH: Final = "/follow"
BY_MAIL: Final = "/follow/by-mail"
SENT: Final = "/follow/by-mail/sent"
CENTRE: Final = "/notifications"


@dataclass(frozen=True)
class FollowPages:
    """`/follow?interest=`, which other sites of this product lead to."""

    site: NotificationSite

    def routes(self) -> list[BaseRoute]:
        """The form, what it does, and the same for somebody without an account."""
        read, write = limited(RateClass.READ), limited(RateClass.WRITE)
        return [
            Route(PATH, read(self.ask), methods=["GET"]),
            Route(PATH, self.follow, methods=["POST"]),
            Route(BY_MAIL, write(self.by_mail), methods=["POST"]),
            Route(SENT, read(self.sent), methods=["GET"]),
        ]

    async def ask(self, request: Request) -> Response:
        """What would be followed, and how often one would be told."""
        if "interest" not in request.query_params and "kind" not in request.query_params:
            return see_other(CENTRE)
        return await self._form(request, _interest(request))

    @personal
    async def follow(self, request: Request, person: Person) -> Response:
        """Follows it, or follows it otherwise."""
        form = await own_form(request)
        interest, cadence = read_interest(form.text("interest")), _cadence(form.text("cadence"))
        language = language_of(self.site.translator(request))
        asked = await self.site.following.commands.follow(Who.signed_in(person), interest, cadence, (), WAIT, language)
        return done(asked, CENTRE, "followed", harmless=(Refusal.SAME_FOLLOW,))

    async def by_mail(self, request: Request) -> Response:
        """Sends a letter with a link. The answer is the same whoever reads the address."""
        form = await read_form(request, limit=FORM)
        interest, cadence = read_interest(form.text("interest")), _cadence(form.text("cadence"))
        t, text = self.site.translator(request), form.text("address")
        try:
            address = parse_address(text)
        except AddressError:
            return await self._form(request, interest, cadence, text, fault=True)
        mail = mail_of(self.site.opting_in)
        wish = Wish(Who.at(address), address.written, language_of(t), interest, cadence)
        await write_letter(mail, wish, request, t)
        return see_other(SENT)

    async def sent(self, request: Request) -> Response:
        """What to do next."""
        return await self.site.render(request, "follow_sent.html")

    async def _form(
        self,
        request: Request,
        interest: str,
        cadence: Cadence = Cadence.AT_ONCE,
        address: str = "",
        *,
        fault: bool = False,
    ) -> Response:
        person, t = await current_person(request), self.site.translator(request)
        followed = None
        if person is not None:
            following = self.site.following
            known = await following.reads.subscriber(await following.reader(Who.signed_in(person)))
            followed = known.follow(interest)
        named = await self.site.names.one(interest, t)
        context = {
            "interest": interest,
            "what": named.name,
            "page": named.href,
            "cadence": cadence if followed is None else followed.cadence,
            "choices": [_choice(each, t) for each in Cadence],
            "followed": followed,
            "address": address,
            "fault": fault,
            "by_mail": self.site.opting_in is not None,
            "sign_in": sign_in_address(request),
        }
        return await self.site.render(request, "follow.html", context, status=422 if fault else 200)


def _interest(request: Request) -> str:
    """The interest of the address, in one piece or, from a form that chooses, in two."""
    query = request.query_params
    return read_interest(query.get("interest") or f"{query.get('kind', '')}:{query.get('name', '').strip()}")


def _cadence(text: str) -> Cadence:
    try:
        return Cadence(text)
    except ValueError:
        raise Problem(400, "form-malformed") from None


def _choice(cadence: Cadence, t: Translator) -> dict[str, str]:
    return {"value": str(cadence), "label": t(f"cadence.{cadence}"), "hint": t(f"cadence.{cadence}_body")}
