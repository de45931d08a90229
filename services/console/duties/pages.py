"""Duties as a page and as JSON."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.identity.access import Authenticate
from kenes.identity.person import Person
from kenes.mongo.client import DatabaseError
from kenes.web.openapi import Operation
from services.console.access import viewing
from services.console.api import answer, operator, read
from services.console.duties.folding import PROJECTIONS
from services.console.duties.reads import Duties, DutyList
from services.console.pages.site import ConsoleSite

SHOWN: Final = 200
"""Rows of a table; the API tells all."""


@dataclass(frozen=True)
class DutyPages:
    """`/duties`"""

    site: ConsoleSite
    duties: Duties

    def routes(self) -> list[BaseRoute]:
        """Its route."""
        return [Route("/duties", self.show, methods=["GET"])]

    @viewing
    async def show(self, request: Request, _person: Person) -> Response:
        """What is late, by how much, and what is due next."""
        now, away = datetime.now(UTC), False
        try:
            owed = await self.duties.owed(now)
        except DatabaseError:
            owed, away = DutyList(at=now, overdue=[], soon=[]), True
        context = {"owed": owed, "shown": SHOWN, "away": away, "readings": self.site.own_projections(PROJECTIONS)}
        return await self.site.show(request, "duties.html", context, status=503 if away else 200)


@dataclass(frozen=True)
class DutyApi:
    """`/duties` of the JSON API."""

    duties: Duties
    authenticate: Authenticate

    def operations(self) -> list[Operation]:
        """Its operation."""
        return [read("/duties", self.list_duties, DutyList)]

    async def list_duties(self, request: Request) -> Response:
        """Every duty of every service that is late or due within three days."""
        await operator(request, self.authenticate)
        return answer(await self.duties.owed(datetime.now(UTC)))
