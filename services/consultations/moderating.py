"""Comments as moderators read them, and the public log of what they did."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from kenes.kafka.waiting import Decisions
from kenes.mongo.client import Document
from kenes.mongo.folding import Lookup, find_in
from kenes.mongo.projection import LiveCollections
from schemas.consultations.comments import Hidden, Restored
from services.consultations.domain.comment import Standing
from services.consultations.folds.comments import log_entry
from services.consultations.reading import PAGE, Comment
from services.consultations.recent import RecentComments
from services.consultations.threads import Cursor

AHEAD: Final = timedelta(minutes=1)
"""The broker's clock may be ahead of ours by so much."""

STRETCHES: Final = (
    timedelta(minutes=2),
    timedelta(minutes=20),
    timedelta(hours=3),
    timedelta(days=1),
    timedelta(days=7),
    timedelta(days=60),
    None,
)
"""How far back the newest are looked for; the last is to the beginning."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """A line of the log. `reason` is the code a comment was hidden for; `None` where it was shown again."""

    consultation: str
    comment: str
    reason: str | None
    explanation: str
    at: datetime


class Moderating:
    """Reads `comments` and `moderation_log`, with what is not in them yet."""

    def __init__(self, live: LiveCollections, decisions: Decisions) -> None:
        self._live = live
        self._decisions = decisions

    async def latest(self, *, hidden: bool, after: Cursor | None = None) -> tuple[list[Comment], Cursor | None]:
        """Comments of all consultations, the newest first; only the hidden, or all but those taken back."""
        standing = [Standing.HIDDEN] if hidden else [Standing.SHOWN, Standing.HIDDEN]
        query: Document = {"standing": {"$in": [str(each) for each in standing]}}
        stored = await self._page("comments", query, after)
        if after is None and hidden:
            stored += await self._just_hidden({each["_id"] for each in stored})
        recent, known = RecentComments(self._decisions), {each["_id"] for each in stored}
        found = recent.current(stored)
        if after is None:
            found += [each for each in recent.posted() if each["_id"] not in known]
        shown = [each for each in found if each["standing"] in query["standing"]["$in"]]
        page, following = _cut(shown)
        return [Comment.of(each) for each in page], following

    async def log(self, after: Cursor | None = None) -> tuple[list[LogEntry], Cursor | None]:
        """What was hidden and shown again, the newest first."""
        stored = await self._page("moderation_log", {}, after)
        known = {each["_id"] for each in stored}
        if after is None:
            fresh = (
                log_entry(each, each.data)
                for each in self._decisions.latest()
                if isinstance(each.data, Hidden | Restored)
            )
            stored += [each for each in fresh if each["_id"] not in known]
        page, following = _cut(stored)
        return [LogEntry(*(each[name] for name in LogEntry.__slots__)) for each in page], following

    async def _just_hidden(self, known: set[str]) -> list[Document]:
        """What was hidden lately, and may not yet be stored as hidden."""
        ids = {each.data.comment for each in self._decisions.latest() if isinstance(each.data, Hidden)} - known
        return await find_in(await self._live.of("comments"), Lookup("comments", "_id", ids))

    async def _page(self, collection: str, query: Document, after: Cursor | None) -> list[Document]:
        """One more than a page, the newest first: looked for in ever longer stretches of time, so that few are read."""
        documents, found = await self._live.of(collection), list[Document]()
        end = datetime.now(UTC) + AHEAD if after is None else after.at
        for back in STRETCHES:
            since = end - back if back is not None else datetime.min.replace(tzinfo=UTC)
            stored = await documents.find(query | {"at": {"$gte": since, "$lte": end}}).to_list(None)
            found = [each for each in stored if after is None or Cursor(each["at"], each["_id"]) < after]
            if len(found) > PAGE:
                break
        return sorted(found, key=_order, reverse=True)[: PAGE + 1]


def _order(document: Document) -> tuple[datetime, str]:
    return document["at"], document["_id"]


def _cut(found: Sequence[Document]) -> tuple[list[Document], Cursor | None]:
    ordered = sorted(found, key=_order, reverse=True)
    page = ordered[:PAGE]
    return page, Cursor(page[-1]["at"], page[-1]["_id"]) if len(ordered) > PAGE else None
