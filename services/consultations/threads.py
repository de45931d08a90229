"""Threads as they are read on a page: so many at a time, by their numbers in the line they stand in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from kenes.kafka.waiting import Decisions
from kenes.mongo.client import Document
from kenes.mongo.folding import Lookup, find_in
from kenes.mongo.projection import LiveCollections
from kenes.web.values import instant
from services.consultations.folds.places import line_on, line_under, place
from services.consultations.reading import PAGE, Comment
from services.consultations.recent import RecentComments

INLINE = 5
"""A thread with more replies than this is read on its own page."""


class Order(StrEnum):
    """Which thread comes first."""

    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True, slots=True, order=True)
class Cursor:
    """Where a page in time begins: after the last of the page before."""

    at: datetime
    id: str

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """From an address; `None` for what is no cursor."""
        moment, _, line = text.partition("_")
        try:
            at = instant(moment)
        except ValueError:
            return None
        return cls(at, line) if line else None

    def __str__(self) -> str:
        return f"{self.at.isoformat()}_{self.id}"


@dataclass(frozen=True)
class Thread:
    """A comment and its first replies in order; `count` replies there are in all."""

    head: Comment
    replies: tuple[Comment, ...]
    count: int

    @property
    def whole(self) -> bool:
        """Every reply is here."""
        return len(self.replies) >= self.count


@dataclass(frozen=True)
class Page:
    """So many threads; the next page begins at the number `next`."""

    threads: tuple[Thread, ...]
    next: int | None

    @property
    def comments(self) -> list[Comment]:
        """Every comment on the page."""
        return [each for thread in self.threads for each in (thread.head, *thread.replies)]


@dataclass(frozen=True)
class _Stretch:
    """The numbers `first` to `last` (exclusive) of a line; what is not stored yet stands at its `open` end."""

    first: int
    last: int
    open: bool
    next: int | None


class Threads:
    """Reads the live version of `comments`, and what is not in it yet."""

    def __init__(self, live: LiveCollections, decisions: Decisions) -> None:
        self._live = live
        self._decisions = decisions

    async def on_clause(self, consultation: str, clause: str, order: Order, start: int | None = None) -> Page:
        """A page of threads on a clause, from a number on."""
        line = line_on(consultation, clause)
        heads, fresh, following = await self._page(consultation, line, order, start)
        here = [each for each in fresh if each["thread"] is None and each["clause"] == clause]
        heads = _joined(heads, here if following.open else [])
        if order is Order.NEWEST:
            heads.reverse()
        few = [head["_id"] for head in heads if 0 < head["replies"] <= INLINE]
        stored = await find_in(await self._live.of("comments"), Lookup("comments", "thread", few))
        replies = _joined(RecentComments(self._decisions).current(stored), fresh)
        return Page(tuple(_thread(head, replies, fresh) for head in heads), following.next)

    async def thread(self, head: Comment, start: int | None = None) -> tuple[list[Comment], int | None]:
        """A page of the replies in a thread, the oldest first, from a number on; and where the next begins."""
        line = line_under(head.consultation, head.id)
        replies, fresh, following = await self._page(head.consultation, line, Order.OLDEST, start)
        here = [each for each in fresh if each["thread"] == head.id]
        return [Comment.of(each) for each in _joined(replies, here if following.open else [])], following.next

    async def _page(
        self, consultation: str, line: str, order: Order, start: int | None
    ) -> tuple[list[Document], list[Document], _Stretch]:
        """What is stored, oldest first; all that was said in the consultation and is not stored; and which stretch."""
        folded = await self._folded(consultation)
        found = await (await self._live.of("lines")).find_one({"_id": line})
        stretch = _stretch(order, start, 0 if found is None else found["count"])
        between = {"$gte": place(line, stretch.first), "$lt": place(line, stretch.last)}
        stored = await (await self._live.of("comments")).find({"place": between}).sort("place", 1).to_list(None)
        recent = RecentComments(self._decisions)
        return recent.current(stored), recent.posted(consultation, folded), stretch

    async def _folded(self, consultation: str) -> int:
        """The last comment made or taken back that is stored. Asked first: what is stored later is then known twice."""
        found = await (await self._live.of("heard")).find_one({"_id": consultation}, {"s": 1})
        return -1 if found is None else int(found["s"])


def _stretch(order: Order, start: int | None, count: int) -> _Stretch:
    if order is Order.NEWEST:
        last = count if start is None else min(start, count)
        first = max(last - PAGE, 0)
        return _Stretch(first, last, start is None, first or None)
    first = start or 0
    last = first + PAGE
    return _Stretch(first, last, last >= count, last if last < count else None)


def _joined(stored: Sequence[Document], fresh: Iterable[Document]) -> list[Document]:
    """Both, each once, as they were said."""
    known = {each["_id"] for each in stored}
    return [*stored, *(each for each in fresh if each["_id"] not in known)]


def _thread(head: Document, replies: Iterable[Document], fresh: Iterable[Document]) -> Thread:
    below = [each for each in replies if each["thread"] == head["_id"]]
    # The head was read before or after the newest replies were stored: the greater number is the true one.
    count = max(head["replies"] + sum(each["thread"] == head["_id"] for each in fresh), len(below))
    shown = sorted(map(Comment.of, below), key=lambda each: (each.at, each.id)) if count <= INLINE else []
    return Thread(Comment.of(head), tuple(shown), count)
