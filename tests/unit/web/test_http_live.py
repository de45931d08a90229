"""Live streams: what a client gets, what it never waits for, and that nothing is left behind. On a real server."""

from __future__ import annotations

import asyncio
import re
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from kenes.web import live_clients, takeover
from kenes.web.live import LiveHub, LiveResponse, last_event_id
from kenes.web.problems import Problem
from kenes.web.settings import WebSettings
from tests.unit.web.http_edge import app_of, raw, running

Reader = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class Watched:
    """A site with one live key whose state the test changes."""

    def __init__(self, settings: WebSettings | None = None, **hub: Any) -> None:
        self.hub = LiveHub(**hub)
        self.version = 1
        self.padding = 0
        self.encoded = 0
        self.snapshots = 0
        self.app = app_of([Route("/live/{key}", self.live), Route("/plain", self.plain)], settings or WebSettings())

    async def live(self, request: Request) -> Response:
        return LiveResponse(self.hub, request.path_params["key"], last_event_id(request), self.snapshot)

    async def plain(self, request: Request) -> Response:
        return PlainTextResponse("answer")

    async def snapshot(self) -> tuple[int, bytes]:
        self.snapshots += 1
        await asyncio.sleep(0)
        return self.version, self.data(self.version)

    def data(self, version: int) -> bytes:
        return b'{"count":%d}' % version + b" " * self.padding

    def publish(self, version: int, key: str = "p1") -> None:
        def make() -> bytes:
            self.encoded += 1
            return self.data(version)

        self.version = version
        self.hub.publish(key, version, make)


@pytest.fixture(params=["moved out", "in the request"])
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The same promises hold where the server cannot give a connection away."""
    if request.param == "in the request":
        monkeypatch.setattr(takeover, "EXTENSION", "not offered")
    return str(request.param)


@asynccontextmanager
async def watching(port: int, path: str = "/live/p1", **headers: str) -> AsyncIterator[Reader]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**25)
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{lines}\r\n".encode())
    try:
        yield reader, writer
    finally:
        writer.close()


async def until(reader: asyncio.StreamReader, wanted: bytes, timeout: float = 30.0) -> bytes:
    async with asyncio.timeout(timeout):
        return await reader.readuntil(wanted)


async def settled(check: Any, timeout: float = 30.0) -> None:
    async with asyncio.timeout(timeout):
        while not check():  # noqa: ASYNC110 - waits for the server under test, which tells nobody
            await asyncio.sleep(0.01)


async def test_a_stream_begins_with_a_hint_and_a_snapshot_and_follows_changes(kind: str) -> None:
    site = Watched()
    async with running(site.app, site.hub) as port, watching(port) as (reader, _):
        head = await until(reader, b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200")
        assert b"content-type: text/event-stream; charset=utf-8" in head
        assert b"cache-control: no-store" in head
        assert b"x-content-type-options: nosniff" in head
        assert await until(reader, b"\n\n") == b"d\r\nretry: 3000\n\n"
        assert b'id: 1\nevent: count\ndata: {"count":1}\n\n' in await until(reader, b"}\n\n")
        site.publish(2)
        assert b'id: 2\nevent: count\ndata: {"count":2}\n\n' in await until(reader, b"}\n\n")


@pytest.mark.parametrize(("seen", "snapshot"), [("7", False), ("6", True), ("8", False), ("x", True), ("9" * 40, True)])
async def test_a_client_that_is_not_behind_gets_no_snapshot(kind: str, seen: str, snapshot: bool) -> None:
    site = Watched()
    site.version = 7
    async with running(site.app, site.hub) as port, watching(port, Last_Event_ID=seen) as (reader, _):
        await until(reader, b"retry: 3000\n\n\r\n")
        await asyncio.sleep(0.05)
        site.publish(9)
        got = await until(reader, b'{"count":9}')
    assert (b"id: 7\n" in got) is snapshot


async def test_a_number_that_is_never_reached_is_taken_as_none(kind: str) -> None:
    site = Watched(heartbeat=0.3)
    async with running(site.app, site.hub) as port, watching(port, Last_Event_ID="8000") as (reader, _):
        begun = await until(reader, b"id: 1\n")
        assert begun.count(b"\n:\n\n") == 1, "at the second beat it is told"
        site.publish(2)
        assert b"id: 2\n" in await until(reader, b"id: 2\n")


async def test_a_burst_is_four_frames_a_second_each_encoded_once_for_all(kind: str) -> None:
    site = Watched()
    async with running(site.app, site.hub) as port, watching(port) as one, watching(port) as two:
        for reader, _ in (one, two):
            await until(reader, b"id: 1\n")
        began = time.monotonic()
        for version in range(2, 102):
            site.publish(version)
            await asyncio.sleep(0.01)
        got = [await until(reader, b"id: 101\n") for reader, _ in (one, two)]
    frames = [re.findall(rb"id: (\d+)", text) for text in got]
    assert frames[0] == frames[1]
    seconds = time.monotonic() - began  # one, or more where the machine is busy
    assert 4 <= len(frames[0]) <= 4 * seconds + 3
    assert site.encoded == len(frames[0])


async def test_old_versions_and_keys_nobody_watches_cost_nothing() -> None:
    site = Watched()
    async with running(site.app, site.hub) as port, watching(port) as (reader, _):
        await until(reader, b"id: 1\n")
        site.publish(5)
        await until(reader, b"id: 5\n")
        site.publish(5)
        site.publish(4)
        site.publish(9, key="nobody")
        await asyncio.sleep(0.35)
        site.publish(6)
        assert b"id: 6\n" in await until(reader, b"id: 6\n")
    assert site.encoded == 2


async def test_one_snapshot_serves_all_who_ask_at_once(kind: str) -> None:
    site = Watched()
    release = asyncio.Event()
    slow = site.snapshot

    async def snapshot() -> tuple[int, bytes]:
        answer = await slow()
        await release.wait()
        return answer

    site.snapshot = snapshot  # type: ignore[method-assign]
    async with running(site.app, site.hub) as port, watching(port) as one, watching(port) as two:
        await settled(lambda: site.hub.clients == 2)
        site.publish(3)  # comes while the snapshot is being read
        await asyncio.sleep(0.05)
        release.set()
        for reader, _ in (one, two):
            assert b"id: 1\n" not in await until(reader, b"id: 3\n")
    assert site.snapshots == 1


async def test_a_snapshot_that_fails_is_an_answer_and_leaves_nothing() -> None:
    site = Watched()

    async def unknown() -> tuple[int, bytes]:
        raise Problem(404, "not-found")

    site.snapshot = unknown  # type: ignore[method-assign]
    async with running(site.app, site.hub) as port:
        answer = await raw(port, b"GET /live/p1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 404")
        assert site.hub.clients == 0
        assert site.hub._topics == {}


async def test_a_comment_keeps_a_quiet_connection_open(kind: str) -> None:
    site = Watched(heartbeat=0.3)
    async with running(site.app, site.hub) as port, watching(port) as (reader, _):
        await until(reader, b"id: 1\n")
        first = await until(reader, b"\n:\n\n\r\n") + await until(reader, b"3\r\n:\n\n\r\n")
    assert first.count(b":\n\n") == 2


async def test_who_hangs_up_is_forgotten(kind: str) -> None:
    site = Watched(WebSettings(streams_per_address=3))
    async with running(site.app, site.hub) as port:
        for _ in range(4):  # the address gets its places back
            async with watching(port) as one, watching(port, "/live/p2") as two, watching(port) as three:
                for reader, _ in (one, two, three):
                    await until(reader, b"id: 1\n")
                assert site.hub.clients == 3
            await settled(lambda: site.hub.clients == 0)
        assert site.hub._topics == {}
        assert site.app.state.web.limiter._streams == {}


async def test_a_slow_reader_skips_to_the_newest_and_holds_nobody_up(
    kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_clients, "_BUFFER", 1024)
    site = Watched(rate=200)
    site.padding = 200_000
    loop = asyncio.get_running_loop()
    async with running(site.app, site.hub) as port, watching(port) as (quick, _):
        with socket.socket() as slow:
            slow.setblocking(False)
            slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 65_536)
            await loop.sock_connect(slow, ("127.0.0.1", port))
            await loop.sock_sendall(slow, b"GET /live/p1 HTTP/1.1\r\nHost: localhost\r\n\r\n")
            await until(quick, b"id: 1\n")
            for version in range(2, 102):
                site.publish(version)
                await until(quick, b"id: %d\n" % version)
            # 20 MB were published: the system's buffers hold some of it, ours a frame.
            got = bytearray()
            async with asyncio.timeout(30):
                while b"id: 101\n" not in got:
                    got += await loop.sock_recv(slow, 1 << 20)
    versions = [int(number) for number in re.findall(rb"id: (\d+)", got)]
    assert versions == sorted(versions)
    assert len(versions) < 90


async def test_other_requests_are_answered_between_slices_of_a_crowd(monkeypatch: pytest.MonkeyPatch) -> None:
    site = Watched()
    monkeypatch.setattr("kenes.web.live._SLICE", 2)
    async with running(site.app, site.hub) as port:
        readers = [await asyncio.open_connection("127.0.0.1", port) for _ in range(9)]
        for reader, writer in readers:
            writer.write(b"GET /live/p1 HTTP/1.1\r\nHost: localhost\r\n\r\n")
            await until(reader, b"id: 1\n")
        site.publish(2)
        for reader, writer in readers:
            await until(reader, b"id: 2\n")
            writer.close()


async def test_the_crowd_has_a_bound_and_an_address_one_of_its_own() -> None:
    full = Watched(max_clients=1)
    own = Watched(WebSettings(streams_per_address=1))
    request = b"GET /live/p1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
    for site, status, code in ((full, b"503", b"live-full"), (own, b"429", b"too-many-streams")):
        async with running(site.app, site.hub) as port, watching(port) as (reader, _):
            await until(reader, b"id: 1\n")
            refused = await raw(port, request)
            assert refused.startswith(b"HTTP/1.1 " + status)
            assert code in refused
            assert b"retry-after: " in refused


async def test_a_stopping_server_tells_when_to_come_back(kind: str) -> None:
    site = Watched()
    async with running(site.app, site.hub) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /live/p1 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await until(reader, b"id: 1\n")
    rest = await asyncio.wait_for(reader.read(), 30)
    writer.close()
    assert re.search(rb"retry: \d{4}\n\n\r\n0\r\n\r\n$", rest)
    assert site.hub.clients == 0


async def test_head_ends_at_once(kind: str) -> None:
    site = Watched()
    async with running(site.app, site.hub) as port:
        answer = await raw(port, b"HEAD /live/p1 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        assert answer.startswith(b"HTTP/1.1 200")
        assert site.hub.clients == 0


async def test_data_of_several_lines_is_one_event() -> None:
    site = Watched()
    site.data = lambda version: b"one\ntwo"  # type: ignore[method-assign]
    async with running(site.app, site.hub) as port, watching(port) as (reader, _):
        assert b"data: one\ndata: two\n\n" in await until(reader, b"two\n\n")
