"""What pages read of the trail."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import Final

from pydantic import BaseModel, ConfigDict

from kenes.mongo.client import Document
from kenes.mongo.projection import LiveCollections
from schemas.console.parts import Operator

PAGE: Final = 100


class Act(BaseModel):
    """One line of the trail. `act` is a word; `operator` is nobody where a service tells what became of an order."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    number: int
    at: datetime
    subject: str
    act: str
    operator: Operator | None
    reason: str
    batch: str | None = None
    version: int | None = None
    count: int | None = None
    total: int | None = None
    differences: tuple[str, ...] = ()
    error: str = ""

    @property
    def about(self) -> str:
        """What was acted on, without the word for what kind of thing it is."""
        return self.subject.partition("/")[2]

    @property
    def href(self) -> str | None:
        """The page of what was acted on."""
        kind, _, about = self.subject.partition("/")
        return {"letter": f"/letters/case/{about}", "upkeep": f"/projections/{about}"}.get(kind)


class Trail:
    """Reads of the console's own database."""

    def __init__(self, stored: LiveCollections) -> None:
        self._stored = stored

    async def about(self, subject: str) -> Sequence[Act]:
        """Every act on one thing, the last first."""
        found = (await self._stored.of("trail")).find({"subject": subject}).sort("number", -1)
        return [_act(document) async for document in found]

    async def page(self, number: int) -> tuple[Sequence[Act], int]:
        """A page of all acts, the last first, and how many there are in all."""
        trail = await self._stored.of("trail")
        total = await trail.estimated_document_count()
        found = trail.find({}).sort("number", -1).skip((number - 1) * PAGE).limit(PAGE)
        return [_act(document) async for document in found], int(total)

    async def all(self) -> AsyncIterator[Act]:
        """Every act, the first one first."""
        async for document in (await self._stored.of("trail")).find({}).sort("number", 1):
            yield _act(document)


def _act(document: Document) -> Act:
    return Act.model_validate(document)
