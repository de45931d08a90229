"""One request to a host that somebody else named: no redirect, no cookie, no proxy, and an end to patience."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Mapping
from contextlib import aclosing, suppress
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
"""Seconds without a request after which such a connection is closed: receivers need not hold idle ones for long."""
_FAILURES: Final[Mapping[type[Exception], str]] = {
    httpcore.TimeoutException: "timeout",
    TimeoutError: "timeout",
    httpcore.ConnectError: "no-connection",
    httpcore.NetworkError: "connection-lost",
    httpcore.RemoteProtocolError: "not-http",
    OSError: "connection-lost",
}
"""What can happen on the way, and its code; the first that fits counts."""
_BROKEN: Final = (TimeoutError, httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, OSError)
_BODY_SECONDS: Final = 1.0
"""For so long the end of a body is waited for."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: its head, for nobody needs more. Names of headers are in lower case."""

    status: int
    headers: Mapping[str, str]


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
        """Posts once. Raises `EgressRefusedError` before anything is sent, `EgressError` for what is no answer.

        The head is the answer: how its body ends changes nothing.
        """
        target = self._target(url)
        try:
            async with asyncio.timeout(self._settings.egress_total_seconds):
                got = await self._ask(target, content, headers)
        except _BROKEN as error:
            # A cause may repeat the address, which is a secret where it carries a token.
            raise EgressError(_reason(error)) from None
        await _let_go(got, self._settings.egress_body_bytes)
        if sum(len(name) + len(value) for name, value in got.headers) > self._settings.egress_header_bytes:
            raise EgressError("headers-too-large")
        return Answer(
            got.status, {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in got.headers}
        )

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

    async def _ask(self, target: Target, content: bytes, headers: Mapping[str, str]) -> httpcore.Response:
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
        request = httpcore.Request(
            "POST", url, headers=list(told.items()), content=content, extensions={"timeout": limits}
        )
        pool = await self._pools.of(target.origin)
        return await pool.handle_async_request(request)


async def _let_go(answer: httpcore.Response, most: int) -> None:
    """Reads at most so much of the body, so that the connection can be kept; one that is left unread ends it."""
    with suppress(*_BROKEN):
        async with aclosing(answer), asyncio.timeout(_BODY_SECONDS):
            async for part in answer.aiter_stream():
                most -= len(part)
                if most < 0:
                    return


def _reason(error: Exception) -> str:
    return next(reason for kind, reason in _FAILURES.items() if isinstance(error, kind))
