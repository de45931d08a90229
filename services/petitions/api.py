"""The JSON API, `/api/petitions/v1`. All that the pages do can be done here with a bearer token."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from functools import cached_property

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Mount, Route

from kenes.identity.access import Authenticate, admitted
from kenes.identity.person import Person
from kenes.service.acts import Act
from kenes.service.answers import json_bytes, json_response
from kenes.service.receipt_reads import awaited_receipt
from kenes.web.bodies import read_json
from kenes.web.caching import keep_private
from kenes.web.context import web
from kenes.web.i18n import Translator
from kenes.web.language import request_language
from kenes.web.limits import Endpoint, RateClass, limited
from kenes.web.live import LiveHub, LiveResponse, last_event_id
from kenes.web.negotiation import Preference, preference
from kenes.web.openapi import Operation, Parameter, document, routes
from kenes.web.problems import Problem
from schemas.contracts import ASYNCAPI
from schemas.petitions.v1 import EditRequested, PetitionText
from services.petitions.acts import ACTS
from services.petitions.answering.api import SignersApi
from services.petitions.answers import ANSWERS, PREFIX
from services.petitions.commands import Commands, RulesChoice
from services.petitions.directory import Directory
from services.petitions.domain.petition import Petition
from services.petitions.domain.refusals import Refusal
from services.petitions.domain.rules import RulePacks
from services.petitions.domain.stages import MODERATOR
from services.petitions.domain.status import NEVER_PUBLIC
from services.petitions.filters import FILTERS, LIKE, LONGEST_TEXT, following, read_filter, read_limit
from services.petitions.live import LiveCounts
from services.petitions.moderation.api import LogApi
from services.petitions.queries import Queries
from services.petitions.remarks import remarks
from services.petitions.rendering import Renderer
from services.petitions.rights import STAYS, Rights, resumed
from services.petitions.views import (
    CheckAnswer,
    CountView,
    CreateBody,
    ErasureAnswer,
    History,
    MyData,
    MySignature,
    MySignatures,
    PetitionList,
    PetitionView,
    ReceiptAnswer,
    RegionCounts,
    RequestAnswer,
    SignBody,
)

TEXT_LIMIT = 512 * 1024
"""Bytes of a petition: three languages at their longest, in letters written as escapes, and some room."""

IDEMPOTENCY = Parameter("Idempotency-Key", "The same key of the same person names the same petition.", where="header")
WHO_PROBLEMS = ("under-age", "birth-date-missing", "assurance-too-low", "not-a-citizen")
SIGN_PROBLEMS = ("petition-not-open", "petition-closed", "already-signed", "region-missing", *WHO_PROBLEMS)


@dataclass(frozen=True)
class Api:
    """The handlers and what they need. `authenticate` raises a problem for whoever has no valid token."""

    commands: Commands
    queries: Queries
    rights: Rights
    directory: Directory
    counts: LiveCounts
    hub: LiveHub
    packs: RulePacks
    authenticate: Authenticate
    wait_limit: float
    open_data: Sequence[Operation] = ()

    @cached_property
    def render(self) -> Renderer:
        """Writes petitions as JSON."""
        return Renderer(self.packs, self.counts)

    def routes(self) -> list[BaseRoute]:
        """The routes, mounted under the API's prefix, and the documents that describe them."""
        documents = [
            Route("/openapi.json", limited(RateClass.READ)(self.openapi), methods=["GET"]),
            Route("/asyncapi.json", limited(RateClass.READ)(self.asyncapi), methods=["GET"]),
        ]
        return [Mount(PREFIX, routes=[*routes([*self.operations(), *self.open_data]), *documents])]

    def operations(self) -> list[Operation]:
        """Every operation of the API."""
        one = "/petitions/{petition}"
        return [
            # Routes are tried in this order: what a rush asks for does not wait behind what is seldom asked.
            _write("POST", f"{one}/signatures", self.sign, 201, body=SignBody, problems=SIGN_PROBLEMS),
            Operation("GET", f"{one}/count", self.count, {200: CountView}, problems=("petition-unknown",)),
            Operation.read("/petitions", self.list_petitions, PetitionList, parameters=FILTERS),
            _write(
                "POST",
                "/petitions",
                self.create,
                201,
                body=CreateBody,
                problems=(*WHO_PROBLEMS, Refusal.PACK_UNKNOWN, Refusal.UNIT_UNKNOWN),
                parameters=(IDEMPOTENCY,),
            ),
            Operation.read("/petitions/similar", self.similar, PetitionList, parameters=LIKE),
            Operation(
                "POST",
                "/petitions/check",
                self.check,
                {200: CheckAnswer},
                body=CreateBody,
                problems=(Refusal.PACK_UNKNOWN,),
                limit=RateClass.READ,
            ),
            Operation.read(one, self.show_petition, PetitionView),
            _write("PUT", one, self.edit, 200, body=PetitionText, problems=("not-a-draft", "not-allowed")),
            *(
                _write("POST", f"{one}/{act.name}", self.act(act), 200, body=act.body, problems=_problems(act))
                for act in ACTS.values()
            ),
            _mine(f"{one}/signatures/mine", self.my_signature, MySignature),
            _write("DELETE", f"{one}/signatures/mine", self.withdraw, 200, problems=("not-signed", "petition-closed")),
            Operation("GET", f"{one}/live", self.live, {200: None}, media_type="text/event-stream"),
            Operation.read(f"{one}/regions", self.regions, RegionCounts),
            Operation.read(f"{one}/history", self.history, History),
            LogApi(self.queries).operation(),
            *SignersApi(self.queries, self.packs, self._reader).operations(),
            Operation("GET", "/receipts/{receipt}", self.receipt, {200: ReceiptAnswer}, waits=True),
            _mine("/me/signatures", self.my_signatures, MySignatures),
            _mine("/me/petitions", self.my_petitions, PetitionList),
            _mine("/me/data", self.my_data, MyData),
            Operation("DELETE", "/me", self.erase_me, {200: ErasureAnswer}, secured=True),
        ]

    async def openapi(self, _request: Request) -> Response:
        """This API, described."""
        return json_response(document("Kenes petitions", "1", PREFIX, [*self.operations(), *self.open_data]))

    async def asyncapi(self, _request: Request) -> Response:
        """The topics, described."""
        return Response(ASYNCAPI.read_bytes(), media_type="application/json")

    async def create(self, request: Request) -> Response:
        """Starts a draft."""
        person, wish = await self._writer(request)
        body = await read_json(request, CreateBody, limit=TEXT_LIMIT)
        text = PetitionText.model_validate(body.model_dump(exclude={"pack", "unit"}))
        rules = RulesChoice(body.pack, body.unit)
        key = request.headers.get("idempotency-key")
        outcome = await self.commands.create(person, text, rules, wish.wait, key)
        return ANSWERS.answer("petition", outcome, applied=wish.applied)

    async def check(self, request: Request) -> Response:
        """What a text must mend before it can be handed in, and what its author should know. Keeps nothing."""
        body = await read_json(request, CreateBody, limit=TEXT_LIMIT)
        try:
            pack = self.packs.in_force(body.pack, datetime.now(UTC).date())
        except LookupError:
            raise Problem(422, Refusal.PACK_UNKNOWN) from None
        told = remarks(body, pack, _translator(request))
        found = [asdict(each.remark) | {"message": each.says, "law": each.law} for each in told]
        return json_response({"accepted": not any(each["refused"] for each in found), "remarks": found})

    async def edit(self, request: Request) -> Response:
        """Replaces the text of a draft, or of a petition that moderation gave back."""
        person, wish = await self._writer(request)
        text = await read_json(request, PetitionText, limit=TEXT_LIMIT)
        petition = request.path_params["petition"]
        asked = EditRequested(petition=petition, actor=self.commands.actor(petition, person), text=text)
        return ANSWERS.answer("petition", await self.commands.ask(asked, wish.wait), applied=wish.applied)

    def act(self, act: Act) -> Endpoint:
        """The handler of one act on a petition."""

        async def handler(request: Request) -> Response:
            person, wish = await self._writer(request)
            body = None if act.body is None else await read_json(request, act.body)
            petition = request.path_params["petition"]
            asked = act.ask(body, petition=petition, actor=self.commands.actor(petition, person))
            return ANSWERS.answer("petition", await self.commands.ask(asked, wish.wait), applied=wish.applied)

        handler.__name__, handler.__doc__ = act.name.replace("-", "_"), act.says
        return handler

    async def sign(self, request: Request) -> Response:
        """Signs. An empty body signs without being listed."""
        person, wish = await self._writer(request)
        body = await read_json(request, SignBody) if _has_body(request) else SignBody()
        outcome = await self.commands.sign(person, request.path_params["petition"], listed=body.listed, wait=wish.wait)
        return ANSWERS.answer("signature", outcome, applied=wish.applied)

    async def withdraw(self, request: Request) -> Response:
        """Takes the person's signature back."""
        person, wish = await self._writer(request)
        outcome = await self.commands.withdraw(person, request.path_params["petition"], wish.wait)
        return ANSWERS.answer("signature", outcome, applied=wish.applied)

    async def my_signature(self, request: Request) -> Response:
        """Whether the person's signature counts."""
        person = await self._reader(request)
        petition = await self._petition(request)
        return json_response(
            {"petition": petition.id, "signed": bool(await self.queries.standing(petition.id, person))}
        )

    async def show_petition(self, request: Request) -> Response:
        """One petition with its count, regions and timeline."""
        return json_bytes(self.render.petition(await self._petition(request)))

    async def list_petitions(self, request: Request) -> Response:
        """Petitions a page at a time: the newest opened first or, searched for, those that suit best."""
        wanted = read_filter(request)
        found = await self.queries.petitions(wanted)
        after = following(wanted, found)
        rest = after and f"{PREFIX}/petitions?{request.url.include_query_params(after=after).query}"
        return json_bytes(self.render.petitions(found, rest))

    async def similar(self, request: Request) -> Response:
        """Petitions about what a text is about, the most alike first."""
        text = request.query_params.get("text", "")[:LONGEST_TEXT]
        return json_bytes(self.render.petitions(await self.queries.similar(text, read_limit(request))))

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

        return LiveResponse(self.hub, petition, last_event_id(request), snapshot)

    async def regions(self, request: Request) -> Response:
        """Signatures by region in steps of the small group; regions below one step are left out."""
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
        kind, receipt = ANSWERS.known_receipt(text)
        wish = preference(request, max_wait=self.wait_limit)
        if kind == "petition":
            asking, stored = self.commands.life, self.queries.petition_receipt
        else:
            asking, stored = self.commands.signing, self.queries.signature_receipt
        return ANSWERS.receipt_answer(text, await awaited_receipt(asking.decisions, stored, receipt, wish.wait))

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
        return json_bytes(self.render.petitions(found))

    async def my_data(self, request: Request) -> Response:
        """Everything the service holds about the person, each part described."""
        person = await self._reader(request)
        told = self.rights.data(person, _translator(request))
        # The first piece is awaited here: a database that is away is a problem, not half an answer.
        first = await anext(told)
        return keep_private(StreamingResponse(resumed(first, told), media_type="application/json"))

    async def erase_me(self, request: Request) -> Response:
        """Erases the person: names and private entries can never be read again; counts stay."""
        person = await self._known(request, RateClass.WRITE)
        erased = await self.rights.erase(person)
        t = _translator(request)
        body = {"erased_at": erased.at, "sessions_ended": erased.sessions}
        return json_response(body | {"stays": [t(f"erase.stays.{each}") for each in STAYS]})

    async def _petition(self, request: Request) -> Petition:
        found = await self.queries.petition(request.path_params["petition"])
        if found is None or (found.status in NEVER_PUBLIC and not await self._may_see_draft(request, found)):
            raise Problem(404, "petition-unknown")
        return found

    async def _may_see_draft(self, request: Request, draft: Petition) -> bool:
        """A draft is its author's and the moderators' alone."""
        if "authorization" not in request.headers:
            return False
        person = await self.authenticate(request)
        return MODERATOR in person.roles or draft.author == self.commands.keyring.pseudonym(draft.id, person.id)

    async def _writer(self, request: Request) -> tuple[Person, Preference]:
        person = await self._known(request, RateClass.WRITE)
        return person, preference(request, max_wait=self.wait_limit)

    async def _reader(self, request: Request) -> Person:
        return await self._known(request, RateClass.READ)

    async def _known(self, request: Request, kind: RateClass) -> Person:
        return await admitted(request, self.authenticate, kind)


def _mine(path: str, handler: Endpoint, answer: type[BaseModel]) -> Operation:
    return Operation("GET", path, handler, {200: answer}, secured=True)


def _write(
    method: str,
    path: str,
    handler: Endpoint,
    done: int,
    *,
    body: type[BaseModel] | None = None,
    problems: Sequence[str] = (),
    parameters: Sequence[Parameter] = (),
) -> Operation:
    problems = ("petition-unknown", *problems)
    asked = Operation.ask(
        method, path, handler, done, RequestAnswer, body=body, problems=problems, parameters=parameters
    )
    return replace(asked, body_required=body is not SignBody)


def _problems(act: Act) -> tuple[str, ...]:
    return (Refusal.NOT_ALLOWED, *act.refusals)


def _has_body(request: Request) -> bool:
    return request.headers.get("content-length", "0") != "0" or "transfer-encoding" in request.headers


def _translator(request: Request) -> Translator:
    return Translator(web(request.scope).catalogs, request_language(request.scope))
