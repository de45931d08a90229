"""Who asks the API of followers, and how they are answered."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from kenes.identity.access import Authenticate, admitted
from kenes.service.asking import Outcome
from kenes.web.limits import Endpoint, RateClass
from kenes.web.negotiation import Preference, preference
from kenes.web.openapi import Operation
from services.notifications.following.answers import ANSWERS
from services.notifications.following.commands import Who
from services.notifications.following.views import AskedAnswer


@dataclass(frozen=True)
class Askers:
    """Finds who asks. `authenticate` raises a problem for whoever has no valid token."""

    authenticate: Authenticate
    wait_limit: float

    async def writer(self, request: Request) -> tuple[Who, Preference]:
        """Who wants something changed, and how long they would wait."""
        who = await self.known(request, RateClass.WRITE)
        return who, preference(request, max_wait=self.wait_limit)

    async def known(self, request: Request, kind: RateClass) -> Who:
        """Who asks, within their limits."""
        return Who.signed_in(await admitted(request, self.authenticate, kind))


def ask(method: str, path: str, handler: Endpoint, body: type[BaseModel] | None, problems: Sequence[str]) -> Operation:
    """The operation of a request that is decided."""
    return Operation.ask(method, path, handler, 200, AskedAnswer, body=body, problems=problems)


def subscribed(outcome: Outcome, wish: Preference) -> Response:
    """The answer to a request on what is followed."""
    return ANSWERS.answer("subscription", outcome, applied=wish.applied)


def delivered(outcome: Outcome, wish: Preference) -> Response:
    """The answer to a request on a delivery."""
    return ANSWERS.answer("delivery", outcome, applied=wish.applied)
