"""The JSON API, `/api/consultations/v1`. All that the pages do can be done here with a bearer token."""

from collections.abc import Sequence
from dataclasses import dataclass

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from kenes.identity.access import Authenticate, admitted
from kenes.identity.person import Person
from kenes.service.acts import Act
from kenes.service.answers import json_response
from kenes.web.bodies import read_json
from kenes.web.limits import Endpoint, RateClass, limited
from kenes.web.live import LiveHub, LiveResponse, last_event_id
from kenes.web.negotiation import Preference, preference
from kenes.web.openapi import Operation, Parameter, document, routes
from kenes.web.openapi_security import WaysIn
from kenes.web.problems import Problem
from schemas.consultations.course import PrepareRequested
from schemas.contracts import ASYNCAPI
from services.consultations.acts import COMMENT_ACTS, COURSE_ACTS
from services.consultations.answers import ANSWERS, PREFIX
from services.consultations.commands import Commands, Place, Speaker, Words
from services.consultations.domain.consultation import Consultation, Status
from services.consultations.domain.refusals import Refusal
from services.consultations.domain.rules import ConsultationPacks, role_of
from services.consultations.folds.comments import WHOLE
from services.consultations.handing_in.api import VersionsApi
from services.consultations.handing_in.reads import ComparisonApi
from services.consultations.ledger.api import LedgerApi
from services.consultations.live import LiveVotes
from services.consultations.opinions_view import GroupReads, GroupsView
from services.consultations.queries import Queries
from services.consultations.reading import Comment, CommentReads
from services.consultations.rendering import comment_view, consultation_view
from services.consultations.threads import Order, Threads, number_in
from services.consultations.views import (
    AskedAnswer,
    CommentBody,
    CommentList,
    CommentView,
    ConsultationList,
    ConsultationView,
    MyVotes,
    PrepareBody,
    ReceiptAnswer,
    TextView,
    VoteBody,
)

WHO = ("under-age", "birth-date-missing", "assurance-too-low", "not-a-citizen", "class-not-held")
HEARD = (Refusal.CONSULTATION_UNKNOWN, Refusal.CONSULTATION_NOT_OPEN, Refusal.CONSULTATION_CLOSED, *WHO)
IDEMPOTENCY = Parameter("Idempotency-Key", "The same key of the same person names the same thing.", where="header")
CLAUSE = Parameter("clause", "A clause's id, or `whole`.")
THREAD = Parameter("thread", "A comment's id: the replies in its thread, in the place of a clause.")
AFTER = Parameter("after", "As the page before gave it.")


@dataclass(frozen=True)
class Api:
    """The handlers and what they need. `authenticate` raises a problem for whoever has no valid token."""

    commands: Commands
    queries: Queries
    comments: CommentReads
    threads: Threads
    votes: LiveVotes
    groups: GroupReads
    versions: VersionsApi
    comparisons: ComparisonApi
    ledger: LedgerApi
    hub: LiveHub
    packs: ConsultationPacks
    authenticate: Authenticate
    wait_limit: float

    def routes(self) -> list[BaseRoute]:
        """The routes, mounted under the API's prefix, and the documents that describe them."""
        documents = [
            Route("/openapi.json", limited(RateClass.READ)(self.openapi), methods=["GET"]),
            Route("/asyncapi.json", limited(RateClass.READ)(self.asyncapi), methods=["GET"]),
        ]
        return [Mount(PREFIX, routes=[*routes(self.operations()), *documents])]

    def operations(self) -> list[Operation]:
        """Every operation of the API."""
        one = "/consultations/{consultation}"
        comment = f"{one}/comments/{{comment}}"
        prepare_problems = (Refusal.NOT_ALLOWED, Refusal.PACK_UNKNOWN, Refusal.CONSULTATION_EXISTS)
        vote_problems = (*HEARD, Refusal.COMMENT_UNKNOWN, Refusal.OWN_COMMENT, Refusal.SAME_VOTE)
        comment_problems = (*HEARD, Refusal.VERSION_UNKNOWN, Refusal.THREAD_TOO_DEEP)
        return [
            # Routes are tried in order: what most requests are for stands first.
            _write("PUT", f"{comment}/vote", self.vote, 200, VoteBody, vote_problems),
            Operation.read("/consultations", self.list_consultations, ConsultationList),
            _write("POST", "/consultations", self.prepare, 201, PrepareBody, prepare_problems, (IDEMPOTENCY,)),
            Operation.read(one, self.show_consultation, ConsultationView, optional=True),
            *(
                _write("POST", f"{one}/{act.name}", self.steer(act), 200, act.body, act.refusals)
                for act in COURSE_ACTS.values()
            ),
            *self.versions.operations(),
            *self.comparisons.operations(),
            *self.ledger.operations(),
            Operation.read(f"{one}/versions/{{version}}/{{language}}", self.show_text, TextView, optional=True),
            Operation.read(f"{one}/groups", self.opinion_groups, GroupsView, optional=True),
            Operation("GET", f"{one}/live", self.live, {200: None}, media_type="text/event-stream", optional=True),
            Operation.read(
                f"{one}/comments", self.list_comments, CommentList, parameters=(CLAUSE, THREAD, AFTER), optional=True
            ),
            _write("POST", f"{one}/comments", self.comment, 201, CommentBody, comment_problems, (IDEMPOTENCY,)),
            Operation.read(comment, self.show_comment, CommentView),
            *(
                _write("POST", f"{comment}/{act.name}", self.about(act), 200, act.body, act.refusals)
                for act in COMMENT_ACTS.values()
            ),
            Operation("GET", f"{one}/votes/mine", self.my_votes, {200: MyVotes}, secured=True),
            Operation("GET", "/receipts/{receipt}", self.receipt, {200: ReceiptAnswer}, waits=True),
        ]

    async def openapi(self, request: Request) -> Response:
        """This API, described."""
        return json_response(document("Kenes consultations", "1", PREFIX, self.operations(), WaysIn.of(request)))

    async def asyncapi(self, _request: Request) -> Response:
        """The topics, described."""
        return Response(ASYNCAPI.read_bytes(), media_type="application/json")

    async def list_consultations(self, _request: Request) -> Response:
        """Consultations that are or were open, the newest first."""
        found = [each for each in await self.queries.consultations() if each.opened_at is not None]
        heard = [await self.queries.heard(each.id) for each in found]
        shown = [consultation_view(each, told, self.votes) for each, told in zip(found, heard, strict=True)]
        return json_response({"consultations": shown}, headers={"cache-control": "public, max-age=2"})

    async def prepare(self, request: Request) -> Response:
        """A body begins to prepare a consultation."""
        person, wish = await self._writer(request)
        body = await read_json(request, PrepareBody)
        consultation = self.commands.new_id(person, request.headers.get("idempotency-key"))
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
        found = await self._consultation(request)
        return json_response(consultation_view(found, await self.queries.heard(found.id), self.votes))

    def steer(self, act: Act) -> Endpoint:
        """The handler of one act on a consultation."""

        async def handler(request: Request) -> Response:
            person, wish = await self._writer(request)
            body = None if act.body is None else await read_json(request, act.body)
            consultation = request.path_params["consultation"]
            asked = act.ask(body, consultation=consultation, actor=self.commands.actor(consultation, person))
            return ANSWERS.answer("consultation", await self.commands.steer(asked, wish.wait), applied=wish.applied)

        handler.__name__, handler.__doc__ = f"{act.name.replace('-', '_')}_of_consultation", act.says
        return handler

    async def show_text(self, request: Request) -> Response:
        """The text of a version in one language."""
        found = await self._consultation(request)
        version, language = request.path_params["version"], request.path_params["language"]
        tree = await self.queries.text(found.id, int(version), language) if version.isdigit() else None
        if tree is None:
            raise Problem(404, Refusal.VERSION_UNKNOWN)
        told = {"consultation": found.id, "version": int(version), "language": language}
        return json_response({**told, "tree": tree.model_dump()})

    async def live(self, request: Request) -> Response:
        """How many votes there are, as they come, by server-sent events."""
        found = await self._consultation(request)

        async def snapshot() -> tuple[int, bytes]:
            return self.votes.acts(found.id), self.votes.frame(found.id)

        return LiveResponse(self.hub, found.id, last_event_id(request), snapshot)

    async def opinion_groups(self, request: Request) -> Response:
        """Groups of people who vote alike, what each stands for, and what all of them agree on."""
        found = await self._consultation(request)
        groups = await self.groups.of(found.id)
        return json_response(groups.shown.model_dump(), headers={"cache-control": "public, max-age=2"})

    async def list_comments(self, request: Request) -> Response:
        """Comments on a clause, a page of threads at a time, or the replies in one thread; the oldest first."""
        found = await self._consultation(request)
        asked = request.query_params
        start = _number(asked.get("after"))
        if (thread := asked.get("thread")) is not None:
            comments, following = await self.threads.thread(await self._comment(found.id, thread), start)
        else:
            page = await self.threads.on_clause(found.id, asked.get("clause", WHOLE), Order.OLDEST, start)
            comments, following = page.comments, page.next
        answered = await self.ledger.ledger.with_answers(comments)
        shown = [comment_view(each, self.votes) for each in answered]
        return json_response({"comments": shown, "after": None if following is None else str(following)})

    async def comment(self, request: Request) -> Response:
        """Comments on the draft."""
        person, wish = await self._writer(request)
        body = await read_json(request, CommentBody)
        consultation = request.path_params["consultation"]
        comment = self.commands.new_id(person, request.headers.get("idempotency-key"))
        under = None if body.parent is None else under_of(await self._comment(consultation, body.parent))
        words = Words(body.text, body.language, body.version, body.anchor, under, body.listed)
        speaker = Speaker(body.stakeholder, body.verified)
        outcome = await self.commands.post(person, consultation, comment, speaker, words, wish.wait)
        return ANSWERS.answer("comment", outcome, applied=wish.applied)

    async def show_comment(self, request: Request) -> Response:
        """One comment with the votes on it."""
        found = await self._comment(request.path_params["consultation"], request.path_params["comment"])
        (answered,) = await self.ledger.ledger.with_answers([found])
        return json_response(comment_view(answered, self.votes))

    async def vote(self, request: Request) -> Response:
        """Agrees, disagrees or passes; a later vote takes the place of an earlier one."""
        person, wish = await self._writer(request)
        body = await read_json(request, VoteBody)
        consultation = request.path_params["consultation"]
        author = await self.comments.author(consultation, request.path_params["comment"])
        if author is None:
            raise Problem(404, Refusal.COMMENT_UNKNOWN)
        speaker = Speaker(body.stakeholder, body.verified)
        comment = request.path_params["comment"]
        outcome = await self.commands.vote(person, consultation, comment, author, speaker, body.vote, wish.wait)
        return ANSWERS.answer("vote", outcome, applied=wish.applied)

    def about(self, act: Act) -> Endpoint:
        """The handler of one act on a comment."""

        async def handler(request: Request) -> Response:
            person, wish = await self._writer(request)
            body = None if act.body is None else await read_json(request, act.body)
            consultation, comment = request.path_params["consultation"], request.path_params["comment"]
            asked = act.ask(body, **await self.commands.known(person, consultation, comment))
            return ANSWERS.answer("comment", await self.commands.about_comment(asked, wish.wait), applied=wish.applied)

        handler.__name__, handler.__doc__ = f"{act.name.replace('-', '_')}_of_comment", act.says
        return handler

    async def my_votes(self, request: Request) -> Response:
        """What the person said to each comment of a consultation."""
        person = await self._known(request, RateClass.READ)
        voter = self.commands.keyring.pseudonym(request.path_params["consultation"], person.id)
        return json_response({"votes": await self.queries.votes_of(voter)})

    async def receipt(self, request: Request) -> Response:
        """What became of a request."""
        text = request.path_params["receipt"]
        kind, receipt = ANSWERS.known_receipt(text)
        wish = preference(request, max_wait=self.wait_limit)
        return ANSWERS.receipt_answer(text, await self.queries.receipt(kind, receipt, wish.wait))

    async def _consultation(self, request: Request) -> Consultation:
        found = await self.queries.consultation(request.path_params["consultation"])
        if found is None or (found.status is Status.PREPARATION and not await self._prepares(request, found)):
            raise Problem(404, Refusal.CONSULTATION_UNKNOWN)
        return found

    async def _prepares(self, request: Request, found: Consultation) -> bool:
        """What is being prepared is the body's alone."""
        if "authorization" not in request.headers:
            return False
        return role_of(found.body) in (await self.authenticate(request)).roles

    async def _comment(self, consultation: str, comment: str) -> Comment:
        found = await self.comments.comment(consultation, comment)
        if found is None:
            raise Problem(404, Refusal.COMMENT_UNKNOWN)
        return found

    async def _writer(self, request: Request) -> tuple[Person, Preference]:
        person = await self._known(request, RateClass.WRITE)
        return person, preference(request, max_wait=self.wait_limit)

    async def _known(self, request: Request, kind: RateClass) -> Person:
        return await admitted(request, self.authenticate, kind)


def under_of(parent: Comment) -> Place:
    """Where a reply to a comment stands."""
    return Place(parent.id, parent.thread or parent.id, parent.depth + 1)


def _number(text: str | None) -> int | None:
    if text is None:
        return None
    if (found := number_in(text)) is None:
        raise Problem(400, "request-malformed")
    return found


def _write(
    method: str,
    path: str,
    handler: Endpoint,
    done: int,
    body: type[BaseModel] | None = None,
    problems: Sequence[str] = (),
    parameters: Sequence[Parameter] = (),
) -> Operation:
    return Operation.ask(method, path, handler, done, AskedAnswer, body=body, problems=problems, parameters=parameters)
