"""What open data is made from, and what of it is public."""

from dataclasses import dataclass, field
from datetime import datetime

from kenes.web.open_data import FirstSeen
from kenes.web.problems import Problem
from services.petitions.domain.petition import Petition
from services.petitions.domain.rules import RulePacks
from services.petitions.live import LiveCounts
from services.petitions.opendata.hours import Hours
from services.petitions.queries import Queries


@dataclass(frozen=True)
class Sources:
    """Petitions, counts and hours. `small_group` is the smallest number that is shown of a region."""

    queries: Queries
    counts: LiveCounts
    packs: RulePacks
    hours: Hours
    small_group: int
    seen: FirstSeen = field(default_factory=FirstSeen)

    async def petition(self, petition: str) -> Petition:
        """A petition that has been published; raises 404 for any other."""
        found = await self.queries.petition(petition)
        if found is None or not found.published:
            raise Problem(404, "petition-unknown")
        return found


def updated_at(petition: Petition) -> datetime:
    """When the last step in its life was taken."""
    return max((each.at for each in petition.timeline), default=petition.created_at)
