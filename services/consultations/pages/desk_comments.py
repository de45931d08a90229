"""Answering comments one by one: the queue by due date, and a comment with the form for its answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.identity.person import Person
from kenes.kafka.producer import BrokerUnavailableError
from kenes.web.i18n import Translator
from kenes.web.problems import Problem
from kenes.web.site import see_other
from schemas.consultations.parts import Stakeholder
from services.consultations.acts import COMMENT_ACTS
from services.consultations.domain.consultation import Consultation
from services.consultations.domain.refusals import Refusal
from services.consultations.drafts.tree import words
from services.consultations.folds.comments import WHOLE
from services.consultations.pages.consultation import text_of
from services.consultations.pages.deciding import fault_of, refusal_of, status_of
from services.consultations.pages.desk_acts import options_of
from services.consultations.pages.desk_forms import FORMS, Errors, body_of, checked, label, typed, values_of
from services.consultations.pages.desk_page import DESK, after, desk_of, for_bodies, on_desk, told
from services.consultations.pages.presenting import present
from services.consultations.pages.showing import Showing
from services.consultations.pages.site import WAIT, ConsultationSite
from services.consultations.reading import Comment
from services.consultations.texts import Text
from services.consultations.threads import Cursor

PURPOSE: Final = "consultations.reply-of-body/{}"
CONTROLS: Final = FORMS["reply"]
NAMED: Final = 60
"""Letters of a clause in the filter."""


@dataclass(frozen=True)
class DeskComments:
    """`/consultations/desk/{consultation}/comments`"""

    site: ConsultationSite

    def routes(self) -> list[BaseRoute]:
        """The queue, one comment, and the answer to it."""
        queue = f"{DESK}/{{consultation}}/comments"
        return [
            Route(queue, self.queue, methods=["GET"]),
            Route(f"{queue}/{{comment}}", self.show, methods=["GET"]),
            Route(f"{queue}/{{comment}}", self.answer, methods=["POST"]),
        ]

    @for_bodies
    async def queue(self, request: Request, person: Person) -> Response:
        """Comments that are owed an answer, what is due first on top; by clause and class."""
        site, t = self.site, self.site.translator(request)
        consultation = await on_desk(site, request, person)
        asked = request.query_params
        clause, stakeholder = asked.get("clause", ""), asked.get("class", "")
        counted = await site.owed.counted([consultation.id], datetime.now(UTC))
        found, following = await site.owed.queue(
            consultation.id, clause, stakeholder, Cursor.parse(asked.get("after", ""))
        )
        shown = await Showing(site, consultation, t, person).all(found, {})
        text = await text_of(site, consultation, None, t.language)
        heard = await site.queries.heard(consultation.id)
        kept = {name: value for name, value in (("clause", clause), ("class", stakeholder)) if value}
        context = {
            "it": present(consultation, t),
            "desk": desk_of(consultation),
            "lines": [(shown[each.id], clause_words(each.clause, text, t), _late(each)) for each in found],
            "owed": counted[0].count if counted else 0,
            "clause": clause,
            "stakeholder": stakeholder,
            "clauses": [(each, clause_words(each, text, t)) for each, count in heard["clauses"].items() if count > 0],
            "classes": [(str(each), t(f"class.{each}")) for each in Stakeholder],
            "text_language": None if text is None else text.language,
            "next": None if following is None else f"?{urlencode({**kept, 'after': str(following)})}",
            "told": await told(site, request, t, ("reply",)),
        }
        return await site.render(request, "desk_comments.html", context)

    @for_bodies
    async def show(self, request: Request, person: Person) -> Response:
        """The comment, what it is about, and the form."""
        consultation = await on_desk(self.site, request, person)
        comment = await self._comment(request, consultation)
        begun = values_of(CONTROLS, comment.document["reply"] or {})
        return await self._page(request, person, consultation, comment, begun)

    @for_bodies
    async def answer(self, request: Request, person: Person) -> Response:
        """Answers it, and returns to the queue. Whatever hinders it comes back with what was typed."""
        consultation = await on_desk(self.site, request, person)
        comment = await self._comment(request, consultation)
        form = await self.site.confirmed(request, PURPOSE.format(comment.id))
        values, t = typed(CONTROLS, form), self.site.translator(request)
        act, commands = COMMENT_ACTS["reply"], self.site.commands
        if act.body is None:
            raise LookupError("an answer has words")
        body, errors = checked(act.body, CONTROLS, body_of(values), t)
        if body is None:
            return await self._page(request, person, consultation, comment, values, errors)
        asked = act.ask(body, **await commands.known(person, consultation.id, comment.id))
        try:
            outcome = await commands.about_comment(asked, WAIT)
        except BrokerUnavailableError:
            return await self._page(request, person, consultation, comment, values, status=503)
        if (code := refusal_of(outcome)) is not None:
            faults = [("outcome", fault_of(code, t))]
            return await self._page(request, person, consultation, comment, values, faults, status_of(code))
        return see_other(after(f"{desk_of(consultation)}/comments", "reply", "comment", outcome))

    async def _comment(self, request: Request, consultation: Consultation) -> Comment:
        found = await self.site.comments.comment(consultation.id, request.path_params["comment"])
        if found is None:
            raise Problem(404, Refusal.COMMENT_UNKNOWN)
        return found

    async def _page(
        self,
        request: Request,
        person: Person,
        consultation: Consultation,
        comment: Comment,
        values: Mapping[str, str],
        errors: Errors | None = None,
        status: int | None = None,
    ) -> Response:
        site, t = self.site, self.site.translator(request)
        text = await text_of(site, consultation, None, t.language)
        clause = None if text is None else text.clause(comment.clause)
        shown = await Showing(site, consultation, t, person).all([comment], {})
        context: dict[str, Any] = {
            "it": present(consultation, t),
            "desk": desk_of(consultation),
            "comment": shown[comment.id],
            "late": _late(comment),
            "about": clause_words(comment.clause, text, t),
            "clause_text": "" if clause is None else words(clause)[:2_000],
            "text_language": None if text is None else text.language,
            "quote": comment.document["quote"],
            "controls": CONTROLS,
            "labels": {each.name: label(each, t) for each in CONTROLS},
            "options": options_of(CONTROLS, consultation, t),
            "values": values,
            "errors": errors or [],
            "wrong": dict(errors or []),
            "unavailable": status == 503,
            "tokens": await site.tokens(request, PURPOSE.format(comment.id)),
        }
        return await site.render(request, "desk_comment.html", context, status=status or (422 if errors else 200))


def clause_words(clause: str, text: Text | None, t: Translator) -> str:
    """A clause by its number and name; what is about the whole, or about what was removed, by words."""
    if clause == WHOLE:
        return t("clause.whole")
    found = None if text is None else text.clause(clause)
    if found is None or text is None:
        return t("follow.removed")
    above = [each.label for each in text.above(clause) if each.label]
    said = " ".join(part for part in (found.label, found.heading) if part) or found.text
    named = " › ".join([*above[-1:], said])
    return named if len(named) <= NAMED else f"{named[:NAMED].rstrip()}…"


def _late(comment: Comment) -> bool:
    return comment.due is not None and comment.due <= datetime.now(UTC)
