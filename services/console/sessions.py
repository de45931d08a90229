"""Operators' sessions that outlast the database: the console is what one looks at when the database is away."""

import time
from collections.abc import Callable
from datetime import datetime
from typing import Final

from kenes.mongo.client import DatabaseError, patience
from kenes.web.sessions import SessionStore, StoredSession

WITHIN: Final = 1.0
"""Seconds the database has to answer before a session is taken from memory."""
PAUSE: Final = 5.0
"""Seconds in which it is not asked again after it has not answered: every page would wait for it."""
REMEMBERED: Final = 1_000


class PatientSessions:
    """A `SessionStore` in front of another: what was read before is read again from memory while that does not answer.

    What changes a session still needs the store: nobody signs in while it is away, and whoever signs out is told so.
    """

    def __init__(self, store: SessionStore, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._known: dict[bytes, StoredSession] = {}
        self._asked_again = float("-inf")

    async def create(self, stored: StoredSession) -> None:
        await self._store.create(stored)

    async def read(self, session_id: bytes, now: datetime) -> StoredSession | None:
        """See SessionStore; what is remembered while the store does not answer."""
        if self._clock() < self._asked_again:
            return self._remembered(session_id, now)
        try:
            with patience(WITHIN):
                found = await self._store.read(session_id, now)
        except DatabaseError:
            self._asked_again = self._clock() + PAUSE
            return self._remembered(session_id, now)
        self._known.pop(session_id, None)
        if found is not None:
            if len(self._known) >= REMEMBERED:
                del self._known[next(iter(self._known))]
            self._known[session_id] = found
        return found

    async def replace(self, session_id: bytes, sealed: bytes) -> bool:
        return await self._store.replace(session_id, sealed)

    async def touch(self, session_id: bytes, expires: datetime) -> None:
        """See SessionStore; a later end that cannot be noted now is noted at the next request."""
        if self._clock() < self._asked_again:
            return
        try:
            with patience(WITHIN):
                await self._store.touch(session_id, expires)
        except DatabaseError:
            self._asked_again = self._clock() + PAUSE

    async def delete(self, session_id: bytes) -> None:
        self._known.pop(session_id, None)
        await self._store.delete(session_id)

    async def owned(self, owner: bytes, now: datetime) -> list[datetime]:
        return await self._store.owned(owner, now)

    async def delete_owned(self, owner: bytes) -> int:
        self._known = {name: each for name, each in self._known.items() if each.owner != owner}
        return await self._store.delete_owned(owner)

    async def sweep(self, now: datetime, limit: int) -> int:
        return await self._store.sweep(now, limit)

    def _remembered(self, session_id: bytes, now: datetime) -> StoredSession | None:
        found = self._known.get(session_id)
        return found if found is not None and found.expires > now else None
