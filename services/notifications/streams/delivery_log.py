"""The latest tries to deliver each stream, in pages of their own, so that reading one costs the same however many."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kenes.kafka.records import Recorded
from kenes.kafka.worker import Worker
from kenes.mongo.client import Collection, Database, Document
from schemas.topics import DELIVERY_ATTEMPTS, Topic

PAGE: Final = 100
"""Tries of a page; the newest one has up to twice as many."""
PAGES_KEPT: Final = 100
"""Pages of a stream beside its newest; the topic keeps every try for its time."""
PAGES_LOOKED_AT: Final = 10
"""Pages searched for one answer, where only tries that ended in one way are wanted."""


@dataclass(frozen=True, slots=True)
class Tries:
    """Some tries, the newest first. `before` asks for the ones before them; `None` where there are none."""

    attempts: Sequence[Document]
    before: int | None


class DeliveryLog:
    """`delivery_pages`: `{_id: stream/number, stream, number, attempts}`, the oldest try first, PAGE of them each.

    The newest page of a stream is `{_id: stream, ...}`, with the number it will have. A page with one never changes.
    """

    def __init__(self, database: Database) -> None:
        self._pages: Collection = database["delivery_pages"]

    async def prepare(self) -> None:
        """Creates the index; call once at start."""
        await self._pages.create_index("stream")

    def worker(self) -> Worker:
        """Keeps the log current."""
        return Worker("delivery-log", (DELIVERY_ATTEMPTS,), self._take)

    async def _take(self, _topic: Topic, events: Sequence[Recorded]) -> None:
        found: dict[str, list[Document]] = {}
        for each in events:
            told = each.data.model_dump(mode="json", exclude={"stream"})
            place = {"id": each.event.id, "at": each.event.time, "offset": each.offset}
            found.setdefault(each.event.subject, []).append({**place, **told})
        for stream, attempts in found.items():
            await self._append(stream, attempts)

    async def _append(self, stream: str, attempts: Sequence[Document]) -> None:
        """Adds what is not there yet: a batch may come again, and tries of a stream stand in one partition."""
        newest = await self._pages.find_one({"_id": stream}) or {"number": 0, "attempts": []}
        number, kept = newest["number"], newest["attempts"]
        last = kept[-1]["offset"] if kept else -1
        kept += [each for each in attempts if each["offset"] > last]
        while len(kept) >= 2 * PAGE:
            await self._put(f"{stream}/{number}", stream, number, kept[:PAGE])
            await self._pages.delete_one({"_id": f"{stream}/{number - PAGES_KEPT}"})
            number, kept = number + 1, kept[PAGE:]
        await self._put(stream, stream, number, kept)

    async def _put(self, key: str, stream: str, number: int, attempts: Sequence[Document]) -> None:
        page = {"_id": key, "stream": stream, "number": number, "attempts": attempts}
        await self._pages.replace_one({"_id": key}, page, upsert=True)

    async def tries(self, stream: str, before: int | None = None, result: str | None = None) -> Tries:
        """A page of tries: the newest, or those before a page; only those that ended with `result`, where it is set."""
        for _ in range(PAGES_LOOKED_AT):
            page = await self._page(stream, before)
            wanted = [each for each in page.attempts if result in (None, each["result"])]
            before = page.before
            if wanted or before is None:
                return Tries(wanted, before)
        return Tries((), before)

    async def _page(self, stream: str, before: int | None) -> Tries:
        found = await self._pages.find_one({"_id": stream if before is None else f"{stream}/{before - 1}"})
        if found is None:
            return Tries((), None)
        number = int(found["number"])
        earlier = await self._pages.find_one({"_id": f"{stream}/{number - 1}"}, {"_id": 1})
        shown = [{name: value for name, value in each.items() if name != "offset"} for each in found["attempts"]]
        return Tries(shown[::-1], None if earlier is None else number)

    async def forget(self, stream: str) -> None:
        """Forgets the tries of a stream that ended."""
        await self._pages.delete_many({"stream": stream})
