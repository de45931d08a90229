"""Forms with files: bounded, whole, and refused where they are not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kenes.web.app import build_app
from kenes.web.language import edge_catalogs
from kenes.web.settings import WebSettings
from kenes.web.uploads import read_upload

LIMIT = 100_000


@asynccontextmanager
async def form() -> AsyncIterator[httpx.AsyncClient]:
    """A page that says what it was sent."""

    async def echo(request: Request) -> Response:
        sent = await read_upload(request, limit=LIMIT, files=2, field_limit=1_000)
        files = {name: [file.name, file.data.decode("latin-1")] for name, file in sent.files.items()}
        return JSONResponse({"form": dict(sent.form), "files": files})

    origin = "http://127.0.0.1:8080"
    app = build_app(
        [Route("/", echo, methods=["POST"])], settings=WebSettings(public_url=origin), catalogs=edge_catalogs(())
    )
    transport = httpx.ASGITransport(app, client=("127.0.0.1", 5))
    async with httpx.AsyncClient(transport=transport, base_url=origin) as client:
        yield client


async def test_fields_and_files_come_as_they_were_sent() -> None:
    async with form() as client:
        told = {"note": "one\r\ntwo", "word": "заң"}
        files = {"draft": ("C:\\drafts\\заң\u202e.md", bytes(range(256))), "empty": ("empty.md", b"")}
        answer = await client.post("/", data=told, files=files)
        assert answer.json() == {
            "form": {"note": ["one\ntwo"], "word": ["заң"]},
            "files": {"draft": ["заң.md", bytes(range(256)).decode("latin-1")], "empty": ["empty.md", ""]},
        }


async def test_a_file_field_that_nobody_touched_is_not_there() -> None:
    body = b'--x\r\nContent-Disposition: form-data; name="draft"; filename=""\r\n\r\n\r\n--x--\r\n'
    async with form() as client:
        answer = await client.post("/", content=body, headers={"content-type": "multipart/form-data; boundary=x"})
        assert answer.json() == {"form": {}, "files": {}}


PART = b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n'


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"a=1", "application/x-www-form-urlencoded", 415),
        (b"{}", "application/json", 415),
        (PART + b"1\r\n--x--\r\n", "multipart/form-data", 400),
        (b"no parts at all", "multipart/form-data; boundary=x", 400),
        (PART + b"\0\r\n--x--\r\n", "multipart/form-data; boundary=x", 400),
        (PART + b"1" * 2_000 + b"\r\n--x--\r\n", "multipart/form-data; boundary=x", 400),
        (PART + "заң".encode("utf-16") + b"\r\n--x--\r\n", "multipart/form-data; boundary=x", 400),
        (PART + "закон".encode("cp1251") + b"\r\n--x--\r\n", "multipart/form-data; boundary=x", 400),
        ((PART + b"1\r\n") * 101 + b"--x--\r\n", "multipart/form-data; boundary=x", 400),
        (b"1" * (LIMIT + 1), "multipart/form-data; boundary=x", 413),
    ],
)
async def test_what_is_no_such_form_is_refused(body: bytes, kind: str, status: int) -> None:
    async with form() as client:
        assert (await client.post("/", content=body, headers={"content-type": kind})).status_code == status


async def test_more_files_than_were_asked_for_are_refused() -> None:
    async with form() as client:
        files = {name: (f"{name}.md", b"x") for name in ("a", "b", "c")}
        assert (await client.post("/", files=files)).status_code == 400
