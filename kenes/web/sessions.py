"""Server-side sessions: the browser holds a random token, the database what belongs to it, unreadable without it.

A session ends after an idle time or an absolute one, whichever is first, on logout, and is replaced on login. What is
written is stored when the call returns. A request that never asks costs nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol, cast

from kenes.web.context import add_header, cookie
from kenes.web.sealing import decode_token, encode_token, new_token, seal, token_hash, unseal
from kenes.web.settings import WebSettings

SWEEP: Final = 100
_PURPOSE: Final = "session"
_KEY: Final = "kenes.session"
_UNREAD: Final = object()
# A session read again within a part of its idle time is not written again: reads stay reads.
_TOUCH_SHARE: Final = 24


@dataclass(frozen=True, slots=True)
class StoredSession:
    """A session at rest: `id` SHA-256 of the token, `sealed` ciphertext, `expires` an instant in UTC.

    `owner` is a keyed hash of the person: it finds a person's sessions and tells nobody whose they are.
    """

    id: bytes
    sealed: bytes
    expires: datetime
    owner: bytes | None = None


class SessionStore(Protocol):
    """Where sessions rest. Errors of the database pass through."""

    async def create(self, stored: StoredSession) -> None:
        """Keeps a session that was not there."""

    async def read(self, session_id: bytes, now: datetime) -> StoredSession | None:
        """The session, None where there is none or it has expired at `now`."""

    async def replace(self, session_id: bytes, sealed: bytes) -> bool:
        """New content; False where the session is gone (a logout elsewhere wins)."""

    async def touch(self, session_id: bytes, expires: datetime) -> None:
        """A later end; nothing where the session is gone."""

    async def delete(self, session_id: bytes) -> None:
        """Forgets the session."""

    async def owned(self, owner: bytes, now: datetime) -> list[datetime]:
        """When each of the owner's sessions ends, if nobody uses it, in that order; expired ones are not told."""

    async def delete_owned(self, owner: bytes) -> int:
        """Forgets all sessions of an owner; how many it were."""

    async def sweep(self, now: datetime, limit: int) -> int:
        """Forgets at most `limit` sessions expired at `now`; how many it were."""


@dataclass(slots=True)
class Session:
    """An open session. Change `data` (JSON values), then `await sessions.save(request.scope)`."""

    token: bytes
    started: datetime
    csrf: bytes
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> bytes:
        """What the store knows it by."""
        return token_hash(self.token)

    def sealed(self) -> bytes:
        """The content as it is stored."""
        content = {"started": self.started.timestamp(), "csrf": encode_token(self.csrf), "data": self.data}
        return seal(self.token, _PURPOSE, content)


class SessionGoneError(Exception):
    """The session ended (a logout in another tab) between reading and saving."""


class Sessions:
    """Opens, saves and ends the session of a request. All methods take the request's ASGI scope."""

    def __init__(
        self,
        store: SessionStore,
        settings: WebSettings,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        owner_of: Callable[[Mapping[str, Any]], bytes | None] = lambda _data: None,
    ) -> None:
        """`owner_of` labels a new session by its data, so that all sessions of one person can be found and ended."""
        self._store = store
        self._owner_of = owner_of
        self._name = settings.session_cookie
        self._secure = settings.secure
        self._idle = timedelta(seconds=settings.session_idle)
        self._lifetime = timedelta(seconds=settings.session_lifetime)
        self._now = now

    async def current(self, scope: MutableMapping[str, Any]) -> Session | None:
        """The session of this request, None where it has none. Read once per request."""
        known = scope.get(_KEY, _UNREAD)
        if known is _UNREAD:
            known = scope[_KEY] = await self._read(scope)
        return cast("Session | None", known)

    async def open(self, scope: MutableMapping[str, Any]) -> Session:
        """The session of this request, or a new one without a person."""
        return await self.current(scope) or await self._start(scope, {})

    async def login(self, scope: MutableMapping[str, Any], data: dict[str, Any]) -> Session:
        """A new session with `data` in place of the one before, whose token is worthless from now on."""
        await self._end(scope)
        await self._store.sweep(self._now(), SWEEP)
        return await self._start(scope, data)

    async def save(self, scope: MutableMapping[str, Any]) -> None:
        """Stores the data of the current session. Raises SessionGoneError where it was ended meanwhile."""
        session = await self.current(scope)
        if session is None or not await self._store.replace(session.id, session.sealed()):
            raise SessionGoneError

    async def logout(self, scope: MutableMapping[str, Any]) -> None:
        """Ends the session, here and in the browser."""
        await self._end(scope)
        scope[_KEY] = None
        self._set_cookie(scope, "", "; Max-Age=0")

    async def _read(self, scope: MutableMapping[str, Any]) -> Session | None:
        text = cookie(scope, self._name)
        token = None if text is None else decode_token(text)
        if token is None:
            return None
        now = self._now()
        stored = await self._store.read(token_hash(token), now)
        content = None if stored is None else unseal(token, _PURPOSE, stored.sealed)
        if stored is None or content is None:
            return None
        started = datetime.fromtimestamp(content["started"], UTC)
        if now >= min(started + self._lifetime, stored.expires):
            return None
        expires = self._expires(started, now)
        if expires - stored.expires > self._idle / _TOUCH_SHARE:
            await self._store.touch(stored.id, expires)
        return Session(token, started, decode_token(content["csrf"]) or b"", content["data"])

    async def _start(self, scope: MutableMapping[str, Any], data: dict[str, Any]) -> Session:
        now = self._now()
        session = Session(new_token(), now, new_token(), data)
        stored = StoredSession(session.id, session.sealed(), self._expires(now, now), self._owner_of(data))
        await self._store.create(stored)
        scope[_KEY] = session
        # No Max-Age: the cookie ends with the browser, the session by the server's clock.
        self._set_cookie(scope, encode_token(session.token), "")
        return session

    async def _end(self, scope: MutableMapping[str, Any]) -> None:
        session = await self.current(scope)
        if session is not None:
            await self._store.delete(session.id)

    def _expires(self, started: datetime, now: datetime) -> datetime:
        return min(now + self._idle, started + self._lifetime)

    def _set_cookie(self, scope: MutableMapping[str, Any], value: str, more: str) -> None:
        secure = "; Secure" if self._secure else ""
        add_header(scope, b"set-cookie", f"{self._name}={value}; Path=/; HttpOnly; SameSite=Lax{secure}{more}".encode())
        add_header(scope, b"cache-control", b"no-store")
