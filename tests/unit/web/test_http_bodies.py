"""Malformed, oversized, slow and tricky bodies."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import date

import pytest
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kenes.web.bodies import MAX_DEPTH, Form, parse_json, read_form, read_json
from kenes.web.problems import Problem
from kenes.web.settings import WebSettings
from tests.unit.web.http_edge import app_of, client_of, raw, running

JSON = {"content-type": "application/json"}
FORM = {"content-type": "application/x-www-form-urlencoded"}


class Author(BaseModel):
    model_config = ConfigDict(extra="forbid")
    name: str = Field(min_length=2, max_length=10)
    age: int = Field(ge=18)


class Draft(BaseModel):
    model_config = ConfigDict(extra="forbid")
    title: str = Field(max_length=50)
    authors: list[Author] = Field(default_factory=list)


async def draft(request: Request) -> Response:
    return JSONResponse((await read_json(request, Draft)).model_dump())


async def optional(request: Request) -> Response:
    return JSONResponse({"title": (await read_json(request, Draft, without=Draft(title="none"))).title})


async def form(request: Request) -> Response:
    return JSONResponse(await read_form(request))


ROUTES = [
    Route("/api/draft", draft, methods=["POST"]),
    Route("/api/optional", optional, methods=["POST"]),
    Route("/api/form", form, methods=["POST"]),
]
APP = app_of(ROUTES)


async def post(
    path: str, content: bytes | AsyncIterator[bytes], headers: dict[str, str]
) -> tuple[int, dict[str, object]]:
    async with client_of(APP, **{"accept-language": "en"}) as client:
        answer = await client.post(path, content=content, headers=headers)
    return answer.status_code, answer.json()


async def test_a_good_body_is_read() -> None:
    status, body = await post("/api/draft", '{"title":"Көше жарығы \\ud83d\\ude00"}'.encode(), JSON)
    assert (status, body["title"]) == (200, "Көше жарығы 😀")


@pytest.mark.parametrize(
    "kind", ["application/json; charset=UTF-8", "application/merge-patch+json", "Application/JSON"]
)
async def test_names_of_json(kind: str) -> None:
    assert (await post("/api/draft", b'{"title":"a"}', {"content-type": kind}))[0] == 200


@pytest.mark.parametrize("blank", ["   ", "\n\n", "\t \u00a0", "\u200b\u200b", "\u202e"])
async def test_a_text_that_shows_nothing_is_not_written(blank: str) -> None:
    body = {"title": "a", "authors": [{"name": "Olga", "age": 40}, {"name": blank, "age": 40}]}
    status, answer = await post("/api/draft", json.dumps(body).encode(), JSON)
    wrong = {"pointer": "/authors/1/name", "code": "string-blank", "detail": "Write something here: this is blank."}
    assert (status, answer["errors"]) == (422, [wrong])


class Meeting(BaseModel):
    held_on: date
    open_to_all: bool = False
    seats: int = 0


async def meeting(request: Request) -> Response:
    return JSONResponse((await read_json(request, Meeting)).model_dump(mode="json"))


@pytest.mark.parametrize(
    ("content", "pointer"),
    [
        (b'{"held_on": 0}', "/held_on"),
        (b'{"held_on": "2026-11-20", "open_to_all": "yes"}', "/open_to_all"),
        (b'{"held_on": "2026-11-20", "open_to_all": 1}', "/open_to_all"),
        (b'{"held_on": "2026-11-20", "seats": "15"}', "/seats"),
        (b'{"held_on": "2026-11-20", "seats": true}', "/seats"),
    ],
)
async def test_a_value_of_another_type_is_not_turned_into_one(content: bytes, pointer: str) -> None:
    async with client_of(app_of([Route("/api/meeting", meeting, methods=["POST"])])) as client:
        good = await client.post("/api/meeting", content=b'{"held_on": "2026-11-20"}', headers=JSON)
        bad = await client.post("/api/meeting", content=content, headers=JSON)
    assert good.json()["held_on"] == "2026-11-20"
    assert (bad.status_code, [each["pointer"] for each in bad.json()["errors"]]) == (422, [pointer])


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "json-malformed"),
        (b"{", "json-malformed"),
        (b'{"title":"a",}', "json-malformed"),
        (b'{"title":"a"} x', "json-malformed"),
        (b'{"title":"a","title":"b"}', "json-malformed"),
        (b'{"title":NaN}', "json-malformed"),
        (b'{"title":-Infinity}', "json-malformed"),
        (b'{"title":1e999}', "json-malformed"),
        (b'{"title":' + b"9" * 5000 + b"}", "json-malformed"),
        (b"[" * 900, "json-malformed"),
        (b"[" * 30_000, "json-too-deep"),
        (b"[" * 30_000 + b"]" * 30_000, "json-too-deep"),
        (b"[" * 100 + b"]" * 100, "json-too-deep"),
        (b'{"title":"\xff"}', "encoding-invalid"),
        (b'{"title":"\xed\xa0\x80"}', "encoding-invalid"),
        (b'{"title":"\\ud800"}', "encoding-invalid"),
        (b'{"\\ud800":"a"}', "encoding-invalid"),
        (b'{"title":"\\u0000"}', "encoding-invalid"),
        ('{"title":"a"}'.encode("utf-16"), "encoding-invalid"),
        (b'\xef\xbb\xbf{"title":"a"}', "json-malformed"),
    ],
)
async def test_what_is_not_json_is_400(content: bytes, code: str) -> None:
    status, body = await post("/api/draft", content, JSON)
    assert (status, body["code"]) == (400, code)


def test_depth_is_counted_to_the_level() -> None:
    def nested(levels: int) -> bytes:
        return b"[" * levels + b"]" * levels + b" "

    assert parse_json(nested(MAX_DEPTH)) is not None
    assert len(parse_json(b"[" + b",".join([b"{}"] * 200) + b"]")) == 200
    with pytest.raises(Problem, match="json-too-deep"):
        parse_json(nested(MAX_DEPTH + 1))


@pytest.mark.parametrize(
    "headers",
    [{}, {"content-type": "text/plain"}, FORM, {"content-type": "application/json; charset=windows-1251"}],
)
async def test_what_is_not_sent_as_json_is_415(headers: dict[str, str]) -> None:
    status, body = await post("/api/draft", b'{"title":"a"}', headers)
    assert (status, body["code"]) == (415, "media-type-unsupported")


@pytest.mark.parametrize("coded", [{"content-encoding": "gzip"}, {"transfer-encoding": "gzip, chunked"}])
async def test_compressed_bodies_are_415(coded: dict[str, str]) -> None:
    status, body = await post("/api/draft", b"x", {**JSON, **coded})
    assert (status, body["code"]) == (415, "encoding-unsupported")


async def test_each_wrong_value_has_a_pointer_a_code_and_a_sentence() -> None:
    status, body = await post("/api/draft", b'{"title":7,"authors":[{"name":"A","age":17},{"age":20,"x/y":1}]}', JSON)
    assert (status, body["code"]) == (422, "input-invalid")
    assert body["errors"] == [
        {"pointer": "/title", "code": "string-type", "detail": "This must be text."},
        {"pointer": "/authors/0/name", "code": "string-too-short", "detail": "Minimum length: 2."},
        {"pointer": "/authors/0/age", "code": "greater-than-equal", "detail": "This must be 18 or more."},
        {"pointer": "/authors/1/name", "code": "missing", "detail": "This is required."},
        {"pointer": "/authors/1/x~1y", "code": "extra-forbidden", "detail": "This field is not known here."},
    ]


@pytest.mark.parametrize("content", [b"[]", b"3", b"null", b'"a"'])
async def test_json_of_another_shape_is_422(content: bytes) -> None:
    status, body = await post("/api/draft", content, JSON)
    assert (status, body["errors"][0]["pointer"]) == (422, "")  # type: ignore[index]


async def test_a_declared_10_mb_body_is_refused_before_it_is_sent() -> None:
    async with running(APP) as port:
        head = b"POST /api/draft HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        answer = await raw(port, head + b"Content-Length: 10485760\r\n\r\n", until=b"}")
    assert answer.startswith(b"HTTP/1.1 413")
    assert b"problem+json" in answer


async def test_a_streamed_body_is_refused_when_it_passes_the_limit() -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 10 * 1024 * 1024:
            sent += 16 * 1024
            yield b"x" * 16 * 1024

    status, body = await post("/api/draft", endless(), JSON)
    assert (status, body["code"], body["limit"]) == (413, "body-too-large", 65536)


async def test_the_limit_itself_is_accepted() -> None:
    small = app_of(ROUTES, WebSettings(body_limit=1024))
    async with client_of(small) as client:
        fits = await client.post("/api/draft", content=b'{"title":"a"}'.ljust(1024), headers=JSON)
        over = await client.post("/api/draft", content=b'{"title":"a"}'.ljust(1025), headers=JSON)
    assert (fits.status_code, over.status_code) == (200, 413)


@pytest.mark.parametrize("begun", [b'{"title"', b""])
async def test_a_body_that_dribbles_or_never_begins_is_408(begun: bytes) -> None:
    impatient = app_of(ROUTES, WebSettings(body_timeout=0.1))
    async with running(impatient) as port:
        head = b"POST /api/draft HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        answer = await raw(port, head + b"Content-Length: 100\r\n\r\n" + begun)
    assert answer.startswith(b"HTTP/1.1 408")


@pytest.mark.parametrize("empty", [b"Content-Length: 0\r\n\r\n", b"Content-Length: 00\r\n\r\n", b"\r\n"])
async def test_what_may_be_left_out_may_be_empty_however_that_is_said(empty: bytes) -> None:
    chunked = b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
    async with running(APP) as port:
        for body in (empty, chunked):
            answer = await raw(port, b"POST /api/optional HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n" + body)
            assert answer.startswith(b"HTTP/1.1 200"), answer
            assert answer.endswith(b'{"title":"none"}')


async def test_a_client_that_leaves_mid_body_is_no_incident(capsys: pytest.CaptureFixture[str]) -> None:
    async with running(APP) as port:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        head = b"POST /api/draft HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        writer.write(head + b'Content-Length: 100\r\n\r\n{"title"')
        await writer.drain()
        await asyncio.sleep(0.1)
        writer.close()
        await asyncio.sleep(0.1)
    assert "incident" not in capsys.readouterr().out


async def test_forms() -> None:
    status, body = await post("/api/form", "name=Ә%D3%98+a&topic=1&topic=2&blank=".encode("ascii", "ignore"), FORM)
    assert (status, body) == (200, {"name": ["Ә a"], "topic": ["1", "2"], "blank": [""]})


@pytest.mark.parametrize(
    "content", [b"a=%ff", b"a=%00", "a=Ә".encode(), b"&".join(b"f%d=1" % n for n in range(101)), b"%ff=1"]
)
async def test_malformed_forms_are_400(content: bytes) -> None:
    status, body = await post("/api/form", content, FORM)
    assert (status, body["code"]) == (400, "form-malformed")


async def test_multipart_forms_are_415() -> None:
    assert (await post("/api/form", b"--x--", {"content-type": "multipart/form-data; boundary=x"}))[0] == 415


def test_a_form_gives_the_last_value_of_a_field() -> None:
    sent = Form({"name": ["A"], "topic": ["1", "2"]})
    assert (sent.text("name"), sent.text("topic"), sent.text("none")) == ("A", "2", "")
