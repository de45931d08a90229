"""The public discussion of a text, and of what the body means to answer: comments, versions, and commenting."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from kenes.identity.access import current_person
from kenes.identity.person import Person
from kenes.kafka.producer import BrokerUnavailableError
from kenes.service.asking import Outcome
from kenes.web import again
from kenes.web.i18n import LANGUAGES, Translator
from kenes.web.limits import RateClass, limited
from kenes.web.problems import Problem
from kenes.web.site import personal, see_other
from kenes.web.values import whole_number
from kenes.web.writing import as_seen, unfit
from schemas.petitions.v1 import LONGEST_COMMENT, PetitionRefused
from services.petitions.answers import ANSWERS
from services.petitions.commands import Comment as Said
from services.petitions.discussion.reads import Comment, Version
from services.petitions.domain.discussion import answer_is_discussed, text_is_discussed
from services.petitions.domain.petition import Petition
from services.petitions.domain.stages import moderates
from services.petitions.pages.signing import obstacle, receipt_address
from services.petitions.pages.site import WAIT, PetitionSite

PAGE: Final = 20
LATEST: Final = 10
"""Comments under the text itself."""
SHORTEST: Final = 3
COMMENT: Final = "petitions.comment/{}"
NOTHING: Final = {"text": "", "language": "", "listed": ""}
"""A form in which nothing is written yet."""
ONE: Final = "/petitions/{petition}"


@dataclass(frozen=True)
class Shown:
    """A comment as a reader sees it, who may be its author (`mine`). `why` says for what it is hidden."""

    comment: Comment
    name: str | None
    author: bool
    mine: bool
    why: str


@dataclass(frozen=True)
class Discussing:
    """`/petitions/{petition}/comments`, with `/{number}`, `/versions/{revision}` and `/answer-drafts/{number}`"""

    site: PetitionSite

    def routes(self) -> list[BaseRoute]:
        """Reading for everybody, commenting for who has signed in."""
        read = limited(RateClass.READ)
        return [
            Route(f"{ONE}/comments", read(self.comments), methods=["GET"]),
            Route(f"{ONE}/comments", self.comment, methods=["POST"]),
            Route(f"{ONE}/comments/{{number:int}}", read(self.find), methods=["GET"]),
            Route(f"{ONE}/versions/{{revision:int}}", read(self.version), methods=["GET"]),
            Route(f"{ONE}/answer-drafts/{{number:int}}", read(self.answer_draft), methods=["GET"]),
        ]

    async def comments(self, request: Request) -> Response:
        """All comments, the newest first."""
        person = await current_person(request)
        petition = await discussed(self.site, request, person)
        return await self._page(request, petition, person, whole_number(request.query_params.get("page", ""), 5) or 1)

    async def find(self, request: Request) -> Response:
        """Leads to where a comment stands now: a letter tells of it by its number."""
        petition = await discussed(self.site, request, await current_person(request))
        number = request.path_params["number"]
        if not 1 <= number <= petition.comments:
            raise Problem(404, "not-found")
        return see_other(address_of(petition, number))

    @personal
    async def comment(self, request: Request, person: Person) -> Response:
        """Comments. What is too short or too long is given back as it was written."""
        petition = await discussed(self.site, request, person)
        form = await self.site.confirmed(request, COMMENT.format(petition.id))
        values = {field: form.text(field) for field in ("text", "language", "listed")}
        text = values["text"].replace("\r\n", "\n").strip()
        if wrong := unfit(text, SHORTEST, LONGEST_COMMENT, self.site.translator(request)):
            return await self._page(request, petition, person, 1, values=as_seen(values), wrong=wrong)
        language = next((each for each in LANGUAGES if each == values["language"]), petition.text.language)
        revision = whole_number(form.text("revision")) or 1
        listed = values["listed"] == "yes" and bool(person.public_name)
        draft = whole_number(form.text("answer_draft")) or None
        said = Said(petition.id, revision, language, text, listed, draft)
        try:
            outcome = await self.site.commands.comment(person, said, WAIT)
        except BrokerUnavailableError:
            return await self._page(request, petition, person, 1, values=values, unavailable=True)
        return after(request, outcome, f"/petitions/{petition.id}#discussion")

    async def version(self, request: Request) -> Response:
        """A text as it was discussed, or could be signed."""
        petition = await self.site.petition(request, await current_person(request))
        versions = await self.site.queries.discussions.versions(petition)
        wanted = request.path_params["revision"]
        found = next((each for each in versions if each.revision == wanted), None)
        if found is None:
            raise Problem(404, "not-found")
        t = self.site.translator(request)
        text = found.text.read_in(request.query_params.get("text") or t.language)
        context = {"it": self.site.present(request, petition), "version": found, "text": text, "versions": versions}
        return await self.site.render(request, "version.html", context)

    async def answer_draft(self, request: Request) -> Response:
        """What the body meant to answer."""
        petition = await self.site.petition(request, await current_person(request))
        drafts = await self.site.queries.discussions.answer_drafts(petition)
        found = next((each for each in drafts if each.number == request.path_params["number"]), None)
        if found is None:
            raise Problem(404, "not-found")
        context = {"it": self.site.present(request, petition), "draft": found, "drafts": drafts}
        return await self.site.render(request, "answer_draft.html", context)

    async def _page(
        self,
        request: Request,
        petition: Petition,
        person: Person | None,
        number: int,
        *,
        values: Mapping[str, str] | None = None,
        wrong: str = "",
        unavailable: bool = False,
    ) -> Response:
        pages = max(1, -(-petition.comments // PAGE))
        newest = petition.comments - (min(number, pages) - 1) * PAGE
        errors = [("text", wrong)] if wrong else []
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


async def discussed(site: PetitionSite, request: Request, person: Person | None) -> Petition:
    """The petition of the address, whose text, or a draft of whose answer, is or was discussed."""
    petition = await site.petition(request, person)
    if petition.discussion is None and not petition.answer_drafts:
        raise Problem(404, "not-found")
    return petition


async def talk(
    site: PetitionSite, request: Request, petition: Petition, person: Person | None, newest: int, limit: int
) -> dict[str, Any]:
    """The discussion for templates: comments from the number `newest` down, versions, and the form where one may.

    `about` is what is discussed now, `text` or `answer`; `None` while nothing is.
    """
    t = site.translator(request)
    reads = site.queries.discussions
    comments = await reads.comments(petition, range(newest, max(newest - limit, 0), -1))
    versions: list[Version] = await reads.versions(petition)
    about = "text" if text_is_discussed(petition) else "answer" if answer_is_discussed(petition) else None
    stopped = obstacle(site.packs.pinned(petition.rules).signer, person) if person else None
    return {
        "comments": [await _shown(site, petition, each, person, t) for each in comments],
        "versions": versions,
        "drafts": await reads.answer_drafts(petition) if petition.answer_drafts else [],
        "about": about,
        "stopped": stopped,
        "public_name": person.public_name if person else "",
        "moderates": person is not None and moderates(petition, site.commands.actor(petition.id, person)),
        "languages": [(each, t(f"language.{each}")) for each in LANGUAGES],
        "tokens": await site.tokens(request, COMMENT.format(petition.id)) if person and about else {},
        "longest": LONGEST_COMMENT,
        "written": NOTHING,
        "errors": [],
        "wrong": {},
    }


def address_of(petition: Petition, number: int) -> str:
    """Where a comment stands among all, the newest first."""
    newer = petition.comments - number
    return f"/petitions/{petition.id}/comments?page={newer // PAGE + 1}#comment-{number}"


def latest(petition: Petition) -> int:
    """How many comments stand on the petition's own page: once an answer was drafted, only those on drafts."""
    return min(LATEST, petition.answer_comments) if petition.answer_drafts else LATEST


async def _shown(
    site: PetitionSite, petition: Petition, comment: Comment, person: Person | None, t: Translator
) -> Shown:
    named = comment.listed and comment.shown
    name = await site.queries.public_name(comment.owner, comment.sealed, petition.id) if named else None
    why = "" if comment.hidden is None else t(f"moderation.fault.{comment.hidden.reason}")
    mine = person is not None and wrote(site, petition, comment, person)
    return Shown(comment, name, comment.by == petition.author, mine, why)


def wrote(site: PetitionSite, petition: Petition, comment: Comment, person: Person) -> bool:
    """Whether this person wrote the comment."""
    return comment.by == site.keyring.pseudonym(petition.id, person.id)


def after(request: Request, outcome: Outcome, address: str) -> Response:
    """The page to go on at: that of the receipt, where what was asked for is refused or not decided yet.

    Where a text is refused, raises the problem, whose page shows what was written.
    """
    refused = None if outcome.decision is None else outcome.decision.data
    if isinstance(refused, PetitionRefused) and again.sent(request):
        raise ANSWERS.refusal_problem(refused.code)
    if outcome.decision is None or isinstance(outcome.decision.data, PetitionRefused):
        return see_other(receipt_address(outcome, "petition"))
    return see_other(address)
