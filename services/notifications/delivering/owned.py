"""Which deliveries this process sends: those of the partitions it decides."""

import time
from collections.abc import Mapping
from typing import Final

from kenes.kafka.decider import Position
from kenes.kafka.reader import ends
from kenes.mongo.client import Database
from kenes.mongo.decision_state import KeyedState, Rules
from schemas.topics import DELIVERY_REQUESTS
from services.notifications.domain.delivery import Delivery

WAITED: Final = 30.0
"""Seconds after which a partition is sent in any case: a request that cannot be read is never decided."""


class OwnedDeliveries(KeyedState[Delivery | None]):
    """The state of deliveries. It knows which partitions are ours, and from when on they may be sent.

    Whoever owned a partition before may have reported tries that are not decided or folded yet. So it is sent from when
    the projection has taken in all that had been asked for when the partition was taken over.
    """

    def __init__(self, database: Database, rules: Rules[Delivery | None], bootstrap: str) -> None:
        super().__init__(database, rules)
        self._bootstrap = bootstrap
        self._fences: dict[int, tuple[int, float]] = {}

    async def restore(self, partition: int) -> Position:
        asked = await ends(self._bootstrap, DELIVERY_REQUESTS)
        position = await super().restore(partition)
        self._fences[partition] = (asked[partition] - 1, time.monotonic() + WAITED)
        return position

    def forget(self, partition: int) -> None:
        self._fences.pop(partition, None)
        super().forget(partition)

    def owns(self, partition: int) -> bool:
        """Whether a partition is this process's to look after."""
        return partition in self._fences

    def tenure(self, partition: int) -> float | None:
        """Which of our times with a partition this is, as a number of its own; `None` where it is not ours."""
        fence = self._fences.get(partition)
        return None if fence is None else fence[1]

    def settled(self, positions: Mapping[int, Position]) -> list[int]:
        """The partitions that may be sent, where the projection stands so far."""
        now = time.monotonic()
        return [p for p, (last, until) in self._fences.items() if positions[p].sequence >= last or now >= until]
