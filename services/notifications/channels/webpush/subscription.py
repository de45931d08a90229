"""What a browser gives us so that we can reach it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey, generate_private_key
from http_ece import encrypt  # type: ignore[import-untyped]  # no type information is published
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kenes.egress.errors import EgressRefusedError
from kenes.egress.target import Target, parse_target
from services.notifications.channels.webpush.vapid import decoded

LARGEST: Final = 4_096
"""Letters of a subscription's JSON."""
_POINT: Final = 65
_SECRET: Final = 16
_RECORD: Final = 4_096


class SubscriptionError(ValueError):
    """A text that is no subscription, or one to a host that is no push service. It does not repeat the text."""


class _Keys(BaseModel):
    model_config = ConfigDict(extra="ignore")

    p256dh: str = Field(max_length=200)
    auth: str = Field(max_length=100)


class _Json(BaseModel):
    model_config = ConfigDict(extra="ignore")

    endpoint: str = Field(max_length=2_000)
    keys: _Keys


@dataclass(frozen=True, slots=True)
class PushSubscription:
    """A browser: where its messages go, and the keys that only it can open them with."""

    endpoint: str = field(repr=False)
    target: Target = field(repr=False)
    point: bytes = field(repr=False)
    secret: bytes = field(repr=False)

    def encrypt(self, content: bytes) -> bytes:
        """The body of a push message, under a key of its own (RFC 8291, aes128gcm, one record)."""
        ours = generate_private_key(SECP256R1())
        return bytes(encrypt(content, private_key=ours, dh=self.point, auth_secret=self.secret, rs=_RECORD))


def parse_subscription(text: str, hosts: tuple[str, ...]) -> PushSubscription:
    """A subscription from the browser's JSON (`PushSubscription.toJSON`). Raises `SubscriptionError`."""
    if len(text) > LARGEST:
        raise SubscriptionError("longer than a subscription is")
    try:
        given = _Json.model_validate_json(text)
        target = parse_target(given.endpoint)
        point = decoded(given.keys.p256dh, _POINT)
        EllipticCurvePublicKey.from_encoded_point(SECP256R1(), point)
        secret = decoded(given.keys.auth, _SECRET)
    except (ValidationError, ValueError, EgressRefusedError):
        raise SubscriptionError("not a subscription to web push") from None
    if not any(_is_host(target.host, host) for host in hosts):
        raise SubscriptionError("not a push service that is known here")
    return PushSubscription(given.endpoint, target, point, secret)


def _is_host(host: str, known: str) -> bool:
    return host.endswith(known) if known.startswith(".") else host == known
