"""The versions of a draft: what each brought, and its text for other programs."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.web.caching import etag, keep_private, publish
from kenes.web.i18n import LANGUAGES, Translator
from kenes.web.limits import RateClass, limited
from kenes.web.problems import Problem
from services.consultations.domain.consultation import Consultation, VersionMade
from services.consultations.domain.refusals import Refusal
from services.consultations.drafts.akoma_ntoso_export import akoma_ntoso
from services.consultations.drafts.export import markdown, plain_text
from services.consultations.pages.presenting import present
from services.consultations.pages.site import ConsultationSite
from services.consultations.texts import Text
from services.consultations.words import Words, read_in

KEPT: Final = 5
KEPT_TEXT: Final = 3600
"""Seconds that the text of a version may be kept: it never changes."""

FORMATS: Final = {
    "xml": "application/akn+xml",
    "md": "text/markdown; charset=utf-8",
    "txt": "text/plain; charset=utf-8",
}
"""Media type by the ending of the address."""


@dataclass(frozen=True)
class ShownVersion:
    """One version. `compare` leads to what is other than in the version before."""

    number: int
    at: datetime
    languages: tuple[str, ...]
    note: Words | None
    compare: str | None


@dataclass(frozen=True)
class Versions:
    """`/consultations/{consultation}/versions`"""

    site: ConsultationSite

    def routes(self) -> list[BaseRoute]:
        """The list, and each text in each format."""
        base = "/consultations/{consultation}/versions"
        return [
            Route(base, limited(RateClass.READ)(self.show), methods=["GET"]),
            Route(
                f"{base}/{{version:int}}/{{language}}.{{ending}}", limited(RateClass.READ)(self.text), methods=["GET"]
            ),
        ]

    async def show(self, request: Request) -> Response:
        """All versions, the newest first."""
        consultation = await self.site.consultation(request)

        async def context() -> dict[str, Any]:
            t = self.site.translator(request)
            return {
                "it": present(consultation, t),
                "versions": shown(consultation, t),
                "formats": list(FORMATS),
                "hidden": not consultation.public,
            }

        return await self.site.published(request, "versions.html", context, max_age=KEPT)

    async def text(self, request: Request) -> Response:
        """One version in one language, for other programs and for print."""
        consultation = await self.site.consultation(request)
        ending, made = request.path_params["ending"], version_of(consultation, request.path_params["version"])
        found = await self.site.texts.get(consultation.id, made.number, request.path_params["language"])
        if found is None or ending not in FORMATS:
            raise Problem(404, Refusal.VERSION_UNKNOWN)
        # A large law takes its time; the others are served meanwhile.
        content = await asyncio.to_thread(_written, consultation, made, found, ending)
        response = Response(content, media_type=FORMATS[ending])
        name = f"{consultation.id}-v{made.number}-{found.language}.{ending}"
        response.headers["content-disposition"] = f'attachment; filename="{name}"'
        if not consultation.public:
            return keep_private(response)
        tag = etag("text", consultation.id, made.number, found.language, ending)
        return publish(request, response, max_age=KEPT_TEXT, tag=tag, vary="")


def version_of(consultation: Consultation, number: int) -> VersionMade:
    """The version of that number; raises the problem of one that is not there."""
    for made in consultation.versions:
        if made.number == number:
            return made
    raise Problem(404, Refusal.VERSION_UNKNOWN)


def shown(consultation: Consultation, t: Translator) -> list[ShownVersion]:
    """The versions, the newest first."""
    here = f"/consultations/{consultation.id}/versions"
    return [
        ShownVersion(
            number=made.number,
            at=made.at,
            languages=tuple(each for each in LANGUAGES if each in made.languages),
            note=None if made.note is None else read_in(made.note, t.language),
            compare=f"{here}/{made.number - 1}..{made.number}" if made.number > 1 else None,
        )
        for made in reversed(consultation.versions)
    ]


def _written(consultation: Consultation, made: VersionMade, text: Text, ending: str) -> bytes:
    if ending == "md":
        return markdown(text.tree).encode()
    if ending == "txt":
        return plain_text(text.tree).encode()
    uri = f"/akn/kz/bill/{consultation.prepared_at.date().isoformat()}/{consultation.id}"
    return akoma_ntoso(text.tree, uri=uri, language=text.language, on=made.at.date())
