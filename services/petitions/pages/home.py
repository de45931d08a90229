"""The first page: what is open, what ends soon, what moves today, and how it works."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.home import HOME_ZONE
from kenes.web.keeping import Kept
from kenes.web.limits import RateClass, limited
from services.petitions.domain.petition import Petition
from services.petitions.domain.status import Status
from services.petitions.pages.site import PetitionSite
from services.petitions.search.wanted import Filter, Sort

SHOWN = 6
FEW = 3
KEPT = 10


@dataclass(frozen=True)
class Home:
    """`/`"""

    site: PetitionSite
    moved: Kept[list[tuple[Petition, int]]] = field(default_factory=Kept)

    def routes(self) -> list[BaseRoute]:
        return [Route("/", limited(RateClass.READ)(self.show), methods=["GET"])]

    async def show(self, request: Request) -> Response:
        """Three short lists."""
        return await self.site.published(request, "home.html", lambda: self._lists(request), max_age=KEPT)

    async def _lists(self, request: Request) -> dict[str, object]:
        """No petition is in two of them."""
        site = self.site
        collecting = Filter(status=(Status.COLLECTING,))
        moved = await self.moved.get("today", KEPT, self._moved)
        seen = {petition.id for petition, _ in moved}
        closing = await site.reads.page(collecting, Sort.CLOSING, 1, FEW * 2)
        soon = [petition for petition in closing.petitions if petition.id not in seen][:FEW]
        seen |= {petition.id for petition in soon}
        newest = await site.reads.page(collecting, Sort.NEWEST, 1, SHOWN * 2)
        return {
            "moved": [(site.present(request, petition), net) for petition, net in moved],
            "soon": [site.present(request, petition) for petition in soon],
            "newest": [site.present(request, each) for each in newest.petitions if each.id not in seen][:SHOWN],
            "open_count": newest.total,
        }

    async def _moved(self) -> list[tuple[Petition, int]]:
        midnight = datetime.now(HOME_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
        return await self.site.reads.moved(midnight.astimezone(UTC), FEW)
