"""The JSON API, `/api/petitions/v1`. All that the pages do can be done here with a bearer token."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from kenes.identity.person import Person
from kenes.web.bodies import read_json
from kenes.web.context import web
from kenes.web.limits import RateClass, limited
from kenes.web.live import LiveHub, LiveResponse, last_event_id
from kenes.web.negotiation import Preference, preference
from kenes.web.problems import FieldError, InvalidInput, Problem
from schemas.petitions.v1 import Category, PetitionText
from services.petitions.answers import (
    PREFIX,
    MalformedReceiptError,
    answer,
    json_response,
    parse_receipt,
    receipt_answer,
    view_of,
)
from services.petitions.commands import Commands
from services.petitions.directory import Directory
from services.petitions.domain.petition import Petition, Status
from services.petitions.domain.rules import RulePacks
from services.petitions.live import LiveCounts
from services.petitions.queries import Filter, Queries

Authenticate = Callable[[Request], Awaitable[Person]]

LARGEST_PAGE = 100


class SignBody(BaseModel):
    """How a person signs."""

    model_config = ConfigDict(extra="forbid")

    listed: bool = Field(default=False, description="Show first name and initial in the public list of signers.")


@dataclass(frozen=True)
class Api:
    """The handlers and what they need. `authenticate` raises a problem for whoever has no valid token."""

    commands: Commands
    queries: Queries
    directory: Directory
    counts: LiveCounts
    hub: LiveHub
    packs: RulePacks
    authenticate: Authenticate
    wait_limit: float

    def routes(self) -> list[BaseRoute]:
        """The routes, mounted under the API's prefix."""
        petition = "/petitions/{petition}"
        return [
            Mount(
                PREFIX,
                routes=[
                    Route("/petitions", limited(RateClass.READ)(self.list_petitions), methods=["GET"]),
                    Route("/petitions", self.create, methods=["POST"]),
                    Route(petition, limited(RateClass.READ)(self.show), methods=["GET"]),
                    Route(petition, self.edit, methods=["PUT"]),
                    Route(f"{petition}/submission", self.submit, methods=["POST"]),
                    Route(f"{petition}/publication", self.publish, methods=["POST"]),
                    Route(f"{petition}/closure", self.close, methods=["POST"]),
                    Route(f"{petition}/signatures", self.sign, methods=["POST"]),
                    Route(f"{petition}/signatures/mine", self.my_signature, methods=["GET"]),
                    Route(f"{petition}/signatures/mine", self.withdraw, methods=["DELETE"]),
                    Route(f"{petition}/count", self.count, methods=["GET"]),
                    Route(f"{petition}/live", self.live, methods=["GET"]),
                    Route(f"{petition}/regions", limited(RateClass.READ)(self.regions), methods=["GET"]),
                    Route(f"{petition}/history", limited(RateClass.READ)(self.history), methods=["GET"]),
                    Route("/receipts/{receipt}", self.receipt, methods=["GET"]),
                    Route("/me/signatures", self.my_signatures, methods=["GET"]),
                    Route("/me/petitions", self.my_petitions, methods=["GET"]),
                ],
            )
        ]

    async def create(self, request: Request) -> Response:
        """Starts a draft."""
        person, wish = await self._writer(request)
        text = await read_json(request, PetitionText)
        outcome = await self.commands.create(person, text, wish.wait, request.headers.get("idempotency-key"))
        return answer("petition", outcome, applied=wish.applied)

    async def edit(self, request: Request) -> Response:
        """Replaces the text of a draft."""
        person, wish = await self._writer(request)
        text = await read_json(request, PetitionText)
        outcome = await self.commands.edit(person, request.path_params["petition"], text, wish.wait)
        return answer("petition", outcome, applied=wish.applied)

    async def submit(self, request: Request) -> Response:
        """Hands a draft in."""
        person, wish = await self._writer(request)
        outcome = await self.commands.submit(person, request.path_params["petition"], wish.wait)
        return answer("petition", outcome, applied=wish.applied)

    async def publish(self, request: Request) -> Response:
        """Opens a submitted petition for signatures."""
        person, wish = await self._writer(request)
        outcome = await self.commands.publish(person, request.path_params["petition"], wish.wait)
        return answer("petition", outcome, applied=wish.applied)

    async def close(self, request: Request) -> Response:
        """Ends the collection."""
        person, wish = await self._writer(request)
        outcome = await self.commands.close(person, request.path_params["petition"], wish.wait)
        return answer("petition", outcome, applied=wish.applied)

    async def sign(self, request: Request) -> Response:
        """Signs. An empty body signs without being listed."""
        person, wish = await self._writer(request)
        body = await read_json(request, SignBody) if _has_body(request) else SignBody()
        outcome = await self.commands.sign(person, request.path_params["petition"], listed=body.listed, wait=wish.wait)
        return answer("signature", outcome, applied=wish.applied)

    async def withdraw(self, request: Request) -> Response:
        """Takes the person's signature back."""
        person, wish = await self._writer(request)
        outcome = await self.commands.withdraw(person, request.path_params["petition"], wish.wait)
        return answer("signature", outcome, applied=wish.applied)

    async def my_signature(self, request: Request) -> Response:
        """Whether the person's signature counts."""
        person = await self._reader(request)
        petition = await self._petition(request)
        return json_response({"petition": petition.id, "signed": await self.queries.standing(petition.id, person)})

    async def show(self, request: Request) -> Response:
        """One petition with its count, regions and timeline."""
        return json_response(self.petition_view(await self._petition(request)))

    async def list_petitions(self, request: Request) -> Response:
        """Petitions, the newest opened first, a page at a time."""
        wanted = read_filter(request)
        found = await self.queries.petitions(wanted)
        last = found[-1] if len(found) == wanted.limit else None
        following = None
        if last is not None and last.opened_at is not None:
            query = request.url.include_query_params(after=f"{last.opened_at.isoformat()}~{last.id}").query
            following = f"{PREFIX}/petitions?{query}"
        return json_response({"petitions": [self.petition_view(petition) for petition in found], "next": following})

    async def count(self, request: Request) -> Response:
        """The count now, from memory."""
        petition = request.path_params["petition"]
        if self.directory.get(petition) is None:
            raise Problem(404, "petition-unknown")
        return json_response(self.counts.view(petition), headers={"cache-control": "public, max-age=1"})

    async def live(self, request: Request) -> Response:
        """Counts as they change, by server-sent events."""
        petition = request.path_params["petition"]
        if self.directory.get(petition) is None:
            raise Problem(404, "petition-unknown")

        async def snapshot() -> tuple[int, bytes]:
            return self.counts.get(petition).version, self.counts.frame(petition)

        response: Any = LiveResponse(self.hub, petition, last_event_id(request), snapshot)
        return response  # type: ignore[no-any-return]  # an ASGI application, which is all Starlette asks for

    async def regions(self, request: Request) -> Response:
        """Signatures by region; regions too small to show are left out."""
        petition = await self._petition(request)
        return json_response({"petition": petition.id, "regions": self.counts.shown_regions(petition.id)})

    async def history(self, request: Request) -> Response:
        """Net signatures by minute."""
        petition = await self._petition(request)
        minutes = await self.queries.history(petition.id)
        return json_response(
            {
                "petition": petition.id,
                "minutes": [{"at": at.isoformat(), "count": sum(regions.values())} for at, regions in minutes.items()],
            }
        )

    async def receipt(self, request: Request) -> Response:
        """What became of a request."""
        text = request.path_params["receipt"]
        try:
            kind, receipt = parse_receipt(text)
        except MalformedReceiptError:
            raise Problem(404, "receipt-unknown") from None
        wish = preference(request, max_wait=self.wait_limit)
        if kind == "petition":
            recent = await self.commands.petition_decisions.wait(receipt, wish.wait)
            found = view_of(recent) if recent else await self.queries.petition_receipt(receipt)
        else:
            recent = await self.commands.signature_decisions.wait(receipt, wish.wait)
            found = view_of(recent) if recent else await self.queries.signature_receipt(receipt)
        return receipt_answer(text, None, found)

    async def my_signatures(self, request: Request) -> Response:
        """What the person signed and withdrew."""
        person = await self._reader(request)
        signed = await self.queries.signed_by(person)
        lines = [{"petition": each.petition, "at": each.at.isoformat(), "signed": each.signed} for each in signed]
        return json_response({"signatures": lines})

    async def my_petitions(self, request: Request) -> Response:
        """Petitions the person started."""
        person = await self._reader(request)
        found = await self.queries.by_ids(await self.queries.authored_by(person))
        return json_response({"petitions": [self.petition_view(petition) for petition in found]})

    def petition_view(self, petition: Petition) -> dict[str, Any]:
        """A petition as clients get it."""
        pack = self.packs.pinned(petition.rules)
        view = petition.model_dump(mode="json", exclude={"author", "sealed", "owner"})
        return view | {
            "count": self.counts.view(petition.id),
            "regions": self.counts.shown_regions(petition.id),
            "thresholds": [{"signatures": each.signatures, "effect": each.effect} for each in pack.thresholds],
            "addressee": pack.addressee,
            "href": f"/petitions/{petition.id}",
        }

    async def _petition(self, request: Request) -> Petition:
        found = await self.queries.petition(request.path_params["petition"])
        if found is None:
            raise Problem(404, "petition-unknown")
        return found

    async def _writer(self, request: Request) -> tuple[Person, Preference]:
        person = await self._known(request, RateClass.WRITE)
        return person, preference(request, max_wait=self.wait_limit)

    async def _reader(self, request: Request) -> Person:
        return await self._known(request, RateClass.READ)

    async def _known(self, request: Request, kind: RateClass) -> Person:
        limiter = web(request.scope).limiter
        try:
            person = await self.authenticate(request)
        except Problem:
            # Whoever cannot say who they are is counted by address, forged tokens included.
            limiter.admit(request.scope, kind)
            raise
        limiter.admit(request.scope, kind, person.id)
        return person


def _has_body(request: Request) -> bool:
    return request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers


def read_filter(request: Request) -> Filter:
    """The filter in a request's query; raises `InvalidInput` that names the wrong parameter."""
    query = request.query_params
    public = {"collecting": Status.COLLECTING, "closed": Status.CLOSED}
    status, category, language = query.get("status"), query.get("category"), query.get("language")
    if status and status not in public:
        raise InvalidInput([FieldError("/status", "enum")])
    if category and category not in set(Category):
        raise InvalidInput([FieldError("/category", "enum")])
    if language and language not in ("kk", "ru", "en"):
        raise InvalidInput([FieldError("/language", "enum")])
    return Filter(
        status=(public[status],) if status else tuple(public.values()),
        search=query.get("q", "")[:200],
        category=category or None,
        language=language or None,
        region=query.get("region", "")[:10] or None,
        before=_before(query.get("after")),
        limit=_limit(query.get("limit", "20")),
    )


def _before(text: str | None) -> tuple[datetime, str] | None:
    if not text:
        return None
    at, _, petition = text.partition("~")
    try:
        return datetime.fromisoformat(at), petition
    except ValueError:
        raise InvalidInput([FieldError("/after", "invalid")]) from None


def _limit(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or not 1 <= int(text) <= LARGEST_PAGE:
        raise InvalidInput([FieldError("/limit", "invalid")])
    return int(text)
