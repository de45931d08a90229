"""Tokens this provider signs."""

import base64
import hashlib
import secrets
import time
from datetime import UTC, date, datetime
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from kenes.local.identity_provider.machines import Machine
from kenes.local.identity_provider.people import TestPerson

AUDIENCE = "kenes"
ACCESS_LIFETIME = 3600
"""Seconds an access token or an ID token is valid."""

MACHINE_SCOPE = "profile"
"""What a program is granted, whatever it asks for: a machine signs in to nothing, so there is no `openid`."""

_PROTOCOL = frozenset({"iss", "aud", "iat", "exp", "jti", "client_id", "scope"})


class TokenMaker:
    """Signs tokens in the name of `issuer`."""

    def __init__(self, issuer: str, key: RSAKey) -> None:
        self.issuer = issuer
        self._key = key

    def jwks(self) -> dict[str, Any]:
        """The public half of the key, as a JSON Web Key Set."""
        return {"keys": [self._key.as_dict(private=False)]}

    def access(self, person: TestPerson, client: str, lifetime: int = ACCESS_LIFETIME) -> str:
        """An access token for the API, in the profile of RFC 9068, which lets a person act."""
        return self._sign("at+jwt", {**person.claims(_today()), "client_id": client, "scope": "openid"}, lifetime)

    def machine_access(self, machine: Machine) -> str:
        """An access token with which a program acts for its body: the subject is the client, nobody is named."""
        told = {"sub": machine.client, "client_id": machine.client, "scope": MACHINE_SCOPE, "roles": [machine.role]}
        return self._sign("at+jwt", told, ACCESS_LIFETIME)

    def identity(self, person: TestPerson, client: str, nonce: str | None, access_token: str) -> str:
        """An ID token: who has just signed in at `client`."""
        half = hashlib.sha256(access_token.encode()).digest()[:16]
        claims = {**person.claims(_today()), "aud": client, "azp": client, "auth_time": int(time.time())}
        claims["at_hash"] = base64.urlsafe_b64encode(half).rstrip(b"=").decode()
        return self._sign("JWT", claims if nonce is None else {**claims, "nonce": nonce}, ACCESS_LIFETIME)

    def person_claims(self, access_token: str) -> dict[str, Any] | None:
        """What an access token of ours tells about its person; None when it is not ours or has expired."""
        try:
            token = jwt.decode(access_token, self._key, algorithms=["RS256"])
        except (JoseError, ValueError):
            return None
        if token.header.get("typ") != "at+jwt" or token.claims["exp"] <= time.time():
            return None
        return {name: value for name, value in token.claims.items() if name not in _PROTOCOL}

    def _sign(self, kind: str, claims: dict[str, Any], lifetime: int) -> str:
        now = int(time.time())
        common = {"iss": self.issuer, "aud": AUDIENCE, "iat": now, "exp": now + lifetime, "jti": secrets.token_hex(8)}
        return jwt.encode({"alg": "RS256", "kid": self._key.kid, "typ": kind}, {**common, **claims}, self._key)


def _today() -> date:
    return datetime.now(UTC).date()
