"""Without an account: a form asks for a letter, its link opens a page that says what will happen, a post does it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.kafka.producer import BrokerUnavailableError
from kenes.mail.sender import MailUnavailableError
from kenes.web.bodies import read_form
from kenes.web.client_address import client_address, limit_group
from kenes.web.context import web
from kenes.web.limits import RateClass, limited
from kenes.web.problems import Problem
from kenes.web.site import FORM_LIMIT, see_other
from services.petitions.domain.petition import Petition
from services.petitions.domain.rules import Mailed
from services.petitions.mailed.form import (
    Errors,
    Values,
    address_errors,
    address_of,
    read_values,
    residence_of,
    signing_errors,
)
from services.petitions.mailed.mailing import Following, MailAct, Mailing, Wish
from services.petitions.mailed.person import mailed_person
from services.petitions.pages.refusing import refused
from services.petitions.pages.signing import receipt_address
from services.petitions.pages.site import WAIT, PageSite
from services.petitions.rights import STAYS

OF_A_PETITION = (MailAct.SIGN, MailAct.WITHDRAW)


@dataclass(frozen=True)
class ByMail:
    """`/petitions/{petition}/by-mail/{act}`, `/by-mail/erase`, and below them `sent` and each letter's own address"""

    site: PageSite

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
        act, petition = await self._about(request)
        if petition is not None and (code := petition.window.refusal(datetime.now(UTC))):
            return await refused(self.site, request, code, petition)
        return await self._form(request, act, petition, read_values())

    async def write(self, request: Request) -> Response:
        """Sends the letter. The answer is the same whoever has signed, and however often it was asked for."""
        act, petition = await self._about(request)
        form = await read_form(request, limit=FORM_LIMIT)
        values, t = read_values(form), self.site.translator(request)
        asked = None if petition is None else self._mailed(petition)
        signs = act is MailAct.SIGN and asked is not None
        errors = signing_errors(values, asked, t) if signs and asked else address_errors(values, t)
        address = address_of(values)
        if errors or address is None:
            return await self._form(request, act, petition, values, errors)
        if petition is not None and (code := petition.window.refusal(datetime.now(UTC))):
            return await refused(self.site, request, code, petition)
        residence = residence_of(values, asked) if signs and asked else None
        who = mailed_person(
            address,
            values["given_name"] if signs else "",
            values["family_name"] if signs else "",
            None if residence is None else residence.code,
        )
        wish = Wish(act, who, petition, listed=signs and values["listed"] == "yes")
        client = limit_group(client_address(request.scope))
        try:
            await self._mailing.write(wish, address.written, client, web(request.scope).settings.public_url, t)
        except MailUnavailableError:
            return await self._form(request, act, petition, values, unavailable=True)
        return see_other(f"{wish.place}/sent")

    async def sent(self, request: Request) -> Response:
        """What to do next; not to which address, since this page has one address for all."""
        act, petition = await self._about(request)
        context = self._context(request, act, petition)
        return await self.site.render(request, "by_mail_sent.html", context)

    async def open(self, request: Request) -> Response:
        """What the link will do. Opening it changes nothing, so programs that look into mail may."""
        act, petition = await self._about(request)
        if petition is not None and (code := petition.window.refusal(datetime.now(UTC))):
            return await refused(self.site, request, code, petition)
        found = await self._mailing.look(act, _id(petition), request.path_params["token"])
        return await self._page(request, act, petition, found, request.url.path)

    async def act(self, request: Request) -> Response:
        """Does it, once. The token in the address is what proves that the post comes from the letter's page."""
        act, petition = await self._about(request)
        token = request.path_params["token"]
        found = await self._mailing.follow(act, _id(petition), token)
        if petition is None:
            await self.site.rights.erase(found.person)
            await self._mailing.forget(found.person)
            return see_other("/me/erased")
        commands = self.site.commands
        try:
            if act is MailAct.SIGN:
                outcome = await commands.sign(found.person, petition.id, listed=found.listed, wait=WAIT)
            else:
                outcome = await commands.withdraw(found.person, petition.id, wait=WAIT)
        except BrokerUnavailableError:
            again = await self._mailing.again(act, petition.id, token)
            return await self._page(request, act, petition, found, again, unavailable=True)
        return see_other(receipt_address(outcome))

    @property
    def _mailing(self) -> Mailing:
        if self.site.mailing is None:
            raise Problem(404, "by-mail-not-offered")
        return self.site.mailing

    def _mailed(self, petition: Petition) -> Mailed:
        asked = self.site.packs.pinned(petition.rules).mailed
        if asked is None:
            raise Problem(404, "by-mail-not-offered")
        return asked

    async def _about(self, request: Request) -> tuple[MailAct, Petition | None]:
        """The act of the address and its petition; raises 404 where it is not offered."""
        _ = self._mailing
        parts = request.url.path.split("/")
        act = MailAct(parts[parts.index("by-mail") + 1])
        if act not in OF_A_PETITION:
            return act, None
        petition = await self.site.petition(request, None)
        self._mailed(petition)
        return act, petition

    def _context(self, request: Request, act: MailAct, petition: Petition | None) -> dict[str, Any]:
        hours = int(self._mailing.lifetime.total_seconds() // 3600)
        it = None if petition is None else self.site.present(request, petition)
        return {"act": act, "it": it, "hours": hours, "stays": STAYS}

    async def _form(
        self,
        request: Request,
        act: MailAct,
        petition: Petition | None,
        values: Values,
        errors: Errors | None = None,
        *,
        unavailable: bool = False,
    ) -> Response:
        asked = None if petition is None else self._mailed(petition)
        language = self.site.translator(request).language
        context = self._context(request, act, petition) | {
            "asked": asked,
            "regions": [] if asked is None else [(each.code, each.name[language]) for each in asked.regions],
            "values": values,
            "errors": errors or [],
            "wrong": dict(errors or []),
            "unavailable": unavailable,
        }
        status = 503 if unavailable else 422 if errors else 200
        return await self.site.render(request, "by_mail.html", context, status=status)

    async def _page(
        self,
        request: Request,
        act: MailAct,
        petition: Petition | None,
        found: Following,
        action: str,
        *,
        unavailable: bool = False,
    ) -> Response:
        language = self.site.translator(request).language
        region = None
        if petition is not None and found.person.region is not None:
            region = self._mailed(petition).region(found.person.region)
        context = self._context(request, act, petition) | {
            "name": f"{found.person.given_name} {found.person.family_name}".strip(),
            "public_name": found.person.public_name if found.listed else None,
            "region": None if region is None else region.name[language],
            "action": action,
            "unavailable": unavailable,
        }
        return await self.site.render(request, "by_mail_confirm.html", context, status=503 if unavailable else 200)


def _id(petition: Petition | None) -> str | None:
    return None if petition is None else petition.id
