"""A clause: its words with the passages that people speak of, and the comments on it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.identity.access import current_person
from kenes.identity.person import Person
from kenes.kafka.producer import BrokerUnavailableError
from kenes.service.asking import Outcome
from kenes.web.i18n import Translator
from kenes.web.limits import RateClass, limited
from kenes.web.problems import Problem
from kenes.web.site import personal, see_other
from kenes.web.values import whole_number
from schemas.consultations.clauses import Clause
from schemas.consultations.parts import Anchor
from services.consultations.domain.consultation import Consultation
from services.consultations.domain.refusals import Refusal
from services.consultations.folds.comments import WHOLE
from services.consultations.pages.commenting import Errors, Written, errors_of, speaker_of, words_of
from services.consultations.pages.consultation import LIVE, languages_of, text_of
from services.consultations.pages.deciding import fault_of, refusal_of, status_of, waiting_at
from services.consultations.pages.outline import entry, holds_articles, name_of
from services.consultations.pages.passages import LONGEST as LONGEST_PASSAGE
from services.consultations.pages.passages import anchor_of, marked, place_of, quoted_in
from services.consultations.pages.presenting import present
from services.consultations.pages.site import WAIT, ConsultationSite
from services.consultations.pages.talk import reader_of, showing, talk_context
from services.consultations.reading import Comment
from services.consultations.texts import Text
from services.consultations.threads import Order, Page

KEPT: Final = 5
COMMENT: Final = "consultations.comment/{}"


@dataclass(frozen=True)
class Place:
    """Where a page stands in a draft: `clause` is `None` for the whole. `text` may be of an earlier version."""

    id: str
    clause: Clause | None
    text: Text | None

    def removed_from(self, consultation: Consultation) -> bool:
        """It was there once, and is not in the last version."""
        return self.text is not None and self.text.version < consultation.version


@dataclass(frozen=True)
class ClausePage:
    """`/consultations/{consultation}/clauses/{clause}`; in place of a clause, `whole`"""

    site: ConsultationSite

    def routes(self) -> list[BaseRoute]:
        """Reading, and commenting."""
        path = "/consultations/{consultation}/clauses/{clause}"
        return [
            Route(path, limited(RateClass.READ)(self.show), methods=["GET"]),
            Route(path, self.comment, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """The page of threads that the address names."""
        consultation = await self.site.consultation(request)
        person = await current_person(request)
        if person is None:
            place = await self._place(request, consultation, consultation.version)
            make = partial(self._context, request, consultation, place, None)
            return await self.site.published(request, "clause.html", make, max_age=KEPT)
        return await self._page(request, person, consultation)

    @personal
    async def comment(self, request: Request, person: Person) -> Response:
        """Comments on the clause, on a passage of it, or on the whole."""
        consultation = await self.site.consultation(request)
        form = await self.site.confirmed(request, COMMENT.format(consultation.id))
        written, t = Written.read(form), self.site.translator(request)
        # Its clause and its passage are those of the text they read, though another version has come since.
        place = await self._place(request, consultation, written.read_in(consultation.version))
        reader = await reader_of(self.site, request, consultation, person)
        errors = errors_of(written, reader.speakers, t)
        anchor = _anchor(written, place)
        if written.quote and anchor is None:
            errors.append(("quote", t("comment.error.quote")))
        if errors:
            return await self._page(request, person, consultation, written.mended(), errors, 422)
        try:
            outcome = await self._post(person, consultation, place, written, anchor)
        except BrokerUnavailableError:
            return await self._page(request, person, consultation, written, status=503)
        code = refusal_of(outcome)
        if code is not None and code != Refusal.COMMENT_EXISTS:
            errors = [("text", fault_of(code, t))]
            return await self._page(request, person, consultation, written, errors, status_of(code))
        return see_other(self._said_at(person, consultation, written, anchor, outcome))

    async def _post(
        self, person: Person, consultation: Consultation, place: Place, written: Written, anchor: Anchor | None
    ) -> Outcome:
        version = written.read_in(consultation.version) if place.text is None else place.text.version
        words = words_of(written, version, anchor, None)
        comment = self.site.commands.new_comment(person, consultation.id, written.key)
        return await self.site.commands.post(person, consultation.id, comment, speaker_of(written.speaker), words, WAIT)

    def _said_at(
        self, person: Person, consultation: Consultation, written: Written, anchor: Anchor | None, outcome: Outcome
    ) -> str:
        comment = self.site.commands.new_comment(person, consultation.id, written.key)
        if outcome.decision is None:
            return waiting_at(consultation.id, comment, "comment", outcome)
        clause = WHOLE if anchor is None else anchor.clause
        return f"/consultations/{consultation.id}/clauses/{clause}?said={comment}#c-{comment}"

    async def _place(self, request: Request, consultation: Consultation, version: int) -> Place:
        """The clause in a version, or in the latest before it that had it, in a language of that version."""
        wanted, language = request.path_params["clause"], self.site.translator(request).language
        asked = request.query_params.get("text")
        if wanted == WHOLE:
            return Place(WHOLE, None, await text_of(self.site, consultation, asked, language, version))
        for number in range(version, 0, -1):
            text = await text_of(self.site, consultation, asked, language, number)
            clause = None if text is None else text.clause(wanted)
            if clause is not None:
                return Place(wanted, clause, text)
        raise Problem(404, "clause-unknown")

    async def _page(
        self,
        request: Request,
        person: Person,
        consultation: Consultation,
        written: Written | None = None,
        errors: Errors | None = None,
        status: int = 200,
    ) -> Response:
        place = await self._place(request, consultation, consultation.version)
        context = await self._context(request, consultation, place, person)
        context |= {"errors": errors or [], "wrong": dict(errors or []), "unavailable": status == 503}
        if written is not None:
            context["written"] = written
        if context["talk"]["open"]:
            context["tokens"] = await self.site.tokens(request, COMMENT.format(consultation.id))
        return await self.site.render(request, "clause.html", context, status=status)

    async def _context(
        self, request: Request, consultation: Consultation, place: Place, person: Person | None
    ) -> dict[str, Any]:
        site, t = self.site, self.site.translator(request)
        reader = await reader_of(site, request, consultation, person)
        asked = request.query_params
        order = Order.OLDEST if asked.get("order") == Order.OLDEST else Order.NEWEST
        after = whole_number(asked.get("after", ""))
        page = await site.threads.on_clause(consultation.id, place.id, order, after)
        counts = await site.queries.by_clause(consultation.id)
        shown = showing(site, request, consultation, reader)
        above = [] if place.text is None else place.text.above(place.id)
        return {
            "it": present(consultation, t),
            "draft": consultation,
            "place": place,
            "removed": place.removed_from(consultation),
            "above": above,
            "name": _name(place, above, t),
            "languages": languages_of(consultation),
            "counts": counts,
            "count": counts[place.id],
            "below": 0 if place.clause is None else _below(place.clause, counts),
            "threads": await shown.threads(page.threads, reader.votes),
            "order": order,
            "first": after is None,
            "pages": _addresses(request, page, order),
            "said": asked.get("said", ""),
            "talk": talk_context(site, request, consultation, reader),
            "live": LIVE.format(consultation.id),
            "written": Written(
                language=t.language,
                speaker=reader.speaker,
                quote=asked.get("quote", "")[:LONGEST_PASSAGE],
                version=consultation.version,
            ),
            "errors": [],
            "wrong": {},
            "unavailable": False,
            "tokens": {},
            "quoted": await quoted_in(site.texts, consultation, page.comments, t.language),
            **await self._reading(consultation, place, page),
        }

    async def _reading(self, consultation: Consultation, place: Place, page: Page) -> dict[str, Any]:
        """The clause as it is read: as one text with its passages marked, or as a list of what is in it."""
        clause, text = place.clause, place.text
        if clause is None or text is None:
            return {"paragraphs": [], "list": None, "gone": []}
        found = [(each, place_of(each, text)) for each in page.comments if each.document["quote"]]
        lost = [each for each, passage in found if passage is None and each.version < text.version]
        return {
            "paragraphs": marked(clause, [(passage, each.id) for each, passage in found if passage is not None]),
            "list": entry if holds_articles(clause) else None,
            "gone": [each.id for each in lost if await self._was_there(consultation, each, text.language)],
        }

    async def _was_there(self, consultation: Consultation, comment: Comment, language: str) -> bool:
        """Whether a passage was in this language's text: one of another language is not gone from here."""
        old = await self.site.texts.get(consultation.id, comment.version, language)
        return old is not None and place_of(comment, old) is not None


def _name(place: Place, above: list[Clause], t: Translator) -> str:
    if place.clause is None:
        return t("clause.whole")
    return name_of(place.clause, above) or t(f"clause.kind.{place.clause.kind}")


def _below(clause: Clause, counts: Mapping[str, int]) -> int:
    """Comments on what is in a clause, without those on the clause itself."""
    return sum(counts.get(each.id, 0) + _below(each, counts) for each in clause.children)


def _addresses(request: Request, page: Page, order: Order) -> dict[str, str | None]:
    """Of the first and the next page, and of the same comments in each order."""
    kept = {"text": request.query_params["text"]} if "text" in request.query_params else {}

    def address(**asked: object) -> str:
        query = {**kept, **{name: str(value) for name, value in asked.items() if value}}
        return "?" + urlencode(query) + "#comments" if query else request.url.path + "#comments"

    usual = None if order is Order.NEWEST else order
    return {
        "first": address(order=usual),
        "next": None if page.next is None else address(order=usual, after=page.next),
        Order.NEWEST: address(),
        Order.OLDEST: address(order=Order.OLDEST),
    }


def _anchor(written: Written, place: Place) -> Anchor | None:
    if place.clause is None:
        return None
    return anchor_of(written.quote, place.clause) if written.quote else Anchor(clause=place.clause.id)
