"""Comments that are owed an answer, what is due first on top."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kenes.kafka.waiting import Decisions
from kenes.mongo.client import Document
from kenes.mongo.projection import LiveCollections
from schemas.consultations.comments import CampaignReplied
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


@dataclass(frozen=True, slots=True)
class Waiting:
    """A comment that waits for an answer: the first of those on the page that say the same, of which `alike` exist."""

    comment: Comment
    alike: int


@dataclass(frozen=True, slots=True)
class Queue:
    """A page of so many `comments`, one line to each campaign among them; the next begins after the cursor `next`."""

    lines: Sequence[Waiting]
    comments: int
    next: Cursor | None


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
    ) -> Queue:
        """A page of comments that are owed an answer; narrowed to a clause or a class.

        A page is shorter, and may be empty, where comments were answered with their campaign or say the same.
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
        spoken_to = self._answered_lately(consultation)
        clusters = await self.ledger.clusters([*(each["_id"] for each in page), *spoken_to])
        answered = set(await self.ledger.replies_to(clusters))
        campaigns = {clusters[each] for each in spoken_to if each in clusters}
        waiting = [
            each
            for each in RecentComments(self.decisions).current(page)
            if each["due"] is not None and each["_id"] not in answered and clusters.get(each["_id"]) not in campaigns
        ]
        sizes = await self.ledger.sizes(clusters.values())
        first: dict[str, Document] = {}
        for each in waiting:
            # Those that are not in the ledger yet are alike to nobody.
            first.setdefault(clusters.get(each["_id"], each["_id"]), each)
        lines = [Waiting(Comment.of(each), sizes.get(key, 1)) for key, each in first.items()]
        return Queue(lines, len(waiting), following)

    def _answered_lately(self, consultation: str) -> list[str]:
        """Comments whose campaigns were answered; the ledger may not know of it yet."""
        return [
            each.data.comment
            for each in self.decisions.latest()
            if isinstance(each.data, CampaignReplied) and each.event.subject == consultation
        ]
