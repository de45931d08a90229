"""What other sites show of a petition: a live box in a frame, and a picture beside a link."""

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Route

from kenes.web.caching import etag, publish
from kenes.web.context import web
from kenes.web.i18n import Translator
from kenes.web.keeping import Kept
from kenes.web.limits import RateClass, limited
from kenes.web.open_data import OPEN_TO_ALL, open_data, publish_data
from kenes.web.problems import Problem
from services.petitions.domain.petition import Petition
from services.petitions.opendata.share_image import picture
from services.petitions.opendata.share_images import EVERY, ShareImages
from services.petitions.pages.site import PetitionSite

KEPT: Final = 5
_CSP: Final = (
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "frame-ancestors *",
    "base-uri 'none'",
    "form-action 'none'",
)
FRAMED: Final = {
    "content-security-policy": "; ".join(_CSP),
    # Nobody learns from us on which page of which site a reader followed the link.
    "referrer-policy": "no-referrer",
    **OPEN_TO_ALL,
}
"""Headers of the one page that any site may frame. There is nothing to press in it but links."""


@dataclass(frozen=True)
class Embedding:
    """`/petitions/{petition}/embed` and `/petitions/{petition}/share.png`"""

    site: PetitionSite
    images: ShareImages = field(default_factory=ShareImages)
    kept: Kept[bytes] = field(default_factory=Kept)

    def routes(self) -> list[BaseRoute]:
        """The box and the picture."""
        return [
            Route("/petitions/{petition}/embed", limited(RateClass.READ)(self.embed), methods=["GET"]),
            Route("/petitions/{petition}/share.png", limited(RateClass.READ)(self.image), methods=["GET"]),
        ]

    async def embed(self, request: Request) -> Response:
        """The box: the same for everybody who reads the same language; it sets no cookie and knows no session."""
        petition, language = request.path_params["petition"], self.site.translator(request).language
        body = await self.kept.get((petition, language), KEPT, lambda: self._box(request))
        response = HTMLResponse(body, headers={**FRAMED, "content-language": language})
        return publish(request, response, max_age=KEPT, tag=etag(body), vary="Accept-Language, Cookie")

    async def _box(self, request: Request) -> bytes:
        shown = self.site.present(request, await self._opened(request))
        origin = web(request.scope).settings.public_url
        # Only the text is taken: rendering remembers a `?lang=` in a cookie, and a frame leaves none behind.
        page = self.site.pages.render(request, "petitions/embed.html", {"it": shown, "origin": origin})
        return bytes(page.body)

    @open_data
    async def image(self, request: Request) -> Response:
        """The picture, in the petition's own language; at most 30 seconds behind the count."""
        petition, site = await self._opened(request), self.site
        t = Translator(site.pages.catalogs, petition.text.language)
        host = urlsplit(web(request.scope).settings.public_url).netloc
        count = site.counts.get(petition.id).count
        goal = petition.goal.signatures
        drawn = await self.images.get(petition.id, picture(petition, count, goal, t, host))
        response = Response(drawn.png.result(), media_type="image/png")
        return publish_data(request, response, tag=etag(drawn.shown), modified=drawn.when, max_age=int(EVERY))

    async def _opened(self, request: Request) -> Petition:
        found = await self.site.queries.petition(request.path_params["petition"])
        if found is None or not found.published:
            raise Problem(404, "petition-unknown")
        return found
