"""The JSON API, `/api/petitions/v1`. All that the pages do can be done here with a bearer token."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from kenes.service.answers import json_bytes, json_response
from kenes.service.json_api import JsonApi
from kenes.service.receipt_reads import awaited_receipt
from kenes.web.bodies import read_json
from kenes.web.live import LAST_EVENT_ID, LIVE_PROBLEMS, LiveHub, LiveResponse, last_event_id
from kenes.web.openapi import Operation
from kenes.web.problems import Problem
from schemas.contracts import ASYNCAPI
from services.petitions.answering.api import SignersApi
from services.petitions.answers import ANSWERS, PREFIX
from services.petitions.callers import PetitionCallers
from services.petitions.commands import Commands
from services.petitions.directory import Directory
from services.petitions.discussion.api import DiscussionApi
from services.petitions.domain.rules import RulePacks
from services.petitions.drafting.api import DraftingApi
from services.petitions.filters import FILTERS, LIKE, LONGEST_TEXT, following, read_filter, read_limit
from services.petitions.live import LiveCounts
from services.petitions.mailed.api import LettersApi
from services.petitions.mailed.mailing import Mailing
from services.petitions.moderation.api import LogApi
from services.petitions.operations import ONE, UNKNOWN, WHO_PROBLEMS, write
from services.petitions.organising.api import OrganisersApi
from services.petitions.own.api import OwnApi
from services.petitions.queries import Queries
from services.petitions.rendering import Renderer
from services.petitions.rights import Rights
from services.petitions.views import (
    CountView,
    History,
    MySignature,
    PetitionList,
    PetitionView,
    ReceiptAnswer,
    RegionCounts,
    SignBody,
)

SIGN_PROBLEMS = (
    *("petition-not-open", "petition-closed", "already-signed", "own-petition", "region-missing"),
    *WHO_PROBLEMS,
)


@dataclass(frozen=True)
class Api:
    """The handlers and what they need."""

    commands: Commands
    queries: Queries
    rights: Rights
    directory: Directory
    counts: LiveCounts
    hub: LiveHub
    packs: RulePacks
    callers: PetitionCallers
    open_data: Sequence[Operation] = ()
    mailing: Mailing | None = None

    @cached_property
    def render(self) -> Renderer:
        """Writes petitions as JSON."""
        return Renderer(self.packs, self.counts)

    def routes(self) -> list[BaseRoute]:
        """The routes, mounted under the API's prefix, and the documents that describe them."""
        return JsonApi("Kenes petitions", PREFIX, [*self.operations(), *self.open_data], ASYNCAPI).routes()

    def operations(self) -> list[Operation]:
        """Every operation of the API."""
        signing = write("POST", f"{ONE}/signatures", self.sign, 201, body=SignBody, problems=SIGN_PROBLEMS)
        return [
            # Routes are tried in this order: what a rush asks for does not wait behind what is seldom asked.
            replace(signing, body_required=False),
            Operation("GET", f"{ONE}/count", self.count, {200: CountView}, problems=UNKNOWN),
            Operation.read("/petitions", self.list_petitions, PetitionList, parameters=FILTERS),
            Operation.read("/petitions/similar", self.similar, PetitionList, parameters=LIKE),
            *DraftingApi(self.callers, self.commands, self.packs).operations(),
            Operation.read(ONE, self.show_petition, PetitionView, problems=UNKNOWN, optional=True),
            Operation.own(f"{ONE}/signatures/mine", self.my_signature, MySignature, problems=UNKNOWN),
            write("DELETE", f"{ONE}/signatures/mine", self.withdraw, 200, problems=("not-signed", "petition-closed")),
            Operation(
                "GET",
                f"{ONE}/live",
                self.live,
                {200: None},
                problems=(*UNKNOWN, *LIVE_PROBLEMS),
                parameters=(LAST_EVENT_ID,),
                media_type="text/event-stream",
            ),
            Operation.read(f"{ONE}/regions", self.regions, RegionCounts, problems=UNKNOWN, optional=True),
            Operation.read(f"{ONE}/history", self.history, History, problems=UNKNOWN, optional=True),
            LogApi(self.queries).operation(),
            *DiscussionApi(self.callers, self.commands, self.queries).operations(),
            *OrganisersApi(self.callers, self.commands, self.packs, self.render).operations(),
            *SignersApi(self.queries, self.packs, self.callers.reader).operations(),
            *LettersApi(self.callers, self.packs, self.mailing).operations(),
            Operation(
                "GET",
                "/receipts/{receipt}",
                self.receipt,
                {200: ReceiptAnswer},
                problems=("receipt-unknown",),
                waits=True,
            ),
            *OwnApi(self.callers, self.queries, self.rights, self.render).operations(),
        ]

    async def sign(self, request: Request) -> Response:
        """Signs. An empty body signs without being listed."""
        person, wish = await self.callers.writer(request)
        body = await read_json(request, SignBody, without=SignBody())
        outcome = await self.commands.sign(person, request.path_params["petition"], listed=body.listed, wait=wish.wait)
        return ANSWERS.answer("signature", outcome, applied=wish.applied)

    async def withdraw(self, request: Request) -> Response:
        """Takes the person's signature back."""
        person, wish = await self.callers.writer(request)
        outcome = await self.commands.withdraw(person, request.path_params["petition"], wish.wait)
        return ANSWERS.answer("signature", outcome, applied=wish.applied)

    async def my_signature(self, request: Request) -> Response:
        """Whether the person's signature counts."""
        person = await self.callers.reader(request)
        petition = request.path_params["petition"]
        standing = await self.queries.standing(petition, person)
        if standing is None:
            # Only who has a standing is told of a petition that has gone out of sight since.
            await self.callers.petition(request)
        return json_response({"petition": petition, "signed": bool(standing)})

    async def show_petition(self, request: Request) -> Response:
        """One petition with its count, regions and timeline."""
        return json_bytes(self.render.petition(await self.callers.petition(request)))

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
        petition = await self.callers.petition(request)
        return json_response({"petition": petition.id, "regions": self.counts.shown_regions(petition.id)})

    async def history(self, request: Request) -> Response:
        """Net signatures by minute."""
        petition = await self.callers.petition(request)
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
        wish = self.callers.wish(request)
        if kind == "petition":
            asking, stored = self.commands.life, self.queries.petition_receipt
        else:
            asking, stored = self.commands.signing, self.queries.signature_receipt
        return ANSWERS.receipt_answer(text, await awaited_receipt(asking.decisions, stored, receipt, wish.wait))
