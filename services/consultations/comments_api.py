"""Comments and votes by the JSON API: read, given, and what is done about a comment."""

from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from kenes.service.acts import Act
from kenes.service.answers import json_response
from kenes.service.naming import IDEMPOTENCY, KEY_MALFORMED, idempotency_key
from kenes.web.bodies import read_json
from kenes.web.limits import Endpoint
from kenes.web.openapi import Operation, Parameter
from kenes.web.problems import Problem
from kenes.web.values import whole_number
from services.consultations.acts import COMMENT_ACTS
from services.consultations.anchors import CLAUSE_OF_PARENT, CLAUSE_UNKNOWN, PASSAGE_UNKNOWN, located, on_clause_of
from services.consultations.answers import ANSWERS
from services.consultations.callers import ConsultationCallers
from services.consultations.commands import Commands, Place, Speaker, Words
from services.consultations.domain.refusals import Refusal
from services.consultations.domain.vote import GONE
from services.consultations.folds.comments import WHOLE
from services.consultations.ledger.reads import LedgerReads
from services.consultations.live import LiveVotes
from services.consultations.operations import AFTER, ONE, write
from services.consultations.queries import Queries
from services.consultations.reading import Comment, CommentReads
from services.consultations.rendering import comment_view
from services.consultations.texts import Text, Texts
from services.consultations.threads import Order, Threads
from services.consultations.views import CommentBody, CommentList, CommentView, MyVotes, VoteBody

COMMENT: Final = f"{ONE}/comments/{{comment}}"
"""The path of a comment."""
WHO: Final = ("under-age", "birth-date-missing", "assurance-too-low", "not-a-citizen", "class-not-held")
HEARD: Final = (Refusal.CONSULTATION_UNKNOWN, Refusal.CONSULTATION_NOT_OPEN, Refusal.CONSULTATION_CLOSED, *WHO)
"""Why somebody may not be heard."""
CLAUSE: Final = Parameter("clause", "A clause's id, or `whole`.")
THREAD: Final = Parameter("thread", "A comment's id: the replies in its thread, in the place of a clause.")


@dataclass(frozen=True)
class CommentsApi:
    """`/consultations/{consultation}/comments` and below it, and what somebody voted."""

    callers: ConsultationCallers
    commands: Commands
    queries: Queries
    comments: CommentReads
    threads: Threads
    votes: LiveVotes
    ledger: LedgerReads
    texts: Texts

    def voting(self) -> Operation:
        """The one that most requests are for."""
        problems = (*HEARD, Refusal.COMMENT_UNKNOWN, *GONE.values(), Refusal.OWN_COMMENT, Refusal.SAME_VOTE)
        return write("PUT", f"{COMMENT}/vote", self.vote, body=VoteBody, problems=problems)

    def operations(self) -> list[Operation]:
        """All others."""
        listed = (CLAUSE, THREAD, AFTER)
        places = (Refusal.VERSION_UNKNOWN, CLAUSE_UNKNOWN, PASSAGE_UNKNOWN, CLAUSE_OF_PARENT, Refusal.THREAD_TOO_DEEP)
        problems = (*HEARD, *places)
        return [
            Operation.read(f"{ONE}/comments", self.list_comments, CommentList, parameters=listed, optional=True),
            write(
                "POST",
                f"{ONE}/comments",
                self.comment,
                201,
                body=CommentBody,
                problems=(*problems, KEY_MALFORMED),
                parameters=(IDEMPOTENCY,),
            ),
            Operation.read(COMMENT, self.show_comment, CommentView),
            *(
                write("POST", f"{COMMENT}/{act.name}", self.about(act), body=act.body, problems=act.refusals)
                for act in COMMENT_ACTS.values()
            ),
            Operation.own(f"{ONE}/votes/mine", self.my_votes, MyVotes),
        ]

    async def list_comments(self, request: Request) -> Response:
        """Comments on a clause, a page of threads at a time, or the replies in one thread; the oldest first."""
        found = await self.callers.consultation(request)
        asked = request.query_params
        start = _number(asked.get("after"))
        if (thread := asked.get("thread")) is not None:
            comments, following = await self.threads.thread(await self._comment(found.id, thread), start)
        else:
            page = await self.threads.on_clause(found.id, asked.get("clause", WHOLE), Order.OLDEST, start)
            comments, following = page.comments, page.next
        answered = await self.ledger.with_answers(comments)
        shown = [comment_view(each, self.votes) for each in answered]
        return json_response({"comments": shown, "after": None if following is None else str(following)})

    async def comment(self, request: Request) -> Response:
        """Comments on the draft."""
        person, wish = await self.callers.writer(request)
        body = await read_json(request, CommentBody)
        consultation = request.path_params["consultation"]
        parent = None if body.parent is None else await self._comment(consultation, body.parent)
        anchor = body.anchor and located(body.anchor, await self._texts(consultation, body.version))
        if parent is not None:
            anchor = on_clause_of(parent, anchor)
        comment = self.commands.new_comment(person, consultation, idempotency_key(request))
        under = None if parent is None else Place.under(parent)
        words = Words(body.text, body.language, body.version, anchor, under, body.listed)
        speaker = Speaker(body.stakeholder, body.verified)
        outcome = await self.commands.post(person, consultation, comment, speaker, words, wish.wait)
        return ANSWERS.answer("comment", outcome, applied=wish.applied)

    async def show_comment(self, request: Request) -> Response:
        """One comment with the votes on it."""
        found = await self._comment(request.path_params["consultation"], request.path_params["comment"])
        (answered,) = await self.ledger.with_answers([found])
        return json_response(comment_view(answered, self.votes))

    async def vote(self, request: Request) -> Response:
        """Agrees, disagrees or passes; a later vote takes the place of an earlier one."""
        person, wish = await self.callers.writer(request)
        body = await read_json(request, VoteBody)
        consultation, comment = request.path_params["consultation"], request.path_params["comment"]
        found = await self.comments.voted_on(consultation, comment)
        if found is None:
            raise Problem(404, Refusal.COMMENT_UNKNOWN)
        if gone := GONE.get(found.standing):
            raise ANSWERS.refusal_problem(gone)
        speaker = Speaker(body.stakeholder, body.verified)
        outcome = await self.commands.vote(person, consultation, comment, found.author, speaker, body.vote, wish.wait)
        return ANSWERS.answer("vote", outcome, applied=wish.applied)

    def about(self, act: Act) -> Endpoint:
        """The handler of one act on a comment."""

        async def handler(request: Request) -> Response:
            person, wish = await self.callers.writer(request)
            body = await act.read(request)
            consultation, comment = request.path_params["consultation"], request.path_params["comment"]
            asked = act.ask(body, **await self.commands.known(person, consultation, comment))
            return ANSWERS.answer("comment", await self.commands.about_comment(asked, wish.wait), applied=wish.applied)

        handler.__name__, handler.__doc__ = f"{act.name.replace('-', '_')}_of_comment", act.says
        return handler

    async def my_votes(self, request: Request) -> Response:
        """What the person said to each comment of a consultation."""
        person = await self.callers.reader(request)
        voter = self.commands.keyring.pseudonym(request.path_params["consultation"], person.id)
        return json_response({"votes": await self.queries.votes_of(voter)})

    async def _texts(self, consultation: str, version: int) -> list[Text]:
        """None before people are heard: what is refused would tell strangers which words are in the draft."""
        entry = self.commands.hearings.get(consultation)
        if entry is None or entry.known.opened_at is None:
            return []
        return await self.texts.all(consultation, version)

    async def _comment(self, consultation: str, comment: str) -> Comment:
        found = await self.comments.comment(consultation, comment)
        if found is None:
            raise Problem(404, Refusal.COMMENT_UNKNOWN)
        return found


def _number(text: str | None) -> int | None:
    if text is None:
        return None
    if (found := whole_number(text)) is None:
        raise Problem(400, "request-malformed")
    return found
