"""One comment that is owed an answer, and the form for it: to the one who wrote it, or to all who say the same."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.identity.person import Person
from kenes.kafka.producer import BrokerUnavailableError
from kenes.web.problems import Problem
from kenes.web.site import see_other
from services.consultations.acts import COMMENT_ACTS
from services.consultations.domain.consultation import Consultation
from services.consultations.domain.refusals import Refusal
from services.consultations.drafts.tree import words
from services.consultations.ledger.reads import Answered
from services.consultations.pages.campaigns import title_of
from services.consultations.pages.consultation import text_of
from services.consultations.pages.deciding import fault_of, refusal_of, status_of
from services.consultations.pages.desk_acts import options_of
from services.consultations.pages.desk_comments import clause_words, late
from services.consultations.pages.desk_forms import FORMS, Errors, body_of, checked, label, typed, values_of
from services.consultations.pages.desk_page import DESK, after, desk_of, for_bodies, on_desk
from services.consultations.pages.passages import quoted_in
from services.consultations.pages.presenting import present
from services.consultations.pages.showing import Showing
from services.consultations.pages.site import WAIT, ConsultationSite
from services.consultations.reading import Comment

PURPOSE: Final = "consultations.reply-of-body/{}"
CONTROLS: Final = FORMS["reply"]
TO: Final = "to"
EVERYBODY: Final = "all"
ALONE: Final = "one"


@dataclass(frozen=True)
class DeskComment:
    """`/consultations/desk/{consultation}/comments/{comment}`"""

    site: ConsultationSite

    def routes(self) -> list[BaseRoute]:
        """The comment, and the answer to it."""
        path = f"{DESK}/{{consultation}}/comments/{{comment}}"
        return [Route(path, self.show, methods=["GET"]), Route(path, self.answer, methods=["POST"])]

    @for_bodies
    async def show(self, request: Request, person: Person) -> Response:
        """The comment, what it is about, and the form."""
        consultation = await on_desk(self.site, request, person)
        comment = await self._comment(request, consultation)
        campaign = await self._campaign(consultation, comment)
        own = comment.document["reply"]
        reply = own or (campaign.account.reply if campaign else None)
        begun = values_of(CONTROLS, reply or {}) | {TO: ALONE if own else EVERYBODY}
        return await self._page(request, person, consultation, comment, begun, campaign)

    @for_bodies
    async def answer(self, request: Request, person: Person) -> Response:
        """Answers it, and returns to the queue. Whatever hinders it comes back with what was typed."""
        consultation = await on_desk(self.site, request, person)
        comment = await self._comment(request, consultation)
        campaign = await self._campaign(consultation, comment)
        form = await self.site.confirmed(request, PURPOSE.format(comment.id))
        values, t = typed(CONTROLS, form) | {TO: form.text(TO)}, self.site.translator(request)
        act = COMMENT_ACTS["campaign-reply" if values[TO] == EVERYBODY else "reply"]
        if act.body is None:
            raise LookupError("an answer has words")
        body, errors = checked(act.body, CONTROLS, body_of({each.name: values[each.name] for each in CONTROLS}), t)
        if body is None:
            return await self._page(request, person, consultation, comment, values, campaign, errors)
        try:
            asked = act.ask(body, **await self.site.commands.known(person, consultation.id, comment.id))
            outcome = await self.site.commands.about_comment(asked, WAIT)
        except BrokerUnavailableError:
            return await self._page(request, person, consultation, comment, values, campaign, status=503)
        if (code := refusal_of(outcome)) is not None:
            faults = [("outcome", fault_of(code, t))]
            status = status_of(code)
            return await self._page(request, person, consultation, comment, values, campaign, faults, status)
        return see_other(after(f"{desk_of(consultation)}/comments", act.name, "comment", outcome))

    async def _comment(self, request: Request, consultation: Consultation) -> Comment:
        found = await self.site.comments.comment(consultation.id, request.path_params["comment"])
        if found is None:
            raise Problem(404, Refusal.COMMENT_UNKNOWN)
        return found

    async def _campaign(self, consultation: Consultation, comment: Comment) -> Answered | None:
        """The campaign it is a part of; `None` where nobody else says the same."""
        found = (await self.site.ledger.clusters([comment.id])).get(comment.id)
        campaign = None if found is None else await self.site.ledger.campaign(consultation.id, found)
        return campaign if campaign is not None and campaign.campaign.size > 1 else None

    async def _page(
        self,
        request: Request,
        person: Person,
        consultation: Consultation,
        comment: Comment,
        values: Mapping[str, str],
        campaign: Answered | None,
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
            "late": late(comment),
            "campaign": campaign,
            "campaign_title": "" if campaign is None else title_of(campaign, t, site.small_group),
            "about": clause_words(comment.clause, text, t),
            "clause_text": "" if clause is None else words(clause)[:2_000],
            "text_language": None if text is None else text.language,
            "quote": comment.document["quote"],
            "quoted": await quoted_in(site.texts, consultation, [comment], t.language),
            "reported": consultation.reported_at is not None,
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
