"""Where comments stand after a new version: with their clause, with its old text, or with a passage found again."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from kenes.mongo.client import Document
from kenes.mongo.folding import Lookup, find_in
from kenes.web.values import whole_number
from services.consultations.folds.places import line_on, place
from services.consultations.queries import Queries
from services.consultations.reading import PAGE, Comment
from services.consultations.recent import RecentComments


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page begins: at a number in the line of a clause."""

    clause: str
    number: int = 0

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """From an address; `None` for what is no cursor."""
        written, _, clause = text.partition("_")
        number = whole_number(written)
        return cls(clause, number) if clause and number is not None else None

    def __str__(self) -> str:
        return f"{self.number}_{self.clause}"


@dataclass(frozen=True)
class Followed:
    """The threads on some clauses: how many are `stored` on each that has any, and those that are not stored yet."""

    consultation: str
    stored: Mapping[str, int]
    fresh: Mapping[str, list[Document]]

    @property
    def counts(self) -> dict[str, int]:
        """How many threads each clause has: so many are on all pages together."""
        return {clause: count + len(self.fresh.get(clause, ())) for clause, count in self.stored.items()}

    def begun(self, start: Cursor | None) -> list[Cursor]:
        """Where to begin on each clause from there on; with the first, where the cursor names none of them."""
        clauses = list(self.stored)
        if start is None or start.clause not in self.stored:
            return [Cursor(clause) for clause in clauses]
        return [start, *(Cursor(clause) for clause in clauses[clauses.index(start.clause) + 1 :])]


@dataclass(frozen=True)
class Following:
    """Reads threads by the clauses they were begun on."""

    queries: Queries

    async def threads(self, consultation: str, clauses: Iterable[str]) -> Followed:
        """The threads on these clauses, in this order."""
        heard = await self.queries.heard(consultation)
        fresh: dict[str, list[Document]] = {}
        for each in RecentComments(self.queries.recent.comments).posted(consultation, heard.get("s", -1)):
            if each["thread"] is None:
                fresh.setdefault(each["clause"], []).append(each)
        lines = {line_on(consultation, each): each for each in clauses if each in fresh or each in heard["clauses"]}
        found = await find_in(await self.queries.live.of("lines"), Lookup("lines", "_id", list(lines)))
        counts = {each["_id"]: each["count"] for each in found}
        return Followed(consultation, {clause: counts.get(line, 0) for line, clause in lines.items()}, fresh)

    async def page(self, threads: Followed, start: Cursor | None = None) -> tuple[list[Comment], Cursor | None]:
        """How the next threads begin, clause by clause, the oldest first; and where the page after them begins."""
        places: list[str] = []
        fresh: list[Document] = []
        order: dict[str, int] = {}
        following = None
        for begun in threads.begun(start):
            count, room = threads.stored[begun.clause], PAGE - len(places) - len(fresh)
            if room <= 0:
                following = begun
                break
            line, last = line_on(threads.consultation, begun.clause), min(begun.number + room, count)
            places += [place(line, number) for number in range(begun.number, last)]
            order[begun.clause] = len(order)
            if last < count:
                following = Cursor(begun.clause, last)
                break
            # What is not stored has no number yet: it is all on the page that ends the line.
            fresh += threads.fresh.get(begun.clause, ())
        stored = await find_in(await self.queries.live.of("comments"), Lookup("comments", "place", places))
        stored.sort(key=lambda each: str(each["place"]))
        known = {each["_id"] for each in stored}
        found = RecentComments(self.queries.recent.comments).current(stored)
        found += [each for each in fresh if each["_id"] not in known]
        return [Comment.of(each) for each in sorted(found, key=lambda each: order[each["clause"]])], following
