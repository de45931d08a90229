"""A person's own page: what they wrote and what was answered, what they voted."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.identity.person import Person
from kenes.service.answers import json_response
from kenes.web.i18n import Translator
from kenes.web.site import personal
from services.consultations.domain.comment import Standing
from services.consultations.domain.consultation import Consultation
from services.consultations.own import Said
from services.consultations.pages.presenting import Shown, present
from services.consultations.pages.showing import Answer, answer_of, reason_name
from services.consultations.pages.site import ConsultationSite
from services.consultations.reading import Comment

SHOWN_VOTES: Final = 50
"""Votes that are told one by one in each consultation; the sum tells them all."""


@dataclass(frozen=True)
class Line:
    """One of the person's comments. `state` is a word of `mine.state`; `why` tells why it is hidden."""

    comment: Comment
    it: Shown
    state: str
    answer: Answer | None
    why: tuple[str, str] | None

    @property
    def href(self) -> str:
        """Where it stands."""
        return f"{self.it.href}/comments/{self.comment.id}"


@dataclass(frozen=True)
class Voted:
    """What the person said in one consultation: the sums, and the comments with the vote on each."""

    it: Shown
    count: int
    votes: list[tuple[Comment, str]]


STATES: Final = ("waiting", "standing", "hidden", "answered", "retracted")
"""What is still owed comes first."""


@dataclass(frozen=True)
class Mine:
    """`/consultations/mine`, `/consultations/mine/data`"""

    site: ConsultationSite

    def routes(self) -> list[BaseRoute]:
        """Stands before the routes with a consultation in the path."""
        return [
            Route("/consultations/mine", self.show, methods=["GET"]),
            Route("/consultations/mine/data", self.data, methods=["GET"]),
        ]

    @personal
    async def show(self, request: Request, person: Person) -> Response:
        """Comments, the unanswered first; then votes."""
        site, t = self.site, self.site.translator(request)
        known = {each.id: each for each in await site.queries.consultations() if each.opened_at is not None}
        told = await site.ledger.with_answers(await site.own.written(person))
        written = [each for each in told if each.consultation in known]
        lines = [self._line(each, known[each.consultation], t) for each in written]
        lines.sort(key=lambda line: STATES.index(line.state))
        said = await site.own.said(person, list(known))
        context: dict[str, Any] = {
            "lines": lines,
            "waiting": sum(line.state == "waiting" for line in lines),
            "voted": await self._voted(said, known, t),
            "retracted": request.query_params.get("retracted", ""),
            "person": person,
        }
        return await site.render(request, "mine.html", context)

    @personal
    async def data(self, request: Request, person: Person) -> Response:
        """Everything held about the person, as a file."""
        told = await self.site.own_data.told(person, self.site.translator(request))
        headers = {"content-disposition": 'attachment; filename="my-data-consultations.json"'}
        return json_response(told.model_dump(mode="json"), headers=headers)

    def _line(self, comment: Comment, consultation: Consultation, t: Translator) -> Line:
        hidden = comment.document["hidden"]
        pack = self.site.packs.pinned(consultation.rules)
        return Line(
            comment=comment,
            it=present(consultation, t),
            state=state_of(comment),
            answer=answer_of(comment, t),
            why=None if hidden is None else (reason_name(hidden["reason"], pack, t), hidden["explanation"]),
        )

    async def _voted(self, said: Mapping[str, Said], known: Mapping[str, Consultation], t: Translator) -> list[Voted]:
        found = []
        for consultation, each in said.items():
            votes = dict(list(each.votes.items())[-SHOWN_VOTES:])
            comments = await self.site.comments.several(consultation, list(votes))
            told = [(comment, votes[comment.id]) for comment in comments]
            found.append(Voted(present(known[consultation], t), len(each.votes), told))
        return found


def state_of(comment: Comment) -> str:
    """Where a comment is on its way to an answer."""
    if comment.standing is Standing.RETRACTED:
        return "retracted"
    if comment.document["reply"] is not None:
        return "answered"
    if comment.standing is Standing.HIDDEN:
        return "hidden"
    return "standing" if comment.due is None else "waiting"
