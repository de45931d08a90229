"""The load client reads what our server sends, in whatever pieces it comes, and never takes a wrong answer for one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

import pytest

from kenes.load.client import Address, Answer, AnswerError, Connection, ConnectionGoneError
from kenes.load.watcher import LiveEvent, watch

GOOD = b'HTTP/1.1 201 Created\r\nretry-after: 3\r\ncontent-length: 13\r\n\r\n{"count": 41}'
STREAM = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


@asynccontextmanager
async def server(pieces: Sequence[bytes], *, hang_up: bool = False) -> AsyncIterator[Address]:
    """Answers each request with the pieces, one write each."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                await reader.readuntil(b"\r\n\r\n")
                for piece in pieces:
                    writer.write(piece)
                    await writer.drain()
                    await asyncio.sleep(0.002)
                if hang_up:
                    return
        except (asyncio.IncompleteReadError, ConnectionError):
            return
        finally:
            writer.close()

    running = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with running:
        yield Address("127.0.0.1", running.sockets[0].getsockname()[1])


async def _ask(address: Address, timeout: float = 5.0) -> Answer:
    async with Connection(address) as connection:
        return await connection.request(address.request("GET", "/"), timeout)


@pytest.mark.parametrize("size", [1, 7, 60, len(GOOD)])
async def test_an_answer_in_pieces(size: int) -> None:
    async with server([GOOD[start : start + size] for start in range(0, len(GOOD), size)]) as address:
        answer = await _ask(address)

    assert (answer.status, answer.json(), answer.header("retry-after")) == (201, {"count": 41}, "3")
    assert answer.header("location") is None


async def test_a_connection_is_kept_and_opened_again_when_it_was_lost() -> None:
    async with server([GOOD]) as address, Connection(address) as connection:
        for _ in range(3):
            assert (await connection.request(address.request("GET", "/"))).status == 201
        connection.close()
        assert (await connection.request(address.request("GET", "/"))).status == 201


@pytest.mark.parametrize(
    "wrong",
    [
        b"SSH-2.0-x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\n\r\nendless",
        b"HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n",
        GOOD + GOOD,
    ],
)
async def test_what_is_no_answer_is_refused(wrong: bytes) -> None:
    async with server([wrong]) as address:
        with pytest.raises(AnswerError):
            await _ask(address)


async def test_half_an_answer_is_a_lost_one() -> None:
    async with server([GOOD[:-5]], hang_up=True) as address:
        with pytest.raises(ConnectionGoneError):
            await _ask(address)


async def test_waiting_ends() -> None:
    async with server([]) as address:
        with pytest.raises(ConnectionGoneError, match=r"no answer within 0\.05 s"):
            await _ask(address, 0.05)


async def test_nobody_listens() -> None:
    async with server([]) as address:
        pass
    with pytest.raises(OSError, match="onnect"):
        await _ask(address)


def test_only_plain_origins_are_addresses() -> None:
    assert Address.of("http://localhost:8080") == Address("localhost", 8080)
    for url in ("https://localhost", "http://localhost/path", "localhost:80"):
        with pytest.raises(ValueError, match="origin"):
            Address.of(url)


def _chunk(body: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(body), body)


@pytest.mark.parametrize("size", [1, 5, 1000])
async def test_events_in_pieces(size: int) -> None:
    told = b'id: 7\nevent: count\ndata: {"count":1}\n\nid: 8\nevent: count\ndata: a\ndata: b\n\n'
    whole = STREAM + _chunk(b"retry: 3000\n\n") + _chunk(b":\n\n") + _chunk(told[:20]) + _chunk(told[20:])
    seen: list[LiveEvent] = []
    async with server([whole[start : start + size] for start in range(0, len(whole), size)], hang_up=True) as address:
        watcher = await watch(address, "/live", seen.append)
        await watcher.lost

    assert seen == [LiveEvent(b"7", b"count", b'{"count":1}'), LiveEvent(b"8", b"count", b"a\nb")]


async def test_a_refused_stream_says_so() -> None:
    async with server([b"HTTP/1.1 503 Unavailable\r\ncontent-length: 0\r\n\r\n"]) as address:
        with pytest.raises(AnswerError, match="503"):
            await watch(address, "/live", lambda _event: None)
