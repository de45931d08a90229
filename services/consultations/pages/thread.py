"""One comment with its thread, at an address that stays; replying to it."""

from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.identity.access import current_person
from kenes.identity.person import Person
from kenes.kafka.producer import BrokerUnavailableError
from kenes.service.answers import MalformedReceiptError
from kenes.web.limits import RateClass, limited
from kenes.web.problems import Problem
from kenes.web.site import personal, see_other
from kenes.web.values import whole_number
from schemas.consultations.parts import Anchor
from services.consultations.answers import ANSWERS
from services.consultations.commands import Place
from services.consultations.domain.consultation import Consultation
from services.consultations.domain.refusals import Refusal
from services.consultations.folds.comments import WHOLE
from services.consultations.pages.commenting import Errors, Written, errors_of, speaker_of, words_of
from services.consultations.pages.consultation import LIVE, text_of
from services.consultations.pages.deciding import fault_of, refusal_of, status_of, waiting_at
from services.consultations.pages.outline import words_of as words_of_clause
from services.consultations.pages.passages import quoted_in
from services.consultations.pages.presenting import present
from services.consultations.pages.site import WAIT, ConsultationSite
from services.consultations.pages.talk import reader_of, showing, talk_context
from services.consultations.reading import Comment

KEPT: Final = 5
REPLY: Final = "consultations.reply/{}"


@dataclass(frozen=True)
class ThreadPage:
    """`/consultations/{consultation}/comments/{comment}`"""

    site: ConsultationSite

    def routes(self) -> list[BaseRoute]:
        """Reading, and replying."""
        path = "/consultations/{consultation}/comments/{comment}"
        return [
            Route(path, limited(RateClass.READ)(self.show), methods=["GET"]),
            Route(path, self.reply, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """The comment where it stands; while it is being decided, that it is."""
        consultation = await self.site.consultation(request)
        comment = await self._comment(request, consultation)
        receipt = request.query_params.get("receipt")
        if receipt is not None and (waiting := await self._waiting(request, consultation, comment, receipt)):
            return waiting
        if comment is None:
            raise Problem(404, Refusal.COMMENT_UNKNOWN)
        person = await current_person(request)
        if person is None:
            return await self.site.published(
                request, "thread.html", lambda: self._context(request, consultation, comment, None), max_age=KEPT
            )
        return await self.page(request, person, consultation, comment)

    @personal
    async def reply(self, request: Request, person: Person) -> Response:
        """Replies to the comment."""
        consultation = await self.site.consultation(request)
        comment = await self._comment(request, consultation)
        if comment is None:
            raise Problem(404, Refusal.COMMENT_UNKNOWN)
        form = await self.site.confirmed(request, REPLY.format(comment.id))
        written, t = Written.read(form), self.site.translator(request)
        reader = await reader_of(self.site, request, consultation, person)
        if errors := errors_of(written, reader.speakers, t):
            return await self.page(request, person, consultation, comment, written.mended(), errors, 422)
        anchor = None if comment.clause == WHOLE else Anchor(clause=comment.clause)
        words = words_of(written, written.read_in(consultation.version), anchor, Place.under(comment))
        said = self.site.commands.new_comment(person, consultation.id, written.key)
        try:
            outcome = await self.site.commands.post(
                person, consultation.id, said, speaker_of(written.speaker), words, WAIT
            )
        except BrokerUnavailableError:
            return await self.page(request, person, consultation, comment, written, status=503)
        code = refusal_of(outcome)
        if code is not None and code != Refusal.COMMENT_EXISTS:
            errors = [("text", fault_of(code, t))]
            return await self.page(request, person, consultation, comment, written, errors, status_of(code))
        if outcome.decision is None:
            return see_other(waiting_at(consultation.id, said, "comment", outcome))
        return see_other(f"/consultations/{consultation.id}/comments/{said}?said={said}#c-{said}")

    async def page(
        self,
        request: Request,
        person: Person,
        consultation: Consultation,
        comment: Comment,
        written: Written | None = None,
        errors: Errors | None = None,
        status: int = 200,
        *,
        fault: str = "",
    ) -> Response:
        """The page for somebody who has signed in; `fault` tells why what they asked for was not done."""
        context = await self._context(request, consultation, comment, person)
        context |= {"errors": errors or [], "wrong": dict(errors or []), "unavailable": status == 503, "fault": fault}
        if written is not None:
            context["written"] = written
        if context["talk"]["open"]:
            context["tokens"] = await self.site.tokens(request, REPLY.format(comment.id))
        return await self.site.render(request, "thread.html", context, status=status)

    async def _comment(self, request: Request, consultation: Consultation) -> Comment | None:
        return await self.site.comments.comment(consultation.id, request.path_params["comment"])

    async def _context(
        self, request: Request, consultation: Consultation, comment: Comment, person: Person | None
    ) -> dict[str, Any]:
        site, t = self.site, self.site.translator(request)
        reader = await reader_of(site, request, consultation, person)
        found = comment if comment.thread is None else await site.comments.comment(consultation.id, comment.thread)
        head = found or comment
        after = whole_number(request.query_params.get("after", ""))
        replies, following = await site.threads.thread(head, after)
        if comment.id not in {head.id, *(each.id for each in replies)}:
            # It stands on another page of a long thread: who followed its address sees it all the same.
            replies = [comment, *replies]
        shown = await showing(site, request, consultation, reader).all([head, *replies], reader.votes)
        text = await text_of(site, consultation, None, t.language)
        clause = None if text is None else text.clause(head.clause)
        return {
            "it": present(consultation, t),
            "draft": consultation,
            "target": shown[comment.id],
            "head": shown[head.id],
            "replies": [shown[each.id] for each in replies],
            "next": None if following is None else f"?after={following}",
            "clause_id": head.clause,
            "clause": clause,
            "clause_words": "" if clause is None else words_of_clause(clause),
            "text_language": None if text is None else text.language,
            "first": after is None,
            "said": request.query_params.get("said", ""),
            "talk": talk_context(site, request, consultation, reader),
            "live": LIVE.format(consultation.id),
            "written": Written(language=t.language, speaker=reader.speaker, version=consultation.version),
            "errors": [],
            "wrong": {},
            "unavailable": False,
            "fault": "",
            "tokens": {},
            "gone": [],
            "quoted": await quoted_in(site.texts, consultation, [head, *replies], t.language),
        }

    async def _waiting(
        self, request: Request, consultation: Consultation, comment: Comment | None, text: str
    ) -> Response | None:
        """The page of a request that is being decided, or was refused after its asker had to leave; else `None`."""
        try:
            kind, receipt = ANSWERS.parse_receipt(text)
        except MalformedReceiptError:
            return None
        view = await self.site.queries.receipt(kind, receipt)
        if view is not None and view.subject != consultation.id:
            return None
        if view is not None and view.code is None and comment is not None:
            return None
        code = None if view is None else view.code
        context = {"it": present(consultation, self.site.translator(request)), "code": code, "receipt": text}
        return await self.site.render(request, "pending.html", context, status=200 if code is None else status_of(code))
