"""A line of the public log: one event, its cursor, and how it looks on the wire."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, cast

import orjson

from kenes.kafka.records import Record, Recorded, read
from schemas.envelope import UnreadableEventError
from schemas.notifications.about import PublicEvent
from schemas.topics import PUBLIC_EVENTS


@dataclass(frozen=True)
class Line:
    """One public event where it stands in the log."""

    recorded: Recorded

    @property
    def offset(self) -> int:
        """Its place in the log."""
        return self.recorded.offset

    @property
    def cursor(self) -> int:
        """Where a reader goes on that has read this one."""
        return self.recorded.offset + 1

    @property
    def data(self) -> PublicEvent:
        """What it tells."""
        return cast("PublicEvent", self.recorded.data)

    @property
    def subject(self) -> str:
        """The petition or consultation it is about."""
        return self.recorded.event.subject

    @property
    def attributes(self) -> dict[str, Any]:
        """The event as a CloudEvent in the structured mode, with the extensions `cursor` and `traceparent`."""
        return {**self._head(), "data": self.recorded.data.model_dump(mode="json")}

    @cached_property
    def json(self) -> bytes:
        """The same as JSON. Written once, whoever reads it."""
        # The data is written by its own class, which is faster than making objects of it first.
        return orjson.dumps(self._head())[:-1] + b',"data":' + self.recorded.data.write() + b"}"

    def _head(self) -> dict[str, Any]:
        event = self.recorded.event
        traced = {} if event.traceparent is None else {"traceparent": event.traceparent}
        return {
            "specversion": "1.0",
            "id": event.id,
            "source": event.source,
            "type": event.data.TYPE,
            "subject": event.subject,
            "time": event.time.isoformat(),
            "datacontenttype": "application/json",
            "cursor": str(self.cursor),
            **traced,
        }


def line_of(recorded: Recorded) -> Line | None:
    """The line of a decision that stands and tells something; `None` for all else.

    A decision that stands elsewhere than its decider meant does not count, and one that does is the first on its
    request: whoever made it had read all before it. So no reader needs to know what stands before its cursor.
    """
    stands = recorded.event.offset is None or recorded.event.offset == recorded.offset
    return Line(recorded) if stands and isinstance(recorded.data, PublicEvent) else None


def line_in(record: Record) -> Line | None:
    """The line in a record, if it has one that can be read."""
    try:
        return line_of(read(PUBLIC_EVENTS, record))
    except UnreadableEventError:
        return None
