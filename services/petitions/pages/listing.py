"""The list of petitions: search, filters, order, pages."""

from dataclasses import dataclass
from urllib.parse import urlencode

from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.web.i18n import LANGUAGES
from kenes.web.limits import RateClass, limited
from schemas.petitions.v1 import Category
from services.petitions.domain.petition import Status
from services.petitions.pages.reads import Sort
from services.petitions.pages.regions import regions
from services.petitions.pages.site import PageSite
from services.petitions.queries import Filter

KEPT = 5
STATES: dict[str, tuple[Status, ...]] = {
    "open": (Status.COLLECTING,),
    "closed": (Status.CLOSED,),
    "all": (Status.COLLECTING, Status.CLOSED),
}


@dataclass(frozen=True)
class Wish:
    """What a reader asked for. Whatever the address says that is no choice here counts as not asked."""

    q: str = ""
    state: str = "open"
    category: str = ""
    language: str = ""
    region: str = ""
    sort: str = Sort.NEWEST
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
        return bool(self.category or self.language or self.region or self.sort != Sort.NEWEST)

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

    page = query.get("page", "1")
    return Wish(
        q=query.get("q", "").strip()[:200],
        state=choice("state", set(STATES), "open"),
        category=choice("category", {str(each) for each in Category}, ""),
        language=choice("language", set(LANGUAGES), ""),
        region=choice("region", {code for code, _ in regions("en")}, ""),
        sort=choice("sort", {str(each) for each in Sort}, Sort.NEWEST),
        page=int(page) if page.isascii() and page.isdigit() and len(page) < 6 else 1,
    )


@dataclass(frozen=True)
class Listing:
    """`/petitions`"""

    site: PageSite

    def routes(self) -> list[BaseRoute]:
        """Its only route."""
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
            "sorts": [(str(each), t(f"sort.{each}")) for each in Sort],
            "states": list(STATES),
        }
