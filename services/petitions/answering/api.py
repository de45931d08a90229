"""The list of signers over the API."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from kenes.identity.person import Person
from kenes.web.openapi import Operation
from kenes.web.problems import Problem
from services.petitions.answering.handing import BUSY, NOT_IN_CHARGE, UNKNOWN
from services.petitions.domain.petition import Petition
from services.petitions.domain.refusals import Refusal
from services.petitions.domain.rules import RulePacks
from services.petitions.queries import Queries

PATH = "/petitions/{petition}/signers.csv"
PROBLEMS = (Refusal.PETITION_UNKNOWN, Refusal.NOT_ALLOWED, Refusal.NOTHING_OWED, NOT_IN_CHARGE)


@dataclass(frozen=True)
class SignersApi:
    """`GET /petitions/{petition}/signers.csv` and the checksum beside it. `reader` says who asks."""

    queries: Queries
    packs: RulePacks
    reader: Callable[[Request], Awaitable[Person]]

    def operations(self) -> list[Operation]:
        """The list, and its checksum."""
        return [
            Operation(
                "GET", PATH, self.signers, {200: None}, problems=(*PROBLEMS, BUSY), secured=True, media_type="text/csv"
            ),
            Operation(
                "GET",
                f"{PATH}.sha256",
                self.signers_checksum,
                {200: None},
                problems=(*PROBLEMS, UNKNOWN),
                secured=True,
                media_type="text/plain",
            ),
        ]

    async def signers(self, request: Request) -> Response:
        """Who signed, as CSV, for the body in charge while it owes an answer.

        Number, name as verified, region, date; the last line has the number of rows and the SHA-256 of all before it.
        A list without that line is not whole. People who were erased are rows without a name.
        """
        person = await self.reader(request)
        return await self.queries.signers.hand(await self._petition(request), person, self.packs)

    async def signers_checksum(self, request: Request) -> Response:
        """SHA-256 of the whole file that the person was given last, as `sha256sum --check` reads it."""
        person = await self.reader(request)
        return await self.queries.signers.checksum(await self._petition(request), person, self.packs)

    async def _petition(self, request: Request) -> Petition:
        found = await self.queries.petition(request.path_params["petition"])
        if found is None:
            raise Problem(404, Refusal.PETITION_UNKNOWN)
        return found
