"""Comments that are owed an answer, what is due first on top."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kenes.kafka.waiting import Decisions
from kenes.mongo.client import Document
from kenes.mongo.projection import LiveCollections
from services.consultations.ledger.reads import LedgerReads
from services.consultations.reading import PAGE, Comment
from services.consultations.recent import RecentComments
from services.consultations.threads import Cursor


@dataclass(frozen=True)
class OwedAnswers:
    """How many comments of a consultation wait for an answer, and when the first must have it, UTC."""

    consultation: str
    count: int
    first_due: datetime


@dataclass(frozen=True)
class OwedReads:
    """Reads comments and the ledger; what was answered a moment ago, or with its campaign, is left out."""

    live: LiveCollections
    decisions: Decisions
    ledger: LedgerReads

    async def counted(self, consultations: Sequence[str], now: datetime) -> list[OwedAnswers]:
        """Of these consultations, those where answers are owed; the most urgent first."""
        found = []
        for each in consultations:
            duties = await self.ledger.duties(each, now)
            if duties:
                found.append(OwedAnswers(each, (await self.ledger.owed(each, now)).owed, duties[0].due))
        return sorted(found, key=lambda each: each.first_due)

    async def queue(
        self, consultation: str, clause: str = "", stakeholder: str = "", after: Cursor | None = None
    ) -> tuple[list[Comment], Cursor | None]:
        """A page of comments that are owed an answer, and what leads on; narrowed to a clause or a class.

        A page is shorter, and may be empty, where comments were answered with their campaign.
        """
        query: Document = {"consultation": consultation, "due": {"$ne": None}}
        query |= {"clause": clause} if clause else {}
        query |= {"stakeholder": stakeholder} if stakeholder else {}
        if after is not None:
            query["$or"] = [{"due": {"$gt": after.at}}, {"due": after.at, "_id": {"$gt": after.id}}]
        comments = await self.live.of("comments")
        stored = await comments.find(query).sort([("due", 1), ("_id", 1)]).limit(PAGE + 1).to_list(None)
        page = stored[:PAGE]
        following = Cursor(page[-1]["due"], page[-1]["_id"]) if len(stored) > PAGE else None
        answered = await self.ledger.replies(each["_id"] for each in page)
        recent = RecentComments(self.decisions).current(page)
        waiting = [each for each in recent if each["due"] is not None and each["_id"] not in answered]
        return [Comment.of(each) for each in waiting], following
