"""What the API tells people of themselves, and being erased."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from kenes.service.answers import json_bytes, json_response
from kenes.web.caching import keep_private
from kenes.web.language import translator
from kenes.web.limits import RateClass
from kenes.web.openapi import Operation
from services.petitions.callers import PetitionCallers
from services.petitions.own.views import ErasureAnswer, MyData, MySignatures
from services.petitions.queries import Queries
from services.petitions.rendering import Renderer
from services.petitions.rights import STAYS, Rights, resumed
from services.petitions.views import PetitionList


@dataclass(frozen=True)
class OwnApi:
    """`/me` and below it."""

    callers: PetitionCallers
    queries: Queries
    rights: Rights
    render: Renderer

    def operations(self) -> list[Operation]:
        return [
            Operation.own("/me/signatures", self.my_signatures, MySignatures),
            Operation.own("/me/petitions", self.my_petitions, PetitionList),
            Operation.own("/me/data", self.my_data, MyData),
            Operation("DELETE", "/me", self.erase_me, {200: ErasureAnswer}, secured=True),
        ]

    async def my_signatures(self, request: Request) -> Response:
        """What the person signed and withdrew."""
        person = await self.callers.reader(request)
        signed = await self.queries.signed_by(person)
        lines = [{"petition": each.petition, "at": each.at.isoformat(), "signed": each.signed} for each in signed]
        return json_response({"signatures": lines})

    async def my_petitions(self, request: Request) -> Response:
        """Petitions the person started."""
        person = await self.callers.reader(request)
        found = await self.queries.by_ids(await self.queries.authored_by(person))
        return json_bytes(self.render.petitions(found))

    async def my_data(self, request: Request) -> Response:
        """Everything the service holds about the person, each part described."""
        person = await self.callers.reader(request)
        told = self.rights.data(person, translator(request))
        # The first piece is awaited here: a database that is away is a problem, not half an answer.
        first = await anext(told)
        return keep_private(StreamingResponse(resumed(first, told), media_type="application/json"))

    async def erase_me(self, request: Request) -> Response:
        """Erases the person: names and private entries can never be read again; counts stay."""
        person = await self.callers.known(request, RateClass.WRITE)
        erased = await self.rights.erase(person)
        t = translator(request)
        body = {"erased_at": erased.at, "sessions_ended": erased.sessions}
        return json_response(body | {"stays": [t(f"erase.stays.{each}") for each in STAYS]})
