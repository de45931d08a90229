"""Tokens for a newcomer's rush come from the local identity provider."""

from __future__ import annotations

import asyncio

import orjson
import pytest

from kenes.load.client import AnswerError
from kenes.load.crowd import AT_ONCE, crowd_tokens


class _Provider:
    """Gives numbers for tokens, or refuses."""

    def __init__(self, status: int = 200) -> None:
        self.status = status
        self.asked: list[dict[str, int]] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                length = int(head.partition(b"content-length: ")[2].partition(b"\r")[0])
                body = orjson.loads(await reader.readexactly(length))
                self.asked.append(body)
                tokens = [str(number) for number in range(body["first"], body["first"] + body["count"])]
                told = orjson.dumps({"access_tokens": tokens})
                writer.write(b"HTTP/1.1 %d X\r\ncontent-length: %d\r\n\r\n%b" % (self.status, len(told), told))
        except asyncio.IncompleteReadError:
            pass  # the client hung up
        finally:
            writer.close()


async def test_a_large_crowd_is_asked_for_in_parts() -> None:
    provider = _Provider()
    server = await asyncio.start_server(provider.serve, "127.0.0.1", 0)
    async with server:
        issuer = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        tokens = await crowd_tokens(issuer, AT_ONCE + 5, first=10)

    assert tokens == [str(number) for number in range(10, AT_ONCE + 15)]
    assert provider.asked == [{"count": AT_ONCE, "first": 10}, {"count": 5, "first": 10 + AT_ONCE}]


async def test_a_provider_without_that_door_is_named() -> None:
    server = await asyncio.start_server(_Provider(404).serve, "127.0.0.1", 0)
    async with server:
        issuer = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        with pytest.raises(AnswerError, match="dev/crowd was answered 404"):
            await crowd_tokens(issuer, 1)
