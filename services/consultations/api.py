"""The JSON API, `/api/consultations/v1`. All that the pages do can be done here with a bearer token."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from kenes.service.acts import Act
from kenes.service.answers import json_response
from kenes.service.json_api import JsonApi
from kenes.service.naming import IDEMPOTENCY, KEY_MALFORMED, idempotency_key
from kenes.service.own_data import OwnDataApi
from kenes.web.bodies import read_json
from kenes.web.limits import Endpoint
from kenes.web.live import LAST_EVENT_ID, LIVE_PROBLEMS, LiveHub, LiveResponse, last_event_id
from kenes.web.openapi import Operation
from kenes.web.problems import Problem
from kenes.web.values import whole_number
from schemas.consultations.course import PrepareRequested
from schemas.contracts import ASYNCAPI
from services.consultations.acts import COURSE_ACTS
from services.consultations.answers import ANSWERS, PREFIX
from services.consultations.callers import ConsultationCallers
from services.consultations.commands import Commands
from services.consultations.comments_api import CommentsApi
from services.consultations.domain.refusals import Refusal
from services.consultations.handing_in.api import VersionsApi
from services.consultations.handing_in.reads import ComparisonApi
from services.consultations.ledger.api import LedgerApi
from services.consultations.live import LiveVotes
from services.consultations.opendata import OpenData
from services.consultations.operations import ONE, write
from services.consultations.opinion.view import GroupReads, GroupsView
from services.consultations.queries import Queries
from services.consultations.rendering import consultation_view
from services.consultations.views import ConsultationList, ConsultationView, PrepareBody, ReceiptAnswer, TextView


@dataclass(frozen=True)
class Api:
    """The handlers and what they need."""

    commands: Commands
    queries: Queries
    votes: LiveVotes
    groups: GroupReads
    callers: ConsultationCallers
    comments: CommentsApi
    versions: VersionsApi
    comparisons: ComparisonApi
    ledger: LedgerApi
    hub: LiveHub
    own: OwnDataApi
    open_data: OpenData

    def routes(self) -> list[BaseRoute]:
        """The routes, mounted under the API's prefix, and the documents that describe them."""
        return JsonApi("Kenes consultations", PREFIX, self.operations(), ASYNCAPI).routes()

    def operations(self) -> list[Operation]:
        """Every operation of the API."""
        preparing = (Refusal.NOT_ALLOWED, Refusal.PACK_UNKNOWN, Refusal.CONSULTATION_EXISTS, KEY_MALFORMED)
        return [
            # Routes are tried in order: what most requests are for stands first.
            self.comments.voting(),
            Operation.read("/consultations", self.list_consultations, ConsultationList),
            write(
                "POST",
                "/consultations",
                self.prepare,
                201,
                body=PrepareBody,
                problems=preparing,
                parameters=(IDEMPOTENCY,),
            ),
            Operation.read(ONE, self.show_consultation, ConsultationView, optional=True),
            *(
                write("POST", f"{ONE}/{act.name}", self.steer(act), body=act.body, problems=act.refusals)
                for act in COURSE_ACTS.values()
            ),
            *self.versions.operations(),
            *self.comparisons.operations(),
            *self.ledger.operations(),
            Operation.read(f"{ONE}/versions/{{version}}/{{language}}", self.show_text, TextView, optional=True),
            Operation.read(f"{ONE}/groups", self.opinion_groups, GroupsView, optional=True),
            Operation(
                "GET",
                f"{ONE}/live",
                self.live,
                {200: None},
                problems=(Refusal.CONSULTATION_UNKNOWN, *LIVE_PROBLEMS),
                parameters=(LAST_EVENT_ID,),
                media_type="text/event-stream",
                optional=True,
            ),
            *self.comments.operations(),
            *self.own.operations(),
            *self.open_data.operations(),
            Operation(
                "GET",
                "/receipts/{receipt}",
                self.receipt,
                {200: ReceiptAnswer},
                problems=("receipt-unknown",),
                waits=True,
            ),
        ]

    async def list_consultations(self, _request: Request) -> Response:
        """Consultations that are or were open, the newest first."""
        found = [each for each in await self.queries.consultations() if each.opened_at is not None]
        heard = [await self.queries.heard(each.id) for each in found]
        shown = [consultation_view(each, told, self.votes) for each, told in zip(found, heard, strict=True)]
        return json_response({"consultations": shown}, headers={"cache-control": "public, max-age=2"})

    async def prepare(self, request: Request) -> Response:
        """A body begins to prepare a consultation."""
        person, wish = await self.callers.writer(request)
        body = await read_json(request, PrepareBody)
        consultation = self.commands.new_consultation(person, idempotency_key(request))
        asked = PrepareRequested(
            consultation=consultation,
            actor=self.commands.actor(consultation, person),
            body=body.body,
            pack=body.pack,
            kind=body.kind,
            title=body.title,
        )
        return ANSWERS.answer("consultation", await self.commands.steer(asked, wish.wait), applied=wish.applied)

    async def show_consultation(self, request: Request) -> Response:
        """One consultation with its path."""
        found = await self.callers.consultation(request)
        return json_response(consultation_view(found, await self.queries.heard(found.id), self.votes))

    def steer(self, act: Act) -> Endpoint:
        """The handler of one act on a consultation."""

        async def handler(request: Request) -> Response:
            person, wish = await self.callers.writer(request)
            body = await act.read(request)
            consultation = request.path_params["consultation"]
            asked = act.ask(body, consultation=consultation, actor=self.commands.actor(consultation, person))
            return ANSWERS.answer("consultation", await self.commands.steer(asked, wish.wait), applied=wish.applied)

        handler.__name__, handler.__doc__ = f"{act.name.replace('-', '_')}_of_consultation", act.says
        return handler

    async def show_text(self, request: Request) -> Response:
        """The text of a version in one language."""
        found = await self.callers.consultation(request)
        version, language = whole_number(request.path_params["version"]), request.path_params["language"]
        tree = None if version is None else await self.queries.text(found.id, version, language)
        if tree is None:
            raise Problem(404, Refusal.VERSION_UNKNOWN)
        told = {"consultation": found.id, "version": version, "language": language}
        return json_response({**told, "tree": tree.model_dump()})

    async def live(self, request: Request) -> Response:
        """How many votes there are, as they come, by server-sent events."""
        found = await self.callers.consultation(request)

        async def snapshot() -> tuple[int, bytes]:
            return self.votes.acts(found.id), self.votes.frame(found.id)

        return LiveResponse(self.hub, found.id, last_event_id(request), snapshot)

    async def opinion_groups(self, request: Request) -> Response:
        """Groups of people who vote alike, what each stands for, and what all of them agree on."""
        found = await self.callers.consultation(request)
        groups = await self.groups.of(found.id)
        return json_response(groups.shown.model_dump(), headers={"cache-control": "public, max-age=2"})

    async def receipt(self, request: Request) -> Response:
        """What became of a request."""
        text = request.path_params["receipt"]
        kind, receipt = ANSWERS.known_receipt(text)
        wish = self.callers.wish(request)
        return ANSWERS.receipt_answer(text, await self.queries.receipt(kind, receipt, wish.wait))
