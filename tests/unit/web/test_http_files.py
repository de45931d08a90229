"""Static files, caching and what a client prefers."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kenes.web.assets import Assets
from kenes.web.caching import etag, keep_private, publish
from kenes.web.negotiation import preference
from tests.unit.web.http_edge import app_of, client_of, raw, running

CSS = b"body { color: black }\n" * 50


@pytest.fixture
def assets(tmp_path: Path) -> Assets:
    kit, service = tmp_path / "kit", tmp_path / "service"
    (kit / "fonts").mkdir(parents=True)
    service.mkdir()
    (kit / "kenes.css").write_bytes(CSS)
    (kit / "live.js").write_text("export {};\n", encoding="utf-8")
    (kit / "fonts" / "text.woff2").write_bytes(b"wOF2" * 100)
    (kit / ".hidden").write_text("no", encoding="utf-8")
    (service / "live.js").write_text("export const own = 1;\n", encoding="utf-8")
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    return Assets((kit, service))


async def test_a_file_is_named_by_its_content_and_kept_for_ever(assets: Assets) -> None:
    url = assets.url("kenes.css")
    assert url.startswith("/static/kenes.")
    assert len(url) == len("/static/kenes..css") + 12
    async with client_of(app_of([assets.route()])) as client:
        answer = await client.get(url)
        plain = await client.get(url, headers={"accept-encoding": "gzip;q=0, identity"})
        head = await client.head(url)
    assert answer.content == plain.content == CSS
    assert answer.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert answer.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["content-type"] == "text/css; charset=utf-8"
    assert int(head.headers["content-length"]) < len(CSS)


async def test_the_files_of_a_service_have_its_name_in_their_address(assets: Assets, tmp_path: Path) -> None:
    both = Assets((tmp_path / "kit",), named={"tea": tmp_path / "service"})
    assert both.url("kenes.css") == assets.url("kenes.css")
    assert both.url("live.js") == assets.url("live.js").replace("/static/", "/static/tea/")
    async with client_of(app_of([both.route()])) as client:
        assert b"own" in (await client.get(both.url("live.js"))).content
        assert (await client.get(assets.url("live.js"))).status_code == 404


async def test_types_and_folders(assets: Assets) -> None:
    async with client_of(app_of([assets.route()])) as client:
        script, font = await client.get(assets.url("live.js")), await client.get(assets.url("fonts/text.woff2"))
    assert script.headers["content-type"] == "text/javascript; charset=utf-8"
    assert b"own" in script.content  # the later folder wins
    assert font.headers["content-type"] == "font/woff2"
    assert "content-encoding" not in font.headers
    with pytest.raises(KeyError):
        assets.url(".hidden")


@pytest.mark.parametrize(
    ("name", "status"),
    [
        (b"kenes.css", b"404"),
        (b"kenes.000000000000.css", b"404"),
        (b"../secret.txt", b"400"),
        (b"%2e%2e/secret.txt", b"400"),
        (b"..%2fsecret.txt", b"400"),
        (b".hidden", b"404"),
    ],
)
async def test_nothing_else_is_served(assets: Assets, name: bytes, status: bytes) -> None:
    async with running(app_of([assets.route()])) as port:
        answer = await raw(port, b"GET /static/" + name + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert answer.split(b" ")[1] == status
    assert b"secret" not in answer


def test_compression_is_the_same_each_time(assets: Assets, tmp_path: Path) -> None:
    again = Assets((tmp_path / "kit", tmp_path / "service"))
    assert again._assets == assets._assets
    assert gzip.decompress(next(a.gzipped for a in again._assets.values() if a.body == CSS) or b"") == CSS


MOMENT = datetime(2026, 11, 22, 12, 0, 0, 500_000, tzinfo=UTC)
TAG = etag("petition", "p1", 7, "kk")


async def shown(request: Request) -> Response:
    return publish(request, Response("page"), max_age=10, tag=TAG, modified=MOMENT)


async def data(request: Request) -> Response:
    return publish(request, JSONResponse({}), max_age=0, tag=TAG, vary="")


async def mine(request: Request) -> Response:
    return keep_private(Response("mine"))


CACHED = app_of([Route("/page", shown, methods=["GET", "POST"]), Route("/api/data", data), Route("/me", mine)])


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"if-none-match": TAG}, 304),
        ({"if-none-match": TAG.removeprefix("W/")}, 304),
        ({"if-none-match": f'"other", {TAG}'}, 304),
        ({"if-none-match": "*"}, 304),
        ({"if-none-match": '"other"'}, 200),
        ({"if-none-match": '"other"', "if-modified-since": "Sun, 22 Nov 2026 12:00:00 GMT"}, 200),
        ({"if-modified-since": "Sun, 22 Nov 2026 12:00:00 GMT"}, 304),
        ({"if-modified-since": "Sun, 22 Nov 2026 11:59:59 GMT"}, 200),
        ({"if-modified-since": "yesterday"}, 200),
        ({"if-modified-since": "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"}, 200),
        ({"if-modified-since": "Sun, 22 Nov 2026 12:00:00 +99999999999999999999"}, 200),
        ({"if-modified-since": "Sun, 99 Nov 2026 12:00:00 GMT"}, 200),
    ],
)
async def test_who_has_a_good_copy_gets_304(headers: dict[str, str], status: int) -> None:
    async with client_of(CACHED) as client:
        answer = await client.get("/page", headers=headers)
    assert answer.status_code == status
    assert answer.headers["etag"] == TAG
    assert answer.headers["cache-control"] == "public, max-age=10, stale-while-revalidate=10"
    assert answer.headers["vary"] == "Accept-Language, Cookie"
    assert answer.headers["last-modified"] == "Sun, 22 Nov 2026 12:00:00 GMT"
    assert answer.text == ("page" if status == 200 else "")


async def test_pages_of_a_person_are_never_shared() -> None:
    async with client_of(CACHED, cookie="kenes=abc") as client:
        answer, own = await client.get("/page", headers={"if-none-match": TAG}), await client.get("/me")
        shared = await client.get("/api/data")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == own.headers["cache-control"] == "private, no-store"
    assert own.headers["vary"] == "Cookie"
    assert shared.headers["cache-control"] == "public, no-cache"
    assert "vary" not in shared.headers


async def test_a_post_is_never_304() -> None:
    async with client_of(CACHED) as client:
        assert (await client.post("/page", headers={"if-none-match": TAG})).status_code == 200


def test_tags_differ_where_their_parts_do() -> None:
    assert etag("a", "b") != etag("ab") != etag("a", "b", "")
    assert etag("a", 1) == etag("a", "1")


@pytest.mark.parametrize(
    ("values", "wait", "respond_async", "applied"),
    [
        ([], 0, False, ""),
        (["wait=5"], 5, False, "wait=5"),
        (["respond-async, wait=10"], 10, True, "wait=10, respond-async"),
        (["Wait = 7 ; x=1", "RESPOND-ASYNC"], 7, True, "wait=7, respond-async"),
        (['wait="3"'], 3, False, "wait=3"),
        (["wait=3", "wait=9"], 3, False, "wait=3"),
        (["wait=99999"], 30, False, "wait=30"),
        (["wait=-1"], 0, False, ""),
        (["wait=1e9"], 0, False, ""),
        (["wait=٣"], 0, False, ""),
        (["wait=" + "9" * 400], 0, False, ""),
        (["handling=lenient, ,;=,"], 0, False, ""),
    ],
)
def test_preferences(values: list[str], wait: float, respond_async: bool, applied: str) -> None:
    headers = [(b"prefer", value.encode("utf-8")) for value in values]
    wish = preference(Request({"type": "http", "headers": headers}))
    assert (wish.wait, wish.respond_async, wish.applied) == (wait, respond_async, applied)
