"""Logins under way, kept in the browser: one sealed cookie, so that a visitor who never comes back costs nothing."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import MutableMapping
from dataclasses import astuple, dataclass
from typing import Any

from kenes.identity.oidc import Attempt
from kenes.web.context import add_header, cookie
from kenes.web.sealing import seal, unseal

LIFETIME = 600
"""Seconds in which a login must be finished."""

_MOST = 3
"""Tabs in which one may be signing in at the same time; the oldest gives way."""

_PURPOSE = "login attempts"


@dataclass(frozen=True, slots=True)
class Pending:
    """A login under way: its secrets, the path to return to, and when it began (seconds since the epoch)."""

    attempt: Attempt
    next: str
    started: float


class AttemptCookie:
    """Reads and writes the cookie. The key comes from a secret that all processes of the site share."""

    def __init__(self, secret: str, *, secure: bool) -> None:
        self._key = hashlib.sha256(f"kenes {_PURPOSE}|{secret}".encode()).digest()
        # `__Host-` keeps a neighbouring subdomain from planting a login of its own; browsers want https for it.
        self._name = "__Host-kenes-login" if secure else "kenes-login"
        self._attributes = f"; Path=/; HttpOnly; SameSite=Lax{'; Secure' if secure else ''}"

    def add(self, scope: MutableMapping[str, Any], pending: Pending) -> None:
        """Remembers one more login."""
        self._write(scope, [*self._read(scope, pending.started), pending][-_MOST:])

    def take(self, scope: MutableMapping[str, Any], state: str, now: float) -> Pending | None:
        """The login that began with `state`, which is forgotten now; None when there is none."""
        known, wanted = self._read(scope, now), state.encode()
        found = next((each for each in known if hmac.compare_digest(each.attempt.state.encode(), wanted)), None)
        if found is not None:
            self._write(scope, [each for each in known if each is not found])
        return found

    def _read(self, scope: MutableMapping[str, Any], now: float) -> list[Pending]:
        try:
            sealed = base64.b64decode(cookie(scope, self._name) or "", altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            return []
        content = unseal(self._key, _PURPOSE, sealed) or {"pending": []}
        pending = [Pending(Attempt(*secrets), path, started) for secrets, path, started in content["pending"]]
        return [each for each in pending if now - each.started < LIFETIME]

    def _write(self, scope: MutableMapping[str, Any], pending: list[Pending]) -> None:
        content = {"pending": [[astuple(each.attempt), each.next, each.started] for each in pending]}
        value = base64.urlsafe_b64encode(seal(self._key, _PURPOSE, content)).decode() if pending else ""
        age = LIFETIME if pending else 0
        add_header(scope, b"set-cookie", f"{self._name}={value}{self._attributes}; Max-Age={age}".encode())
