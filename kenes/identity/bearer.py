"""Bearer tokens of the trusted issuers (RFC 6750, RFC 9068): from the text of a token to a Person."""

import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from hashlib import sha256

import httpx

from kenes.identity.claims import person_from_claims
from kenes.identity.discovery import http_client
from kenes.identity.errors import Reason, TokenRefusedError
from kenes.identity.keys import IssuerKeys
from kenes.identity.person import Person
from kenes.identity.settings import IssuerSettings
from kenes.identity.signed_token import LEEWAY, UnverifiedToken, check_audience, check_times, unpack

__all__ = ["BearerVerifier", "Reason", "TokenRefusedError"]

_REMEMBERED = 2_048
"""Tokens; about 1 kB each."""

_REMEMBERED_SECONDS = 300.0
"""A verified token is not verified again for so long, whatever becomes of the key it was verified with."""


class BearerVerifier:
    """Verifies access tokens. One per process; close it with `aclose` or use it as an async context manager.

    `clock` gives seconds since the epoch.
    """

    def __init__(
        self,
        issuers: Iterable[IssuerSettings],
        *,
        client: httpx.AsyncClient | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._client = client or http_client()
        self._owns_client = client is None
        self._clock = clock
        self._issuers = {each.issuer: (each, IssuerKeys(each, self._client)) for each in issuers}
        self._verified: OrderedDict[bytes, tuple[float, float, Person]] = OrderedDict()

    async def verify(self, token: str) -> Person:
        """The person this token speaks for. Raises TokenRefusedError with one of the reasons of `Reason`."""
        digest = sha256(token.encode("utf-8", "surrogatepass")).digest()
        known = self._verified.get(digest)
        now = self._clock()
        if known is not None and now < known[1]:
            if now >= known[0] + LEEWAY:
                raise TokenRefusedError(Reason.TOKEN_EXPIRED, "the token has expired")
            return known[2]
        person, expires = await self._verify(token, now)
        self._remember(digest, expires, now, person)
        return person

    def keys_of(self, issuer: str) -> IssuerKeys:
        """The key store of a trusted issuer, shared with the login. Raises KeyError for another issuer."""
        return self._issuers[issuer][1]

    async def aclose(self) -> None:
        """Stops fetches and closes the connections it opened itself."""
        for _, keys in self._issuers.values():
            await keys.aclose()
        if self._owns_client:
            await self._client.aclose()

    async def __aenter__(self) -> "BearerVerifier":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def _verify(self, text: str, now: float) -> tuple[Person, float]:
        token = unpack(text)
        issuer = token.claims.get("iss")
        if not isinstance(issuer, str) or issuer not in self._issuers:
            raise TokenRefusedError(Reason.ISSUER_UNKNOWN, "the token's issuer is not trusted here")
        settings, keys = self._issuers[issuer]
        # The cheap checks come first: tokens that fail them cost neither a signature nor a fetch of keys.
        expires = check_times(token.claims, now)
        check_audience(token.claims, settings.audiences)
        _check_kind(token, settings)
        if token.algorithm not in settings.algorithms:
            raise TokenRefusedError(Reason.SIGNATURE_INVALID, "the signature algorithm is not accepted")
        token.verify(await keys.find(token.key_id, token.algorithm))
        return person_from_claims(issuer, token.claims, settings.claims), expires

    def _remember(self, digest: bytes, expires: float, now: float, person: Person) -> None:
        self._verified[digest] = (expires, now + _REMEMBERED_SECONDS, person)
        self._verified.move_to_end(digest)
        if len(self._verified) > _REMEMBERED:
            self._verified.popitem(last=False)


def _check_kind(token: UnverifiedToken, settings: IssuerSettings) -> None:
    """Access tokens say `at+jwt` (RFC 9068) or, with older issuers, `JWT` or nothing."""
    if token.type == "at+jwt":
        return
    if token.type != "jwt":
        raise TokenRefusedError(Reason.TOKEN_MALFORMED, "this type of token is not an access token")
    # Keycloak names the kind in a claim; elsewhere an ID token betrays itself by what only ID tokens carry.
    betrayed = not token.claims.keys().isdisjoint({"nonce", "at_hash", "c_hash"})
    kind = token.claims.get("typ", "ID" if betrayed else "Bearer")
    if kind != "Bearer" and not (kind == "ID" and settings.accept_id_tokens):
        raise TokenRefusedError(Reason.TOKEN_MALFORMED, "this type of token is not an access token")
