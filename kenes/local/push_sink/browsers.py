"""Invented browsers: each has its keys, opens what is pushed to it, and checks who pushed."""

from __future__ import annotations

import base64
import re
import secrets
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey, generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from http_ece import ECEException, decrypt  # type: ignore[import-untyped]  # no type information is published
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

KEPT: Final = 500
LARGEST: Final = 4_096
"""Bytes of a message that every push service takes (RFC 8030, 7.2)."""
_VAPID: Final = re.compile(r"vapid t=([\w.-]+), ?k=([\w-]+)", re.ASCII)
_URGENCIES: Final = ("very-low", "low", "normal", "high")


class RefusedError(Exception):
    """A push that is not taken, with the status the push service answers by."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


@dataclass(frozen=True, slots=True)
class Pushed:
    """A message that was opened."""

    browser: str
    text: str
    ttl: int
    urgency: str
    topic: str
    at: datetime = field(default_factory=lambda: datetime.now(UTC))


class Browsers:
    """All of this run, and what was pushed to them, the newest first."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._keys: dict[str, tuple[Any, bytes]] = {}
        self.messages: deque[Pushed] = deque(maxlen=KEPT)

    def subscribe(self) -> dict[str, Any]:
        """A new browser's subscription, as `PushSubscription.toJSON` gives it."""
        name, key, secret = secrets.token_urlsafe(9), generate_private_key(SECP256R1()), secrets.token_bytes(16)
        self._keys[name] = (key, secret)
        point = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        keys = {"p256dh": _text(point), "auth": _text(secret)}
        return {"endpoint": f"{self._origin}/push/{name}", "expirationTime": None, "keys": keys}

    def unsubscribe(self, name: str) -> None:
        """The browser takes no more."""
        self._keys.pop(name, None)

    def take(self, name: str, headers: Mapping[str, str], body: bytes) -> Pushed:
        """A push to a browser. Raises `RefusedError` where a push service would refuse it."""
        if name not in self._keys:
            raise RefusedError(410, "unsubscribed")
        if len(body) > LARGEST:
            raise RefusedError(413, "too large")
        _check_sender(headers.get("authorization", ""), self._origin)
        ttl, urgency, topic = headers.get("ttl", ""), headers.get("urgency", "normal"), headers.get("topic", "")
        if not ttl.isdecimal() or urgency not in _URGENCIES or not re.fullmatch(r"[\w-]{0,32}", topic, re.ASCII):
            raise RefusedError(400, "headers")
        key, secret = self._keys[name]
        try:
            text = decrypt(body, private_key=key, auth_secret=secret).decode()
        except (ECEException, ValueError):
            raise RefusedError(400, "not for this browser") from None
        pushed = Pushed(name, text, int(ttl), urgency, topic)
        self.messages.appendleft(pushed)
        return pushed


def _check_sender(authorization: str, origin: str) -> None:
    """The token of RFC 8292: signed by the key beside it, for this service, and of today."""
    found = _VAPID.fullmatch(authorization)
    if found is None:
        raise RefusedError(401, "no token")
    try:
        point = EllipticCurvePublicKey.from_encoded_point(SECP256R1(), _bytes(found[2]))
        claims = jwt.decode(found[1], ECKey.import_key(point), algorithms=["ES256"]).claims
    except (JoseError, ValueError):
        raise RefusedError(401, "not signed by that key") from None
    left = claims.get("exp", 0) - datetime.now(UTC).timestamp()
    if claims.get("aud") != origin or not 0 < left <= 86_400 or not claims.get("sub"):
        raise RefusedError(401, "for somebody else, or too old")


def _text(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
