"""Consumer groups, and the positions that projections record themselves."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.identity.person import Person
from kenes.web.problems import Problem
from services.console.access import viewing
from services.console.pages.charts import drawn
from services.console.pages.site import ConsoleSite, span_of
from services.console.rendering import group_detail, group_view, projection_view
from services.console.sampling.history import Span


@dataclass(frozen=True)
class GroupPages:
    """`/groups`, `/groups/GROUP`."""

    site: ConsoleSite

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/groups", self.list, methods=["GET"]),
            Route("/groups/{group}", self.show, methods=["GET"]),
        ]

    @viewing
    async def list(self, request: Request, _person: Person) -> Response:
        """Every group, the worst first; then what services recorded beside what they wrote."""
        site, seen = self.site, self.site.seen
        words = request.query_params.get("q", "").strip().lower()[:100]
        history = site.sampler.history
        groups = [group_view(each, seen.at) for each in seen.groups if words in each.who.name.lower()]
        return await site.show(
            request,
            "groups.html",
            {
                "groups": sorted(groups, key=lambda each: (-(each.lag.seconds or 0), each.name)),
                "trends": {
                    each.name: [
                        round(p.value or 0) for p in history.points(f"group/{each.name}/lag", seen.at, Span.HOUR)
                    ]
                    for each in groups
                },
                "projections": [projection_view(each, seen.at) for each in seen.projections if each.who.live],
                "q": words,
            },
        )

    @viewing
    async def show(self, request: Request, _person: Person) -> Response:
        """One group: lag over time, per partition, members."""
        site, seen = self.site, self.site.seen
        reading = seen.group(request.path_params["group"])
        if reading is None:
            raise Problem(404, "group-unknown")
        span, history = span_of(request), site.sampler.history
        name = reading.who.name
        return await site.show(
            request,
            "group.html",
            {
                "group": group_detail(reading, seen.at),
                "who": reading.who,
                "span": span,
                "spans": list(Span),
                "lag": drawn(history.points(f"group/{name}/lag", seen.at, span)),
                "waits": drawn(history.points(f"group/{name}/seconds", seen.at, span)),
                "rate": drawn(history.rate(f"group/{name}/read", seen.at, span)),
            },
        )
