"""What stands at a cursor: the fold of every public event up to it, held in memory and as current as the log."""

from bisect import bisect_right, insort
from collections.abc import Mapping
from typing import Any

from kenes.kafka.decider import Position
from kenes.kafka.records import Recorded
from kenes.mongo.projection import Version
from services.notifications.domain.streams_folding import folded
from services.notifications.streams.line import line_of


class Snapshot:
    """Subjects by id. `cursor` is after the newest event that is folded."""

    def __init__(self) -> None:
        self.cursor = 0
        self._subjects: dict[str, dict[str, Any]] = {}
        self._order: list[str] = []

    async def load(self, version: Version) -> Mapping[int, Position]:
        """Takes in the stored fold; returns the positions to go on from. Documents may be newer than these."""
        positions = await version.positions()
        async for document in version.collection("public_subjects").find({}):
            self._subjects[document["_id"]] = document["state"]
        self._order = sorted(self._subjects)
        self.cursor = positions[0].next_offset
        return positions

    def take(self, recorded: Recorded) -> None:
        """Folds one more event."""
        line = line_of(recorded)
        if line is None:
            return
        if line.subject not in self._subjects:
            insort(self._order, line.subject)
        self._subjects[line.subject] = folded(self._subjects.get(line.subject), line.attributes)
        self.cursor = max(self.cursor, line.cursor)

    def page(self, beyond: str, most: int) -> tuple[dict[str, dict[str, Any]], str | None]:
        """So many subjects whose ids come after `beyond`, and what to give for the next page, if there is one."""
        first = bisect_right(self._order, beyond)
        names = self._order[first : first + most]
        more = first + most < len(self._order)
        return {name: self._subjects[name] for name in names}, names[-1] if more else None
