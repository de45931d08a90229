"""Without an account: a form asks for a letter, its link opens a page that says what will happen, a post does it."""

from dataclasses import dataclass
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.kafka.producer import BrokerUnavailableError
from kenes.mail.sender import MailUnavailableError
from kenes.web.bodies import read_form
from kenes.web.limits import RateClass, limited
from kenes.web.problems import Problem
from kenes.web.site import FORM_LIMIT, see_other
from services.petitions.mailed.asking import NOT_OFFERED, Asking
from services.petitions.mailed.form import Faults, Values, read_values
from services.petitions.mailed.mailing import Following, MailAct
from services.petitions.pages.refusing import refused
from services.petitions.pages.signing import receipt_address
from services.petitions.pages.site import WAIT, PetitionSite
from services.petitions.rights import STAYS

OF_A_PETITION = (MailAct.SIGN, MailAct.WITHDRAW)


@dataclass(frozen=True)
class ByMail:
    """`/petitions/{petition}/by-mail/{act}`, `/by-mail/erase`, and below them `sent` and each letter's own address"""

    site: PetitionSite

    def routes(self) -> list[BaseRoute]:
        """For each act: the form, that a letter was sent, and the page of its link with the post that acts."""
        read, write = limited(RateClass.READ), limited(RateClass.WRITE)
        places = [f"/petitions/{{petition}}/by-mail/{act}" for act in OF_A_PETITION] + [f"/by-mail/{MailAct.ERASE}"]
        return [
            route
            for place in places
            for route in (
                Route(place, read(self.ask), methods=["GET"]),
                Route(place, write(self.write), methods=["POST"]),
                Route(f"{place}/sent", read(self.sent), methods=["GET"]),
                Route(f"{place}/{{token}}", read(self.open), methods=["GET"]),
                Route(f"{place}/{{token}}", write(self.act), methods=["POST"]),
            )
        ]

    async def ask(self, request: Request) -> Response:
        """The form, or why nobody can do this now."""
        asking = await self._asking(request)
        if asking.petition is not None and (code := asking.refusal()):
            return await refused(self.site, request, code, asking.petition)
        return await self._form(request, asking, read_values())

    async def write(self, request: Request) -> Response:
        """Sends the letter. The answer is the same whoever has signed, and however often it was asked for."""
        asking = await self._asking(request)
        values = read_values(await read_form(request, limit=FORM_LIMIT))
        if faults := asking.faults(values):
            return await self._form(request, asking, values, faults)
        if asking.petition is not None and (code := asking.refusal()):
            return await refused(self.site, request, code, asking.petition)
        try:
            wish = await asking.write(request, values, self.site.translator(request))
        except MailUnavailableError:
            return await self._form(request, asking, values, unavailable=True)
        return see_other(f"{wish.place}/sent")

    async def sent(self, request: Request) -> Response:
        """What to do next; not to which address, since this page has one address for all."""
        return await self.site.render(request, "by_mail_sent.html", self._context(request, await self._asking(request)))

    async def open(self, request: Request) -> Response:
        """What the link will do. Opening it changes nothing, so programs that look into mail may."""
        asking = await self._asking(request)
        if asking.petition is not None and (code := asking.refusal()):
            return await refused(self.site, request, code, asking.petition)
        found = await asking.mailing.look(asking.act, _id(asking), request.path_params["token"])
        return await self._page(request, asking, found, request.url.path)

    async def act(self, request: Request) -> Response:
        """Does it, once. The token in the address is what proves that the post comes from the letter's page."""
        asking, token = await self._asking(request), request.path_params["token"]
        act, petition, mailing = asking.act, asking.petition, asking.mailing
        found = await mailing.follow(act, _id(asking), token)
        if petition is None:
            await self.site.rights.erase(found.person)
            await mailing.forget(found.person)
            return see_other("/me/erased")
        commands = self.site.commands
        try:
            if act is MailAct.SIGN:
                outcome = await commands.sign(found.person, petition.id, listed=found.listed, wait=WAIT)
            else:
                outcome = await commands.withdraw(found.person, petition.id, wait=WAIT)
        except BrokerUnavailableError:
            again = await mailing.again(act, petition.id, token)
            return await self._page(request, asking, found, again, unavailable=True)
        return see_other(receipt_address(outcome))

    async def _asking(self, request: Request) -> Asking:
        """What the address is about; raises 404 where it is not offered."""
        if self.site.mailing is None:
            raise Problem(404, NOT_OFFERED)
        parts = request.url.path.split("/")
        act = MailAct(parts[parts.index("by-mail") + 1])
        petition = await self.site.petition(request, None) if act in OF_A_PETITION else None
        return Asking.of(self.site.mailing, self.site.packs, act, petition)

    def _context(self, request: Request, asking: Asking) -> dict[str, Any]:
        it = None if asking.petition is None else self.site.present(request, asking.petition)
        return {"act": asking.act, "it": it, "hours": asking.mailing.hours, "stays": STAYS}

    async def _form(
        self,
        request: Request,
        asking: Asking,
        values: Values,
        faults: Faults | None = None,
        *,
        unavailable: bool = False,
    ) -> Response:
        t, asked = self.site.translator(request), asking.asked
        errors = [(field, t(f"by_mail.error.{fault}")) for field, fault in faults or []]
        context = self._context(request, asking) | {
            "asked": asked,
            "regions": [] if asked is None else [(each.code, each.name[t.language]) for each in asked.regions],
            "values": values,
            "errors": errors,
            "wrong": dict(errors),
            "unavailable": unavailable,
        }
        status = 503 if unavailable else 422 if errors else 200
        return await self.site.render(request, "by_mail.html", context, status=status)

    async def _page(
        self, request: Request, asking: Asking, found: Following, action: str, *, unavailable: bool = False
    ) -> Response:
        language = self.site.translator(request).language
        region = None
        if asking.asked is not None and found.person.region is not None:
            region = asking.asked.region(found.person.region)
        context = self._context(request, asking) | {
            "name": f"{found.person.given_name} {found.person.family_name}".strip(),
            "public_name": found.person.public_name if found.listed else None,
            "region": None if region is None else region.name[language],
            "action": action,
            "unavailable": unavailable,
        }
        return await self.site.render(request, "by_mail_confirm.html", context, status=503 if unavailable else 200)


def _id(asking: Asking) -> str | None:
    return None if asking.petition is None else asking.petition.id
