"""Links that are mailed: opening one shows what it would do, a post does it, once.

A link carries 32 random bytes. The database keeps their hash, and what belongs to the link sealed under them, so that
only the letter's reader can open it. It keeps keyed hashes of mailbox and client, to limit letters, and neither itself.
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

SWEEP: Final = 100
WINDOW: Final = timedelta(hours=1)


class LinkProblem(StrEnum):
    """Why a link does nothing: codes of problems."""

    USED = "link-used"
    EXPIRED = "link-expired"
    UNKNOWN = "link-unknown"


_STATUS: Final = {LinkProblem.USED: 409, LinkProblem.EXPIRED: 410, LinkProblem.UNKNOWN: 404}


class TooManyLetters(Problem):
    """429: a client asked for more letters in an hour than it may."""

    def __init__(self) -> None:
        super().__init__(429, "too-many-letters", headers={"retry-after": str(int(WINDOW.total_seconds()))})


@dataclass(frozen=True, slots=True)
class StoredLink:
    """A link at rest. `id` is the SHA-256 of its token; `mailbox` and `client` are keyed hashes; instants are UTC."""

    id: bytes
    purpose: str
    sealed: bytes
    mailbox: bytes
    client: bytes
    issued: datetime
    expires: datetime
    used: bool = False


class LinkStore(Protocol):
    """Where links rest until they expire, used ones too, so that a second click gets a clear answer."""

    async def create(self, stored: StoredLink) -> None:
        """Keeps a link that was not there."""

    async def read(self, link_id: bytes) -> StoredLink | None:
        """The link as it is, None where it is unknown."""

    async def spend(self, link_id: bytes) -> bool:
        """Marks it used; True for exactly one of any number of callers."""

    async def to_mailbox(self, mailbox: bytes, since: datetime) -> int:
        """How many links were issued to a mailbox after an instant."""

    async def by_client(self, client: bytes, since: datetime) -> int:
        """How many links a client asked for after an instant."""

    async def discard(self, link_id: bytes) -> None:
        """Forgets one link."""

    async def forget(self, mailbox: bytes) -> None:
        """Forgets all links of a mailbox."""

    async def sweep(self, now: datetime, limit: int) -> int:
        """Forgets at most `limit` links expired at `now`; how many it were."""


@dataclass(frozen=True, slots=True)
class LinkLimits:
    """How long a link works, and how many an hour may go to one mailbox and be asked for by one client."""

    lifetime: timedelta
    to_mailbox: int
    by_client: int


class MailedLinks:
    """Issues and spends links."""

    def __init__(
        self, store: LinkStore, limits: LinkLimits, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._store = store
        self._limits = limits
        self._now = now

    async def issue(self, purpose: str, payload: dict[str, Any], *, mailbox: bytes, client: bytes) -> str | None:
        """The token of a link that does `purpose` with `payload` (JSON values) once.

        `None` for a mailbox that has had its letters of this hour: whoever asks must get the same answer as always.
        Raises `TooManyLetters` for a client.
        """
        now = self._now()
        await self._store.sweep(now, SWEEP)
        if not await self._admits(mailbox, client, now - WINDOW, 1):
            return None
        link = await self._create(purpose, payload, mailbox, client, now)
        # Counted again with this one: of many who ask at the same instant none saw the others before.
        try:
            admitted = await self._admits(mailbox, client, now - WINDOW, 0)
        except TooManyLetters:
            await self.discard(link)
            raise
        if not admitted:
            await self.discard(link)
        return link if admitted else None

    async def look(self, purpose: str, text: str) -> dict[str, Any]:
        """What a link would do; it can be opened again. Raises 409 `link-used`, 410 `link-expired`, 404."""
        _, payload = await self._opened(purpose, text)
        return payload

    async def spend(self, purpose: str, text: str) -> dict[str, Any]:
        """The payload, once; raises as `look` does. Call it from a POST only."""
        stored, payload = await self._opened(purpose, text)
        if not await self._store.spend(stored.id):
            raise _refused(LinkProblem.USED)  # a second click won the race
        return payload

    async def again(self, purpose: str, text: str) -> str:
        """The token of a fresh link in place of one that was spent in vain: what it was for could not be done."""
        stored, payload = await self._opened(purpose, text, spent=True)
        return await self._create(purpose, payload, stored.mailbox, stored.client, self._now())

    async def discard(self, text: str) -> None:
        """Ends a link whose letter could not be sent: it counts for nobody."""
        token = decode_token(text)
        if token is not None:
            await self._store.discard(token_hash(token))

    async def forget(self, mailbox: bytes) -> None:
        """Ends all links of a mailbox."""
        await self._store.forget(mailbox)

    async def _admits(self, mailbox: bytes, client: bytes, since: datetime, more: int) -> bool:
        if await self._store.by_client(client, since) + more > self._limits.by_client:
            raise TooManyLetters
        return await self._store.to_mailbox(mailbox, since) + more <= self._limits.to_mailbox

    async def _create(self, purpose: str, payload: dict[str, Any], mailbox: bytes, client: bytes, now: datetime) -> str:
        token = new_token()
        await self._store.create(
            StoredLink(
                id=token_hash(token),
                purpose=purpose,
                sealed=seal(token, purpose, payload),
                mailbox=mailbox,
                client=client,
                issued=now,
                expires=now + self._limits.lifetime,
            )
        )
        return encode_token(token)

    async def _opened(self, purpose: str, text: str, *, spent: bool = False) -> tuple[StoredLink, dict[str, Any]]:
        token = decode_token(text)
        stored = None if token is None else await self._store.read(token_hash(token))
        if token is None or stored is None or not hmac.compare_digest(stored.purpose.encode(), purpose.encode()):
            raise _refused(LinkProblem.UNKNOWN)
        if stored.used and not spent:
            raise _refused(LinkProblem.USED)
        if stored.expires <= self._now():
            raise _refused(LinkProblem.EXPIRED)
        payload = unseal(token, purpose, stored.sealed)
        if payload is None:
            raise _refused(LinkProblem.UNKNOWN)
        return stored, payload


def _refused(reason: LinkProblem) -> Problem:
    return Problem(_STATUS[reason], reason.value)
