"""A lean HTTP/1.1 client for load generators: one request at a time on each kept-alive connection.

It shares its cores with what it measures, so it does no more than that: requests are prepared bytes, answers must have
a content-length, and there are no redirects, cookies, proxies or TLS. About 25 us of CPU per request under uvloop.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, NamedTuple, Self, cast
from urllib.parse import urlsplit

import orjson

_END: Final = b"\r\n\r\n"
_LENGTH: Final = b"\r\ncontent-length:"
_CLOSE: Final = b"\r\nconnection: close"
_BODILESS: Final = (204, 304)
_LARGEST_HEAD: Final = 64 * 1024


class AnswerError(Exception):
    """What came back is no answer this client can read."""


class ConnectionGoneError(ConnectionError):
    """The connection was lost before the answer was complete: whether the request took effect is unknown."""


class Answer(NamedTuple):
    """Status, the raw head with its names in lower case as our server sends them, and the body."""

    status: int
    head: bytes
    body: bytes

    def header(self, name: str) -> str | None:
        """The first value of a header, `None` where it was not sent."""
        marker = b"\r\n" + name.encode() + b":"
        start = self.head.find(marker)
        if start < 0:
            return None
        end = self.head.find(b"\r\n", start + 2)
        return self.head[start + len(marker) : end if end >= 0 else None].strip().decode("latin-1")

    def json(self) -> Any:
        """The body as JSON; raises `AnswerError`."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError as error:
            raise AnswerError(f"{self.status} with a body that is not JSON: {self.body[:200]!r}") from error


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server listens, and how it is called in the Host header."""

    host: str
    port: int

    @classmethod
    def of(cls, url: str) -> Address:
        """The address in `http://host[:port]`; raises ValueError for anything else."""
        parts = urlsplit(url)
        if parts.scheme != "http" or not parts.hostname or parts.path.strip("/"):
            raise ValueError(f"{url!r} is not the plain http origin of a server")
        return cls(parts.hostname, parts.port or 80)

    def request(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> bytes:
        """A whole request as bytes. `path` is sent as it is."""
        lines = [f"{method} {path} HTTP/1.1", f"host: {self.host}:{self.port}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        if body is not None or method not in ("GET", "HEAD"):
            lines.append(f"content-length: {len(body or b'')}")
        return "\r\n".join(lines).encode("latin-1") + _END + (body or b"")


class Connection(asyncio.Protocol):
    """One connection, opened when first needed and again after it was lost. Not to be shared by concurrent tasks."""

    def __init__(self, address: Address) -> None:
        self._address = address
        self._transport: asyncio.Transport | None = None
        self._waiter: asyncio.Future[Answer] | None = None
        self._buffer = b""

    async def request(self, data: bytes, timeout: float = 60.0) -> Answer:
        """Sends prepared bytes and returns the answer.

        Raises `OSError` when no connection can be made, `ConnectionGoneError` when it is lost or `timeout` seconds
        pass before the answer, `AnswerError` when the answer cannot be read.
        """
        loop = asyncio.get_running_loop()
        if self._transport is None:
            await loop.create_connection(lambda: self, self._address.host, self._address.port)
        transport = self._transport
        if transport is None:
            raise ConnectionGoneError("closed as soon as it was opened")
        waiter: asyncio.Future[Answer] = loop.create_future()
        self._waiter = waiter
        # One handle costs a tenth of what `asyncio.timeout` does.
        timer = loop.call_later(timeout, self._lose, ConnectionGoneError(f"no answer within {timeout:g} s"))
        transport.write(data)
        try:
            return await waiter
        finally:
            timer.cancel()
            if self._waiter is waiter:  # cancelled: the answer may still come, for nobody
                self._lose(ConnectionGoneError("given up"))

    def close(self) -> None:
        """Closes the connection; the next request opens another."""
        self._lose(ConnectionGoneError("closed"))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own has no such base class
        self._buffer = b""

    def data_received(self, data: bytes) -> None:
        """Resolves the request once its answer is complete."""
        if self._buffer:
            data = self._buffer + data
        try:
            answer, closes = _parse(data)
        except AnswerError as error:
            self._lose(error)
            return
        if answer is None:
            self._buffer = data
            return
        self._buffer = b""
        waiter, self._waiter = self._waiter, None
        if closes:
            self.close()
        if waiter is not None and not waiter.done():
            waiter.set_result(answer)

    def connection_lost(self, exc: Exception | None) -> None:
        self._transport = None
        self._fail(ConnectionGoneError(f"lost: {exc!r}" if exc else "closed by the server"))

    def _lose(self, error: Exception) -> None:
        transport, self._transport = self._transport, None
        self._buffer = b""
        if transport is not None:
            transport.set_protocol(_NOBODY)
            transport.abort()
        self._fail(error)

    def _fail(self, error: Exception) -> None:
        waiter, self._waiter = self._waiter, None
        if waiter is not None and not waiter.done():
            waiter.set_exception(error)


_NOBODY: Final = asyncio.Protocol()


def _parse(data: bytes) -> tuple[Answer | None, bool]:
    """The answer at the start of `data`, `None` while it is incomplete, and whether the server closes after it."""
    end = data.find(_END)
    if end < 0:
        if len(data) > _LARGEST_HEAD:
            raise AnswerError("an endless head")
        return None, False
    head = data[:end]
    if not head.startswith(b"HTTP/1.1 ") or not head[9:12].isdigit():
        raise AnswerError(f"no HTTP/1.1 status line: {head[:60]!r}")
    status = int(head[9:12])
    total = end + 4 + _length(status, head)
    if len(data) < total:
        return None, False
    if len(data) > total:
        raise AnswerError("more than one answer to one request")
    return Answer(status, head, data[end + 4 :]), _CLOSE in head


def _length(status: int, head: bytes) -> int:
    start = head.find(_LENGTH)
    if start < 0:
        if status in _BODILESS:
            return 0
        raise AnswerError(f"{status} without a content-length")
    end = head.find(b"\r", start + len(_LENGTH))
    value = head[start + len(_LENGTH) : end if end >= 0 else None].strip()
    if not value.isdigit():
        raise AnswerError(f"content-length is {value[:40]!r}")
    return int(value)
