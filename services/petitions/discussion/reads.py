"""Comments, versions and drafts of answers as readers get them. What a client has just written is never missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from kenes.kafka.records import Recorded
from kenes.kafka.waiting import Decisions
from kenes.mongo.client import Document
from kenes.mongo.folding import Lookup, find_in
from kenes.mongo.projection import LiveCollections
from schemas.petitions.v1 import (
    Commented,
    CommentHidden,
    CommentRetracted,
    DiscussionBegun,
    Edited,
    Language,
    PetitionText,
)
from services.petitions.discussion.kept import comment_document, hidden, numbered, retracted
from services.petitions.domain.petition import Petition
from services.petitions.domain.status import Answer, Status

LONGEST: Final = 100
"""Comments, versions, and drafts, read at a time."""


class Hiding(BaseModel):
    """Why a comment is hidden."""

    model_config = ConfigDict(frozen=True)

    reason: str
    explanation: str
    at: datetime


class Comment(BaseModel):
    """A comment on the text of `revision`, or on the draft `answer_draft` of the answer.

    `owner` and `sealed` lead to a name, where the commenter agreed to it.

    `retracted` is when its author took it back; nothing of it is left then but its number, language and instants.
    """

    model_config = ConfigDict(frozen=True)

    number: int
    at: datetime
    by: str
    revision: int
    language: Language
    text: str
    listed: bool
    owner: str
    sealed: str
    hidden: Hiding | None = None
    retracted: datetime | None = None
    answer_draft: int | None = None

    @property
    def shown(self) -> bool:
        """Whether it can be read."""
        return self.hidden is None and self.retracted is None


class Version(BaseModel):
    """A text that was discussed or could be signed, from `at` on."""

    model_config = ConfigDict(frozen=True)

    revision: int
    at: datetime
    text: PetitionText


class AnswerDraft(Answer):
    """What the body meant to answer. Drafts of a petition are numbered from 1."""

    number: int


@dataclass(frozen=True)
class DiscussionReads:
    """Reads the projection's live version, and what was decided since."""

    live: LiveCollections
    recent: Decisions

    async def comments(self, petition: Petition, numbers: Sequence[int]) -> list[Comment]:
        """The comments with these numbers, at most `LONGEST`, in this order; what is not there is left out."""
        wanted = list(numbers)[:LONGEST]
        found = await self._stored("comments", petition, wanted)
        for decision in self._since(petition):
            _take(found, decision)
        return [Comment.model_validate(found[number]) for number in wanted if number in found]

    async def versions(self, petition: Petition) -> list[Version]:
        """The texts that were discussed or could be signed, the latest `LONGEST`, the newest first.

        One that was given back for what must not be repeated is left out.
        """
        discussion = petition.discussion
        if discussion is None and petition.opened_at is None:
            return []
        first = 1 if discussion is None else discussion.revision
        revisions = range(petition.revision, first - 1, -1)[:LONGEST]
        found = {
            revision: Version(revision=revision, at=each["at"], text=each["text"])
            for revision, each in (await self._stored("versions", petition, revisions)).items()
            if each["text"] is not None
        }
        if discussion is not None and petition.status is Status.DISCUSSION:
            changed = [each.event.time for each in self._since(petition) if isinstance(each.data, _CHANGING)]
            since = max(changed, default=discussion.opened_at)
            found.setdefault(petition.revision, Version(revision=petition.revision, at=since, text=petition.text))
        elif petition.opened_at is not None and petition.readable:
            now = Version(revision=petition.revision, at=petition.opened_at, text=petition.text)
            found.setdefault(petition.revision, now)
        return [found[revision] for revision in revisions if revision in found]

    async def answer_drafts(self, petition: Petition) -> list[AnswerDraft]:
        """The drafts of answers, the latest `LONGEST`, the newest first."""
        numbers = range(petition.answer_drafts, 0, -1)[:LONGEST]
        stored = await self._stored("answer_drafts", petition, numbers)
        found = {number: AnswerDraft.model_validate(each | {"number": number}) for number, each in stored.items()}
        if petition.draft_answer is not None:
            newest = petition.draft_answer.model_dump() | {"number": petition.answer_drafts}
            found.setdefault(petition.answer_drafts, AnswerDraft.model_validate(newest))
        return [found[number] for number in numbers if number in found]

    async def _stored(self, collection: str, petition: Petition, numbers: Sequence[int]) -> dict[int, Document]:
        ids = {numbered(petition.id, number): number for number in numbers}
        documents = await find_in(await self.live.of(collection), Lookup(collection, "_id", list(ids)))
        return {ids[document["_id"]]: document for document in documents}

    def _since(self, petition: Petition) -> list[Recorded]:
        return [each for each in self.recent.latest() if each.event.subject == petition.id]


_CHANGING: Final = (DiscussionBegun, Edited)


def _take(found: dict[int, Any], decision: Recorded) -> None:
    data, at = decision.data, decision.event.time
    if isinstance(data, Commented):
        found.setdefault(data.number, comment_document(data, at))
    elif isinstance(data, CommentHidden) and data.number in found:
        found[data.number] = found[data.number] | hidden(data, at)
    elif isinstance(data, CommentRetracted) and data.number in found:
        found[data.number] = found[data.number] | retracted(at)
