"""State of a decider whose decisions depend on another topic of its service."""

import asyncio
from collections.abc import Sequence

from kenes.kafka.tail import Tail
from kenes.mongo.client import Database
from kenes.mongo.decision_state import KeyedState, Rules, S
from kenes.observe.logs import get_logger
from schemas.envelope import Event
from schemas.parts import Seen
from schemas.payload import Payload

_log = get_logger(__name__)

SEEN_WITHIN = 5.0
"""Seconds to wait for what an asker has seen already: it is in its topic, the tail only has to come to it."""


class DependentState(KeyedState[S]):
    """Waits, before a batch is decided, until this process has seen what the askers had seen (`request.seen`)."""

    def __init__(self, database: Database, rules: Rules[S], followed: Tail) -> None:
        super().__init__(database, rules)
        self._followed = followed

    async def prepare(self, events: Sequence[Event[Payload]]) -> None:
        """Fetches the documents, once the tail has caught up with what the requests refer to."""
        needed: dict[int, int] = {}
        for event in events:
            seen: Seen | None = getattr(event.data, "seen", None)
            if seen is not None:
                needed[seen.partition] = max(seen.sequence, needed.get(seen.partition, -1))
        try:
            async with asyncio.timeout(SEEN_WITHIN):
                for partition, sequence in needed.items():
                    await self._followed.reached(partition, sequence)
        except TimeoutError:
            # A request that refers to a decision which does not exist must not hold up the partition.
            _log.warning("decided without the decisions referred to", topic=self._followed.topic.name, needed=needed)
        await super().prepare(events)
