"""All consultations: open now, being answered, and reported; by kind, body and words."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.bodies import body_name
from kenes.web.limits import RateClass, limited
from schemas.consultations.parts import DraftKind
from services.consultations.opendata import alternates_of
from services.consultations.pages.places import in_order
from services.consultations.pages.presenting import present
from services.consultations.pages.site import ConsultationSite
from services.consultations.wanted import SECTIONS, read_wish

KEPT: Final = 5


@dataclass(frozen=True)
class Listing:
    """`/consultations`"""

    site: ConsultationSite

    def routes(self) -> list[BaseRoute]:
        return [Route("/consultations", limited(RateClass.READ)(self.show), methods=["GET"])]

    async def show(self, request: Request) -> Response:
        """What is open comes first."""
        return await self.site.published(request, "list.html", lambda: self._lists(request), max_age=KEPT)

    async def _lists(self, request: Request) -> Mapping[str, object]:
        site, t = self.site, self.site.translator(request)
        public = [each for each in await site.queries.consultations() if each.opened_at is not None]
        bodies = {each.body: body_name(each.body, t.language) for each in public}
        wish = read_wish(request.query_params, bodies)
        found = [each for each in public if wish.fits(each)]
        return {
            "wish": wish,
            "total": len(found),
            "sections": [
                (status, [present(each, t) for each in found if each.status is status])
                for status in SECTIONS
                if any(each.status is status for each in found)
            ],
            "comments": await site.queries.comments_of([each.id for each in found]),
            "votes": {each.id: site.votes.acts(each.id) for each in found},
            "kinds": [(str(each), t(f"kind.{each}")) for each in DraftKind],
            "bodies": in_order(bodies),
            "statuses": [(str(each), t(f"status.{each}")) for each in SECTIONS],
            "alternates": alternates_of(wish, t.language),
        }
