"""Duties as a page."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.identity.person import Person
from kenes.mongo.client import DatabaseError
from services.console.access import viewing
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
