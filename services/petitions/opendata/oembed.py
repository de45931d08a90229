"""oEmbed (oembed.com): what a site needs to show a petition whose address somebody pasted."""

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from markupsafe import escape
from starlette.requests import Request
from starlette.responses import Response

from kenes.web.caching import etag
from kenes.web.context import web
from kenes.web.i18n import LANGUAGES
from kenes.web.limits import RateClass
from kenes.web.open_data import absolute, open_data, publish_data, translator
from kenes.web.openapi import Operation, Parameter
from kenes.web.openapi_parameters import choice
from kenes.web.problems import FieldError, InvalidInput, Problem
from kenes.web.values import whole_number
from services.petitions.opendata.sources import Sources
from services.petitions.opendata.views import Oembed

WIDTH, HEIGHT = 480, 480
SHARE_WIDTH, SHARE_HEIGHT = 1200, 630
CACHE_AGE: Final = 3600
_PATH: Final = re.compile(r"/petitions/([0-9A-Za-z-]{1,64})(?:/embed)?/?")
_FRAME: Final = (
    '<iframe src="{src}" title="{title}" width="{width}" height="{height}" style="border:0;max-width:100%" '
    'loading="lazy" referrerpolicy="no-referrer" sandbox="allow-scripts allow-same-origin allow-popups '
    'allow-popups-to-escape-sandbox"></iframe>'
)
_PARAMETERS: Final = (
    Parameter("url", "The address of a petition's page on this site; `?lang=` in it chooses the widget's language."),
    choice("format", "Another is answered by 501, as oEmbed says.", ("json",), "json"),
    Parameter("maxwidth", "Pixels the widget may be wide."),
    Parameter("maxheight", "Pixels the widget may be high."),
    choice("lang", "The language of the widget; the petition's own where it is absent.", LANGUAGES),
)


def frame(origin: str, petition: str, title: str, language: str, width: int = WIDTH, height: int = HEIGHT) -> str:
    """The markup that shows a petition's widget on another site."""
    src = f"{origin}/petitions/{petition}/embed?lang={language}"
    return _FRAME.format(src=escape(src), title=escape(title), width=width, height=height)


def share_image(petition: str, count: int) -> str:
    """The path of a petition's share image; a new count is a new address to the caches of other sites."""
    return f"/petitions/{petition}/share.png?n={count}"


@dataclass(frozen=True)
class OembedProvider:
    """`/oembed`"""

    sources: Sources

    def operations(self) -> list[Operation]:
        return [
            Operation(
                "GET",
                "/oembed",
                self.oembed,
                {200: Oembed},
                problems=("petition-unknown",),
                parameters=_PARAMETERS,
                limit=RateClass.READ,
            )
        ]

    @open_data
    async def oembed(self, request: Request) -> Response:
        """The widget of a petition, for sites that know oEmbed."""
        query = request.query_params
        if query.get("format", "json") != "json":
            raise Problem(501, "format-unsupported")
        public_url = web(request.scope).settings.public_url
        petition = await self.sources.petition(petition_of(query.get("url", ""), public_url))
        t = translator(request, petition.text.language)
        width = _at_most(query.get("maxwidth"), "maxwidth", WIDTH)
        height = _at_most(query.get("maxheight"), "maxheight", HEIGHT)
        count = self.sources.counts.get(petition.id).count
        answer = Oembed(
            title=petition.text.title,
            provider_name=t("site.name"),
            provider_url=public_url,
            cache_age=CACHE_AGE,
            html=frame(public_url, petition.id, petition.text.title, t.language, width, height),
            width=width,
            height=height,
            thumbnail_url=absolute(request, share_image(petition.id, count)),
            thumbnail_width=SHARE_WIDTH,
            thumbnail_height=SHARE_HEIGHT,
        )
        body = answer.model_dump_json().encode()
        response = Response(body, media_type="application/json")
        return publish_data(request, response, tag=etag(body), modified=None, max_age=CACHE_AGE)


def petition_of(address: str, public_url: str) -> str:
    """The petition whose page `address` is; raises 404 where it is no such page of this site."""
    try:
        parts = urlsplit(address)
    except ValueError:
        raise Problem(404, "petition-unknown") from None
    match = _PATH.fullmatch(parts.path)
    # http and https name the same site: people paste what an old link said.
    if match is None or parts.scheme not in ("http", "https") or parts.netloc != urlsplit(public_url).netloc:
        raise Problem(404, "petition-unknown")
    return match[1]


def _at_most(text: str | None, name: str, usual: int) -> int:
    if text is None:
        return usual
    if not (asked := whole_number(text, 5)):
        raise InvalidInput([FieldError(f"/{name}", "invalid")])
    return min(usual, asked)
