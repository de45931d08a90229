"""Where comments stand after a new version: with their clause, with its old text, or with a passage found again."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from kenes.kafka.waiting import Decisions
from kenes.mongo.projection import LiveCollections
from services.consultations.reading import Comment
from services.consultations.recent import RecentComments

MOST: Final = 200
"""Comments of one sort that a page tells one by one."""


@dataclass(frozen=True)
class Following:
    """Reads comments by the clauses they were made on."""

    live: LiveCollections
    decisions: Decisions

    async def on(self, consultation: str, clauses: Collection[str], until: int) -> list[Comment]:
        """Comments on these clauses made on a version up to `until`, the oldest first, at most `MOST`."""
        return await self._found(consultation, clauses, until, {})

    async def quoting(self, consultation: str, clauses: Collection[str], until: int) -> list[Comment]:
        """Those of them that quote a passage."""
        return await self._found(consultation, clauses, until, {"quote": {"$ne": None}})

    async def _found(
        self, consultation: str, clauses: Collection[str], until: int, more: dict[str, object]
    ) -> list[Comment]:
        if not clauses:
            return []
        query = {
            "consultation": consultation,
            "clause": {"$in": sorted(clauses)},
            "version": {"$lte": until},
            "thread": None,
            **more,
        }
        comments = await self.live.of("comments")
        stored = await comments.find(query).sort([("at", 1), ("_id", 1)]).limit(MOST).to_list(None)
        recent = RecentComments(self.decisions)
        known = {each["_id"] for each in stored}
        fresh = [
            each
            for each in recent.posted(consultation)
            if each["_id"] not in known
            and each["clause"] in clauses
            and each["version"] <= until
            and each["thread"] is None
            and (not more or each["quote"] is not None)
        ]
        return [Comment.of(each) for each in (*recent.current(stored), *fresh)][:MOST]
