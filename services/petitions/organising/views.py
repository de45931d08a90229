"""What everybody may know of organisers: how many, of which places, and the names of those who agreed to it."""

from dataclasses import dataclass

from pydantic import Field

from services.petitions.domain.organisers import standing
from services.petitions.domain.petition import Petition
from services.petitions.domain.rules import RulePack
from services.petitions.queries import Queries
from services.petitions.views import View


class OrganisersView(View):
    """Who stands behind the text as it is now, and what the rules ask for."""

    number: int
    places: dict[str, int] = Field(description="By ISO 3166 code of the country or the region.")
    stale: int = Field(description="Organisers who agreed to an older text, and do not count until they agree anew.")
    names: list[str] = Field(description="First name and initial of those who agreed to be named.")
    minimum: int = Field(description="How many the rules ask for.")
    different: int = Field(description="Of how many places.")
    enough: bool


@dataclass(frozen=True)
class Organisers:
    """Reads names; raises `DatabaseUnavailableError`."""

    queries: Queries

    async def of(self, petition: Petition, pack: RulePack) -> OrganisersView | None:
        """The organisers of a petition; `None` where the rules ask for none."""
        asked = pack.organisers
        if asked is None:
            return None
        stands = standing(petition)
        named = [each for each in petition.organisers if each.listed]
        names = [await self.queries.public_name(each.owner, each.sealed, petition.id) for each in named]
        return OrganisersView(
            number=stands.number,
            places=stands.places,
            stale=stands.stale,
            names=[name for name in names if name],
            minimum=asked.minimum,
            different=asked.different,
            enough=stands.enough(asked),
        )
