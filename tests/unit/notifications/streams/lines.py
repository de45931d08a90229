"""Lines of a public log for unit tests, and a log that is all in memory."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import cast

from kenes.kafka.pages import Pages
from kenes.kafka.records import Record, Recorded
from schemas.envelope import Event
from schemas.notifications.about import PublicEvent
from schemas.payload import Payload
from schemas.topics import PUBLIC_EVENTS
from services.notifications.streams.line import Line
from services.notifications.streams.log import PublicLog
from tests.publicity import counted

BEGAN = datetime(2026, 11, 22, 10, tzinfo=UTC)


def recorded(
    offset: int,
    event: Payload,
    at: datetime | None = None,
    subject: str | None = None,
    traceparent: str | None = None,
) -> Recorded:
    """An event where it stands."""
    about = subject or (event.about.id if isinstance(event, PublicEvent) else "nothing")
    time = at or BEGAN + timedelta(seconds=offset)
    told = Event(f"event-{offset}", "/notifications", about, time, event, sequence=offset, traceparent=traceparent)
    return Recorded(0, offset, time, about.encode(), told)


def line(offset: int, petition: str = "p") -> Line:
    """A count of a petition that equals its offset."""
    return Line(recorded(offset, counted(petition, offset)))


class MemoryPages:
    """A partition in memory, of which the first records may have been dropped."""

    def __init__(self, events: Sequence[Recorded], first: int = 0) -> None:
        self.events = list(events)
        self.first = first

    async def bounds(self) -> tuple[int, int]:
        """See `Pages`."""
        return self.first, self.events[-1].offset + 1 if self.events else 0

    async def read(self, start: int, most: int) -> list[Record]:
        """See `Pages`."""
        await asyncio.sleep(0)
        return [_record(each) for each in self.events if each.offset >= start][:most]

    async def offset_at(self, time: datetime) -> int | None:
        """See `Pages`. Refuses, as Kafka's client does, what is before 1970."""
        if time.timestamp() < 0:
            raise ValueError("a timestamp is no negative number")
        return next((each.offset for each in self.events if each.time >= time), None)


def log_of(pages: MemoryPages, cursor: int) -> PublicLog:
    """A log over these pages that takes what comes from `cursor` on."""
    return PublicLog(cast("Pages", pages), cursor)


def _record(found: Recorded) -> Record:
    headers = found.event.headers()
    stamp = round(found.time.timestamp() * 1000)
    return Record(PUBLIC_EVENTS.name, 0, found.offset, stamp, found.key, found.data.write(), headers)
