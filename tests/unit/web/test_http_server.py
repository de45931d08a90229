"""Bounds of the server itself: heads that are too large or never come."""

from __future__ import annotations

import asyncio
import json
import re

import pytest
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from kenes.web import server as server_module
from tests.unit.web.http_edge import CATALOGS, app_of, raw, running


async def hello(request: Request) -> Response:
    return PlainTextResponse("hello")


async def slow(request: Request) -> Response:
    await asyncio.sleep(1)
    return PlainTextResponse("slow")


async def length(request: Request) -> Response:
    return PlainTextResponse(f"{len(await request.body())} bytes")


APP = app_of(
    [
        Route("/", hello, methods=["GET", "POST"]),
        Route("/slow", slow),
        Route("/length", length, methods=["POST"]),
    ]
)
GET = b"GET / HTTP/1.1\r\nHost: localhost\r\n"
TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large"


async def test_an_answer_names_no_server() -> None:
    async with running(APP) as port:
        answer = await raw(port, GET + b"Connection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 200")
    assert b"\r\nserver:" not in answer.lower()


async def test_many_requests_on_one_connection_each_have_the_whole_allowance() -> None:
    one = GET + b"X-Fill: " + b"a" * 20_000 + b"\r\n\r\n"
    async with running(APP) as port:
        answer = await raw(port, one * 3 + GET + b"Connection: close\r\n\r\n")
    assert answer.count(b"HTTP/1.1 200") == 4


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (GET + b"X-Fill: " + b"a" * 60_000 + b"\r\n\r\n", TOO_LARGE),
        (GET + b"X-Fill: " + b"a" * 60_000, TOO_LARGE),
        (GET + b"".join(b"X-%d: aaaaaaaaaaaaaaaaaaaaaaaaa\r\n" % n for n in range(2000)) + b"\r\n", TOO_LARGE),
        (b"GET /" + b"a" * 60_000, TOO_LARGE),
        (b"G" * 60_000, b"HTTP/1.1 400 Bad Request"),  # the parser saw that it is no HTTP before it was too long
    ],
)
async def test_a_head_too_large_is_refused_whether_or_not_it_ends(head: bytes, status: bytes) -> None:
    async with running(APP) as port:
        answer = await raw(port, head)
    assert answer.split(b"\r\n")[0] == status
    assert b"connection: close" in answer


@pytest.mark.parametrize("garbage", [b"\x16\x03\x01\x02\x00\x01\x00\x01", b"GET / HTTP/9.9\r\n\r\n", b"GET\r\n\r\n"])
async def test_what_is_not_http_is_400(garbage: bytes) -> None:
    async with running(APP) as port:
        assert (await raw(port, garbage)).startswith(b"HTTP/1.1 400 Bad Request")


@pytest.mark.parametrize(
    "smuggled",
    [
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nContent-Length: 5\r\n\r\nabcd",
        b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n",
    ],
)
async def test_bodies_of_two_lengths_are_refused(smuggled: bytes) -> None:
    async with running(APP) as port:
        assert (await raw(port, smuggled)).startswith(b"HTTP/1.1 400")


@pytest.mark.parametrize(
    ("request_of", "code", "language"),
    [
        (GET + b"Accept-Language: ru\r\nX-Fill: " + b"a" * 60_000, "head-too-large", "ru"),
        (GET + b"Accept-Language: en\r\nContent-Length: two\r\n\r\n", "request-malformed", "en"),
        (b"BREW / HTTP/1.1\r\nHost: localhost\r\nAccept-Language: en\r\n\r\n", "request-malformed", "kk"),
    ],
)
async def test_what_never_becomes_a_request_is_a_problem_too(request_of: bytes, code: str, language: str) -> None:
    async with running(APP) as port:
        head, _, body = (await raw(port, request_of)).partition(b"\r\n\r\n")
    fields = {name.lower(): value.strip() for name, _, value in (line.partition(b":") for line in head.splitlines())}
    assert (fields[b"content-type"], fields[b"content-language"]) == (b"application/problem+json", language.encode())
    assert len(body) == int(fields[b"content-length"])
    document = json.loads(body)
    assert (document["code"], document["status"]) == (code, int(head.split()[1]))
    assert document["title"] == CATALOGS.translate(language, f"problem.{code}.title")


async def test_a_head_that_dribbles_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "HEAD_TIMEOUT", 0.1)
    async with running(APP) as port:
        silent = await raw(port, b"")
        dribbling = await raw(port, GET)
        second = await raw(port, GET + b"\r\n" + GET)
    assert silent.startswith(b"HTTP/1.1 408")
    assert dribbling.startswith(b"HTTP/1.1 408")
    assert second.count(b"HTTP/1.1 200") == 1
    assert b"HTTP/1.1 408" in second


async def test_a_quiet_connection_between_requests_is_not_a_slow_head(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "HEAD_TIMEOUT", 0.05)
    async with running(APP) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for _ in range(2):
            writer.write(GET + b"\r\n")
            assert b"hello" in await asyncio.wait_for(reader.readuntil(b"hello"), 60)
            await asyncio.sleep(0.15)
        writer.close()


OFFER = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n"
POST = b"POST /length HTTP/1.1\r\nHost: localhost\r\n"
LAST = GET + b"Connection: close\r\n\r\n"


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ([POST + OFFER + b"Content-Length: 3\r\n\r\nabc"], b"3 bytes"),
        ([POST + OFFER + b"Content-Length: 3\r\n\r\n", b"abc"], b"3 bytes"),
        ([bytes([each]) for each in POST + OFFER + b"Content-Length: 3\r\n\r\nabc"], b"3 bytes"),
        ([POST + OFFER + b"Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"], b"3 bytes"),
        ([POST + OFFER + b"Content-Length: %d\r\n\r\n" % len(LAST), LAST], b"%d bytes" % len(LAST)),
        ([GET + OFFER + b"\r\n"], b"hello"),
        ([(GET + OFFER + b"\r\n") * 2000], b"hello"),
    ],
    ids=["whole", "in two", "byte by byte", "chunked", "a request as body", "without body", "many"],
)
async def test_an_offer_of_another_protocol_is_not_heard(asked: list[bytes], answered: bytes) -> None:
    async with running(APP) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for part in asked:
            writer.write(part)
            await writer.drain()
            await asyncio.sleep(0.001)
        writer.write(LAST)
        answer = await asyncio.wait_for(reader.read(), 60)
        writer.close()
    assert answer.count(b"HTTP/1.1 200") == b"".join(asked).count(OFFER) + 1
    assert answered in answer.split(b"HTTP/1.1 200")[1]


@pytest.mark.parametrize(
    "nonsense",
    [b"nonsense\r\n\r\n", POST + b"Transfer-Encoding: chunked\r\n\r\nnonsense\r\n"],
    ids=["head", "body"],
)
async def test_a_refusal_waits_for_the_answers_before_it(nonsense: bytes) -> None:
    async with running(APP) as port:
        answer = await raw(port, GET.replace(b"/", b"/slow", 1) + b"\r\n" + GET + b"\r\n" + nonsense)
    assert re.findall(rb"HTTP/1\.1 (\d+)", answer) == [b"200", b"200", b"400"]


async def test_a_request_is_not_late_while_the_answer_before_it_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "HEAD_TIMEOUT", 0.4)
    third = GET + b"X-Fill: " + b"a" * 1000 + b"\r\n\r\n"
    async with running(APP) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(GET.replace(b"/", b"/slow", 1) + b"\r\n" + GET + b"\r\n" + third[:500])
        await writer.drain()
        await asyncio.sleep(0.1)
        writer.write(third[500:] + LAST)  # not read before the first answer is written
        answer = await asyncio.wait_for(reader.read(), 60)
        writer.close()
    assert re.findall(rb"HTTP/1\.1 (\d+)", answer) == [b"200"] * 4
