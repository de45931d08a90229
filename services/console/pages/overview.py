"""The first page: is anything lost, late or stuck?"""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.identity.access import current_person
from kenes.identity.person import Person
from kenes.web.live import LiveResponse, last_event_id
from kenes.web.problems import Problem
from kenes.web.site import see_other
from services.console.access import may_view, viewing
from services.console.pages.site import ConsoleSite
from services.console.rendering import alert_view, sources
from services.console.sampling.readings import State
from services.console.watching import KEY, frame


@dataclass(frozen=True)
class Overview:
    """`/overview`, to which `/` leads, and `/live`, which tells open pages that there is something new."""

    site: ConsoleSite

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/", self.home, methods=["GET"]),
            Route("/overview", self.show, methods=["GET"]),
            Route("/live", self.live, methods=["GET"]),
        ]

    async def home(self, _request: Request) -> Response:
        """The overview has an address of its own, which the menu can show."""
        return see_other("/overview")

    @viewing
    async def show(self, request: Request, _person: Person) -> Response:
        """Problems first, then a line for each service."""
        site, seen = self.site, self.site.seen
        return await site.show(
            request,
            "overview.html",
            {
                "sources": sources(seen),
                "problems": [alert_view(each, site.alerts) for each in site.alerts.firing],
                "brewing": [alert_view(each, site.alerts) for each in site.alerts.pending],
                "behind": [each for each in seen.groups if each.state in (State.LATE, State.STUCK)],
                "stale": [
                    each for each in seen.projections if each.who.live and each.state in (State.LATE, State.STUCK)
                ],
                "services": services_and_processes(list(seen.processes.value)),
                "runbook": site.runbook,
            },
        )

    async def live(self, request: Request) -> Response:
        """Tells that another look was taken; pages then ask for themselves again."""
        person = await current_person(request)
        if person is None or not may_view(person.roles):
            raise Problem(403, "not-allowed")

        async def snapshot() -> tuple[int, bytes]:
            seen = self.site.seen
            return seen.number, frame(seen)

        return LiveResponse(self.site.hub, KEY, last_event_id(request), snapshot)


def services_and_processes(names: list[str]) -> dict[str, list[str]]:
    """Processes by service: `petitions-api` is one of petitions'."""
    found: dict[str, list[str]] = {}
    for name in names:
        found.setdefault(name.rpartition("-")[0], []).append(name)
    return found
