"""Comments that are owed an answer, what is due first on top."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from kenes.kafka.waiting import Decisions
from kenes.mongo.client import Document
from kenes.mongo.folding import Lookup, find_in
from kenes.mongo.projection import LiveCollections
from schemas.consultations.comments import CampaignReplied
from services.consultations.ledger.reads import PAGE as DUTIES
from services.consultations.ledger.reads import After, LedgerReads
from services.consultations.reading import PAGE, Comment
from services.consultations.recent import RecentComments
from services.consultations.threads import Cursor

ROUNDS = 20
"""Reads for one narrowed page, until it is full: many comments may say the same, or be answered with their campaign."""


@dataclass(frozen=True)
class OwedAnswers:
    """How many comments of a consultation wait for an answer, and when the first must have it, UTC."""

    consultation: str
    count: int
    first_due: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """A comment that waits for an answer: the first of those that say the same, of which `alike` wait."""

    comment: Comment
    alike: int
    campaign: str


@dataclass(frozen=True, slots=True)
class Queue:
    """A page, one line to each campaign; the next begins after the cursor `next`."""

    lines: Sequence[Waiting]
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
        """A page of what is owed an answer, what is due first on top; narrowed to a clause or a class.

        A page is shorter, and may be empty, where comments were answered a moment ago. Narrowed, a campaign may be on
        several pages.
        """
        if not (clause or stakeholder):
            return await self._all(consultation, after)
        query: Document = {"consultation": consultation, "due": {"$ne": None}}
        query |= {"clause": clause} if clause else {}
        query |= {"stakeholder": stakeholder} if stakeholder else {}
        lines: list[Waiting] = []
        for _ in range(ROUNDS):
            found, after = await self._narrowed(query, after)
            shown = {each.campaign for each in lines}
            lines += [each for each in found if each.campaign not in shown]
            if after is None or len(lines) >= PAGE:
                break
        return Queue(lines, after)

    async def _all(self, consultation: str, after: Cursor | None) -> Queue:
        """By the ledger: a campaign is one duty there, however many sent it."""
        begun = None if after is None else After(after.at, after.id)
        duties = await self.ledger.duties(consultation, datetime.now(UTC), begun)
        last = duties[-1] if len(duties) == DUTIES else None
        answered = await self._answered_lately(consultation)
        accounts = [each.account for each in duties if each.account.id not in answered]
        waiting = await self.ledger.waiting(accounts)
        ids = [comment for each in waiting.values() for comment in each]
        stored = await find_in(await self.live.of("comments"), Lookup("comments", "_id", ids)) if ids else []
        due = {each["_id"]: each for each in RecentComments(self.decisions).current(stored) if each["due"] is not None}
        lines = [
            Waiting(Comment.of(due[comment]), account.owed, account.id)
            for account in accounts
            if (comment := next((each for each in waiting.get(account.id, ()) if each in due), None))
        ]
        return Queue(lines, None if last is None else Cursor(last.due, last.account.id))

    async def _narrowed(self, query: Document, after: Cursor | None) -> tuple[list[Waiting], Cursor | None]:
        """The campaigns among the next comments; the ledger knows neither clauses nor classes."""
        if after is not None:
            query = query | {"$or": [{"due": {"$gt": after.at}}, {"due": after.at, "_id": {"$gt": after.id}}]}
        comments = await self.live.of("comments")
        stored = await comments.find(query).sort([("due", 1), ("_id", 1)]).limit(PAGE + 1).to_list(None)
        page = stored[:PAGE]
        following = Cursor(page[-1]["due"], page[-1]["_id"]) if len(stored) > PAGE else None
        clusters = await self.ledger.clusters(each["_id"] for each in page)
        answered = await self._answered_lately(query["consultation"])
        accounts = await self.ledger.accounts(clusters.values())
        first: dict[str, Waiting] = {}
        for each in RecentComments(self.decisions).current(page):
            # Those that are not in the ledger yet are alike to nobody.
            campaign = clusters.get(each["_id"], each["_id"])
            account = accounts.get(campaign)
            if each["due"] is not None and campaign not in answered and (account is None or not account.reply):
                alike = 1 if account is None else account.owed
                first.setdefault(campaign, Waiting(Comment.of(each), alike, campaign))
        return list(first.values()), following

    async def _answered_lately(self, consultation: str) -> set[str]:
        """Campaigns that were answered; the ledger may not know of it yet."""
        spoken_to = [
            each.data.comment
            for each in self.decisions.latest()
            if isinstance(each.data, CampaignReplied) and each.event.subject == consultation
        ]
        return set((await self.ledger.clusters(spoken_to)).values())
