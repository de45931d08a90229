"""Who asks the API, and which petitions they may read."""

from dataclasses import dataclass

from starlette.requests import Request

from kenes.identity.person import Person
from kenes.identity.sealing import Keyring
from kenes.service.callers import Callers
from kenes.web.problems import Problem
from services.petitions.domain.petition import Petition
from services.petitions.domain.refusals import Refusal
from services.petitions.domain.stages import MODERATOR
from services.petitions.queries import Queries


@dataclass(frozen=True)
class PetitionCallers(Callers):
    """Who asks, and what of petitions they may see."""

    queries: Queries
    keyring: Keyring

    async def petition(self, request: Request) -> Petition:
        """The petition of the address. A draft is its author's and the moderators' alone."""
        found = await self.queries.petition(request.path_params["petition"])
        if found is None or not (found.readable or await self._may_see_draft(request, found)):
            raise Problem(404, Refusal.PETITION_UNKNOWN)
        return found

    def wrote(self, petition: Petition, person: Person) -> bool:
        """Whether this person is its author."""
        return petition.author == self.keyring.pseudonym(petition.id, person.id)

    async def _may_see_draft(self, request: Request, draft: Petition) -> bool:
        person = await self.named(request)
        return person is not None and (MODERATOR in person.roles or self.wrote(draft, person))
