"""What open data is made from, and what of it is public."""

from dataclasses import dataclass, field
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from kenes.web.caching import etag
from kenes.web.context import web
from kenes.web.i18n import LANGUAGES, Translator
from kenes.web.openapi_parameters import choice, chosen
from kenes.web.problems import Problem
from services.petitions.domain.petition import Petition
from services.petitions.domain.rules import RulePacks
from services.petitions.live import LiveCounts
from services.petitions.opendata.answering import FirstSeen, publish_data
from services.petitions.opendata.hours import Hours
from services.petitions.queries import Queries

LANG = choice("lang", "The language of the words around the data; its own where it is absent.", LANGUAGES)


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

    def answer(
        self,
        request: Request,
        body: bytes,
        media_type: str,
        *,
        max_age: int,
        file: str | None = None,
        further: str | None = None,
    ) -> Response:
        """A body that is whole, to be kept for `max_age` seconds; `file` is its name, `further` where it goes on."""
        tag = etag(body)
        headers = {"link": f'<{further}>; rel="next"'} if further else {}
        if file is not None:
            headers["content-disposition"] = f'attachment; filename="{file}"'
        return publish_data(
            request,
            Response(body, media_type=media_type),
            tag=tag,
            modified=self.seen.modified(own_address(request), tag),
            max_age=max_age,
            headers=headers,
        )


def updated_at(petition: Petition) -> datetime:
    """When the last step in its life was taken."""
    return max((each.at for each in petition.timeline), default=petition.created_at)


def translator(request: Request, default: str) -> Translator:
    """The language asked for, and no other sign of the reader: the answer is the same for all who ask the same."""
    return Translator(web(request.scope).catalogs, chosen(request, LANG) or default)


def absolute(request: Request, path: str) -> str:
    """The address of a path of this site."""
    return f"{web(request.scope).settings.public_url}{path}"


def own_address(request: Request) -> str:
    """The address that was asked for."""
    query = f"?{request.url.query}" if request.url.query else ""
    return absolute(request, f"{request.url.path}{query}")
