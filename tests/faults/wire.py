"""A bare HTTP/1.1 client: a drill must not starve the product of the two cores both run on."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass
from typing import Any

Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class NoAnswerError(ConnectionError):
    """The request may or may not have been taken in: no whole answer came."""


@dataclass(frozen=True)
class Answer:
    """Status, headers (names in lower case) and the decoded JSON body; of another body, its `text`."""

    status: int
    headers: dict[str, str]
    body: dict[str, Any]


class Wire:
    """Sends requests to one host; connections that are idle are used again. `timeout` is in seconds per request."""

    def __init__(self, host: str, port: int, timeout: float) -> None:
        self._host = host
        self._port = port
        self._timeout = timeout
        self._idle: list[Connection] = []

    async def ask(self, method: str, path: str, headers: dict[str, str], body: bytes = b"") -> Answer:
        """One request. Raises `NoAnswerError`."""
        lines = [f"{method} {path} HTTP/1.1", f"host: {self._host}:{self._port}", f"content-length: {len(body)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        request = "\r\n".join([*lines, "", ""]).encode() + body
        writer: asyncio.StreamWriter | None = None
        try:
            async with asyncio.timeout(self._timeout):
                reader, writer = await self._connection()
                writer.write(request)
                answer = await _read(reader)
        except (OSError, asyncio.IncompleteReadError, TimeoutError) as error:
            if writer is not None:
                writer.close()
            raise NoAnswerError(type(error).__name__) from error
        if answer.headers.get("connection") == "close":
            writer.close()
        else:
            self._idle.append((reader, writer))
        return answer

    def close(self) -> None:
        """Closes what is idle."""
        for _, writer in self._idle:
            writer.close()
        self._idle.clear()

    async def _connection(self) -> Connection:
        while self._idle:
            reader, writer = self._idle.pop()
            if not reader.at_eof() and not writer.is_closing():
                return reader, writer
            writer.close()
        return await asyncio.open_connection(self._host, self._port)


async def _read(reader: asyncio.StreamReader) -> Answer:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    status, *lines = head.rstrip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers["content-length"]))
    is_json = headers.get("content-type", "").endswith("json")
    return Answer(int(status.split()[1]), headers, json.loads(body) if is_json else {"text": body.decode("latin-1")})
