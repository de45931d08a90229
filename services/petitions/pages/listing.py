"""The list of petitions: search, filters, order, pages."""

from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.regions import regions
from kenes.web.i18n import LANGUAGES
from kenes.web.limits import RateClass, limited
from kenes.web.values import whole_number
from schemas.petitions.v1 import Category
from services.petitions.domain.status import LISTED, Status
from services.petitions.filters import LONGEST_SEARCH
from services.petitions.opendata.links import of_list
from services.petitions.pages.site import PetitionSite
from services.petitions.search.wanted import Filter, Sort

KEPT = 5
STATES: dict[str, tuple[Status, ...]] = {
    "open": (Status.COLLECTING,),
    "discussed": (Status.DISCUSSION,),
    "closed": tuple(status for status in LISTED if status not in (Status.COLLECTING, Status.DISCUSSION)),
    "all": LISTED,
}


@dataclass(frozen=True)
class Wish:
    """What a reader asked for. Whatever the address says that is no choice here counts as not asked."""

    q: str = ""
    state: str = "open"
    category: str = ""
    language: str = ""
    region: str = ""
    sort: str = Sort.USUAL
    page: int = 1

    @property
    def filter(self) -> Filter:
        """As the database is asked."""
        return Filter(
            status=STATES[self.state],
            search=self.q,
            category=self.category or None,
            language=self.language or None,
            region=self.region or None,
        )

    @property
    def narrowed(self) -> bool:
        """More than search and state was chosen."""
        return bool(self.category or self.language or self.region or self.sort)

    @property
    def sorts(self) -> list[tuple[str, str]]:
        """The orders there are for this list, each with the key of its name; words add relevance."""
        usual = (Sort.USUAL, "sort.relevant" if self.q else "sort.newest")
        others = [sort for sort in Sort if sort and (self.q or sort is not Sort.NEWEST)]
        return [usual, *((sort, f"sort.{sort}") for sort in others)]

    def address(self, **changes: object) -> str:
        """The address of the same list with changes."""
        asked = {**vars(self), **changes}
        usual = vars(Wish())
        query = urlencode({name: value for name, value in asked.items() if value != usual[name]})
        return f"/petitions?{query}" if query else "/petitions"


def read_wish(query: QueryParams) -> Wish:
    """The wish in an address."""

    def choice(name: str, known: object, usual: str) -> str:
        value = query.get(name, usual)
        return value if isinstance(known, set) and value in known else usual

    words = query.get("q", "").strip()[:LONGEST_SEARCH]
    sorts = {sort for sort, _ in Wish(q=words).sorts}
    return Wish(
        q=words,
        state=choice("state", set(STATES), "open"),
        category=choice("category", {str(each) for each in Category}, ""),
        language=choice("language", set(LANGUAGES), ""),
        region=choice("region", {code for code, _ in regions("en")}, ""),
        sort=choice("sort", sorts, Sort.USUAL),
        page=whole_number(query.get("page", ""), 5) or 1,
    )


@dataclass(frozen=True)
class Listing:
    """`/petitions`"""

    site: PetitionSite

    def routes(self) -> list[BaseRoute]:
        return [Route("/petitions", limited(RateClass.READ)(self.show), methods=["GET"])]

    async def show(self, request: Request) -> Response:
        """The page of the list that the address names."""
        return await self.site.published(request, "list.html", lambda: self._page(request), max_age=KEPT)

    async def _page(self, request: Request) -> dict[str, object]:
        site, t = self.site, self.site.translator(request)
        wish = read_wish(request.query_params)
        found = await site.reads.page(wish.filter, Sort(wish.sort), wish.page)
        return {
            "wish": wish,
            "found": found,
            "petitions": [site.present(request, petition) for petition in found.petitions],
            "previous": wish.address(page=found.number - 1) if found.number > 1 else None,
            "next": wish.address(page=found.number + 1) if found.number < found.pages else None,
            "categories": [(str(each), t(f"category.{each}")) for each in Category],
            "languages": [(each, t(f"language.{each}")) for each in LANGUAGES],
            "regions": regions(t.language),
            "sorts": [(sort, t(name)) for sort, name in wish.sorts],
            "states": list(STATES),
            "alternates": of_list(vars(wish), STATES[wish.state], t.language),
        }
