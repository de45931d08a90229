"""Deliveries as a page."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.identity.person import Person
from kenes.mongo.client import DatabaseError
from services.console.access import viewing
from services.console.deliveries.folding import PROJECTIONS
from services.console.deliveries.reads import LOST, TABLES, THROUGH, Deliveries, DeliveryFigures
from services.console.pages.site import ConsoleSite

SPANS: Final = (2, 24, 48)
"""Hours that the tables may reach back, this one included."""


@dataclass(frozen=True)
class DeliveryPages:
    """`/deliveries`"""

    site: ConsoleSite
    deliveries: Deliveries

    def routes(self) -> list[BaseRoute]:
        return [Route("/deliveries", self.show, methods=["GET"])]

    @viewing
    async def show(self, request: Request, _person: Person) -> Response:
        """What waits, what got through and what did not."""
        now, away = datetime.now(UTC), False
        try:
            figures = await self.deliveries.figures(now)
        except DatabaseError:
            figures, away = DeliveryFigures(at=now, hours=[], waiting=[]), True
        asked = request.query_params.get("hours", "")
        hours = next((span for span in SPANS if str(span) == asked), SPANS[1])
        context = {
            "figures": figures,
            "counts": figures.counts(timedelta(hours=hours)),
            "hours": hours,
            "spans": SPANS,
            "tables": TABLES,
            "through": figures.course(THROUGH),
            "lost": figures.course(LOST),
            "away": away,
            "readings": self.site.own_projections(PROJECTIONS),
        }
        return await self.site.show(request, "deliveries.html", context, status=503 if away else 200)
