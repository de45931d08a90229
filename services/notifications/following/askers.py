"""Who asks the API of followers, and how they are answered."""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from kenes.service.asking import Outcome
from kenes.service.callers import Callers
from kenes.web.negotiation import Preference
from kenes.web.openapi import Writes
from services.notifications.following.answers import ANSWERS
from services.notifications.following.commands import Who
from services.notifications.following.views import AskedAnswer


@dataclass(frozen=True)
class Askers:
    """Callers as those who follow."""

    callers: Callers

    async def writer(self, request: Request) -> tuple[Who, Preference]:
        """Who wants something changed, and how long they would wait."""
        person, wish = await self.callers.writer(request)
        return Who.signed_in(person), wish

    async def reader(self, request: Request) -> Who:
        """Who reads what is theirs."""
        return Who.signed_in(await self.callers.reader(request))


write: Final = Writes(AskedAnswer)
"""What those who follow ask for."""


def subscribed(outcome: Outcome, wish: Preference) -> Response:
    """The answer to a request on what is followed."""
    return ANSWERS.answer("subscription", outcome, applied=wish.applied)


def delivered(outcome: Outcome, wish: Preference) -> Response:
    """The answer to a request on a delivery."""
    return ANSWERS.answer("delivery", outcome, applied=wish.applied)
