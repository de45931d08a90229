"""The trail of acts as a page and as CSV, and the live stream that says when there is something new."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from kenes.identity.person import Person
from kenes.web import csv_text
from kenes.web.live import LiveResponse, last_event_id
from services.console.access import viewing
from services.console.acts.desk import Desk, page_number
from services.console.acts.live import ACTS_KEY, PROJECTIONS_KEY
from services.console.acts.reads import PAGE, Act
from services.console.acts.trail import TRAIL

COLUMNS = ("number", "at", "operator", "operator_id", "act", "subject", "reason", "count", "version", "error")


@dataclass(frozen=True)
class ActPages:
    """`/acts`, `/acts.csv`, `/acts/live`, `/projections/live`"""

    desk: Desk

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/acts", self.show, methods=["GET"]),
            Route("/acts.csv", self.csv, methods=["GET"]),
            Route("/acts/live", self.live, methods=["GET"]),
            Route("/projections/live", self.live_projections, methods=["GET"]),
        ]

    @viewing
    async def show(self, request: Request, person: Person) -> Response:
        """Who did what, when and why."""
        page = page_number(request)
        settled = await self.desk.settled(TRAIL)
        acts, total = await self.desk.trail.page(page)
        context = {
            "settled": settled,
            "acts": acts,
            "total": total,
            "page": page,
            "pages": max(1, -(-total // PAGE)),
            "address": lambda number: f"/acts?{urlencode({'page': number})}",
            **self.desk.shared(person),
        }
        return await self.desk.site.show(request, "acts.html", context)

    @viewing
    async def csv(self, _request: Request, _person: Person) -> Response:
        """The whole trail, the first act first."""
        headers = {"content-disposition": 'attachment; filename="acts.csv"', "cache-control": "no-store"}
        return StreamingResponse(self._lines(), headers=headers, media_type=csv_text.MEDIA_TYPE)

    async def _lines(self) -> AsyncIterator[bytes]:
        yield csv_text.lines([COLUMNS])
        async for act in self.desk.trail.all():
            yield csv_text.lines([_row(act)])

    @viewing
    async def live(self, request: Request, _person: Person) -> Response:
        """Something was decided: the page is to be asked for again."""
        live = self.desk.live
        return LiveResponse(live.hub, ACTS_KEY, last_event_id(request), live.snapshot)

    @viewing
    async def live_projections(self, request: Request, _person: Person) -> Response:
        """Something was decided about a projection, or a rebuild has moved."""
        live = self.desk.live
        return LiveResponse(live.hub, PROJECTIONS_KEY, last_event_id(request), live.snapshot)


def _row(act: Act) -> tuple[csv_text.Cell, ...]:
    name, operator = ("", "") if act.operator is None else (act.operator.name, act.operator.id)
    at = act.at.isoformat()
    return act.number, at, name, operator, act.act, act.subject, act.reason, act.count, act.version, act.error
