"""VAPID: who pushes proves it to the push service by a signed token for its origin (RFC 8292)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Self

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey, derive_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey

LIFETIME: Final = 12 * 3600
"""Seconds a token is good for; a service may refuse more than a day."""
_RENEWED: Final = LIFETIME // 2


@dataclass(frozen=True, slots=True)
class VapidKey:
    """The key of whoever pushes."""

    private: EllipticCurvePrivateKey = field(repr=False)

    @classmethod
    def of(cls, text: str) -> Self:
        """A key from its 32 bytes in base64url. Raises `ValueError`, which does not repeat it."""
        try:
            number = int.from_bytes(decoded(text, 32), "big")
            return cls(derive_private_key(number, SECP256R1()))
        except ValueError:
            raise ValueError("must be 32 bytes of a P-256 key, base64url") from None

    @property
    def public(self) -> str:
        """What pages give a browser as `applicationServerKey`: the point, base64url."""
        return encoded(self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint))


class Vapid:
    """Makes the Authorization header; a token serves its origin for hours."""

    def __init__(self, key: VapidKey, contact: str, clock: Callable[[], float]) -> None:
        """`clock` tells the seconds since the epoch."""
        self._key = ECKey.import_key(key.private)
        self._public = key.public
        self._contact = contact
        self._clock = clock
        self._tokens: dict[str, tuple[float, str]] = {}

    def authorization(self, origin: str) -> str:
        """For a push service of this origin."""
        now = self._clock()
        made, token = self._tokens.get(origin, (float("-inf"), ""))
        if now - made >= _RENEWED:
            claims = {"aud": origin, "exp": int(now) + LIFETIME, "sub": self._contact}
            token = jwt.encode({"alg": "ES256", "typ": "JWT"}, claims, self._key)
            self._tokens[origin] = (now, token)
        return f"vapid t={token}, k={self._public}"


def encoded(content: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def decoded(text: str, length: int) -> bytes:
    """Base64url of so many bytes, padded or not. Raises `ValueError`."""
    try:
        content = base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), b"-_", validate=True)
    except binascii.Error:
        raise ValueError("not base64url") from None
    if len(content) != length:
        raise ValueError(f"not {length} bytes")
    return content
