"""Header and path tricks, cross-site posts, and the headers every answer carries."""

from __future__ import annotations

import pytest
from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kenes.web.context import add_header, cookie
from kenes.web.csrf import TokenRoute
from kenes.web.guards import MAX_PART, check_target
from kenes.web.problems import Problem
from kenes.web.settings import WebSettings
from tests.unit.web.http_edge import app_of, client_of, raw, running

SECURE = WebSettings(public_url="https://kenes.example", identity_origins=("https://id.example:8443",))


async def echo(request: Request) -> Response:
    add_header(request.scope, b"x-added", b"1")
    return JSONResponse({"method": request.method})


async def embeddable(request: Request) -> Response:
    return Response(
        headers={"content-security-policy": "frame-ancestors *", "cross-origin-resource-policy": "cross-origin"}
    )


ROUTES = [Route("/api/echo", echo, methods=["GET", "POST", "DELETE"]), Route("/embed", embeddable)]
APP = app_of(ROUTES)
SITE = {"host": "kenes.example"}


@pytest.mark.parametrize("path", ["/api/echo", "/none", "/api/echo?%ff"])
async def test_every_answer_carries_the_security_headers(path: str) -> None:
    async with client_of(app_of(ROUTES, SECURE), **SITE) as client:
        headers = (await client.get(path)).headers
    policy = dict(part.split(" ", 1) for part in headers["content-security-policy"].split("; "))
    assert policy["default-src"] == policy["frame-ancestors"] == policy["base-uri"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert policy["form-action"] == "'self' https://id.example:8443"
    assert headers["strict-transport-security"].startswith("max-age=31536000")
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
    assert "geolocation=()" in headers["permissions-policy"]
    assert "server" not in headers


async def test_hsts_is_for_https_only_and_a_handler_relaxes_its_own_answer() -> None:
    async with client_of(APP) as client:
        plain, relaxed = await client.get("/api/echo"), await client.get("/embed")
    assert "strict-transport-security" not in plain.headers
    assert plain.headers["x-added"] == "1"
    assert relaxed.headers.get_list("content-security-policy") == ["frame-ancestors *"]
    assert relaxed.headers["cross-origin-resource-policy"] == "cross-origin"
    assert relaxed.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("target", "code"),
    [
        (b"/api/%ff", "encoding-invalid"),
        (b"/api/%c0%af", "encoding-invalid"),
        (b"/api/%ed%a0%80", "encoding-invalid"),
        (b"/api/echo%00", "target-malformed"),
        (b"/api/echo%0d%0aset-cookie:x", "target-malformed"),
        (b"/api/%7f", "target-malformed"),
        (b"/api%2fecho", "target-malformed"),
        (b"/api%5cecho", "target-malformed"),
        (b"/api\\echo", "target-malformed"),
        (b"//api/echo", "target-malformed"),
        (b"/api//echo", "target-malformed"),
        (b"/api/../api/echo", "target-malformed"),
        (b"/api/%2e%2e/api/echo", "target-malformed"),
        (b"/./api/echo", "target-malformed"),
        (b"/api/echo/..", "target-malformed"),
        (b"/api/echo?q=%00", "target-malformed"),
        (b"/api/echo?q=%ff", "encoding-invalid"),
        (b"/api/echo?lang=%ff", "encoding-invalid"),
        (b"/api/echo?q=" + b"a" * MAX_PART, "target-too-long"),
        (b"/api/numbers/" + b"9" * MAX_PART, "target-too-long"),
    ],
)
async def test_tricks_in_the_target(target: bytes, code: str) -> None:
    async with running(APP) as port:
        answer = await raw(port, b"GET " + target + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 414" if code == "target-too-long" else b"HTTP/1.1 400")
    assert f'"code":"{code}"'.encode() in answer


@pytest.mark.parametrize(
    ("path", "query"),
    [
        (b"/", b""),
        (b"/petitions/", b""),
        (b"/petitions/%D2%9B%D0%B0%D0%B7", b"q=%D2%9B+a&b=1"),
        (b"/a.b/c-d_e~f", b"return=/petitions/1"),
        (b"/a%20b", b"q=%25"),
    ],
)
def test_honest_targets_pass(path: bytes, query: bytes) -> None:
    check_target(path, query)


@pytest.mark.parametrize(
    ("peer", "host", "status"),
    [
        ("203.0.113.9", "kenes.example", 200),
        ("203.0.113.9", "KENES.example:443", 200),
        ("203.0.113.9", "gateway.internal", 200),
        ("203.0.113.9", "evil.example", 421),
        ("203.0.113.9", "kenes.example.evil.example", 421),
        ("203.0.113.9", "localhost", 421),
        ("127.0.0.1", "localhost:8080", 200),
        ("127.0.0.1", "127.0.0.2", 200),
        ("127.0.0.1", "[::1]:8080", 200),
        ("127.0.0.1", "evil.example", 421),
        ("203.0.113.9", "kenes.example@evil", 400),
        ("203.0.113.9", "kenes.example/x", 400),
        ("203.0.113.9", "", 400),
    ],
)
async def test_only_our_own_hosts_are_answered(peer: str, host: str, status: int) -> None:
    settings = WebSettings(public_url="https://kenes.example", allowed_hosts=("Gateway.internal",))
    async with client_of(app_of(ROUTES, settings), peer=peer, host=host) as client:
        assert (await client.get("/api/echo")).status_code == status
        assert (await client.get("/api/echo")).status_code == status


async def test_two_hosts_or_none_are_400() -> None:
    async with running(app_of(ROUTES)) as port:
        two = await raw(port, b"GET /api/echo HTTP/1.1\r\nHost: localhost\r\nHost: b\r\nConnection: close\r\n\r\n")
        none = await raw(port, b"GET /api/echo HTTP/1.0\r\n\r\n")
    assert two.startswith(b"HTTP/1.1 400")
    assert none.startswith(b"HTTP/1.1 400")


async def test_method_overrides_mean_nothing() -> None:
    async with client_of(APP) as client:
        answer = await client.get("/api/echo?_method=DELETE", headers={"x-http-method-override": "DELETE"})
    assert answer.json() == {"method": "GET"}


ORIGIN = "https://kenes.example"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"sec-fetch-site": "none"}, 200),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": ORIGIN}, 403),
        ({"origin": ORIGIN}, 200),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "http://kenes.example"}, 403),
        ({"origin": "null"}, 403),
        ({}, 200),
        ({"cookie": "__Host-kenes=x"}, 403),
        ({"cookie": "__Host-kenes=x", "origin": ORIGIN}, 200),
        ({"cookie": "__Host-kenes=x", "authorization": "Bearer t"}, 200),
        ({"sec-fetch-site": "cross-site", "authorization": "Bearer t"}, 200),
        ({"sec-fetch-site": "cross-site", "authorization": "Basic t"}, 403),
    ],
)
async def test_other_sites_cannot_post(headers: dict[str, str], status: int) -> None:
    async with client_of(app_of(ROUTES, SECURE), **SITE) as client:
        answer = await client.post("/api/echo", headers=headers)
        assert answer.status_code == status
        assert (await client.get("/api/echo", headers=headers)).status_code == 200
    if status == 403:
        assert answer.json()["code"] == "cross-site"


@pytest.mark.parametrize("headers", [{"sec-fetch-site": "cross-site"}, {"origin": "null"}])
async def test_other_sites_post_where_the_address_is_the_proof_and_nowhere_else(headers: dict[str, str]) -> None:
    routes = [TokenRoute("/end/{token}", echo, methods=["POST"]), Route("/end/{token}", echo, methods=["DELETE"])]
    async with client_of(app_of([*routes, *ROUTES], SECURE), **SITE) as client:
        posted = await client.post("/end/abc", headers=headers)
        elsewhere = [await client.post(path, headers=headers) for path in ("/end", "/end/", "/end/abc/d", "/api/echo")]
        deleted = await client.delete("/end/abc", headers=headers)
    assert posted.status_code == 200
    assert [answer.status_code for answer in (*elsewhere, deleted)] == [403] * 5


def test_a_cookie_sent_twice_is_no_cookie() -> None:
    def scope(*values: bytes) -> dict[str, object]:
        return {"headers": [(b"cookie", value) for value in values]}

    assert cookie(scope(b"a=1; kenes=x; b=2"), "kenes") == "x"
    assert cookie(scope(b"kenes=x; kenes=y"), "kenes") is None
    assert cookie(scope(b"kenes=x", b"kenes=y"), "kenes") is None
    assert cookie(scope(b"xkenes=x"), "kenes") is None
    assert cookie(scope(), "kenes") is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"public_url": "ftp://kenes.example"},
        {"public_url": "https://kenes.example/path"},
        {"public_url": "https://user@kenes.example"},
        {"public_url": "kenes.example"},
        {"identity_origins": ("https://id.example; script-src *",)},
        {"session_idle": 7200, "session_lifetime": 3600},
        {"trusted_proxies": ("nowhere",)},
        {"body_limt": 1},
    ],
)
def test_wrong_settings_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        WebSettings.model_validate(wrong)


def test_an_origin_is_written_one_way() -> None:
    settings = WebSettings(public_url="https://Kenes.Example:443/")
    assert settings.public_url == "https://kenes.example"
    assert settings.hosts == {"kenes.example"}
    assert WebSettings(public_url="http://[::1]:8080").public_url == "http://[::1]:8080"


def test_check_target_names_the_limit() -> None:
    with pytest.raises(Problem) as refused:
        check_target(b"/", b"a" * (MAX_PART + 1))
    assert refused.value.values == {"limit": MAX_PART}
