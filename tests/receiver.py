"""A receiver of webhooks for tests: it notes what comes, and answers as it is told to."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from tests.waiting import PATIENCE


@dataclass(frozen=True)
class Got:
    """One request. Names of headers are in lower case; `at` is when it came (monotonic seconds)."""

    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def event(self) -> dict[str, Any]:
        """The CloudEvent in it."""
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def is_test(self) -> bool:
        """It tells nothing."""
        return bool(self.event["type"] == "notifications.stream.test.v1")


@dataclass(frozen=True)
class Reply:
    """What is answered after so many seconds; status 0 hangs up instead."""

    status: int = 204
    after: float = 0.0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""


Answering = Callable[[Got], Reply]


def well(_got: Got) -> Reply:
    """Takes everything."""
    return Reply()


@dataclass
class Receiver:
    """`got` is all that came, `taken` what was answered by 2xx, tests left out, and `ids` are of what was taken."""

    url: str = ""
    answering: Answering = well
    got: list[Got] = field(default_factory=list)
    taken: list[Got] = field(default_factory=list)
    ids: set[str] = field(default_factory=set)
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)
    _closing: asyncio.Event = field(default_factory=asyncio.Event)
    _open: dict[asyncio.StreamWriter, asyncio.Task[None] | None] = field(default_factory=dict)

    async def until(self, enough: Callable[[], bool], seconds: float = PATIENCE) -> None:
        """Returns when enough has come."""
        try:
            async with asyncio.timeout(seconds), self._news:
                await self._news.wait_for(enough)
        except TimeoutError:
            raise AssertionError(f"got {len(self.got)}, took {len(self.taken)}: {self.got[-1:]}") from None

    def counts(self, subject: str) -> list[int]:
        """The counts told of one petition, in the order they were taken."""
        events = [each.event for each in self.taken]
        return [each["data"]["count"] for each in events if each["subject"] == subject and "count" in each["data"]]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""
        self._open[writer] = asyncio.current_task()
        try:
            while await self._answer(reader, writer):
                pass
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            del self._open[writer]
            writer.close()

    async def hang_up(self) -> None:
        """Ends every connection."""
        self._closing.set()
        serving = [task for task in self._open.values() if task is not None]
        for writer in self._open:
            writer.close()
        await asyncio.gather(*serving)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        lines = [line.partition(":") for line in head.split("\r\n")[1:] if line]
        headers = {name.lower(): value.strip() for name, _, value in lines}
        got = Got(headers, await reader.readexactly(int(headers["content-length"])), time.monotonic())
        reply = self.answering(got)
        async with self._news:
            self.got.append(got)
            self._news.notify_all()
        with suppress(TimeoutError):
            async with asyncio.timeout(reply.after):
                await self._closing.wait()
        if not reply.status or self._closing.is_set() or writer.is_closing():
            return False
        told = {"content-length": str(len(reply.body)), **reply.headers}
        text = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        writer.write(f"HTTP/1.1 {reply.status} Said\r\n{text}\r\n".encode() + reply.body)
        await writer.drain()
        if 200 <= reply.status < 300 and not got.is_test:
            async with self._news:
                self.taken.append(got)
                self.ids.add(got.headers["webhook-id"])
                self._news.notify_all()
        return True


@asynccontextmanager
async def receiving(port: int, answering: Answering = well) -> AsyncIterator[Receiver]:
    """A receiver on a port of 127.0.0.1."""
    receiver = Receiver(f"http://127.0.0.1:{port}/hook", answering)
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", port, backlog=1024)
    try:
        yield receiver
    finally:
        server.close()
        await receiver.hang_up()
