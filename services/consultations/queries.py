"""Reads for the API and the pages. What a client has just done is never missing from what it reads next."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

from kenes.kafka.records import Receipt, Recorded
from kenes.kafka.waiting import Decisions
from kenes.mongo.client import Database, Document
from kenes.mongo.projection import LiveCollections, Projection
from kenes.service.answers import ReceiptView
from kenes.service.receipt_reads import awaited_receipt, stored_receipt
from schemas.consultations.clauses import ClauseTree
from schemas.consultations.course import VersionAdded
from schemas.consultations.votes import Voted
from schemas.envelope import sequence_of
from services.consultations.domain.comment import Standing
from services.consultations.domain.consultation import Consultation, evolve
from services.consultations.folds.course import load_consultation, text_id
from services.consultations.hearings import Hearings
from services.consultations.recent import RecentComments

RECEIPTS = {"consultation": "course_receipts", "comment": "comment_receipts", "vote": "vote_receipts"}
"""The collection of each kind of receipt."""


@dataclass(frozen=True)
class Recent:
    """The latest decisions of each topic, from the live tails: what the projections may not have folded yet."""

    course: Decisions
    comments: Decisions
    votes: Decisions

    def of(self, kind: str) -> Decisions:
        """By the kind of receipt."""
        return {"consultation": self.course, "comment": self.comments, "vote": self.votes}[kind]


class Queries:
    """Reads the projections' live versions."""

    def __init__(
        self, database: Database, projections: Sequence[Projection], hearings: Hearings, recent: Recent
    ) -> None:
        self.live = LiveCollections(database, projections)
        self._hearings = hearings
        self._recent = recent

    async def consultation(self, consultation: str) -> Consultation | None:
        """A consultation with every decision this process knows of, also those the projection has yet to fold."""
        document = await (await self.live.of("consultations")).find_one({"_id": consultation})
        found = None if document is None else load_consultation(document)
        newer = self._newer(self._recent.course, consultation, -1 if document is None else document["s"])
        return reduce(lambda state, each: evolve(state, each.data, each.event.time), newer, found)

    def _newer(self, decisions: Decisions, consultation: str, folded: int) -> list[Recorded]:
        entry = self._hearings.get(consultation)
        if entry is None or entry.sequence <= folded:
            return []
        return [
            each
            for each in decisions.latest()
            if each.event.subject == consultation and sequence_of(each.event) > folded
        ]

    async def consultations(self) -> list[Consultation]:
        """Every consultation, the newest first; who asks leaves out what is not public."""
        cursor = (await self.live.of("consultations")).find({})
        found = [load_consultation(document) async for document in cursor]
        return sorted(found, key=lambda each: each.opened_at or each.prepared_at, reverse=True)

    async def text(self, consultation: str, version: int, language: str) -> ClauseTree | None:
        """The text of a version in one language."""
        for decision in self._recent.course.latest():
            data = decision.data
            if isinstance(data, VersionAdded) and (data.consultation, data.version) == (consultation, version):
                return next((each.tree for each in data.texts if each.language == language), None)
        found = await (await self.live.of("texts")).find_one({"_id": text_id(consultation, version, language)})
        return None if found is None else ClauseTree.model_validate_json(found["tree"])

    async def votes_of(self, voter: str) -> dict[str, str]:
        """What a person, by their pseudonym, said to each comment of the consultation."""
        found = await (await self.live.of("ballots")).find_one({"_id": voter})
        said: dict[str, str] = dict(found.get("votes", {})) if found is not None else {}
        for decision in self._recent.votes.latest():
            if isinstance(decision.data, Voted) and decision.data.voter == voter:
                said[decision.data.comment] = str(decision.data.vote)
        return said

    async def heard(self, consultation: str) -> Document:
        """How many comments came, and from which classes, regions and on which clauses."""
        found = await (await self.live.of("heard")).find_one({"_id": consultation})
        empty: Document = {"comments": 0, "classes": {}, "regions": {}, "clauses": {}}
        return empty | (found or {})

    async def by_clause(self, consultation: str) -> Counter[str]:
        """How many comments there are on each clause, those included that are not stored yet."""
        heard = await self.heard(consultation)
        fresh = RecentComments(self._recent.comments).posted(consultation, heard.get("s", -1))
        counts = Counter[str](heard["clauses"])
        counts.update(each["clause"] for each in fresh if each["standing"] != Standing.RETRACTED)
        return counts

    async def comments_of(self, consultations: Sequence[str]) -> dict[str, int]:
        """How many comments each of these consultations has."""
        found = (await self.live.of("heard")).find({"_id": {"$in": list(consultations)}}, {"comments": 1})
        return {each["_id"]: each["comments"] async for each in found}

    async def people(self, consultation: str) -> Document:
        """How many people commented: all `people`, and those of each of the `classes` and `regions`."""
        found = await (await self.live.of("people")).find_one({"_id": consultation})
        empty: Document = {"people": 0, "classes": {}, "regions": {}}
        return empty | (found or {})

    @property
    def recent(self) -> Recent:
        """What the projections may not have folded yet."""
        return self._recent

    async def receipt(self, kind: str, receipt: Receipt, wait: float = 0.0) -> ReceiptView | None:
        """What became of a request, or `None` while it is undecided. `kind` is one of `RECEIPTS`; `wait` in seconds."""

        async def stored(receipt: Receipt) -> ReceiptView | None:
            return await stored_receipt(await self.live.of(RECEIPTS[kind]), receipt)

        return await awaited_receipt(self._recent.of(kind), stored, receipt, wait)
