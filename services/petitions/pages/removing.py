"""Taking comments of a discussion away: their authors take them back, moderators hide what breaks the rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.identity.person import Person
from kenes.kafka.producer import BrokerUnavailableError
from kenes.web.i18n import Translator
from kenes.web.problems import Problem
from kenes.web.site import personal, personal_to
from kenes.web.writing import as_seen, unfit
from schemas.petitions.v1 import HideCommentRequested, RetractCommentRequested
from services.petitions.discussion.reads import Comment
from services.petitions.domain.comment import FAULTS
from services.petitions.domain.petition import Petition
from services.petitions.domain.refusals import Refusal
from services.petitions.domain.stages import MODERATOR
from services.petitions.pages.discussion import address_of, after, discussed, wrote
from services.petitions.pages.drafting import Errors
from services.petitions.pages.refusing import refused
from services.petitions.pages.site import WAIT, PetitionSite

SHORTEST, LONGEST = 10, 2_000
"""Characters of an explanation."""
HIDE, RETRACT = "petitions.hide-comment/{}/{}", "petitions.retract-comment/{}/{}"
ONE: Final = "/petitions/{petition}/comments/{number:int}"


@dataclass(frozen=True)
class Removing:
    """`/petitions/{petition}/comments/{number}/hide` and `/retract`"""

    site: PetitionSite

    def routes(self) -> list[BaseRoute]:
        """Each address: a GET that explains, a POST that acts."""
        hide, retract = f"{ONE}/hide", f"{ONE}/retract"
        return [
            Route(hide, self.ask_hide, methods=["GET"]),
            Route(hide, self.hide, methods=["POST"]),
            Route(retract, self.ask_retract, methods=["GET"]),
            Route(retract, self.retract, methods=["POST"]),
        ]

    @personal_to(lambda roles: MODERATOR in roles)
    async def ask_hide(self, request: Request, person: Person) -> Response:
        """The comment, and the reasons for which it may be hidden."""
        return await self._hide_page(request, await discussed(self.site, request, person))

    @personal_to(lambda roles: MODERATOR in roles)
    async def hide(self, request: Request, person: Person) -> Response:
        """Hides it."""
        petition, number = await discussed(self.site, request, person), request.path_params["number"]
        form = await self.site.confirmed(request, HIDE.format(petition.id, number))
        written = {"reason": form.text("reason"), "explanation": form.text("explanation").strip()}
        if errors := _errors(written, self.site.translator(request)):
            return await self._hide_page(request, petition, as_seen(written), errors)
        asked = HideCommentRequested(
            petition=petition.id,
            actor=self.site.commands.actor(petition.id, person),
            number=number,
            **written,
        )
        try:
            outcome = await self.site.commands.ask(asked, WAIT)
        except BrokerUnavailableError:
            return await self._hide_page(request, petition, written, unavailable=True)
        return after(request, outcome, f"/petitions/{petition.id}/comments")

    @personal
    async def ask_retract(self, request: Request, person: Person) -> Response:
        """What it means to take the comment back."""
        return await self._retract_page(request, await discussed(self.site, request, person), person)

    @personal
    async def retract(self, request: Request, person: Person) -> Response:
        """Takes it back."""
        petition, number = await discussed(self.site, request, person), request.path_params["number"]
        await self.site.confirmed(request, RETRACT.format(petition.id, number))
        actor = self.site.commands.actor(petition.id, person)
        asked = RetractCommentRequested(petition=petition.id, actor=actor, number=number)
        try:
            outcome = await self.site.commands.ask(asked, WAIT)
        except BrokerUnavailableError:
            return await self._retract_page(request, petition, person, unavailable=True)
        return after(request, outcome, address_of(petition, number))

    async def _hide_page(
        self,
        request: Request,
        petition: Petition,
        values: Mapping[str, str] | None = None,
        errors: Errors | None = None,
        *,
        unavailable: bool = False,
    ) -> Response:
        number, t = request.path_params["number"], self.site.translator(request)
        comment = await self._comment(petition, number)
        if not comment.shown:
            code = Refusal.COMMENT_RETRACTED if comment.retracted else Refusal.COMMENT_HIDDEN
            return await refused(self.site, request, code, petition)
        context = {
            "it": self.site.present(request, petition),
            "comment": comment,
            "reasons": [(each, t(f"moderation.fault.{each}")) for each in FAULTS],
            "values": values or {},
            "errors": errors or [],
            "wrong": dict(errors or []),
            "unavailable": unavailable,
            "tokens": await self.site.tokens(request, HIDE.format(petition.id, number)),
        }
        status = 503 if unavailable else 422 if errors else 200
        return await self.site.render(request, "comment_hide.html", context, status=status)

    async def _retract_page(
        self, request: Request, petition: Petition, person: Person, *, unavailable: bool = False
    ) -> Response:
        number = request.path_params["number"]
        comment = await self._comment(petition, number)
        if comment.retracted:
            return await refused(self.site, request, Refusal.COMMENT_RETRACTED, petition)
        if not wrote(self.site, petition, comment, person):
            return await refused(self.site, request, Refusal.NOT_ALLOWED, petition)
        context = {
            "it": self.site.present(request, petition),
            "comment": comment,
            "back": address_of(petition, number),
            "unavailable": unavailable,
            "tokens": await self.site.tokens(request, RETRACT.format(petition.id, number)),
        }
        status = 503 if unavailable else 200
        return await self.site.render(request, "comment_retract.html", context, status=status)

    async def _comment(self, petition: Petition, number: int) -> Comment:
        found = await self.site.queries.discussions.comments(petition, [number])
        if not found:
            raise Problem(404, Refusal.COMMENT_UNKNOWN)
        return found[0]


def _errors(written: Mapping[str, str], t: Translator) -> Errors:
    found = [] if written["reason"] in FAULTS else [("reason", t("discussion.error.reason"))]
    wrong = unfit(written["explanation"], SHORTEST, LONGEST, t)
    return [*found, ("explanation", wrong)] if wrong else found
