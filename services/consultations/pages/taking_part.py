"""Voting on a comment, and taking one's own back."""

from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.identity.person import Person
from kenes.kafka.producer import BrokerUnavailableError
from kenes.service.asking import Outcome
from kenes.web import csrf
from kenes.web.bodies import Form, read_form
from kenes.web.limits import RateClass, limited
from kenes.web.problems import Problem
from kenes.web.site import personal, see_other
from schemas.consultations.comments import RetractRequested
from schemas.consultations.parts import Vote
from services.consultations.domain.comment import Standing
from services.consultations.domain.consultation import Consultation
from services.consultations.domain.refusals import Refusal
from services.consultations.domain.vote import GONE
from services.consultations.pages.commenting import speaker_of
from services.consultations.pages.deciding import fault_of, refusal_of, status_of, waiting_at
from services.consultations.pages.presenting import present
from services.consultations.pages.site import WAIT, ConsultationSite
from services.consultations.pages.talk import Reader, reader_of, showing, talk_context
from services.consultations.pages.thread import ThreadPage
from services.consultations.reading import Comment

RETRACT: Final = "consultations.retract/{}"
VOTE_FORM: Final = 8 * 1024


@dataclass(frozen=True)
class Voting:
    """`/consultations/{consultation}/comments/{comment}/vote`"""

    site: ConsultationSite

    def routes(self) -> list[BaseRoute]:
        """Voting; who comes to the address otherwise is led to the comment."""
        path = "/consultations/{consultation}/comments/{comment}/vote"
        return [
            Route(path, limited(RateClass.READ)(self.elsewhere), methods=["GET"]),
            Route(path, self.vote, methods=["POST"]),
        ]

    async def elsewhere(self, request: Request) -> Response:
        """After signing in, people come back to where they had posted to."""
        return see_other(request.url.path.removesuffix("/vote"))

    @personal
    async def vote(self, request: Request, person: Person) -> Response:
        """Agrees, disagrees or passes; a later vote takes the place of an earlier one.

        The form may be sent again as it is, since the same vote twice is one vote. A script asks for a `fragment`: the
        votes on this comment alone.
        """
        consultation = await self.site.consultation(request)
        form = await read_form(request, limit=VOTE_FORM)
        await csrf.check_form(request, form)
        comment = await _comment(self.site, request, consultation)
        reader = await reader_of(self.site, request, consultation, person)
        vote, status = _vote(form), 200
        outcome: Outcome | None = None
        code: str | None = GONE.get(comment.standing)
        if code is None:
            try:
                outcome = await self._ask(person, comment, reader, vote)
                code = refusal_of(outcome)
            except BrokerUnavailableError:
                status = 503
        if code is not None and code != Refusal.SAME_VOTE:
            status = status_of(code)
        if form.text("fragment") == "yes":
            return await self._fragment(request, person, comment, code if status != 200 else None, status)
        if status != 200:
            fault = "" if code is None else fault_of(code, self.site.translator(request))
            page = ThreadPage(self.site).page
            return await page(request, person, consultation, comment, status=status, fault=fault)
        if outcome is not None and outcome.decision is None:
            return see_other(waiting_at(consultation.id, comment.id, "vote", outcome))
        return see_other(f"{_back(form, comment)}#c-{comment.id}")

    async def _ask(self, person: Person, comment: Comment, reader: Reader, vote: Vote) -> Outcome:
        speaker = speaker_of(reader.speaker)
        return await self.site.commands.vote(
            person, comment.consultation, comment.id, comment.author, speaker, vote, WAIT
        )

    async def _fragment(
        self, request: Request, person: Person, comment: Comment, code: str | None, status: int
    ) -> Response:
        consultation = await self.site.consultation(request)
        reader = await reader_of(self.site, request, consultation, person)
        shown = await showing(self.site, request, consultation, reader).all([comment], reader.votes)
        t = self.site.translator(request)
        talk = talk_context(self.site, request, consultation, reader)
        fault = fault_of(code, t) if code is not None else t("unavailable.title") if status == 503 else ""
        context: dict[str, Any] = {"shown": shown[comment.id], "talk": talk, "fault": fault}
        return await self.site.render(request, "votes.html", context, status=status)


@dataclass(frozen=True)
class Retracting:
    """`/consultations/{consultation}/comments/{comment}/retract`"""

    site: ConsultationSite

    def routes(self) -> list[BaseRoute]:
        """A GET that explains, a POST that acts."""
        path = "/consultations/{consultation}/comments/{comment}/retract"
        return [Route(path, self.ask, methods=["GET"]), Route(path, self.retract, methods=["POST"])]

    @personal
    async def ask(self, request: Request, person: Person) -> Response:
        """What it means to take a comment back."""
        consultation = await self.site.consultation(request)
        return await self._page(request, person, consultation)

    @personal
    async def retract(self, request: Request, person: Person) -> Response:
        """Takes the comment back."""
        consultation = await self.site.consultation(request)
        comment = await _comment(self.site, request, consultation)
        await self.site.confirmed(request, RETRACT.format(comment.id))
        commands = self.site.commands
        asked = RetractRequested(**await commands.known(person, consultation.id, comment.id))
        try:
            outcome = await commands.about_comment(asked, WAIT)
        except BrokerUnavailableError:
            return await self._page(request, person, consultation, status=503)
        code = refusal_of(outcome)
        if code is not None and code != Refusal.COMMENT_RETRACTED:
            fault = fault_of(code, self.site.translator(request))
            return await self._page(request, person, consultation, fault, status_of(code))
        if outcome.decision is None:
            return see_other(waiting_at(consultation.id, comment.id, "comment", outcome))
        return see_other(f"/consultations/mine?retracted={comment.id}#c-{comment.id}")

    async def _page(
        self, request: Request, person: Person, consultation: Consultation, fault: str = "", status: int = 200
    ) -> Response:
        comment = await _comment(self.site, request, consultation)
        if comment.author != self.site.keyring.pseudonym(consultation.id, person.id):
            raise Problem(403, Refusal.NOT_ALLOWED)
        if comment.standing is Standing.RETRACTED:
            return see_other(f"/consultations/{consultation.id}/comments/{comment.id}")
        context = {
            "it": present(consultation, self.site.translator(request)),
            "comment": comment,
            "fault": fault,
            "unavailable": status == 503,
            "tokens": await self.site.tokens(request, RETRACT.format(comment.id)),
        }
        return await self.site.render(request, "retract.html", context, status=status)


async def _comment(site: ConsultationSite, request: Request, consultation: Consultation) -> Comment:
    found = await site.comments.comment(consultation.id, request.path_params["comment"])
    if found is None:
        raise Problem(404, Refusal.COMMENT_UNKNOWN)
    return found


def _vote(form: Form) -> Vote:
    try:
        return Vote(form.text("vote"))
    except ValueError:
        raise Problem(400, "form-malformed") from None


def _back(form: Form, comment: Comment) -> str:
    """The page that the form stood on; only a page of this consultation."""
    back, own = form.text("back"), f"/consultations/{comment.consultation}/"
    safe = back.startswith(own) and "\\" not in back and "#" not in back and back.isascii() and back.isprintable()
    return back if safe else f"{own}comments/{comment.id}"
