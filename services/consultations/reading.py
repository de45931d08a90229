"""Comments as they are read, with what this process knows beyond the projection."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime

from kenes.kafka.records import Recorded
from kenes.kafka.waiting import Decisions
from kenes.mongo.client import Document
from kenes.mongo.folding import Lookup, find_in
from kenes.mongo.projection import LiveCollections
from schemas.consultations.comments import Hidden, Restored, Retracted
from services.consultations.domain.comment import Standing
from services.consultations.recent import RecentComments

REMEMBERED = 20_000
"""Comments of which is kept in memory what a vote must know."""

PAGE = 50
"""Threads on one page."""


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment as readers see it. `document` is as the fold of comments writes it."""

    id: str
    consultation: str
    clause: str
    parent: str | None
    thread: str | None
    depth: int
    author: str
    stakeholder: str
    verified: bool
    language: str
    text: str
    at: datetime
    standing: Standing
    version: int
    due: datetime | None
    document: Document = field(repr=False, compare=False)

    @classmethod
    def of(cls, document: Document) -> "Comment":
        """From what is stored."""
        told = {each.name: document[each.name] for each in fields(cls) if each.name in document}
        return cls(**told | {"id": document["_id"], "standing": Standing(document["standing"]), "document": document})


@dataclass(frozen=True, slots=True)
class VotedOn:
    """What a vote must know of its comment: who wrote it, by pseudonym, and how it stands."""

    author: str
    standing: Standing


class CommentReads:
    """Reads the live version of `comments`. Decisions on comments are handed to it."""

    def __init__(self, live: LiveCollections, recent: Decisions) -> None:
        self._live = live
        self._recent = recent
        self._voted_on: OrderedDict[tuple[str, str], VotedOn] = OrderedDict()

    async def comment(self, consultation: str, comment: str) -> Comment | None:
        """One comment; one of another consultation is unknown here."""
        found = await self.several(consultation, [comment])
        return found[0] if found else None

    async def several(self, consultation: str, ids: Sequence[str]) -> list[Comment]:
        """Comments of one consultation by id, in the order asked; unknown ids are left out."""
        stored = await find_in(await self._live.of("comments"), Lookup("comments", "_id", ids))
        recent = RecentComments(self._recent)
        fresh = {each["_id"]: each for each in recent.posted(consultation)}
        found = fresh | {each["_id"]: each for each in recent.current(stored)}
        known = [found[each] for each in ids if each in found]
        return [Comment.of(each) for each in known if each["consultation"] == consultation]

    async def voted_on(self, consultation: str, comment: str) -> VotedOn | None:
        """What a vote must know, and every vote asks: read once, and again after a decision on how it stands."""
        key = consultation, comment
        known = self._voted_on.get(key)
        if known is None:
            found = await self.comment(consultation, comment)
            if found is None:
                return None
            known = self._voted_on[key] = VotedOn(found.author, found.standing)
            while len(self._voted_on) > REMEMBERED:
                self._voted_on.popitem(last=False)
        return known

    def take(self, decision: Recorded) -> None:
        """Notes a decision on a comment, one that `recent` has noted already."""
        if isinstance(decision.data, Hidden | Restored | Retracted):
            self._voted_on.pop((decision.event.subject, decision.data.comment), None)
