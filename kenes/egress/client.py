"""One request to a host that somebody else named: no redirect, no cookie, no proxy, and an end to patience."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Protocol, Self

import httpcore

from kenes.egress.connecting import CheckedBackend
from kenes.egress.errors import EgressError, EgressRefusedError
from kenes.egress.pools import Pools
from kenes.egress.resolving import Resolve, Resolver
from kenes.egress.settings import EgressSettings
from kenes.egress.target import Target, parse_target

_KEPT: Final = 16
"""Connections to one origin kept open for the next request."""
_KEPT_SECONDS: Final = 30.0
_FAILURES: Final[Mapping[type[Exception], str]] = {
    httpcore.TimeoutException: "timeout",
    TimeoutError: "timeout",
    httpcore.ConnectError: "no-connection",
    httpcore.NetworkError: "connection-lost",
    httpcore.RemoteProtocolError: "not-http",
    OSError: "connection-lost",
}
"""What can happen on the way, and its code; the first that fits counts."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. Names of headers are in lower case; `whole` is False where the body was longer than is read."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    whole: bool = True


class Poster(Protocol):
    """What channels need of `Egress`."""

    async def post(self, url: str, content: bytes, headers: Mapping[str, str]) -> Answer:
        """Posts once. Raises `EgressError` for what is no answer."""


class Egress:
    """A client for hosts that other people name. One for a process: it keeps connections."""

    def __init__(
        self,
        settings: EgressSettings,
        *,
        resolve: Resolve | None = None,
        tls: ssl.SSLContext | None = None,
        network: httpcore.AsyncNetworkBackend | None = None,
    ) -> None:
        self._settings = settings
        free = (parse_target(origin) for origin in settings.egress_test_targets)
        self._backend = CheckedBackend(
            frozenset((target.host, target.port) for target in free),
            resolve or Resolver(settings.egress_connect_seconds),
            network or httpcore.AnyIOBackend(),
        )
        self._tls = tls or httpcore.default_ssl_context()
        self._pools = Pools(self._pool)

    async def check(self, url: str) -> None:
        """Whether an address may be asked now; raises `EgressError` as `post` would, and connects to nothing."""
        target = self._target(url)
        try:
            async with asyncio.timeout(self._settings.egress_connect_seconds):
                await self._backend.checked(target.host, target.port)
        except tuple(_FAILURES) as error:
            raise EgressError(_reason(error)) from None

    async def post(self, url: str, content: bytes, headers: Mapping[str, str]) -> Answer:
        """Posts once. Raises `EgressRefusedError` before anything is sent, `EgressError` for what is no answer."""
        target = self._target(url)
        try:
            async with asyncio.timeout(self._settings.egress_total_seconds):
                return await self._ask(target, content, headers)
        except (
            TimeoutError,
            httpcore.TimeoutException,
            httpcore.NetworkError,
            httpcore.ProtocolError,
            OSError,
        ) as error:
            # A cause may repeat the address, which is a secret where it carries a token.
            raise EgressError(_reason(error)) from None

    async def aclose(self) -> None:
        """Closes what is kept."""
        await self._pools.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def _pool(self) -> httpcore.AsyncConnectionPool:
        return httpcore.AsyncConnectionPool(
            ssl_context=self._tls,
            max_connections=None,  # callers bound what they ask
            max_keepalive_connections=_KEPT,
            keepalive_expiry=_KEPT_SECONDS,
            network_backend=self._backend,
        )

    def _target(self, url: str) -> Target:
        target = parse_target(url)
        if target.scheme != "https" and target.origin not in self._settings.egress_test_targets:
            raise EgressRefusedError("not-https")
        return target

    async def _ask(self, target: Target, content: bytes, headers: Mapping[str, str]) -> Answer:
        settings = self._settings
        limits = {
            "connect": settings.egress_connect_seconds,
            "read": settings.egress_total_seconds,
            "write": settings.egress_total_seconds,
            "pool": settings.egress_connect_seconds,
        }
        told = {name.lower(): value for name, value in headers.items()}
        # No packing: an answer of a few bytes that unpacks to gigabytes is none.
        told |= {"host": target.authority, "accept-encoding": "identity", "content-length": str(len(content))}
        url = httpcore.URL(
            scheme=target.scheme.encode(), host=target.host.encode(), port=target.port, target=target.path.encode()
        )
        lines = list(told.items())
        pool = await self._pools.of(target.origin)
        async with pool.stream("POST", url, headers=lines, content=content, extensions={"timeout": limits}) as got:
            if sum(len(name) + len(value) for name, value in got.headers) > settings.egress_header_bytes:
                raise EgressError("headers-too-large")
            body, whole = await _read(got, settings.egress_body_bytes)
            found = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in got.headers}
            return Answer(got.status, found, body, whole)


async def _read(answer: httpcore.Response, most: int) -> tuple[bytes, bool]:
    """At most so much of the body. Leaving the rest unread ends the connection."""
    body = bytearray()
    async for part in answer.aiter_stream():
        body += part
        if len(body) > most:
            return bytes(body[:most]), False
    return bytes(body), True


def _reason(error: Exception) -> str:
    return next(reason for kind, reason in _FAILURES.items() if isinstance(error, kind))
