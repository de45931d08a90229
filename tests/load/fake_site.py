"""A tiny petitions site in memory, honest or lying, to prove that a rush notices lies."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import orjson

from kenes.load.api import ACCEPTED, PREFIX, WITHDRAWN

Handled = tuple[int, dict[str, Any]]


class FakeSite:
    """Signs, withdraws, counts. Change its methods or tables to make it lie."""

    def __init__(self) -> None:
        self.signed: dict[str, set[str]] = {}
        self.receipts: dict[str, tuple[str, str]] = {}
        self.before_answer: Callable[[str, str], str | None] = lambda _method, _path: None
        """May say `drop` to lose the answer after the act, `drop-first` to lose the request."""
        self.extra = 0
        """Added to every count."""
        self.moderated: set[str] = set()
        """Petitions of which nothing but the count is read."""
        self.url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                method, path, _ = head.split(" ", 2)
                lie = self.before_answer(method, path)
                if lie == "drop-first":
                    break
                status, body = self.handle(method, path.removeprefix(PREFIX), head)
                if lie == "drop":
                    break
                payload = orjson.dumps(body)
                writer.write(b"HTTP/1.1 %d X\r\ncontent-length: %d\r\n\r\n%b" % (status, len(payload), payload))
        except asyncio.IncompleteReadError:
            pass  # the client hung up
        finally:
            writer.close()

    def handle(self, method: str, path: str, head: str) -> Handled:
        """The answer to one request."""
        parts = path.strip("/").split("/")
        if parts[0] == "receipts":
            found = self.receipts.get(parts[1])
            if found is None:
                return 200, {"receipt": parts[1], "status": "pending"}
            return 200, {"status": "decided", "petition": found[0], "decision": found[1]}
        petition, signers = parts[1], self.signed.setdefault(parts[1], set())
        if method == "GET" and petition in self.moderated and parts[2:] != ["count"]:
            return 404, {"code": "petition-unknown"}
        if method == "GET":
            return 200, self._read(parts[2:], len(signers) + self.extra)
        person = next(line for line in head.splitlines() if line.startswith("authorization"))
        if method == "POST" and person in signers:
            return 409, {"type": "urn:kenes:problem:already-signed", "code": "already-signed"}
        (signers.add if method == "POST" else signers.remove)(person)
        return self._decided(petition, ACCEPTED if method == "POST" else WITHDRAWN)

    def _decided(self, petition: str, decision: str) -> Handled:
        receipt = f"signature-0-{len(self.receipts)}"
        self.receipts[receipt] = (petition, decision)
        return 201 if decision == ACCEPTED else 200, {"receipt": receipt, "petition": petition, "decision": decision}

    def _read(self, parts: list[str], count: int) -> dict[str, Any]:
        if parts == ["history"]:
            return {"minutes": [{"at": "2026-01-01T00:00:00+00:00", "count": count}]}
        return {"count": count} if parts == ["count"] else {"count": {"count": count}}


@asynccontextmanager
async def fake_site() -> AsyncIterator[FakeSite]:
    """A site on a free port."""
    site = FakeSite()
    server = await asyncio.start_server(site.serve, "127.0.0.1", 0)
    site.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield site
