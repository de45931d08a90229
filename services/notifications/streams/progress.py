"""How far streams have come: the lanes of each, and the events that were given up. Kept by who sends."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from kenes.mongo.client import Collection as Stored
from kenes.mongo.client import Database, Document
from services.notifications.streams.line import Line

LIVE: Final = "live"
DEAD_SHOWN: Final = 100
"""Dead letters of a page."""


@dataclass(frozen=True, slots=True)
class GivenUp:
    """Events that were given up, by their cursors. `after` asks for those that follow; `None` where there are none."""

    letters: Sequence[Document]
    after: int | None


class Progress:
    """`stream_lanes`: `{_id: stream/lane, stream, next, parked, ...}`; `stream_dead_letters`: one per event."""

    def __init__(self, database: Database) -> None:
        self._lanes: Stored = database["stream_lanes"]
        self._dead: Stored = database["stream_dead_letters"]

    async def prepare(self) -> None:
        """Creates the indexes; call once at start."""
        await self._lanes.create_index("stream")
        await self._dead.create_index([("stream", 1), ("cursor", 1)])

    async def load(self, stream: str, lane: str) -> Document | None:
        """A lane as it was kept."""
        return await self._lanes.find_one({"_id": f"{stream}/{lane}"})

    async def save(self, stream: str, lane: str, document: dict[str, Any]) -> None:
        """Keeps a lane."""
        key = f"{stream}/{lane}"
        await self._lanes.replace_one(
            {"_id": key}, {"_id": key, "stream": stream, "lane": lane, **document}, upsert=True
        )

    async def lanes(self, stream: str) -> dict[str, Document]:
        """Every lane of a stream, by name."""
        return {each["lane"]: each async for each in self._lanes.find({"stream": stream})}

    async def drop(self, stream: str, lane: str) -> None:
        """Forgets a lane that is done."""
        await self._lanes.delete_one({"_id": f"{stream}/{lane}"})

    async def forget(self, stream: str) -> None:
        """Forgets a stream."""
        await self._lanes.delete_many({"stream": stream})
        await self._dead.delete_many({"stream": stream})

    async def bury(self, stream: str, line: Line, reason: str | None) -> None:
        """Notes an event that was given up."""
        key = f"{stream}/{line.cursor}"
        document = {
            "_id": key,
            "stream": stream,
            "cursor": line.cursor,
            "event": line.attributes["id"],
            "type": line.attributes["type"],
            "subject": line.subject,
            "reason": reason,
            "at": datetime.now(UTC),
        }
        await self._dead.replace_one({"_id": key}, document, upsert=True)

    async def revive(self, stream: str, cursors: Iterable[int]) -> None:
        """These events have been delivered: whichever was given up before is so no more."""
        await self._dead.delete_many({"_id": {"$in": [f"{stream}/{cursor}" for cursor in cursors]}})

    async def dead(self, stream: str, after: int = 0) -> GivenUp:
        """A page of events that were given up, the oldest first: those beyond the cursor `after`."""
        beyond = self._dead.find({"stream": stream, "cursor": {"$gt": after}}).sort("cursor", 1)
        found = await beyond.limit(DEAD_SHOWN + 1).to_list(None)
        shown = found[:DEAD_SHOWN]
        return GivenUp(shown, int(shown[-1]["cursor"]) if len(found) > DEAD_SHOWN else None)
