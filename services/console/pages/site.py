"""What every page of the console has at hand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from kenes.identity.login import LOGIN, LOGOUT
from kenes.mongo.projection import Projection
from kenes.mongo.standings import ProjectionStanding
from kenes.web.live import LiveHub
from kenes.web.pages import NavItem, Shell
from kenes.web.site import Site
from services.console.access import may_view
from services.console.alerting.evaluating import Alerts
from services.console.alerting.stored import StoredAlerts
from services.console.databases import OWN
from services.console.runbook import Runbook
from services.console.sampling.history import Span
from services.console.sampling.readings import Reading
from services.console.sampling.sampler import Sampler
from services.console.sampling.snapshot import Snapshot
from services.console.sampling.topic_events import TopicEvents
from services.console.words import Words

SHELL: Final = Shell(home="/", account="/", sign_in=f"{LOGIN}?next=/", sign_out=LOGOUT)
"""No menu: whoever is no operator learns nothing of what is here."""

NAV: Final = (
    NavItem("nav.overview", "/overview"),
    NavItem("nav.topics", "/topics"),
    NavItem("nav.groups", "/groups"),
    NavItem("nav.projections", "/projections"),
    NavItem("nav.letters", "/letters"),
    NavItem("nav.traces", "/traces"),
    NavItem("nav.deliveries", "/deliveries"),
    NavItem("nav.duties", "/duties"),
    NavItem("nav.acts", "/acts"),
    NavItem("nav.alerts", "/alerts"),
    NavItem("nav.runbook", "/runbook"),
)


def desks(roles: frozenset[str]) -> tuple[NavItem, ...]:
    """The menu, for operators."""
    return NAV if may_view(roles) else ()


@dataclass(frozen=True, kw_only=True)
class ConsoleSite(Site):
    """The parts of the pages. Handlers are methods of small classes that hold one."""

    sampler: Sampler
    alerts: Alerts
    past_alerts: StoredAlerts
    events: TopicEvents
    runbook: Runbook
    hub: LiveHub

    @property
    def seen(self) -> Snapshot:
        """What was seen last."""
        return self.sampler.snapshot

    def own_projections(self, projections: Sequence[Projection]) -> list[Reading[ProjectionStanding]]:
        """How the console's own projections stood when they were seen last."""
        names = {each.name for each in projections}
        seen = (each for each in self.seen.projections if each.service == OWN and each.who.live)
        return [each for each in seen if each.who.name in names]

    async def show(
        self, request: Request, template: str, context: Mapping[str, object], *, status: int = 200
    ) -> Response:
        """A page that says how fresh it is. Templates also see `seen`, `now`, `w` (figures in words) and `alerts`."""
        shared = {
            "seen": self.seen,
            "now": datetime.now(UTC),
            "w": Words(self.translator(request)),
            "firing": self.alerts.firing,
            "history": self.sampler.history,
        }
        return await self.render(request, template, {**shared, **context}, status=status)


def span_of(request: Request) -> Span:
    """How far back the charts of a page look: `?span=`, an hour where it says nothing that there is."""
    asked = request.query_params.get("span", "")
    return Span(asked) if asked in set(Span) else Span.HOUR
