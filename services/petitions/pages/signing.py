"""Signing and withdrawing: a page says exactly what will happen, a post with its token does it, a receipt proves it."""

from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.identity.person import Person
from kenes.kafka.producer import BrokerUnavailableError
from kenes.regions import region_name
from kenes.service.answers import receipt_text
from kenes.service.asking import Outcome, eligibility
from kenes.web.problems import Problem
from kenes.web.site import personal, see_other
from schemas.packs import WhoMay
from services.petitions.domain.petition import Petition
from services.petitions.domain.refusals import Refusal
from services.petitions.domain.rules import RulePack, refusal_of
from services.petitions.pages.refusing import refused
from services.petitions.pages.site import WAIT, PetitionSite

SIGN = "petitions.sign/{}"
WITHDRAW = "petitions.withdraw/{}"


@dataclass(frozen=True)
class Signing:
    """`/petitions/{petition}/sign` and `/petitions/{petition}/withdraw`"""

    site: PetitionSite

    def routes(self) -> list[BaseRoute]:
        """Each address: a GET that explains, a POST that acts."""
        sign, withdraw = "/petitions/{petition}/sign", "/petitions/{petition}/withdraw"
        return [
            Route(sign, self.ask_sign, methods=["GET"]),
            Route(sign, self.sign, methods=["POST"]),
            Route(withdraw, self.ask_withdraw, methods=["GET"]),
            Route(withdraw, self.withdraw, methods=["POST"]),
        ]

    @personal
    async def ask_sign(self, request: Request, person: Person) -> Response:
        """What will be public and what will not; or, before anything is asked, why this person cannot sign."""
        petition = await self.site.petition(request, person)
        if code := await self._cannot_sign(petition, person):
            return await refused(self.site, request, code, petition)
        return await self._sign_page(request, petition, person)

    @personal
    async def sign(self, request: Request, person: Person) -> Response:
        """Signs."""
        petition = await self.site.petition(request, person)
        form = await self.site.confirmed(request, SIGN.format(petition.id))
        listed = form.text("listed") == "yes" and bool(person.public_name)
        try:
            outcome = await self.site.commands.sign(person, petition.id, listed=listed, wait=WAIT)
        except BrokerUnavailableError:
            return await self._sign_page(request, petition, person, listed=listed, unavailable=True)
        return see_other(receipt_address(outcome))

    @personal
    async def ask_withdraw(self, request: Request, person: Person) -> Response:
        """What withdrawing means.

        Whoever was erased after signing is not told apart from whoever never signed: the decision will.
        Whoever signed a petition that has gone out of sight since is told that it is closed, and no more.
        """
        petition = await self._known(request)
        shown = petition if self.site.may_read(petition, person) else None
        standing = await self.site.queries.standing(petition.id, person)
        if shown is None and standing is None:
            raise Problem(404, Refusal.PETITION_UNKNOWN)
        if standing is False:
            return await refused(self.site, request, Refusal.NOT_SIGNED, shown)
        if code := petition.window.refusal(datetime.now(UTC)):
            return await refused(self.site, request, code, shown)
        return await self._withdraw_page(request, petition)

    @personal
    async def withdraw(self, request: Request, person: Person) -> Response:
        """Takes the signature back."""
        # The page that gave the token has shown the petition, which may have gone out of sight meanwhile.
        await self.site.confirmed(request, WITHDRAW.format(request.path_params["petition"]))
        petition = await self._known(request)
        try:
            outcome = await self.site.commands.withdraw(person, petition.id, wait=WAIT)
        except BrokerUnavailableError:
            return await self._withdraw_page(request, petition, unavailable=True)
        return see_other(receipt_address(outcome))

    async def _known(self, request: Request) -> Petition:
        petition = await self.site.queries.petition(request.path_params["petition"])
        if petition is None:
            raise Problem(404, Refusal.PETITION_UNKNOWN)
        return petition

    async def _cannot_sign(self, petition: Petition, person: Person) -> Refusal | None:
        if code := petition.window.refusal(datetime.now(UTC)):
            return code
        if await self.site.queries.standing(petition.id, person):
            return Refusal.ALREADY_SIGNED
        if petition.besides is not None and petition.besides == self.site.keyring.pseudonym(petition.id, person.id):
            return Refusal.OWN_PETITION
        pack: RulePack = self.site.packs.pinned(petition.rules)
        return obstacle(pack.signer, person) or (None if person.region else Refusal.REGION_MISSING)

    async def _sign_page(
        self, request: Request, petition: Petition, person: Person, *, listed: bool = False, unavailable: bool = False
    ) -> Response:
        t = self.site.translator(request)
        context = {
            "it": self.site.present(request, petition),
            "name": person.public_name,
            "region": region_name(person.region or "", t.language),
            "listed": "yes" if listed else "no",
            "tokens": await self.site.tokens(request, SIGN.format(petition.id)),
            "unavailable": unavailable,
        }
        return await self.site.render(request, "sign.html", context, status=503 if unavailable else 200)

    async def _withdraw_page(self, request: Request, petition: Petition, *, unavailable: bool = False) -> Response:
        context = {
            "it": self.site.present(request, petition),
            "act": "withdraw",
            "tokens": await self.site.tokens(request, WITHDRAW.format(petition.id)),
            "unavailable": unavailable,
            "back": "/me",
        }
        return await self.site.render(request, "confirm.html", context, status=503 if unavailable else 200)


def obstacle(who_may: WhoMay, person: Person) -> Refusal | None:
    """Why the rules will refuse this person, told before they try."""
    return refusal_of(who_may, eligibility(person))


def receipt_address(outcome: Outcome, kind: str = "signature") -> str:
    """The page that says what became of a request."""
    return f"/petitions/{outcome.subject}/receipts/{receipt_text(kind, outcome.receipt)}"
