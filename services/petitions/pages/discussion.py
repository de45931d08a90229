"""The public discussion of a text: its comments and versions, commenting, and hiding what breaks the rules."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.identity.access import current_person
from kenes.identity.person import Person
from kenes.kafka.producer import BrokerUnavailableError
from kenes.service.asking import Outcome
from kenes.web.i18n import LANGUAGES, Translator
from kenes.web.limits import RateClass, limited
from kenes.web.problems import Problem
from kenes.web.site import personal, personal_to, see_other
from schemas.petitions.v1 import LONGEST_COMMENT, HideCommentRequested, PetitionRefused
from services.petitions.commands import Comment as Said
from services.petitions.discussion.reads import Comment, Version
from services.petitions.domain.discussion import FAULTS
from services.petitions.domain.petition import Petition
from services.petitions.domain.refusals import Refusal
from services.petitions.domain.stages import MODERATOR
from services.petitions.domain.status import Status
from services.petitions.pages.refusing import refused
from services.petitions.pages.signing import obstacle, receipt_address
from services.petitions.pages.site import WAIT, PageSite

PAGE: Final = 20
LATEST: Final = 10
"""Comments under the text itself."""
SHORTEST: Final = 3
SHORTEST_REASON: Final = 10
COMMENT, HIDE = "petitions.comment/{}", "petitions.hide-comment/{}/{}"
NOTHING: Final = {"text": "", "language": "", "listed": ""}
"""A form in which nothing is written yet."""
ONE: Final = "/petitions/{petition}"


@dataclass(frozen=True)
class Shown:
    """A comment as readers see it. `why` says for what it is hidden, and is empty where it is not."""

    comment: Comment
    name: str | None
    author: bool
    why: str


@dataclass(frozen=True)
class Discussing:
    """`/petitions/{petition}/comments`, each comment's `/hide`, and `/petitions/{petition}/versions/{revision}`"""

    site: PageSite

    def routes(self) -> list[BaseRoute]:
        """Reading for everybody, commenting for who has signed in, hiding for moderators."""
        read = limited(RateClass.READ)
        hide = f"{ONE}/comments/{{number:int}}/hide"
        return [
            Route(f"{ONE}/comments", read(self.comments), methods=["GET"]),
            Route(f"{ONE}/comments", self.comment, methods=["POST"]),
            Route(hide, self.ask_hide, methods=["GET"]),
            Route(hide, self.hide, methods=["POST"]),
            Route(f"{ONE}/versions/{{revision:int}}", read(self.version), methods=["GET"]),
        ]

    async def comments(self, request: Request) -> Response:
        """All comments, the newest first."""
        person = await current_person(request)
        petition = await self._discussed(request, person)
        asked = request.query_params.get("page", "1")
        number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 6 else 1
        return await self._page(request, petition, person, max(number, 1))

    @personal
    async def comment(self, request: Request, person: Person) -> Response:
        """Comments. What is too short or too long is given back as it was written."""
        petition = await self._discussed(request, person)
        form = await self.site.confirmed(request, COMMENT.format(petition.id))
        values = {field: form.text(field) for field in ("text", "language", "listed")}
        text = values["text"].replace("\r\n", "\n").strip()
        if not SHORTEST <= len(text) <= LONGEST_COMMENT:
            return await self._page(request, petition, person, 1, values=values)
        language = next((each for each in LANGUAGES if each == values["language"]), petition.text.language)
        revision = int(form.text("revision")) if form.text("revision").isdecimal() else 1
        listed = values["listed"] == "yes" and bool(person.public_name)
        said = Said(petition.id, max(revision, 1), language, text, listed)
        try:
            outcome = await self.site.commands.comment(person, said, WAIT)
        except BrokerUnavailableError:
            return await self._page(request, petition, person, 1, values=values, unavailable=True)
        return _after(outcome, f"/petitions/{petition.id}#discussion")

    async def version(self, request: Request) -> Response:
        """A text as it was discussed."""
        person = await current_person(request)
        petition = await self._discussed(request, person)
        versions = await self.site.queries.discussions.versions(petition)
        wanted = request.path_params["revision"]
        found = next((each for each in versions if each.revision == wanted), None)
        if found is None:
            raise Problem(404, "not-found")
        t = self.site.translator(request)
        text = found.text.read_in(request.query_params.get("text") or t.language)
        context = {"it": self.site.present(request, petition), "version": found, "text": text, "versions": versions}
        return await self.site.render(request, "version.html", context)

    @personal_to(lambda roles: MODERATOR in roles)
    async def ask_hide(self, request: Request, person: Person) -> Response:
        """The comment, and the reasons for which it may be hidden."""
        return await self._hide_page(request, await self._discussed(request, person))

    @personal_to(lambda roles: MODERATOR in roles)
    async def hide(self, request: Request, person: Person) -> Response:
        """Hides it."""
        petition, number = await self._discussed(request, person), request.path_params["number"]
        form = await self.site.confirmed(request, HIDE.format(petition.id, number))
        reason, explanation = form.text("reason"), form.text("explanation").strip()
        if reason not in FAULTS or len(explanation) < SHORTEST_REASON:
            return await self._hide_page(request, petition, {"reason": reason, "explanation": explanation})
        asked = HideCommentRequested(
            petition=petition.id,
            actor=self.site.commands.actor(petition.id, person),
            number=number,
            reason=reason,
            explanation=explanation[:2_000],
        )
        try:
            outcome = await self.site.commands.ask(asked, WAIT)
        except BrokerUnavailableError:
            told = {"reason": reason, "explanation": explanation}
            return await self._hide_page(request, petition, told, unavailable=True)
        return _after(outcome, f"/petitions/{petition.id}/comments")

    async def _discussed(self, request: Request, person: Person | None) -> Petition:
        petition = await self.site.petition(request, person)
        if petition.discussion is None:
            raise Problem(404, "not-found")
        return petition

    async def _page(
        self,
        request: Request,
        petition: Petition,
        person: Person | None,
        number: int,
        *,
        values: Mapping[str, str] | None = None,
        unavailable: bool = False,
    ) -> Response:
        t, total = self.site.translator(request), petition.discussion.comments if petition.discussion else 0
        pages = max(1, -(-total // PAGE))
        newest = total - (min(number, pages) - 1) * PAGE
        errors = [("text", t("discussion.error.text", count=LONGEST_COMMENT))] if values and not unavailable else []
        context = {
            "it": self.site.present(request, petition),
            "petition": petition,
            "talk": await talk(self.site, request, petition, person, newest, PAGE)
            | {"written": values or NOTHING, "errors": errors, "wrong": dict(errors)},
            "unavailable": unavailable,
            "page": min(number, pages),
            "pages": pages,
        }
        status = 503 if unavailable else 422 if errors else 200
        return await self.site.render(request, "comments.html", context, status=status)

    async def _hide_page(
        self,
        request: Request,
        petition: Petition,
        values: Mapping[str, str] | None = None,
        *,
        unavailable: bool = False,
    ) -> Response:
        number, t = request.path_params["number"], self.site.translator(request)
        found = await self.site.queries.discussions.comments(petition, [number])
        if not found:
            raise Problem(404, Refusal.COMMENT_UNKNOWN)
        if found[0].hidden is not None:
            return await refused(self.site, request, Refusal.COMMENT_HIDDEN, petition)
        errors = [("explanation", t("discussion.error.hide"))] if values and not unavailable else []
        context = {
            "it": self.site.present(request, petition),
            "comment": found[0],
            "reasons": [(each, t(f"moderation.fault.{each}")) for each in FAULTS],
            "values": values or {},
            "errors": errors,
            "wrong": dict(errors),
            "unavailable": unavailable,
            "tokens": await self.site.tokens(request, HIDE.format(petition.id, number)),
        }
        status = 503 if unavailable else 422 if errors else 200
        return await self.site.render(request, "comment_hide.html", context, status=status)


async def talk(
    site: PageSite, request: Request, petition: Petition, person: Person | None, newest: int, limit: int
) -> dict[str, Any]:
    """The discussion for templates: comments from the number `newest` down, versions, and the form where one may."""
    t = site.translator(request)
    reads = site.queries.discussions
    comments = await reads.comments(petition, range(newest, max(newest - limit, 0), -1))
    versions: list[Version] = await reads.versions(petition)
    open_now = petition.status is Status.DISCUSSION
    stopped = obstacle(site.packs.pinned(petition.rules).signer, person, datetime.now(UTC)) if person else None
    return {
        "comments": [await _shown(site, petition, each, t) for each in comments],
        "versions": versions,
        "open": open_now,
        "stopped": stopped,
        "public_name": person.public_name if person else "",
        "moderates": person is not None and MODERATOR in person.roles,
        "languages": [(each, t(f"language.{each}")) for each in LANGUAGES],
        "tokens": await site.tokens(request, COMMENT.format(petition.id)) if person and open_now else {},
        "longest": LONGEST_COMMENT,
        "written": NOTHING,
        "errors": [],
        "wrong": {},
    }


async def _shown(site: PageSite, petition: Petition, comment: Comment, t: Translator) -> Shown:
    named = comment.listed and comment.hidden is None
    name = await site.queries.public_name(comment.owner, comment.sealed, petition.id) if named else None
    why = "" if comment.hidden is None else t(f"moderation.fault.{comment.hidden.reason}")
    return Shown(comment, name, comment.by == petition.author, why)


def _after(outcome: Outcome, address: str) -> Response:
    if outcome.decision is None or isinstance(outcome.decision.data, PetitionRefused):
        return see_other(receipt_address(outcome, "petition"))
    return see_other(address)
