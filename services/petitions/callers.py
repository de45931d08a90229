"""Who asks the API, within their limits, and which petitions they may read."""

from dataclasses import dataclass

from starlette.requests import Request

from kenes.identity.access import Authenticate, admitted
from kenes.identity.person import Person
from kenes.identity.sealing import Keyring
from kenes.web.context import web
from kenes.web.i18n import Translator
from kenes.web.language import request_language
from kenes.web.limits import RateClass
from kenes.web.negotiation import Preference, preference
from kenes.web.problems import Problem
from services.petitions.domain.petition import Petition
from services.petitions.domain.refusals import Refusal
from services.petitions.domain.stages import MODERATOR
from services.petitions.domain.status import NEVER_PUBLIC
from services.petitions.queries import Queries


@dataclass(frozen=True)
class Callers:
    """`authenticate` raises a problem for whoever has no valid token; `wait_limit` is in seconds."""

    authenticate: Authenticate
    queries: Queries
    keyring: Keyring
    wait_limit: float

    async def writer(self, request: Request) -> tuple[Person, Preference]:
        """Somebody who asks for something to happen, and how long they would wait for it."""
        person = await self.known(request, RateClass.WRITE)
        return person, preference(request, max_wait=self.wait_limit)

    async def reader(self, request: Request) -> Person:
        """Somebody who reads what is theirs."""
        return await self.known(request, RateClass.READ)

    async def known(self, request: Request, kind: RateClass) -> Person:
        """Somebody with a valid token."""
        return await admitted(request, self.authenticate, kind)

    async def petition(self, request: Request) -> Petition:
        """The petition of the address. A draft is its author's and the moderators' alone."""
        found = await self.queries.petition(request.path_params["petition"])
        if found is None or (found.status in NEVER_PUBLIC and not await self._may_see_draft(request, found)):
            raise Problem(404, Refusal.PETITION_UNKNOWN)
        return found

    def wrote(self, petition: Petition, person: Person) -> bool:
        """Whether this person is its author."""
        return petition.author == self.keyring.pseudonym(petition.id, person.id)

    async def _may_see_draft(self, request: Request, draft: Petition) -> bool:
        if "authorization" not in request.headers:
            return False
        person = await self.authenticate(request)
        return MODERATOR in person.roles or self.wrote(draft, person)


def translator(request: Request) -> Translator:
    """In the language of the request."""
    return Translator(web(request.scope).catalogs, request_language(request.scope))
