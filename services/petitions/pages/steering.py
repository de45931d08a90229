"""What an author does to a petition: hands it in, closes it, takes it back. Each is explained, then confirmed."""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.identity.person import Person
from kenes.kafka.producer import BrokerUnavailableError
from kenes.service.asking import Outcome
from kenes.web.site import personal, see_other
from schemas.petitions.v1 import PetitionRefused
from services.petitions.acts import ACTS
from services.petitions.domain import organisers
from services.petitions.domain.petition import Petition
from services.petitions.domain.refusals import Refusal
from services.petitions.domain.rules import RulePack
from services.petitions.domain.stages import MODERATOR
from services.petitions.domain.status import Status
from services.petitions.pages.petition import acts
from services.petitions.pages.refusing import refused
from services.petitions.pages.signing import receipt_address
from services.petitions.pages.site import WAIT, PetitionSite
from services.petitions.remarks import Told, remarks

PURPOSE: Final = "petitions.{}/{}"
STEERED: Final = {"submit": "submission", "close": "closure", "recall": "withdrawal"}
"""The pages, and the acts they confirm."""


@dataclass(frozen=True)
class Steering:
    """`/petitions/{petition}/submit`, `/close`, `/recall`"""

    site: PetitionSite

    def routes(self) -> list[BaseRoute]:
        """Each address: a GET that explains, a POST that acts."""
        return [
            Route(f"/petitions/{{petition}}/{act}", handler, methods=[method])
            for act in STEERED
            for method, handler in (("GET", self.ask), ("POST", self.do))
        ]

    @personal
    async def ask(self, request: Request, person: Person) -> Response:
        """What the act means."""
        act = _act(request)
        petition = await self.site.petition(request, person)
        if code := self._refusal(act, petition, person):
            return await refused(self.site, request, code, petition)
        return await self._page(request, act, petition)

    @personal
    async def do(self, request: Request, person: Person) -> Response:
        """Does it, and returns to the petition."""
        act = _act(request)
        petition = await self.site.petition(request, person)
        await self.site.confirmed(request, PURPOSE.format(act, petition.id))
        try:
            outcome = await self._ask(act, person, petition)
        except BrokerUnavailableError:
            return await self._page(request, act, petition, unavailable=True)
        if outcome.decision is None or isinstance(outcome.decision.data, PetitionRefused):
            return see_other(receipt_address(outcome, "petition"))
        return see_other(f"/petitions/{petition.id}")

    async def _ask(self, act: str, person: Person, petition: Petition) -> Outcome:
        commands, found = self.site.commands, ACTS[STEERED[act]]
        body = None if found.body is None else found.body()
        asked = found.ask(body, petition=petition.id, actor=commands.actor(petition.id, person))
        return await commands.ask(asked, WAIT)

    def _refusal(self, act: str, petition: Petition, person: Person) -> Refusal | None:
        wrote = self.site.wrote(petition, person)
        if not wrote and MODERATOR not in person.roles:
            return Refusal.NOT_ALLOWED
        if act not in acts(petition, wrote=wrote):
            return Refusal(ACTS[STEERED[act]].refusals[0])
        return organisers.refusal(petition, self.site.packs) if act == "submit" else None

    async def _page(self, request: Request, act: str, petition: Petition, *, unavailable: bool = False) -> Response:
        context = {
            "it": self.site.present(request, petition),
            "act": act,
            "words": words_of(act, petition, self.site.packs.pinned(petition.rules)),
            "tokens": await self.site.tokens(request, PURPOSE.format(act, petition.id)),
            "unavailable": unavailable,
            "back": f"/petitions/{petition.id}",
            "remarks": self._remarks(request, petition) if act == "submit" else [],
        }
        return await self.site.render(request, "confirm.html", context, status=503 if unavailable else 200)

    def _remarks(self, request: Request, petition: Petition) -> list[Told]:
        pack = self.site.packs.pinned(petition.rules)
        return remarks(petition.text, pack, self.site.translator(request))


def words_of(act: str, petition: Petition, pack: RulePack) -> list[str]:
    """What the act means, line by line: keys of words. What follows handing a text in is as the rules have it."""
    if act == "submit" and pack.discussion is not None and petition.status is Status.DRAFT:
        return ["act.discuss.1", "act.discuss.2", "act.discuss.3"]
    if act != "submit" or (pack.supporters is not None and petition.status is not Status.RETURNED):
        return [f"act.{act}.{line}" for line in (1, 2, 3)]
    return ["act.submit.1", "act.submit.moderation" if pack.moderation is not None else "act.submit.collecting"]


def _act(request: Request) -> str:
    return request.url.path.rpartition("/")[2]
