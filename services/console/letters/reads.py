"""What pages read of dead letters: cases, counts and batches, from the projection."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from kenes.mongo.client import Document
from kenes.mongo.projection import LiveCollections
from schemas.console.letters import LetterFilter, LetterNote
from schemas.console.parts import Operator
from services.console.domain.letters import Case, Standing
from services.console.letters.batches import open_cases

PAGE: Final = 50


class Entry(BaseModel):
    """A case as it is listed: its newest letter, every letter noted, and where its last replay was written."""

    model_config = ConfigDict(frozen=True)

    id: str
    case: Case
    noted: datetime
    sent: str | None
    notes: tuple[LetterNote, ...]

    @property
    def letter(self) -> LetterNote:
        """The newest letter."""
        return self.case.letter

    @property
    def place(self) -> tuple[str, int, int]:
        """Topic, partition and offset of the record, where it was first."""
        topic, partition, offset = self.id.rsplit("/", 2)
        return topic, int(partition), int(offset)

    @property
    def consumers(self) -> tuple[str, ...]:
        """Who set it aside."""
        return tuple(dict.fromkeys(note.consumer for note in self.notes))


class Batch(BaseModel):
    """Replays of all of a filter: `done` of `total` are ordered."""

    model_config = ConfigDict(frozen=True)

    id: str
    filter: LetterFilter
    total: int
    done: int
    running: bool
    stopped: bool
    operator: Operator
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Kind:
    """Open letters of one topic, kind of error and consumer."""

    topic: str
    error: str
    consumer: str
    open: int


@dataclass(frozen=True)
class Chosen:
    """What is listed. Empty members leave the choice open."""

    topic: str = ""
    error: str = ""
    consumer: str = ""
    since: datetime | None = None
    standing: Standing = Standing.OPEN

    def query(self) -> Document:
        """As the database asks."""
        query: Document = {"standing": str(self.standing)}
        query |= {name: told for name in ("topic", "error", "consumer") if (told := getattr(self, name))}
        if self.since is not None:
            query["noted"] = {"$gte": self.since}
        return query


class Letters:
    """Reads of the console's own database."""

    def __init__(self, stored: LiveCollections) -> None:
        self._stored = stored

    async def kinds(self) -> list[Kind]:
        """How many are open, by topic, error and consumer."""
        found = (await self._stored.of("open_letters")).find({})
        kinds = [Kind(each["topic"], each["error"], each["consumer"], each["open"]) async for each in found]
        return sorted((kind for kind in kinds if kind.open > 0), key=lambda kind: (kind.topic, kind.error))

    async def listed(self, chosen: Chosen, page: int) -> tuple[Sequence[Entry], int]:
        """A page of cases, the last noted first, and how many there are in all."""
        cases = await self._stored.of("cases")
        query = chosen.query()
        total = await cases.count_documents(query)
        found = cases.find(query).sort("noted", -1).skip((page - 1) * PAGE).limit(PAGE)
        return [_entry(document) async for document in found], total

    async def one(self, case: str) -> Entry | None:
        """A case by name."""
        found = await (await self._stored.of("cases")).find_one({"_id": case})
        return None if found is None else _entry(found)

    async def replayable(self, chosen: LetterFilter) -> int:
        """How many open cases of a filter may be replayed."""
        return int(await (await self._stored.of("cases")).count_documents(open_cases(chosen)))

    async def batches(self) -> list[Batch]:
        """The batches that run."""
        found = (await self._stored.of("batches")).find({"running": True})
        return [_batch(document) async for document in found]

    async def batch(self, name: str) -> Batch | None:
        """A batch by name."""
        found = await (await self._stored.of("batches")).find_one({"_id": name})
        return None if found is None else _batch(found)


def _entry(document: Document) -> Entry:
    return Entry.model_validate(_named(document))


def _batch(document: Document) -> Batch:
    return Batch.model_validate(_named(document))


def _named(document: Document) -> dict[str, Any]:
    return {"id": document["_id"], **document}
