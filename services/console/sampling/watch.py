"""Something that is looked at again and again, and may not answer."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from kenes.kafka.cluster import ClusterUnreachableError
from kenes.mongo.client import DatabaseError
from kenes.observe.logs import get_logger

T = TypeVar("T")

_log = get_logger(__name__)


@dataclass(frozen=True)
class Sight(Generic[T]):
    """What was seen last, when, and since when nothing has been seen; all None before the first look."""

    value: T
    at: datetime | None = None
    failing_since: datetime | None = None
    reason: str = ""


class Watch(Generic[T]):
    """`look` is asked by `again`, for at most `patience` seconds. Until it first answers, `nothing` stands for it."""

    def __init__(self, name: str, look: Callable[[], Awaitable[T]], nothing: T, patience: float) -> None:
        self.name = name
        self.sight: Sight[T] = Sight(nothing)
        self._look = look
        self._patience = patience

    async def again(self, now: datetime) -> None:
        """Looks; what was seen before stays when nothing answers."""
        try:
            async with asyncio.timeout(self._patience):
                value = await self._look()
        except (ClusterUnreachableError, DatabaseError, TimeoutError) as error:
            before = self.sight
            if before.failing_since is None:
                _log.warning("does not answer", source=self.name, reason=type(error).__name__)
            since = before.failing_since or now
            self.sight = Sight(before.value, before.at, since, str(error) or type(error).__name__)
        else:
            self.sight = Sight(value, now)
