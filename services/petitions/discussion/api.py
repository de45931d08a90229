"""Discussions over the API: comments on a text or on drafts of the answer, and what these have been."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from kenes.service.answers import json_response
from kenes.web.bodies import read_json
from kenes.web.openapi import Operation, Parameter
from kenes.web.values import whole_number
from schemas.petitions.v1 import LONGEST_COMMENT, AnswerOutcome, Language, PetitionText, Statement
from schemas.prose import Prose
from services.petitions.answers import ANSWERS, PREFIX
from services.petitions.callers import PetitionCallers
from services.petitions.commands import Commands
from services.petitions.commands import Comment as Said
from services.petitions.discussion.reads import LONGEST, Comment, Hiding
from services.petitions.domain.petition import Petition
from services.petitions.domain.refusals import Refusal
from services.petitions.operations import ONE, WHO_PROBLEMS, write
from services.petitions.queries import Queries
from services.petitions.views import View

AFTER: Final = Parameter("after", "The number of the last comment seen.", schema={"type": "integer", "minimum": 0})


class CommentBody(View):
    """A comment."""

    text: Prose = Field(min_length=3, max_length=LONGEST_COMMENT)
    language: Language
    revision: int = Field(ge=1, description="The text that was read.")
    listed: bool = Field(default=False, description="Show first name and initial beside the comment.")
    answer_draft: int | None = Field(default=None, ge=1, description="The draft of the answer that it is about.")


class CommentView(View):
    """A comment. Of one that is hidden, or was taken back, the text is null; `hidden` says why, `retracted` when."""

    number: int
    at: datetime
    revision: int = Field(description="The text it is about, where it is not about a draft of the answer.")
    answer_draft: int | None = Field(description="The draft of the answer that it is about.")
    language: Language
    name: str | None = Field(description="First name and initial, where the commenter agreed to it.")
    author: bool = Field(description="Whether the petition's author wrote it.")
    text: str | None
    hidden: Hiding | None
    retracted: datetime | None = Field(description="When its author took it back.")


class CommentList(View):
    """Comments, the oldest first. `next` is where it goes on."""

    comments: list[CommentView]
    next: str | None


class VersionView(View):
    """A text that was discussed or could be signed."""

    revision: int
    at: datetime
    text: PetitionText


class VersionList(View):
    """The texts that were discussed or could be signed, the newest first."""

    versions: list[VersionView]


class AnswerDraftView(View):
    """What the body meant to answer."""

    number: int = Field(description="Drafts of a petition are numbered from 1.")
    at: datetime
    outcome: AnswerOutcome
    statement: Statement


class AnswerDraftList(View):
    """Drafts of answers, the newest first."""

    answer_drafts: list[AnswerDraftView]


@dataclass(frozen=True)
class DiscussionApi:
    """`/petitions/{petition}/comments`, `/versions` and `/answer-drafts`."""

    callers: PetitionCallers
    commands: Commands
    queries: Queries

    def operations(self) -> list[Operation]:
        return [
            write(
                "POST",
                f"{ONE}/comments",
                self.comment,
                201,
                body=CommentBody,
                problems=(Refusal.NOT_DISCUSSED, Refusal.STALE_REVISION, *WHO_PROBLEMS),
            ),
            Operation.read(
                f"{ONE}/comments",
                self.comments,
                CommentList,
                problems=(Refusal.PETITION_UNKNOWN,),
                parameters=(AFTER,),
                optional=True,
            ),
            Operation.read(
                f"{ONE}/versions", self.versions, VersionList, problems=(Refusal.PETITION_UNKNOWN,), optional=True
            ),
            Operation.read(
                f"{ONE}/answer-drafts",
                self.answer_drafts,
                AnswerDraftList,
                problems=(Refusal.PETITION_UNKNOWN,),
                optional=True,
            ),
        ]

    async def comment(self, request: Request) -> Response:
        """Comments on a text that is discussed, or on what the body means to answer."""
        person, wish = await self.callers.writer(request)
        body = await read_json(request, CommentBody)
        told = body.model_dump() | {"text": body.text.strip()}
        said = Said(petition=request.path_params["petition"], **told)
        return ANSWERS.answer("petition", await self.commands.comment(person, said, wish.wait), applied=wish.applied)

    async def comments(self, request: Request) -> Response:
        """A hundred comments at a time, the oldest first."""
        petition = await self.callers.petition(request)
        after = whole_number(request.query_params.get("after", "")) or 0
        last = petition.comments
        found = await self.queries.discussions.comments(petition, range(after + 1, last + 1))
        until = after + LONGEST
        rest = f"{PREFIX}/petitions/{petition.id}/comments?after={until}" if until < last else None
        return json_response({"comments": [await self._view(petition, each) for each in found], "next": rest})

    async def versions(self, request: Request) -> Response:
        """The texts that were discussed or could be signed, the newest first."""
        petition = await self.callers.petition(request)
        found = await self.queries.discussions.versions(petition)
        return json_response({"versions": [each.model_dump(mode="json") for each in found]})

    async def answer_drafts(self, request: Request) -> Response:
        """What the body meant to answer, the newest draft first."""
        petition = await self.callers.petition(request)
        found = await self.queries.discussions.answer_drafts(petition)
        fields = set(AnswerDraftView.model_fields)
        return json_response({"answer_drafts": [each.model_dump(mode="json", include=fields) for each in found]})

    async def _view(self, petition: Petition, comment: Comment) -> dict[str, object]:
        named = comment.listed and comment.shown
        name = await self.queries.public_name(comment.owner, comment.sealed, petition.id) if named else None
        told = comment.model_dump(mode="json", include=set(CommentView.model_fields))
        told["text"] = comment.text if comment.shown else None
        return told | {"name": name, "author": comment.by == petition.author}
