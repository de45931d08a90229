"""Who asks an API: counted under their own name, or under their address where they cannot say who they are."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from typing import Final

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kenes.identity.person import Assurance, Person
from kenes.service.callers import Callers
from kenes.web.limits import Limiter, RateClass, limited
from kenes.web.problems import Problem
from kenes.web.settings import WebSettings
from tests.unit.web.http_edge import app_of, client_of

LIMITS: Final = WebSettings(read_limit=3, write_limit=2, anonymous_write_limit=1)


async def by_name(request: Request) -> Person:
    """Believes every name, and knows nobody without one."""
    name = request.headers.get("authorization", "").removeprefix("Bearer ")
    if not name:
        raise Problem(401, "login-required")
    return Person("i", name, "Дана", "Оспанова", None, None, Assurance.HIGH, citizen=True, roles=frozenset())


CALLERS: Final = Callers(by_name, wait_limit=5.0)


async def write(request: Request) -> Response:
    person, wish = await CALLERS.writer(request)
    return JSONResponse({"who": person.subject, "wait": wish.wait})


async def read(request: Request) -> Response:
    return JSONResponse({"who": (await CALLERS.reader(request)).subject})


@limited(RateClass.READ)
async def look(request: Request) -> Response:
    person = await CALLERS.named(request)
    return JSONResponse({"who": None if person is None else person.subject})


ROUTES: Final = [Route("/write", write, methods=["POST"]), Route("/read", read), Route("/look", look)]


def client() -> AbstractAsyncContextManager[httpx.AsyncClient]:
    """Of an app whose minute never ends."""
    return client_of(app_of(ROUTES, LIMITS, limiter=Limiter(LIMITS, lambda: 0.0)))


@pytest.mark.parametrize(("wanted", "granted"), [(None, 0.0), ("wait=2", 2.0), ("wait=600", 5.0)])
async def test_nobody_waits_longer_than_is_granted(wanted: str | None, granted: float) -> None:
    async with client() as asking:
        headers = {"authorization": "Bearer dana"} | ({} if wanted is None else {"prefer": wanted})
        assert (await asking.post("/write", headers=headers)).json() == {"who": "dana", "wait": granted}


async def test_each_person_has_limits_of_their_own_for_what_they_write_and_what_they_read() -> None:
    async with client() as asking:
        for name in ("dana", "erlan"):
            known = {"authorization": f"Bearer {name}"}
            written = [(await asking.post("/write", headers=known)).status_code for _ in range(3)]
            seen = [(await asking.get("/read", headers=known)).status_code for _ in range(4)]
            assert (written, seen) == ([200, 200, 429], [200, 200, 200, 429])


async def test_strangers_are_counted_by_their_address_and_refused() -> None:
    async with client() as asking:
        assert [(await asking.post("/write")).status_code for _ in range(2)] == [401, 429]
        assert (await asking.post("/write", headers={"authorization": "Bearer dana"})).status_code == 200


async def test_a_visitor_may_show_a_token_and_is_counted_once() -> None:
    async with client() as asking:
        assert (await asking.get("/look")).json() == {"who": None}
        assert (await asking.get("/look", headers={"authorization": "Bearer dana"})).json() == {"who": "dana"}
        assert (await asking.get("/look")).status_code == 200
        assert (await asking.get("/look")).status_code == 429
