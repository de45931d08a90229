"""The public keys of one issuer: fetched when needed, kept, renewed gently, served stale while the issuer is down."""

import asyncio
import time
import warnings
from collections.abc import Callable
from typing import Any, TypeGuard

import httpx
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import JWKRegistry, Key, OctKey, OKPKey, RSAKey
from joserfc.jws import JWSRegistry

from kenes.identity.discovery import IssuerUnreachableError, fetch_keys
from kenes.identity.errors import Reason, TokenRefusedError
from kenes.identity.settings import IssuerSettings
from kenes.identity.signed_token import KEY_TYPE, PublicKey
from kenes.observe.logs import get_logger

RENEW_AFTER = 200.0
"""Seconds after which the keys are fetched again in the background."""

MAX_AGE = 300.0
"""Seconds after which nothing is checked with the keys before the issuer was asked; while it is down, they serve on."""

UNKNOWN_KEY_INTERVAL = 30.0
"""Shortest time in seconds between two fetches caused by tokens naming a key we do not have."""

RETRY_INTERVAL = 1.0
"""Shortest time in seconds between two fetches while we have no keys at all."""

_MIN_RSA_BITS = 2048
_MAX_KEYS = 100

_log = get_logger(__name__)


class IssuerKeys:
    """The keys of one issuer. `find` awaits the network only when the key is not here yet."""

    def __init__(
        self,
        settings: IssuerSettings,
        client: httpx.AsyncClient,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._client = client
        self._clock = clock
        self._keys: list[PublicKey] = []
        self._fetched = float("-inf")
        self._tried = float("-inf")
        self._fetch: asyncio.Task[None] | None = None

    async def find(self, key_id: str | None, algorithm: str) -> PublicKey:
        """The key to check a token with.

        Raises TokenRefusedError: KEYS_UNAVAILABLE when it is not here and the issuer did not answer when last asked,
        so that nobody knows, SIGNATURE_INVALID when the issuer has no such key. A token without key id is accepted
        only if the issuer has one single key for that algorithm.
        """
        now = self._clock()
        await self._renew(now)
        key = self._look_up(key_id, algorithm)
        if key is not None:
            return key
        await self._refresh(now)
        key = self._look_up(key_id, algorithm)
        if key is not None:
            return key
        if self._tried > self._fetched:
            raise TokenRefusedError(Reason.KEYS_UNAVAILABLE, "the issuer's keys cannot be fetched at the moment")
        raise TokenRefusedError(Reason.SIGNATURE_INVALID, "the issuer has no such key")

    async def aclose(self) -> None:
        """Stops a fetch under way."""
        if self._fetch is not None:
            self._fetch.cancel()
            await asyncio.wait([self._fetch])

    def _look_up(self, key_id: str | None, algorithm: str) -> PublicKey | None:
        # RFC 7517 section 4.5 lets keys of different types share an id.
        fitting = [key for key in self._keys if key_id in (None, key.kid) and _fits(key, algorithm)]
        if not fitting or (key_id is None and len(fitting) > 1):
            return None
        return fitting[0]

    async def _renew(self, now: float) -> None:
        age = now - self._fetched
        if not self._keys or age < RENEW_AFTER or now - self._tried < UNKNOWN_KEY_INTERVAL:
            return
        answered_last = self._tried <= self._fetched
        fetch = self._begin_fetch(now)
        # An issuer that was down when last asked is asked behind the requests: nobody waits for it each time.
        if age >= MAX_AGE and answered_last:
            await asyncio.shield(fetch)

    async def _refresh(self, now: float) -> None:
        interval = UNKNOWN_KEY_INTERVAL if self._keys else RETRY_INTERVAL
        if self._fetch is None and now - self._tried < interval:
            return
        # Shielded: the fetch belongs to everybody who waits, one impatient caller must not cancel it.
        await asyncio.shield(self._begin_fetch(now))

    def _begin_fetch(self, now: float) -> asyncio.Task[None]:
        """The fetch under way, or a new one."""
        if self._fetch is None:
            self._tried = now
            self._fetch = asyncio.create_task(self._load(), name="issuer-keys")
        return self._fetch

    async def _load(self) -> None:
        try:
            self._keys = read_keys(await fetch_keys(self._client, self._settings))
            self._fetched = self._clock()
        except IssuerUnreachableError as error:
            # The old keys stay: an issuer that is down must not sign out everybody at once.
            _log.warning("keys not renewed", issuer=self._settings.issuer, kept=len(self._keys), reason=str(error))
        finally:
            self._fetch = None


def read_keys(document: dict[str, Any]) -> list[PublicKey]:
    """The usable keys of a JWK set. Others are left out, as RFC 7517 section 5 asks. Raises IssuerUnreachableError."""
    listed = document.get("keys")
    if not isinstance(listed, list):
        raise IssuerUnreachableError("the key set has no list of keys")
    keys = [key for each in listed[:_MAX_KEYS] if (key := _read_key(each)) is not None]
    if not keys:
        raise IssuerUnreachableError("the key set has no usable key")
    return keys


def _read_key(data: Any) -> PublicKey | None:
    if not isinstance(data, dict) or data.get("kty") not in KEY_TYPE.values() or data.get("use", "sig") != "sig":
        return None
    # Drop private parts and a certificate chain, should an issuer publish them.
    public = {name: value for name, value in data.items() if name in _PUBLIC_PARAMETERS}
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SecurityWarning)  # short RSA keys are refused below
            key = JWKRegistry.import_key(public)
            return key if _signs(key) else None
    except Exception as error:  # noqa: BLE001 - whatever the library makes of one key, the others serve
        _log.warning("a key of the set is left out", reason=type(error).__name__)
        return None


def _signs(key: Key) -> TypeGuard[PublicKey]:
    if isinstance(key, RSAKey):
        return bool(key.public_key.key_size >= _MIN_RSA_BITS)
    if isinstance(key, OKPKey):
        return key.curve_name.startswith("Ed")  # those of the X kind are for encryption
    return not isinstance(key, OctKey)


def _fits(key: PublicKey, algorithm: str) -> bool:
    """Whether this key may make signatures of the algorithm: by its type, its curve, and what it says it is for."""
    try:
        JWSRegistry.algorithms[algorithm].check_key(key)
    except JoseError:
        return False
    return True


_PUBLIC_PARAMETERS = frozenset({"kty", "kid", "use", "alg", "n", "e", "crv", "x", "y"})
