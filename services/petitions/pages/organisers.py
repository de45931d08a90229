"""The organisers of a petition: who stands behind it, the author's link for them, joining and leaving."""

from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.identity.access import current_person
from kenes.identity.person import Person
from kenes.kafka.producer import BrokerUnavailableError
from kenes.regions import place_name
from kenes.service.asking import Outcome
from kenes.web.context import web
from kenes.web.limits import RateClass, limited
from kenes.web.problems import Problem
from kenes.web.site import personal, see_other
from kenes.web.values import whole_number
from schemas.petitions.v1 import LeaveOrganisersRequested, PetitionRefused
from services.petitions.domain.organisers import agrees, organiser_of
from services.petitions.domain.petition import Petition
from services.petitions.domain.refusals import Refusal
from services.petitions.domain.status import EDITABLE, Organiser
from services.petitions.organising.invitation import invitation_code, is_invited
from services.petitions.organising.views import Organisers, OrganisersView
from services.petitions.pages.refusing import refused
from services.petitions.pages.signing import obstacle
from services.petitions.pages.site import WAIT, PetitionSite

JOIN, LEAVE = "petitions.join/{}", "petitions.leave/{}"
PATH: Final = "/petitions/{petition}/organisers"


@dataclass(frozen=True)
class Organising:
    """`/petitions/{petition}/organisers`, and below it `leave` and `invited/{code}`"""

    site: PetitionSite

    def routes(self) -> list[BaseRoute]:
        """Reading for whoever may read the petition; joining for who has the link."""
        invited = f"{PATH}/invited/{{code}}"
        return [
            Route(PATH, limited(RateClass.READ)(self.show), methods=["GET"]),
            Route(f"{PATH}/leave", self.leave, methods=["POST"]),
            Route(invited, limited(RateClass.READ)(self.invite), methods=["GET"]),
            Route(invited, self.join, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """How many stand behind it, of which places; for its author the link, for an organiser the way out."""
        person = await current_person(request)
        petition = await self.site.petition(request, person)
        return await self._page(request, petition, person)

    async def invite(self, request: Request) -> Response:
        """The text, what standing behind it means, and the form for who has signed in."""
        petition = await self._invited(request)
        return await self._join_page(request, petition, await current_person(request))

    @personal
    async def join(self, request: Request, person: Person) -> Response:
        """Stands behind the petition."""
        petition = await self._invited(request)
        form = await self.site.confirmed(request, JOIN.format(petition.id))
        listed = form.text("listed") == "yes" and bool(person.public_name)
        revision = whole_number(form.text("revision")) or 1
        commands = self.site.commands
        try:
            outcome = await commands.join(person, petition.id, revision, listed=listed, wait=WAIT)
        except BrokerUnavailableError:
            return await self._join_page(request, petition, person, unavailable=True)
        if isinstance(outcome.decision and outcome.decision.data, PetitionRefused):
            return await self._refused(request, petition, outcome)
        return see_other(request.url.path)

    @personal
    async def leave(self, request: Request, person: Person) -> Response:
        """Stands behind the petition no longer."""
        petition = await self.site.queries.petition(request.path_params["petition"])
        if petition is None or self._mine(petition, person) is None:
            raise Problem(404, Refusal.PETITION_UNKNOWN)
        await self.site.confirmed(request, LEAVE.format(petition.id))
        asked = LeaveOrganisersRequested(petition=petition.id, actor=self.site.commands.actor(petition.id, person))
        try:
            outcome = await self.site.commands.ask(asked, WAIT)
        except BrokerUnavailableError:
            return await self._page(request, petition, person, unavailable=True)
        if isinstance(outcome.decision and outcome.decision.data, PetitionRefused):
            return await self._refused(request, petition, outcome)
        return see_other("/me")

    async def _refused(self, request: Request, petition: Petition, outcome: Outcome) -> Response:
        """The reason at once: the receipt's page is not open to who may not read a draft."""
        data: Any = outcome.decision and outcome.decision.data
        return await refused(self.site, request, data.code, petition)

    async def _invited(self, request: Request) -> Petition:
        petition = await self.site.queries.petition(request.path_params["petition"])
        if petition is None or not is_invited(self.site.keyring, petition.id, request.path_params["code"]):
            raise Problem(404, Refusal.PETITION_UNKNOWN)
        return petition

    def _mine(self, petition: Petition, person: Person | None) -> Organiser | None:
        return organiser_of(petition, self.site.keyring.pseudonym(petition.id, person.id)) if person else None

    async def _context(self, request: Request, petition: Petition, person: Person | None) -> dict[str, Any]:
        found = await Organisers(self.site.queries).of(petition, self.site.packs.pinned(petition.rules))
        if found is None:
            raise Problem(404, Refusal.ORGANISERS_NOT_ASKED)
        mine = self._mine(petition, person)
        leaving = mine is not None and petition.status in EDITABLE
        return {
            "it": self.site.present(request, petition),
            "petition": petition,
            "organisers": found,
            "places": places(found, self.site.translator(request).language),
            "mine": mine,
            "leave_tokens": await self.site.tokens(request, LEAVE.format(petition.id)) if leaving else {},
        }

    async def _page(
        self, request: Request, petition: Petition, person: Person | None, *, unavailable: bool = False
    ) -> Response:
        invitation = None
        if self.site.wrote(petition, person) and petition.status in EDITABLE:
            code = invitation_code(self.site.keyring, petition.id)
            path = f"/petitions/{petition.id}/organisers/invited/{code}"
            invitation = {"path": path, "address": f"{web(request.scope).settings.public_url}{path}"}
        context = await self._context(request, petition, person)
        context |= {"invitation": invitation, "unavailable": unavailable}
        return await self.site.render(request, "organisers.html", context, status=503 if unavailable else 200)

    async def _join_page(
        self, request: Request, petition: Petition, person: Person | None, *, unavailable: bool = False
    ) -> Response:
        t, pack = self.site.translator(request), self.site.packs.pinned(petition.rules)
        context = await self._context(request, petition, person)
        asked = pack.organisers
        stopped: str | None = None
        if person is not None and asked is not None:
            stopped = obstacle(pack.author, person)
            stopped = stopped or (None if asked.place(person.region) else Refusal.PLACE_NOT_COUNTED)
        mine: Organiser | None = context["mine"]
        agreed = mine is not None and agrees(mine, petition)
        place = asked.place(person.region) if person is not None and asked is not None else None
        joining = person is not None and not stopped and not agreed and petition.status in EDITABLE
        context |= {
            "text": petition.text.read_in(t.language),
            "stopped": stopped,
            "agreed": agreed,
            "editable": petition.status in EDITABLE,
            "person": person,
            "place": place and place_name(place, t.language),
            "tokens": await self.site.tokens(request, JOIN.format(petition.id)) if joining else {},
            "unavailable": unavailable,
        }
        return await self.site.render(request, "organiser_join.html", context, status=503 if unavailable else 200)


def places(organisers: OrganisersView, language: str) -> list[tuple[str, int]]:
    """Names of places with the number of organisers."""
    return [(place_name(code, language), number) for code, number in organisers.places.items()]
