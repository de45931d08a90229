"""Alerts, their rules, and what to do."""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.identity.person import Person
from kenes.mongo.client import DatabaseError, patience
from services.console.access import viewing
from services.console.pages.site import ConsoleSite
from services.console.rendering import alert_view

PAST: Final = 50
WITHIN: Final = 2.0
"""Seconds the past may take: it is no reason to wait for what is now."""


@dataclass(frozen=True)
class AlertPages:
    """`/alerts`, `/runbook`."""

    site: ConsoleSite

    def routes(self) -> list[BaseRoute]:
        return [Route("/alerts", self.show, methods=["GET"]), Route("/runbook", self.runbook, methods=["GET"])]

    @viewing
    async def show(self, request: Request, _person: Person) -> Response:
        """What fires, what may, what did, and the rules."""
        alerts = self.site.alerts
        try:
            with patience(WITHIN):
                past, away = await self.site.past_alerts.past(PAST), False
        except DatabaseError:
            past, away = [], True
        return await self.site.show(
            request,
            "alerts.html",
            {
                "problems": [alert_view(each, alerts) for each in alerts.firing],
                "brewing": [alert_view(each, alerts) for each in alerts.pending],
                "past": past,
                "past_away": away,
                "rules": alerts.rules,
                "runbook": self.site.runbook,
            },
        )

    @viewing
    async def runbook(self, request: Request, _person: Person) -> Response:
        """What to do, from docs/operations.md."""
        return await self.site.show(request, "runbook.html", {"runbook": self.site.runbook})
