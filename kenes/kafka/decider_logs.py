"""The two logs of a decider, as it sees them."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from kenes.kafka.records import Record, Recorded
from schemas.envelope import Event
from schemas.payload import Payload


class DecisionLog(Protocol):
    """One decisions topic as a decider sees it. Kafka's is `kenes.kafka.decision_log`."""

    async def append(self, partition: int, decisions: Sequence[tuple[bytes, Event[Payload]]]) -> list[int]:
        """Writes in order; returns the offsets. Raises when any was not acknowledged."""

    def read(self, partition: int, start: int) -> AsyncIterator[tuple[int, Recorded | None]]:
        """What is in the log from `start` up to its end at the time of the call: next offset and event.

        The event is `None` for a record that cannot be read.
        """


class RequestLog(Protocol):
    """One requests topic as a decider sees it. Kafka's is `kenes.kafka.request_log`."""

    def between(self, partition: int, start: int, end: int) -> AsyncIterator[Sequence[Record]]:
        """The requests from `start` to before `end` that the topic still has, in order, some at a time."""
