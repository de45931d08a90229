"""Who asks the API, and which consultations they may read."""

from dataclasses import dataclass

from starlette.requests import Request

from kenes.service.callers import Callers
from kenes.web.problems import Problem
from services.consultations.domain.consultation import Consultation
from services.consultations.domain.refusals import Refusal
from services.consultations.domain.rules import role_of
from services.consultations.queries import Queries


@dataclass(frozen=True)
class ConsultationCallers(Callers):
    """Who asks, and what of consultations they may see."""

    queries: Queries

    async def consultation(self, request: Request) -> Consultation:
        """The consultation of the address. What is being prepared is the body's alone."""
        found = await self.queries.consultation(request.path_params["consultation"])
        if found is None or not (found.public or await self._prepares(request, found)):
            raise Problem(404, Refusal.CONSULTATION_UNKNOWN)
        return found

    async def _prepares(self, request: Request, found: Consultation) -> bool:
        person = await self.named(request)
        return person is not None and role_of(found.body) in person.roles
