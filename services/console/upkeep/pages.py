"""Projections: how each stands against the end of its topic, and what may be ordered for it."""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.identity.person import Person
from kenes.mongo.client import DatabaseError
from kenes.web.problems import Problem
from kenes.web.site import see_other
from schemas.console.subjects import upkeep_subject
from schemas.console.upkeep import Order, UpkeepRequested
from services.console.access import acting, viewing
from services.console.acts.commands import operator_of
from services.console.acts.desk import Desk, Hindrance
from services.console.acts.trail import TRAIL
from services.console.upkeep.projection import WORKS
from services.console.upkeep.reads import View

PURPOSE: Final = "console.upkeep/{}"
ONE: Final = "/projections/{service}/{projection}"
SHOWN: Final = 20
"""Acts that the page of a projection tells."""


@dataclass(frozen=True)
class ProjectionPages:
    """`/projections`, `/projections/{service}/{projection}`"""

    desk: Desk

    def routes(self) -> list[BaseRoute]:
        """All of them, one of them, and what may be ordered."""
        return [
            Route("/projections", self.listed, methods=["GET"]),
            Route(ONE, self.show, methods=["GET"]),
            Route(f"{ONE}/orders", self.order, methods=["POST"]),
        ]

    @viewing
    async def listed(self, request: Request, person: Person) -> Response:
        """Every projection of every service."""
        settled, unavailable, views = True, False, list[View]()
        try:
            settled = await self.desk.settled(WORKS)
            views = await self.desk.projections.all(self.desk.site.seen)
        except DatabaseError:
            unavailable = True
        context = {
            "settled": settled,
            "views": views,
            "unavailable": unavailable,
            **self.desk.shared(person),
        }
        return await self.desk.site.show(request, "projections.html", context, status=503 if unavailable else 200)

    @viewing
    async def show(self, request: Request, person: Person) -> Response:
        """One projection, partition by partition, and its upkeep."""
        settled = await self.desk.settled(WORKS, TRAIL)
        return await self._page(request, person, await self._view(request), settled=settled)

    @acting
    async def order(self, request: Request, person: Person) -> Response:
        """Orders something of the service that the projection is of."""
        view = await self._view(request)
        subject = upkeep_subject(view.service, view.name)
        form = await self.desk.site.confirmed(request, PURPOSE.format(subject))
        if form.text("order") not in set(Order):
            raise Problem(404, "not-found")
        asked = UpkeepRequested(
            service=view.service,
            projection=view.name,
            order=Order(form.text("order")),
            operator=operator_of(person),
            reason=form.text("reason")[:1000],
        )
        decided = await self.desk.act(request, subject, asked)
        if isinstance(decided, Hindrance):
            settled = await self.desk.settled(WORKS)
            return await self._page(request, person, await self._view(request), decided, settled=settled)
        return see_other(f"/projections/{view.service}/{view.name}")

    async def _view(self, request: Request) -> View:
        path = request.path_params
        found = await self.desk.projections.one(self.desk.site.seen, path["service"], path["projection"])
        if found is None:
            raise Problem(404, "projection-unknown")
        return found

    async def _page(
        self,
        request: Request,
        person: Person,
        view: View,
        hindrance: Hindrance | None = None,
        *,
        settled: bool = True,
    ) -> Response:
        subject = upkeep_subject(view.service, view.name)
        context = {
            "settled": settled,
            "view": view,
            "acts": (await self.desk.trail.about(subject))[:SHOWN],
            "hindrance": hindrance,
            "tokens": await self.desk.site.tokens(request, PURPOSE.format(subject)),
            **self.desk.shared(person),
        }
        status = 200 if hindrance is None else hindrance.status
        return await self.desk.site.show(request, "projection.html", context, status=status)
