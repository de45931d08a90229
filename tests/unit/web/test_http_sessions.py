"""Sessions, form tokens and confirmations: the promises of the stores, bound to memory and to the real database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kenes.mongo.client import connected
from kenes.mongo.confirmations import MongoConfirmationStore
from kenes.mongo.sessions import MongoSessionStore
from kenes.web.bodies import read_form
from kenes.web.confirmations import Confirmations, ConfirmationStore, StoredConfirmation
from kenes.web.context import web
from kenes.web.csrf import FIELD, check_form, form_token
from kenes.web.problems import Problem
from kenes.web.sealing import decode_token, encode_token, new_token, seal, token_hash, unseal
from kenes.web.sessions import Session, SessionGoneError, Sessions, SessionStore, StoredSession
from kenes.web.settings import WebSettings
from tests.stores import MemoryConfirmationStore, MemorySessionStore
from tests.unit.web.http_edge import ORIGIN, app_of, client_of

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SETTINGS = WebSettings()
BOTH = ["memory", pytest.param("mongo", marks=pytest.mark.stack)]


@pytest.fixture
async def stores(request: pytest.FixtureRequest) -> AsyncIterator[tuple[SessionStore, ConfirmationStore]]:
    if request.param == "memory":
        yield MemorySessionStore(), MemoryConfirmationStore()
        return
    server = request.getfixturevalue("mongo")
    async with connected(server.uri, f"web_{uuid4().hex}") as database:
        sessions, confirmations = MongoSessionStore(database), MongoConfirmationStore(database)
        await sessions.prepare()
        await confirmations.prepare()
        yield sessions, confirmations


def at_rest(minutes: int, token: bytes | None = None) -> StoredSession:
    return StoredSession(token_hash(token or new_token()), b"sealed", NOON + timedelta(minutes=minutes))


@pytest.mark.parametrize("stores", BOTH, indirect=True)
class TestSessionStore:
    async def test_reads_what_was_created_until_it_expires(self, stores: tuple[SessionStore, Any]) -> None:
        stored = at_rest(10)
        await stores[0].create(stored)
        assert await stores[0].read(stored.id, NOON) == stored
        assert await stores[0].read(stored.id, stored.expires) is None
        assert await stores[0].read(b"x" * 32, NOON) is None

    async def test_replaces_only_what_is_there(self, stores: tuple[SessionStore, Any]) -> None:
        stored = at_rest(10)
        await stores[0].create(stored)
        assert await stores[0].replace(stored.id, b"new")
        assert await stores[0].replace(stored.id, b"new")  # the same again is not "gone"
        assert await stores[0].read(stored.id, NOON) == StoredSession(stored.id, b"new", stored.expires)
        await stores[0].delete(stored.id)
        assert not await stores[0].replace(stored.id, b"newer")
        assert await stores[0].read(stored.id, NOON) is None

    async def test_touch_moves_the_end_and_revives_nothing(self, stores: tuple[SessionStore, Any]) -> None:
        stored = at_rest(10)
        await stores[0].create(stored)
        later = NOON + timedelta(minutes=30)
        await stores[0].touch(stored.id, later)
        assert await stores[0].read(stored.id, NOON + timedelta(minutes=20)) is not None
        await stores[0].delete(stored.id)
        await stores[0].touch(stored.id, later)
        assert await stores[0].read(stored.id, NOON) is None

    async def test_finds_and_ends_all_sessions_of_an_owner_and_no_others(
        self, stores: tuple[SessionStore, Any]
    ) -> None:
        mine, other, nobodys = [replace(at_rest(n), owner=b"me") for n in (9, 5, -1)], at_rest(7), at_rest(8)
        for stored in (*mine, replace(other, owner=b"other"), nobodys):
            await stores[0].create(stored)
        await stores[0].touch(mine[1].id, NOON + timedelta(minutes=20))
        await stores[0].replace(mine[1].id, b"new")
        assert await stores[0].owned(b"me", NOON) == [NOON + timedelta(minutes=n) for n in (9, 20)]
        assert await stores[0].delete_owned(b"me") == 3
        assert await stores[0].delete_owned(b"me") == 0
        assert await stores[0].owned(b"me", NOON) == []
        assert await stores[0].read(mine[0].id, NOON) is None
        assert await stores[0].read(other.id, NOON) == replace(other, owner=b"other")
        assert await stores[0].read(nobodys.id, NOON) == nobodys

    async def test_sweeps_a_bounded_number_of_expired_ones(self, stores: tuple[SessionStore, Any]) -> None:
        alive = at_rest(10)
        await stores[0].create(alive)
        for _ in range(5):
            await stores[0].create(at_rest(-1))
        assert [await stores[0].sweep(NOON, 3) for _ in range(3)] == [3, 2, 0]
        assert await stores[0].read(alive.id, NOON) == alive


@pytest.mark.parametrize("stores", BOTH, indirect=True)
class TestConfirmations:
    @staticmethod
    def parts(store: ConfirmationStore, now: Callable[[], datetime] = lambda: NOON) -> tuple[Confirmations, Session]:
        return Confirmations(store, SETTINGS, now=now), Session(new_token(), NOON, new_token())

    async def test_a_token_confirms_once_and_its_replay_is_told(self, stores: tuple[Any, ConfirmationStore]) -> None:
        confirmations, session = self.parts(stores[1])
        token = await confirmations.issue(session, "petition.sign", {"petition": "p1", "listed": True})
        assert await confirmations.consume(session, "petition.sign", token) == {"petition": "p1", "listed": True}
        with pytest.raises(Problem, match="409 confirmation-used"):
            await confirmations.consume(session, "petition.sign", token)

    async def test_many_clicks_at_once_confirm_once(self, stores: tuple[Any, ConfirmationStore]) -> None:
        confirmations, session = self.parts(stores[1])
        token = await confirmations.issue(session, "petition.sign", {})
        answers = await asyncio.gather(
            *(confirmations.consume(session, "petition.sign", token) for _ in range(8)), return_exceptions=True
        )
        assert answers.count({}) == 1
        assert {answer.code for answer in answers if isinstance(answer, Problem)} == {"confirmation-used"}

    async def test_it_serves_its_session_and_purpose_only(self, stores: tuple[Any, ConfirmationStore]) -> None:
        confirmations, session = self.parts(stores[1])
        token = await confirmations.issue(session, "petition.sign", {})
        stranger = Session(new_token(), NOON, new_token())
        for who, purpose, text in (
            (stranger, "petition.sign", token),
            (session, "petition.withdraw", token),
            (session, "petition.sign", encode_token(new_token())),
            (session, "petition.sign", token[:-1]),
            (session, "petition.sign", ""),
            (session, "petition.sign", "Ә" * 43),
        ):
            with pytest.raises(Problem, match="403 confirmation-unknown"):
                await confirmations.consume(who, purpose, text)
        assert await confirmations.consume(session, "petition.sign", token) == {}

    async def test_it_expires_and_is_swept(self, stores: tuple[Any, ConfirmationStore]) -> None:
        now = NOON
        confirmations, session = self.parts(stores[1], lambda: now)
        token = await confirmations.issue(session, "petition.sign", {})
        now += timedelta(seconds=SETTINGS.confirmation_lifetime)
        with pytest.raises(Problem, match="410 confirmation-expired"):
            await confirmations.consume(session, "petition.sign", token)
        await confirmations.issue(session, "petition.sign", {})
        with pytest.raises(Problem, match="403 confirmation-unknown"):
            await confirmations.consume(session, "petition.sign", token)

    async def test_the_store_holds_neither_token_nor_payload(self, stores: tuple[Any, ConfirmationStore]) -> None:
        confirmations, session = self.parts(stores[1])
        token = await confirmations.issue(session, "petition.sign", {"petition": "secret-petition"})
        raw = decode_token(token) or b""
        kept = await stores[1].read(token_hash(raw))
        assert isinstance(kept, StoredConfirmation)
        assert raw not in repr(kept).encode()
        assert b"secret-petition" not in kept.sealed


class Site:
    """Pages that use sessions, at a time the test sets."""

    def __init__(self, settings: WebSettings = SETTINGS, store: SessionStore | None = None) -> None:
        self.now = NOON
        self.store = store or CountingStore()
        self.sessions = Sessions(self.store, settings, now=lambda: self.now)
        self.app: Starlette = app_of(
            [
                Route("/who", self.who),
                Route("/idle", self.idle),
                Route("/login", self.login, methods=["POST"]),
                Route("/logout", self.logout, methods=["POST"]),
                Route("/note", self.note, methods=["POST"]),
                Route("/form", self.form, methods=["GET", "POST"]),
            ],
            settings,
            sessions=self.sessions,
        )

    async def idle(self, request: Request) -> Response:
        return Response()

    async def who(self, request: Request) -> Response:
        session = await self.sessions.current(request.scope)
        assert session is await self.sessions.current(request.scope)
        return JSONResponse(None if session is None else session.data)

    async def login(self, request: Request) -> Response:
        await self.sessions.login(request.scope, {"person": "p1"})
        return Response()

    async def logout(self, request: Request) -> Response:
        await self.sessions.logout(request.scope)
        return Response()

    async def note(self, request: Request) -> Response:
        session = await self.sessions.open(request.scope)
        session.data["note"] = "kept"
        await self.sessions.save(request.scope)
        return Response()

    async def form(self, request: Request) -> Response:
        sessions = web(request.scope).sessions
        assert sessions is not None
        if request.method == "GET":
            return JSONResponse(form_token(await sessions.open(request.scope)))
        await check_form(request, await read_form(request))
        return Response()


class CountingStore(MemorySessionStore):
    """Counts what reaches the database."""

    def __init__(self) -> None:
        super().__init__()
        self.calls: list[str] = []

    async def read(self, session_id: bytes, now: datetime) -> StoredSession | None:
        self.calls.append("read")
        return await super().read(session_id, now)

    async def touch(self, session_id: bytes, expires: datetime) -> None:
        self.calls.append("touch")
        await super().touch(session_id, expires)


def cookie_of(answer: httpx.Response) -> str:
    return answer.headers["set-cookie"].partition(";")[0].partition("=")[2]


async def test_the_cookie_is_bound_as_tightly_as_browsers_allow() -> None:
    secure = WebSettings(public_url="https://kenes.example")
    async with client_of(Site(secure).app, host="kenes.example", origin="https://kenes.example") as client:
        answer = await client.post("/login")
    name, _, rest = answer.headers["set-cookie"].partition("=")
    assert name == "__Host-kenes"
    assert rest.partition("; ")[2] == "Path=/; HttpOnly; SameSite=Lax; Secure"
    assert answer.headers["cache-control"] == "no-store"
    async with client_of(Site().app, origin=ORIGIN) as client:
        assert (await client.post("/login")).headers["set-cookie"].startswith("kenes=")


async def test_the_store_reads_nothing_without_the_cookie() -> None:
    site = Site()
    async with client_of(site.app, origin=ORIGIN) as client:
        token = decode_token(cookie_of(await client.post("/login"))) or b""
    (stored,) = site.store.sessions.values()  # type: ignore[attr-defined]
    assert stored.id == token_hash(token)
    assert token not in stored.sealed
    assert b"p1" not in stored.sealed
    assert unseal(token, "session", stored.sealed)["data"] == {"person": "p1"}  # type: ignore[index]
    assert unseal(new_token(), "session", stored.sealed) is None
    assert unseal(token, "other purpose", stored.sealed) is None
    assert unseal(token, "session", stored.sealed[:-1] + b"x") is None
    assert unseal(token, "session", b"short") is None


async def test_a_request_that_never_asks_costs_nothing_and_one_that_asks_reads_once() -> None:
    site = Site()
    async with client_of(site.app, origin=ORIGIN) as client:
        await client.get("/who")
        await client.post("/login")
        assert site.store.calls == []  # type: ignore[attr-defined]
        await client.get("/idle")
        assert site.store.calls == []  # type: ignore[attr-defined]
        assert (await client.get("/who")).json() == {"person": "p1"}
    assert site.store.calls == ["read"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("value", ["", "x", "Ә" * 43, "a" * 43, "=" * 43, "../" * 14 + "a"])
async def test_forged_cookies_are_no_session(value: str) -> None:
    async with client_of(Site().app) as client:
        answer = await client.get("/who", headers=[(b"cookie", f"kenes={value}".encode())])
    assert (answer.status_code, answer.json()) == (200, None)


async def test_login_makes_the_token_before_worthless_and_logout_the_one_after() -> None:
    site = Site()
    async with client_of(site.app, origin=ORIGIN) as client:
        before = cookie_of(await client.post("/note"))
        after = cookie_of(await client.post("/login"))
        assert before != after
        assert (await client.get("/who")).json() == {"person": "p1"}
        ended = await client.post("/logout")
        assert "Max-Age=0" in ended.headers["set-cookie"]
        client.cookies.clear()
        for token in (before, after):
            assert (await client.get("/who", headers={"cookie": f"kenes={token}"})).json() is None
    assert site.store.sessions == {}  # type: ignore[attr-defined]


async def test_a_session_ends_when_idle_and_lives_while_used_but_not_for_ever() -> None:
    site = Site()
    async with client_of(site.app, origin=ORIGIN) as client:
        await client.post("/login")
        for _ in range(7):  # used every 100 minutes: 11 h 40 min in all
            site.now += timedelta(minutes=100)
            assert (await client.get("/who")).json() == {"person": "p1"}
        site.now = NOON + timedelta(hours=12)
        assert (await client.get("/who")).json() is None
        await client.post("/login")
        site.now += timedelta(hours=2)
        assert (await client.get("/who")).json() is None


async def test_reading_often_writes_seldom() -> None:
    site = Site()
    async with client_of(site.app, origin=ORIGIN) as client:
        await client.post("/login")
        for _ in range(60):
            site.now += timedelta(seconds=10)
            await client.get("/who")
    assert site.store.calls.count("touch") == 1  # type: ignore[attr-defined]


async def test_a_logout_elsewhere_is_not_undone_by_a_late_save() -> None:
    site = Site()
    scope: dict[str, Any] = {"headers": []}
    session = await site.sessions.open(scope)
    await site.store.delete(session.id)
    with pytest.raises(SessionGoneError):
        await site.sessions.save(scope)
    with pytest.raises(SessionGoneError):
        await site.sessions.save({"headers": []})
    assert site.store.sessions == {}  # type: ignore[attr-defined]


async def test_login_sweeps_expired_sessions() -> None:
    site = Site()
    await site.store.create(at_rest(-1))
    await site.sessions.login({"headers": []}, {})
    assert len(site.store.sessions) == 1  # type: ignore[attr-defined]


async def test_a_form_of_this_session_passes_and_any_other_does_not() -> None:
    site = Site()
    async with client_of(site.app, origin=ORIGIN) as client, client_of(site.app, origin=ORIGIN) as stranger:
        token, again = (await client.get("/form")).json(), (await client.get("/form")).json()
        foreign = (await stranger.get("/form")).json()
        assert token != again  # a compressed page must not give it away
        for good in (token, again):
            assert (await client.post("/form", data={FIELD: good})).status_code == 200
        for bad in ("", foreign, token[:-1], token[:43], token[::-1], "x" * 86, "Ә" * 86):
            answer = await client.post("/form", data={FIELD: bad})
            assert (answer.status_code, answer.json()["code"]) == (403, "form-expired")
        stranger.cookies.clear()
        assert (await stranger.post("/form", data={FIELD: token})).status_code == 403


async def test_a_form_page_opened_before_login_does_not_post_after_it() -> None:
    async with client_of(Site().app, origin=ORIGIN) as client:
        token = (await client.get("/form")).json()
        await client.post("/login")
        assert (await client.post("/form", data={FIELD: token})).status_code == 403


def test_a_token_has_one_spelling() -> None:
    token = new_token()
    text = encode_token(token)
    assert decode_token(text) == token
    other = text[:-1] + chr(ord(text[-1]) + 1)  # differs in bits that carry nothing
    assert decode_token(other) is None
    assert seal(token, "a", {}) != seal(token, "a", {})
