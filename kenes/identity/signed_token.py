"""A signed token (RFC 7515 compact form, RFC 7519 claims): taken apart strictly, then checked against a key."""

import json
from dataclasses import dataclass
from typing import Any, ClassVar

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from kenes.identity.errors import Reason, TokenRefusedError

PublicKey = RSAKey | ECKey | OKPKey

MAX_TOKEN_LENGTH = 8192
"""Characters. Longer ones are refused unread: a header line of 8 kB is also all that common proxies let through."""

LEEWAY = 30
"""Seconds by which our clock and an issuer's may differ."""

_YEAR_10000 = 253_402_300_800

KEY_TYPE = {"RS256": "RSA", "PS256": "RSA", "ES256": "EC", "EdDSA": "OKP", "Ed25519": "OKP"}
"""Key type (`kty`) of each signature algorithm. What is not here cannot be verified: `none`, HS*, RSA1_5, ..."""


class _Registry(jws.JWSRegistry):
    """The algorithms above and no others, without the library's note that `EdDSA` has newer names."""

    max_header_length = 2048
    accepted: ClassVar[dict[str, Any]] = {name: jws.JWSRegistry.algorithms[name] for name in KEY_TYPE}

    def get_alg(self, name: str) -> Any:
        return self.accepted[name]  # `unpack` has refused all others


# Unknown header parameters are ignored as RFC 7515 section 4 asks; `crit` and `b64` are refused below.
_REGISTRY = _Registry(strict_check_header=False)


@dataclass(frozen=True, slots=True)
class UnverifiedToken:
    """The parts of a token whose signature nobody has checked yet. Use them to choose a key, for nothing else."""

    algorithm: str
    key_id: str | None
    type: str
    claims: dict[str, Any]
    signed: jws.CompactSignature

    def verify(self, key: PublicKey) -> None:
        """Raises TokenRefusedError(SIGNATURE_INVALID) unless `key` made this token's signature."""
        try:
            valid = jws.validate_compact(self.signed, key, registry=_REGISTRY)
        except (JoseError, ValueError):
            # The key is of another type, curve, use or algorithm than the header claims.
            valid = False
        if not valid:
            raise TokenRefusedError(Reason.SIGNATURE_INVALID, "the signature does not match the issuer's key")


def unpack(token: str) -> UnverifiedToken:
    """Takes a token apart. Raises TokenRefusedError: TOKEN_MALFORMED, or SIGNATURE_INVALID for `none` and HS*."""
    if len(token) > MAX_TOKEN_LENGTH or not token.isascii() or token.count(".") != 2:
        raise _malformed("this is not a signed token in compact form")
    try:
        signed = jws.extract_compact(token.encode("ascii"), registry=_REGISTRY)
        claims = json.loads(signed.payload)
    except (JoseError, ValueError, TypeError, RecursionError) as error:
        raise _malformed("the token cannot be decoded") from error
    if not isinstance(signed.protected, dict) or not isinstance(claims, dict):
        raise _malformed("header and claims must be JSON objects")
    return _unverified(signed, claims)


def _unverified(signed: jws.CompactSignature, claims: dict[str, Any]) -> UnverifiedToken:
    header = signed.protected
    if "crit" in header or "b64" in header:
        raise _malformed("critical header extensions are not understood")
    algorithm, key_id, kind = header.get("alg"), header.get("kid"), header.get("typ", "JWT")
    if not isinstance(algorithm, str) or not isinstance(kind, str) or not isinstance(key_id, str | None):
        raise _malformed("the header has parameters of a wrong type")
    if algorithm not in KEY_TYPE:
        raise TokenRefusedError(Reason.SIGNATURE_INVALID, "the signature algorithm is not accepted")
    return UnverifiedToken(algorithm, key_id, kind.lower().removeprefix("application/"), claims, signed)


def check_times(claims: dict[str, Any], now: float) -> float:
    """Returns `exp` in seconds since the epoch. Raises TokenRefusedError unless the token is valid at `now`."""
    expires = _seconds(claims, "exp")
    if expires is None:
        raise TokenRefusedError(Reason.CLAIMS_MISSING, "the claim exp is missing")
    if now >= expires + LEEWAY:
        raise TokenRefusedError(Reason.TOKEN_EXPIRED, "the token has expired")
    for name in ("nbf", "iat"):
        starts = _seconds(claims, name)
        if starts is not None and now < starts - LEEWAY:
            raise TokenRefusedError(Reason.TOKEN_NOT_YET_VALID, "the token is not valid yet")
    return expires


def check_audience(claims: dict[str, Any], accepted: frozenset[str]) -> None:
    """Raises TokenRefusedError(AUDIENCE_WRONG) unless `aud` names one of `accepted`."""
    audience = claims.get("aud")
    named = [audience] if isinstance(audience, str) else audience if isinstance(audience, list) else []
    if not any(isinstance(name, str) and name in accepted for name in named):
        raise TokenRefusedError(Reason.AUDIENCE_WRONG, "the token is meant for somebody else")


def _seconds(claims: dict[str, Any], name: str) -> float | None:
    value = claims.get(name)
    if value is None:
        return None
    # JSON readers take NaN, Infinity and integers of any length: all of them fail this comparison.
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < _YEAR_10000:
        raise _malformed(f"the claim {name} is not a time")
    return float(value)


def _malformed(detail: str) -> TokenRefusedError:
    return TokenRefusedError(Reason.TOKEN_MALFORMED, detail)
