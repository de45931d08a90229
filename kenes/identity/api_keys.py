"""API keys: for programs that act for somebody without signing in. Shown once, stored hashed, with scopes and an end.

A key reads `kenes_PREFIX_SECRET`. The prefix names it in lists and logs; the secret is 32 random bytes.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from kenes.web.sealing import decode_token, encode_token, new_token, token_hash

SCHEME: Final = "kenes_"
USED_EVERY: Final = timedelta(minutes=1)
"""How exact it is told when a key was used last: a use is noted so often, and no more."""
_KEY: Final = re.compile(r"kenes_([a-z0-9]{10})_([A-Za-z0-9_-]{43})", re.ASCII)
_ALPHABET: Final = "abcdefghijkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is stored. `hash` is the SHA-256 of its secret; all instants are UTC.

    A key that was `rotated` works until it expires, and another has taken its place.
    """

    prefix: str
    hash: bytes
    owner: str
    name: str
    scopes: frozenset[str]
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None
    rotated: bool = False


class ApiKeyStore(Protocol):
    """Where keys rest. Errors of the database pass through."""

    async def create(self, key: ApiKey) -> None:
        """Keeps a key that was not there."""

    async def find(self, key_hash: bytes) -> ApiKey | None:
        """The key with this hash."""

    async def owned(self, owner: str) -> list[ApiKey]:
        """An owner's keys, expired ones included, the oldest first."""

    async def end(self, owner: str, prefix: str, at: datetime) -> bool:
        """Marks an owner's key as rotated, and lets it expire at `at`, if not before.

        False where there is no such key, or it was rotated before.
        """

    async def note_use(self, key_hash: bytes, at: datetime) -> None:
        """The key was used."""

    async def delete(self, owner: str, prefix: str) -> bool:
        """Forgets a key; False where there is none."""


class ApiKeyRefusedError(Exception):
    """A text that is no key, or one that is unknown or expired. Which of them nobody is told."""


class ApiKeys:
    """Issues and verifies keys."""

    def __init__(self, store: ApiKeyStore, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._store = store
        self._now = now

    async def issue(self, owner: str, name: str, scopes: frozenset[str], lifetime: timedelta) -> tuple[str, ApiKey]:
        """A new key: its text, which is nowhere else, and what is stored of it."""
        secret, now = new_token(), self._now()
        prefix = "".join(secrets.choice(_ALPHABET) for _ in range(10))
        key = ApiKey(prefix, token_hash(secret), owner, name, scopes, now, now + lifetime)
        await self._store.create(key)
        return f"{SCHEME}{prefix}_{encode_token(secret)}", key

    async def verify(self, text: str) -> ApiKey:
        """The key with this text. Raises `ApiKeyRefusedError`."""
        found = _KEY.fullmatch(text)
        secret = None if found is None else decode_token(found[2])
        key = None if secret is None else await self._store.find(token_hash(secret))
        now = self._now()
        if key is None or found is None or key.prefix != found[1] or now >= key.expires_at:
            raise ApiKeyRefusedError
        if key.used_at is None or now - key.used_at >= USED_EVERY:
            await self._store.note_use(key.hash, now)
            key = replace(key, used_at=now)
        return key

    async def rotate(self, owner: str, prefix: str, grace: timedelta) -> tuple[str, ApiKey] | None:
        """A new key in place of one, which is good for `grace` longer.

        `None` where it is unknown, expired or was rotated before.
        """
        now = self._now()
        known = next((each for each in await self._store.owned(owner) if each.prefix == prefix), None)
        if known is None or known.rotated or now >= known.expires_at:
            return None
        issued = await self.issue(owner, known.name, known.scopes, known.expires_at - known.created_at)
        if not await self._store.end(owner, prefix, now + grace):
            await self._store.delete(owner, issued[1].prefix)  # somebody rotated it, or ended it, at the same time
            return None
        return issued

    async def owned(self, owner: str) -> list[ApiKey]:
        """An owner's keys, the oldest first."""
        return await self._store.owned(owner)

    async def lasting(self, owner: str) -> list[ApiKey]:
        """Those of them that have neither expired nor been rotated."""
        now = self._now()
        return [each for each in await self._store.owned(owner) if now < each.expires_at and not each.rotated]

    async def revoke(self, owner: str, prefix: str) -> bool:
        """Ends a key at once; False where there is none."""
        return await self._store.delete(owner, prefix)
