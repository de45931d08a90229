"""A rush of people passes, a flood from one address does not; and nobody chooses the address they are counted by."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from kenes.web.client_address import client_address, limit_group
from kenes.web.context import web
from kenes.web.limits import FixedWindow, Limiter, RateClass, TooManyRequests, limited
from kenes.web.problems import Problem
from kenes.web.settings import WebSettings
from tests.unit.web.http_edge import app_of, client_of


async def sign(request: Request) -> Response:
    limiter = web(request.scope).limiter
    token = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not token.startswith("good-"):
        limiter.admit(request.scope, RateClass.WRITE)
        raise Problem(401, "login-required")
    limiter.admit(request.scope, RateClass.WRITE, token)
    return Response()


@limited(RateClass.READ)
async def read(request: Request) -> Response:
    return Response()


@limited(RateClass.COUNT)
async def count(request: Request) -> Response:
    return Response()


ROUTES = [Route("/api/sign", sign, methods=["POST"]), Route("/api/read", read), Route("/api/count", count)]


async def test_two_thousand_people_behind_one_address_all_sign() -> None:
    async with client_of(app_of(ROUTES)) as client:
        answers = [await client.post("/api/sign", headers={"authorization": f"Bearer good-{n}"}) for n in range(2000)]
    assert {answer.status_code for answer in answers} == {200}


async def test_ten_thousand_forged_requests_from_one_address_are_429_and_people_there_still_sign() -> None:
    forged: dict[int, int] = {}
    one_window = app_of(ROUTES, limiter=Limiter(WebSettings(), clock=lambda: 90.0))
    async with client_of(one_window, **{"accept-language": "en"}) as client:
        for n in range(10_000):
            answer = await client.post("/api/sign", headers={"authorization": f"Bearer forged-{n}"} if n % 2 else {})
            forged[answer.status_code] = forged.get(answer.status_code, 0) + 1
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.headers["retry-after"] == "30"
        assert answer.headers["ratelimit-policy"] == '"anonymous-write";q=120;w=60'
        assert answer.headers["ratelimit"] == '"anonymous-write";r=0;t=30'
        honest = await client.post("/api/sign", headers={"authorization": "Bearer good-1"})
    assert forged == {401: 120, 429: 9_880}
    assert honest.status_code == 200


async def test_one_person_is_limited_wherever_they_write_from() -> None:
    app = app_of(ROUTES, limiter=Limiter(WebSettings(), clock=lambda: 90.0))
    statuses = []
    for n in range(61):
        async with client_of(app, peer=f"10.0.0.{n}") as client:
            statuses.append((await client.post("/api/sign", headers={"authorization": "Bearer good-1"})).status_code)
    assert statuses == [200] * 60 + [429]


async def test_answers_tell_what_remains() -> None:
    app = app_of(ROUTES, WebSettings(read_limit=2), limiter=Limiter(WebSettings(read_limit=2), clock=lambda: 30.0))
    async with client_of(app) as client:
        answers = [await client.get("/api/read") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[0].headers["ratelimit-policy"] == '"read";q=2;w=60'
    assert [answer.headers["ratelimit"] for answer in answers] == [f'"read";r={n};t=30' for n in (1, 0, 0)]


async def test_counts_are_never_limited_and_people_reading_count_by_themselves() -> None:
    settings = WebSettings(read_limit=1)
    limiter = Limiter(settings)
    async with client_of(app_of(ROUTES, settings, limiter=limiter)) as client:
        answers = [await client.get("/api/count") for _ in range(50)]
    assert {answer.status_code for answer in answers} == {200}
    assert "ratelimit" not in answers[0].headers
    scope = scope_of("10.0.0.1", settings)
    for person in ("a", "b", "c"):
        limiter.admit(scope, RateClass.READ, person)
    with pytest.raises(TooManyRequests):
        limiter.admit(scope, RateClass.READ, "a")


def test_a_new_minute_is_a_new_allowance() -> None:
    now = [10.0]
    window = FixedWindow(clock=lambda: now[0])
    assert [window.hit(("w", "k"))[0] for _ in range(3)] == [1, 2, 3]
    now[0] = 60.0
    assert window.hit(("w", "k"))[0] == 1


def test_a_flood_of_keys_fills_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kenes.web.limits._MAX_KEYS", 100)
    window = FixedWindow(clock=lambda: 1.0)
    counts = [window.hit(("w", str(n)))[0] for n in range(50_000)]
    assert len(window._counts) <= 100 + 1024
    assert max(counts) > 20  # new keys share counts: the flood is still limited


def test_streams_are_held_not_counted() -> None:
    settings = WebSettings(streams_per_address=2)
    limiter = Limiter(settings)
    scope, other = scope_of("10.0.0.1", settings), scope_of("10.0.0.2", settings)
    slots = [limiter.take_stream(scope) for _ in range(2)]
    with pytest.raises(Problem, match="too-many-streams"):
        limiter.take_stream(scope)
    limiter.take_stream(other)
    limiter.release_stream(slots[0])
    assert limiter.take_stream(scope) == "10.0.0.1"


def scope_of(peer: str | None, settings: WebSettings, *headers: tuple[str, str]) -> dict[str, Any]:
    return {
        "app": app_of([], settings),
        "client": None if peer is None else (peer, 1),
        "headers": [(name.encode(), value.encode()) for name, value in headers],
    }


TRUSTED = WebSettings(trusted_proxies=(ip_network("10.0.0.0/8"), ip_network("fd00::/8")))


@pytest.mark.parametrize(
    ("peer", "headers", "address"),
    [
        ("203.0.113.9", [("x-forwarded-for", "1.1.1.1")], "203.0.113.9"),
        ("203.0.113.9", [("forwarded", "for=1.1.1.1")], "203.0.113.9"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", [("x-forwarded-for", "1.1.1.1")], "1.1.1.1"),
        ("10.0.0.1", [("x-forwarded-for", "6.6.6.6, 1.1.1.1")], "1.1.1.1"),
        ("10.0.0.1", [("x-forwarded-for", "6.6.6.6, 1.1.1.1, 10.0.0.7")], "1.1.1.1"),
        ("10.0.0.1", [("x-forwarded-for", "6.6.6.6"), ("x-forwarded-for", "1.1.1.1")], "1.1.1.1"),
        ("10.0.0.1", [("x-forwarded-for", "1.1.1.1, garbage")], "10.0.0.1"),
        ("10.0.0.1", [("x-forwarded-for", "1.1.1.1, garbage, 10.0.0.7")], "10.0.0.7"),
        ("10.0.0.1", [("x-forwarded-for", "1.1.1.1:4711")], "1.1.1.1"),
        ("10.0.0.1", [("forwarded", 'for="[2001:db8::1]:4711";proto=https, for=10.0.0.9')], "2001:db8::1"),
        ("10.0.0.1", [("forwarded", "for=2.2.2.2"), ("x-forwarded-for", "1.1.1.1")], "2.2.2.2"),
        ("10.0.0.1", [("forwarded", "for=unknown")], "10.0.0.1"),
        ("10.0.0.1", [("forwarded", "proto=https")], "10.0.0.1"),
        ("fd00::1", [("x-forwarded-for", "2001:db8::1")], "2001:db8::1"),
        ("::ffff:10.0.0.1", [("x-forwarded-for", "1.1.1.1")], "1.1.1.1"),
        ("::ffff:203.0.113.9", [], "203.0.113.9"),
        (None, [], "unknown"),
    ],
)
def test_the_address_is_the_peers_unless_our_own_gateway_names_another(
    peer: str | None, headers: list[tuple[str, str]], address: str
) -> None:
    scope = scope_of(peer, TRUSTED, *headers)
    assert client_address(scope) == address
    assert client_address(scope) == address


def test_a_household_has_one_limit() -> None:
    assert limit_group("2001:db8:1:2::1") == limit_group("2001:db8:1:2:ffff::9") == "2001:db8:1:2::/64"
    assert limit_group("2001:db8:1:3::1") != limit_group("2001:db8:1:2::1")
    assert limit_group("1.2.3.4") == "1.2.3.4"
    assert limit_group("unknown") == "unknown"
