"""Who asks an API, within their limits, and how long they would wait for what they ask."""

from dataclasses import dataclass

from starlette.requests import Request

from kenes.identity.access import Authenticate, admitted
from kenes.identity.person import Person
from kenes.web.limits import RateClass
from kenes.web.negotiation import Preference, preference


@dataclass(frozen=True)
class Callers:
    """Finds who asks. `authenticate` raises a problem for whoever cannot say; `wait_limit` is in seconds."""

    authenticate: Authenticate
    wait_limit: float

    async def writer(self, request: Request) -> tuple[Person, Preference]:
        """Somebody who asks for something to happen, and how long they would wait for it."""
        return await self.known(request, RateClass.WRITE), self.wish(request)

    async def reader(self, request: Request) -> Person:
        """Somebody who reads what is theirs."""
        return await self.known(request, RateClass.READ)

    async def known(self, request: Request, kind: RateClass) -> Person:
        """Somebody who can say who they are."""
        return await admitted(request, self.authenticate, kind)

    async def named(self, request: Request) -> Person | None:
        """Somebody who shows a token for what visitors may ask too. Does not count: the operation's own limit does."""
        return await self.authenticate(request) if "authorization" in request.headers else None

    def wish(self, request: Request) -> Preference:
        """How long somebody would wait, as far as that is granted."""
        return preference(request, max_wait=self.wait_limit)
