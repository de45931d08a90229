"""The results report of a consultation, and while it is not published, what is owed and by when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.web.i18n import Translator
from kenes.web.limits import RateClass, limited
from schemas.consultations.parts import Stakeholder
from services.consultations.answers import PREFIX
from services.consultations.domain.consultation import Consultation
from services.consultations.folds.comments import WHOLE
from services.consultations.ledger.report import report
from services.consultations.pages.campaigns import heard, shown_campaign
from services.consultations.pages.coverage import people_words
from services.consultations.pages.outline import words_of
from services.consultations.pages.presenting import present
from services.consultations.pages.site import ConsultationSite
from services.consultations.texts import Text
from services.consultations.words import read_in

KEPT: Final = 5
EXCERPT: Final = 160
"""Letters of a comment that is owed an answer."""


@dataclass(frozen=True)
class ClauseLine:
    """A clause that was commented on; `id` is the last part of its page's address."""

    id: str
    label: str
    words: str
    comments: int


@dataclass(frozen=True)
class ReportPage:
    """`/consultations/{consultation}/report`"""

    site: ConsultationSite

    def routes(self) -> list[BaseRoute]:
        return [Route("/consultations/{consultation}/report", limited(RateClass.READ)(self.show), methods=["GET"])]

    async def show(self, request: Request) -> Response:
        """The report as it is now."""
        consultation = await heard(self.site, request)
        t = self.site.translator(request)
        return await self.site.published(request, "report.html", lambda: self._shown(consultation, t), max_age=KEPT)

    async def _shown(self, consultation: Consultation, t: Translator) -> dict[str, object]:
        told = await report(self.site.queries, self.site.ledger, consultation)
        text = await self._text(consultation, t.language)
        answered = await self.site.ledger.answered(consultation.id)
        classes = told.heard["classes"]
        return {
            "it": present(consultation, t),
            "draft": consultation,
            "told": told,
            "people": people_words(told.people, t, self.site.small_group),
            "conclusions": read_in(consultation.conclusions, t.language)
            if told.published and consultation.conclusions
            else None,
            "urgent": [(each, excerpt(each.text)) for each in told.urgent],
            "classes": [(t(f"class.{each}"), classes.get(each, 0)) for each in Stakeholder],
            "clauses": clause_lines(text, told.heard["clauses"]),
            "text_language": None if text is None else text.language,
            "campaigns": [shown_campaign(each, t, self.site.small_group) for each in answered],
            "data": f"{PREFIX}/consultations/{consultation.id}/report",
        }

    async def _text(self, consultation: Consultation, language: str) -> Text | None:
        """The last version in the reader's language, or in one that it has."""
        if not consultation.versions:
            return None
        last = consultation.versions[-1]
        for each in (language, *last.languages):
            if each in last.languages:
                return await self.site.texts.get(consultation.id, last.number, each)
        return None


def clause_lines(text: Text | None, comments: Mapping[str, int]) -> Sequence[ClauseLine]:
    """The clauses with comments, in the order of the text; after them those it no longer has, then the whole."""
    order = [] if text is None else list(text.places)
    rest = sorted(key for key, number in comments.items() if number and key not in order and key != WHOLE)
    found = [ClauseLine(each, *_named(text, each), comments[each]) for each in (*order, *rest) if comments.get(each)]
    whole = comments.get(WHOLE, 0)
    return [*found, *([ClauseLine(WHOLE, "", "", whole)] if whole else [])]


def _named(text: Text | None, clause: str) -> tuple[str, str]:
    known = None if text is None else text.clause(clause)
    return ("", "") if known is None else (known.label, words_of(known))


def excerpt(text: str) -> str:
    """How a comment begins."""
    line = " ".join(text.split())
    return line if len(line) <= EXCERPT else line[:EXCERPT].rsplit(" ", 1)[0] + "…"
