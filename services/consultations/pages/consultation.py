"""One consultation: what the draft changes, in plain words first; its path, who was heard, and the text by clauses."""

from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.web.i18n import LANGUAGES
from kenes.web.limits import RateClass, limited
from schemas.consultations.parts import Stakeholder
from services.consultations.domain.consultation import Consultation
from services.consultations.folds.comments import WHOLE
from services.consultations.pages import course_words
from services.consultations.pages.coverage import coverage, people_words
from services.consultations.pages.outline import contents
from services.consultations.pages.presenting import present
from services.consultations.pages.site import ConsultationSite
from services.consultations.texts import Text
from services.consultations.words import read_in

KEPT: Final = 5
LIVE: Final = "/api/consultations/v1/consultations/{}/live"


@dataclass(frozen=True)
class ConsultationPage:
    """`/consultations/{consultation}`"""

    site: ConsultationSite

    def routes(self) -> list[BaseRoute]:
        """Its only route; stands behind those with a fixed word in the place of the consultation."""
        return [Route("/consultations/{consultation}", limited(RateClass.READ)(self.show), methods=["GET"])]

    async def show(self, request: Request) -> Response:
        """The page."""
        consultation = await self.site.consultation(request)
        return await self.site.published(
            request, "consultation.html", lambda: self._context(request, consultation), max_age=KEPT
        )

    async def _context(self, request: Request, consultation: Consultation) -> dict[str, Any]:
        site, t = self.site, self.site.translator(request)
        heard = await site.queries.heard(consultation.id)
        people = await site.queries.people(consultation.id)
        text = await text_of(site, consultation, request.query_params.get("text"), t.language)
        return {
            "it": present(consultation, t),
            "draft": consultation,
            "summary": None if consultation.summary is None else read_in(consultation.summary, t.language),
            "note": None if consultation.note is None else read_in(consultation.note, t.language),
            "text": text,
            "languages": languages_of(consultation),
            "contents": () if text is None else contents(text.tree, heard["clauses"]),
            "whole": heard["clauses"].get(WHOLE, 0),
            "comments": heard["comments"],
            "votes": site.votes.acts(consultation.id),
            "people": people_words(people["people"], t, site.small_group),
            "coverage": coverage(people, t, site.small_group),
            "course": course_words.path(consultation, t),
            "roster": _roster(consultation),
            "pack": site.packs.pinned(consultation.rules),
            "live": LIVE.format(consultation.id),
            "read_in": read_in,
        }


def languages_of(consultation: Consultation, version: int | None = None) -> list[str]:
    """The languages of a version, of the last where none is told, in the usual order."""
    number = consultation.version if version is None else version
    known = consultation.versions[number - 1].languages if number else ()
    return [each for each in LANGUAGES if each in known]


async def text_of(
    site: ConsultationSite, consultation: Consultation, asked: str | None, language: str, version: int | None = None
) -> Text | None:
    """A version, as `languages_of`, in the language asked for, or the reader's, or the first; `None` before any."""
    number = consultation.version if version is None else version
    known = languages_of(consultation, number)
    if not known:
        return None
    wanted = next((each for each in (asked, language) if each in known), known[0])
    return await site.texts.get(consultation.id, number, wanted)


def _roster(consultation: Consultation) -> list[tuple[Stakeholder, list[Any]]]:
    """The working group by class."""
    groups = [(each, [member for member in consultation.roster if member.stakeholder is each]) for each in Stakeholder]
    return [(each, members) for each, members in groups if members]
