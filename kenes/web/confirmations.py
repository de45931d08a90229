"""Confirmation tokens: a page shows what will happen, a POST with its token makes it happen, once.

A token is bound to the session that got it and to one purpose, stored hashed, and spent atomically.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Protocol

from kenes.web.problems import Problem
from kenes.web.sealing import decode_token, encode_token, new_token, seal, token_hash, unseal
from kenes.web.sessions import Session
from kenes.web.settings import WebSettings

FIELD: Final = "confirmation"
SWEEP: Final = 100


@dataclass(frozen=True, slots=True)
class StoredConfirmation:
    """A token at rest: `id` SHA-256 of it, `session` and `purpose` it is bound to, `sealed` payload, `expires` UTC."""

    id: bytes
    session: bytes
    purpose: str
    sealed: bytes
    expires: datetime
    used: bool = False


class ConfirmationStore(Protocol):
    """Where confirmations rest until they expire, spent ones too, so that a replay gets a clear answer."""

    async def create(self, stored: StoredConfirmation) -> None:
        """Keeps a confirmation that was not there."""

    async def read(self, confirmation_id: bytes) -> StoredConfirmation | None:
        """The confirmation as it is, None where it is unknown."""

    async def spend(self, confirmation_id: bytes) -> bool:
        """Marks it used; True for exactly one of any number of callers."""

    async def sweep(self, now: datetime, limit: int) -> int:
        """Forgets at most `limit` confirmations expired at `now`; how many it were."""


class Refusal(StrEnum):
    """Why a token confirms nothing: codes of problems."""

    USED = "confirmation-used"
    EXPIRED = "confirmation-expired"
    UNKNOWN = "confirmation-unknown"


_STATUS: Final = {Refusal.USED: 409, Refusal.EXPIRED: 410, Refusal.UNKNOWN: 403}


class Confirmations:
    """Issues and consumes tokens."""

    def __init__(
        self,
        store: ConfirmationStore,
        settings: WebSettings,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._lifetime = timedelta(seconds=settings.confirmation_lifetime)
        self._now = now

    async def issue(self, session: Session, purpose: str, payload: dict[str, Any]) -> str:
        """A token that lets `session` do `purpose` (`petition.sign`) with `payload` (JSON values) once."""
        now = self._now()
        await self._store.sweep(now, SWEEP)
        token = new_token()
        await self._store.create(
            StoredConfirmation(
                id=token_hash(token),
                session=session.id,
                purpose=purpose,
                sealed=seal(token, purpose, payload),
                expires=now + self._lifetime,
            )
        )
        return encode_token(token)

    async def consume(self, session: Session, purpose: str, text: str) -> dict[str, Any]:
        """The payload, once. Raises 409 `confirmation-used`, 410 `confirmation-expired`, 403 `confirmation-unknown`.

        Call it from a POST only.
        """
        token = decode_token(text)
        stored = None if token is None else await self._store.read(token_hash(token))
        if token is None or stored is None or not _bound(stored, session, purpose):
            raise _refused(Refusal.UNKNOWN)
        if stored.used:
            raise _refused(Refusal.USED)
        if stored.expires <= self._now():
            raise _refused(Refusal.EXPIRED)
        payload = unseal(token, purpose, stored.sealed)
        if payload is None:
            raise _refused(Refusal.UNKNOWN)
        if not await self._store.spend(stored.id):
            raise _refused(Refusal.USED)  # a second click won the race
        return payload


def _bound(stored: StoredConfirmation, session: Session, purpose: str) -> bool:
    same_session = hmac.compare_digest(stored.session, session.id)
    return same_session & hmac.compare_digest(stored.purpose.encode(), purpose.encode())


def _refused(reason: Refusal) -> Problem:
    return Problem(_STATUS[reason], reason.value)
