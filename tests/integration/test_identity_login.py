"""Signing in on the web: against the local provider as people do it, and against an issuer that plays tricks."""

import html
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

import httpx
import pytest
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from structlog.testing import capture_logs

from kenes.identity.access import Authenticator, current_person
from kenes.identity.bearer import BearerVerifier
from kenes.identity.login import LOCALES, Login
from kenes.identity.settings import IdentitySettings, IssuerSettings, LoginSettings
from kenes.local.ports import free_port
from kenes.local.probe import http_ready
from kenes.setting_files import load_settings
from kenes.web.app import build_app
from kenes.web.csrf import form_token
from kenes.web.language import edge_catalogs
from kenes.web.sessions import Sessions
from kenes.web.settings import WebSettings
from tests.issuer import TestIssuer
from tests.stores import MemorySessionStore
from tests.waiting import eventually

SITE = "http://127.0.0.1:8080"
SECRET = "a secret: with % and +"
HTML = {"accept": "text/html"}


@dataclass
class Site:
    """An application with a login, and one browser at it that does not follow redirects."""

    browser: httpx.AsyncClient
    store: MemorySessionStore
    login: Login
    now: list[float] = field(default_factory=lambda: [time.time()])

    async def who(self) -> Any:
        return (await self.browser.get("/who")).json()

    async def begin(self, path: str = "/petitions?page=2") -> dict[str, str]:
        """Start a login; the query the browser is sent to the issuer with."""
        response = await self.browser.get("/auth/login", params={"next": path})
        assert response.status_code == 303
        return dict(parse_qsl(urlsplit(response.headers["location"]).query))

    async def sign_out(self, **form: str) -> httpx.Response:
        return await self.browser.post("/auth/logout", data=form, headers={"origin": SITE})


async def who(request: Request) -> Response:
    person = await current_person(request)
    if person is None:
        return JSONResponse(None)
    session = await request.app.state.web.sessions.current(request.scope)
    return JSONResponse({"id": person.id, "name": person.public_name, "csrf": form_token(session)})


async def make_site(issuer: IssuerSettings, login: LoginSettings) -> AsyncIterator[Site]:
    verifier = BearerVerifier([issuer])
    now = [time.time()]
    routes = Login(login, (issuer,), verifier, clock=lambda: now[0])
    web = WebSettings(public_url=SITE, identity_origins=(routes.origin,))
    store = MemorySessionStore()
    authenticator = Authenticator(verifier)

    async def api(request: Request) -> Response:
        return JSONResponse((await authenticator.person(request)).subject)

    app = build_app(
        [*routes.routes(), Route("/who", who), Route("/api/me", api, methods=["GET", "POST"])],
        settings=web,
        sessions=Sessions(store, web),
        catalogs=edge_catalogs([LOCALES], strict=True),
    )
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=SITE) as browser:
        yield Site(browser, store, routes, now)
    await routes.aclose()
    await verifier.aclose()


# --- the local provider ---------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def provider(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = free_port()
    data = tmp_path_factory.mktemp("provider")
    url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [sys.executable, "-m", "kenes.local.identity_provider", "--port", str(port), "--data", str(data)],
        env={**os.environ, "KENES_ENVIRONMENT": "test", "KENES_OIDC_CLIENT_SECRET": SECRET},
    )
    try:

        def answers() -> bool:
            assert process.poll() is None
            return http_ready(f"{url}/jwks")

        eventually(answers)
        yield url
    finally:
        process.terminate()
        process.wait(30)


@pytest.fixture
async def site(provider: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Site]:
    monkeypatch.setenv("KENES_ISSUERS", json.dumps([{"issuer": provider, "audience": "kenes"}]))
    monkeypatch.setenv("KENES_OIDC_ISSUER", provider)
    monkeypatch.setenv("KENES_OIDC_CLIENT_ID", "kenes-web")
    monkeypatch.setenv("KENES_OIDC_CLIENT_SECRET", SECRET)
    monkeypatch.setenv("KENES_PUBLIC_URL", SITE)
    (issuer,) = load_settings(IdentitySettings).issuers
    async for made in make_site(issuer, load_settings(LoginSettings)):
        yield made


async def choose(uri: str, **choice: str) -> str:
    """What a person does at the provider: open the page, press one button. The address the browser goes to next."""
    async with httpx.AsyncClient(trust_env=False) as browser:
        page = await browser.get(uri, headers=HTML)
        assert page.status_code == 200
        hidden = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)">', page.text)
        form = {name: html.unescape(value) for name, value in hidden}
        answer = await browser.post(f"{uri.partition('/authorize')[0]}/authorize", data={**form, **choice})
        assert answer.status_code == 303
        return answer.headers["location"]


async def sign_in(site: Site, person: str, path: str = "/petitions?page=2") -> httpx.Response:
    start = await site.browser.get("/auth/login", params={"next": path})
    return await site.browser.get(await choose(start.headers["location"], person=person))


async def test_a_person_signs_in_and_returns_to_where_it_began(site: Site) -> None:
    assert await site.who() is None
    response = await sign_in(site, "aigerim")
    assert (response.status_code, response.headers["location"]) == (303, "/petitions?page=2")
    found = await site.who()
    assert found["name"] == "Айгерім С."
    assert found["id"].endswith("|aigerim")


async def test_signing_in_changes_the_session_id(site: Site) -> None:
    await sign_in(site, "aigerim")
    (first,) = site.store.sessions
    before = site.browser.cookies["kenes"]
    await sign_in(site, "yerlan")
    (second,) = site.store.sessions
    assert first != second
    assert before != site.browser.cookies["kenes"]
    assert (await site.who())["name"] == "Ерлан Ж."


async def test_a_visitor_who_only_begins_leaves_nothing_on_the_server(site: Site) -> None:
    await site.begin()
    assert site.store.sessions == {}


async def test_a_used_answer_signs_nobody_in_a_second_time(site: Site) -> None:
    start = await site.browser.get("/auth/login")
    answer = await choose(start.headers["location"], person="aigerim")
    assert (await site.browser.get(answer)).status_code == 303
    site.browser.cookies.delete("kenes")
    assert (await site.browser.get(answer)).json()["code"] == "login-expired"
    assert await site.who() is None


async def test_a_code_is_accepted_once_even_with_the_cookies_of_then(site: Site) -> None:
    start = await site.browser.get("/auth/login")
    cookies = dict(site.browser.cookies)
    answer = await choose(start.headers["location"], person="aigerim")
    await site.browser.get(answer)
    site.browser.cookies.clear()
    again = await site.browser.get(answer, headers={"cookie": f"kenes-login={cookies['kenes-login']}"})
    assert (again.status_code, again.json()["code"]) == (400, "login-failed")


async def test_going_back_without_signing_in_is_no_error_of_the_site(site: Site) -> None:
    start = await site.browser.get("/auth/login")
    response = await site.browser.get(await choose(start.headers["location"], cancel="1"))
    assert (response.status_code, response.json()["code"]) == (403, "login-declined")
    assert await site.who() is None


async def test_signing_in_in_three_tabs_at_once(site: Site) -> None:
    starts = [await site.browser.get("/auth/login", params={"next": f"/{n}"}) for n in range(4)]
    answers = [await choose(start.headers["location"], person="olga") for start in starts]
    results = [await site.browser.get(answer) for answer in answers]
    assert results[0].json()["code"] == "login-expired"
    assert [result.headers["location"] for result in results[1:]] == ["/1", "/2", "/3"]


async def test_signing_out_ends_the_session_here_and_at_the_issuer(site: Site, provider: str) -> None:
    await sign_in(site, "aigerim")
    token = (await site.who())["csrf"]
    response = await site.sign_out(csrf_token=token)
    target = urlsplit(response.headers["location"])
    assert response.status_code == 303
    assert f"{target.scheme}://{target.netloc}{target.path}" == f"{provider}/end-session"
    query = parse_qs(target.query)
    assert query["post_logout_redirect_uri"] == [f"{SITE}/"]
    assert query["id_token_hint"][0].count(".") == 2
    assert site.store.sessions == {}
    assert await site.who() is None
    async with httpx.AsyncClient(trust_env=False) as client:
        back = await client.get(response.headers["location"])
    assert back.headers["location"] == f"{SITE}/"


async def test_nobody_is_signed_out_by_another_site_or_by_a_link(site: Site) -> None:
    await sign_in(site, "aigerim")
    token = (await site.who())["csrf"]
    assert (await site.sign_out(csrf_token="x")).json()["code"] == "form-expired"
    crossed = await site.browser.post(
        "/auth/logout", data={"csrf_token": token}, headers={"origin": "https://evil.example"}
    )
    assert crossed.json()["code"] == "cross-site"
    assert (await site.browser.get("/auth/logout")).status_code == 405
    assert (await site.who())["name"] == "Айгерім С."


async def test_signing_out_twice_is_harmless(site: Site) -> None:
    response = await site.sign_out()
    assert (response.status_code, response.headers["location"]) == (303, "/")


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "/ok\\..\\evil",
        "/\t/evil.example",
        "javascript:alert(1)",
        "evil.example",
        "",
        " /",
        "/a\r\nset-cookie: a=b",
        "///evil.example",
    ],
)
async def test_no_login_leads_off_this_site(site: Site, path: str) -> None:
    response = await site.browser.get("/auth/login", params={"next": path})
    assert response.status_code == 400
    assert response.json()["code"] == "target-malformed"


@pytest.mark.parametrize("letter", ["a", "ө"])
async def test_a_path_that_is_too_long_to_be_kept_ends_at_the_front_page(site: Site, letter: str) -> None:
    for _ in range(3):
        await site.begin("/" + letter * 400)
    response = await sign_in(site, "dana", "/" + letter * 501)
    assert response.headers["location"] == "/"


@pytest.mark.parametrize("path", ["/", "/petitions/1?tab=map&x=//y#top", "/өтініш", "/a//b"])
async def test_paths_of_this_site_are_kept(site: Site, path: str) -> None:
    response = await sign_in(site, "dana", path)
    assert httpx.URL(response.headers["location"]) == httpx.URL(path)


async def test_the_api_takes_the_token_first_and_the_session_else(site: Site, provider: str) -> None:
    async with httpx.AsyncClient(trust_env=False) as client:
        given = await client.post(f"{provider}/dev/token", json={"person": "serik"})
    bearer = {"authorization": f"Bearer {given.json()['access_token']}"}
    refused = await site.browser.get("/api/me")
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, 'Bearer realm="kenes"')
    assert (await site.browser.get("/api/me", headers=bearer)).json() == "serik"
    await sign_in(site, "olga")
    assert (await site.browser.get("/api/me")).json() == "olga"
    assert (await site.browser.get("/api/me", headers=bearer)).json() == "serik"
    bad = await site.browser.get("/api/me", headers={"authorization": "Bearer garbage"})
    assert (bad.status_code, bad.json()["code"]) == (401, "token-malformed")
    assert 'error="invalid_token"' in bad.headers["www-authenticate"]


@pytest.mark.parametrize(("header", "status"), [("Basic YTpi", 401), ("Bearer ", 400), ("Bearer", 400), ("", 401)])
async def test_a_malformed_authorization_header_is_told_so(site: Site, header: str, status: int) -> None:
    response = await site.browser.get("/api/me", headers={"authorization": header})
    assert (response.status_code, response.json()["code"]) == (status, "token-malformed")
    assert 'error="invalid_request"' in response.headers["www-authenticate"]


async def test_a_session_of_another_version_is_a_visitors(site: Site) -> None:
    await sign_in(site, "aigerim")
    sessions = site.browser._transport.app.state.web.sessions  # type: ignore[attr-defined]
    scope: dict[str, Any] = {"headers": [(b"cookie", f"kenes={site.browser.cookies['kenes']}".encode())]}
    session = await sessions.current(scope)
    del session.data["person"]["assurance"]
    await sessions.save(scope)
    assert await site.who() is None


# --- an issuer that plays tricks ------------------------------------------------------------------------------


@pytest.fixture
def issuer() -> Iterator[TestIssuer]:
    with TestIssuer() as made:
        yield made


@pytest.fixture
async def tricked(issuer: TestIssuer) -> AsyncIterator[Site]:
    login = LoginSettings(
        oidc_issuer=issuer.url, oidc_client_id="web", oidc_client_secret=SecretStr("a:b c"), public_url=SITE
    )
    async for made in make_site(issuer.settings(), login):
        yield made


async def finish(site: Site, issuer: TestIssuer, query: dict[str, str], **claims: Any) -> httpx.Response:
    """Come back from the issuer, which then answers with an ID token of these claims."""
    claims = {"aud": "web", "nonce": query["nonce"], **claims}
    id_token = issuer.token("aigerim", header={"typ": "JWT"}, **claims)
    issuer.answers["/token"] = {"id_token": id_token, "access_token": "opaque", "token_type": "Bearer"}
    return await site.browser.get("/auth/callback", params={"code": "c", "state": query["state"]})


async def test_the_secrets_of_a_login_are_fresh_and_the_code_is_bound_to_them(
    tricked: Site, issuer: TestIssuer
) -> None:
    first, second = await tricked.begin(), await tricked.begin()
    for name in ("state", "nonce", "code_challenge"):
        assert first[name] != second[name]
        assert len(first[name]) >= 43
    assert first["code_challenge_method"] == "S256"
    assert first["redirect_uri"] == f"{SITE}/auth/callback"
    assert (await finish(tricked, issuer, second)).headers["location"] == "/petitions?page=2"
    assert issuer.forms[0]["redirect_uri"] == f"{SITE}/auth/callback"
    assert len(issuer.forms[0]["code_verifier"]) == 43


async def test_a_callback_that_this_browser_did_not_ask_for_signs_nobody_in(tricked: Site, issuer: TestIssuer) -> None:
    query = await tricked.begin()
    for state in ("", "x" * 43, "ә", query["state"] + "a"):
        response = await tricked.browser.get("/auth/callback", params={"code": "c", "state": state})
        assert (response.status_code, response.json()["code"]) == (400, "login-expired")
    tricked.browser.cookies.clear()
    assert (await finish(tricked, issuer, query)).json()["code"] == "login-expired"
    assert issuer.forms == []


@pytest.mark.parametrize("value", ["", "AAAA", "!", "ә", "A" * 3000])
async def test_a_broken_cookie_is_no_login(tricked: Site, issuer: TestIssuer, value: str) -> None:
    query = await tricked.begin()
    tricked.browser.cookies.clear()
    response = await tricked.browser.get(
        "/auth/callback",
        params={"code": "c", "state": query["state"]},
        headers=[(b"cookie", f"kenes-login={value}".encode())],
    )
    assert response.json()["code"] == "login-expired"


async def test_a_login_must_be_finished_within_ten_minutes(tricked: Site, issuer: TestIssuer) -> None:
    query = await tricked.begin()
    tricked.now[0] += 601
    assert (await finish(tricked, issuer, query)).json()["code"] == "login-expired"


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "of-another-login"},
        {"nonce": None},
        {"nonce": 7},
        {"aud": "kenes"},
        {"aud": ["web", "other"]},
        {"aud": ["web", "other"], "azp": "other"},
        {"iss": "https://evil.example"},
        {"exp": 1},
        {"exp": None},
        {"sub": None},
        {"sub": ""},
        {"sub": ["aigerim"]},
    ],
)
async def test_an_id_token_that_does_not_hold_signs_nobody_in(
    tricked: Site, issuer: TestIssuer, claims: dict[str, Any]
) -> None:
    response = await finish(tricked, issuer, await tricked.begin(), **claims)
    assert (response.status_code, response.json()["code"]) == (400, "login-failed")
    assert await tricked.who() is None
    assert tricked.store.sessions == {}


async def test_an_id_token_signed_by_another_issuer_signs_nobody_in(tricked: Site, issuer: TestIssuer) -> None:
    query = await tricked.begin()
    with TestIssuer() as other:
        claims = issuer.claims("aigerim", aud="web", nonce=query["nonce"])
        issuer.answers["/token"] = {"id_token": other.sign(claims, header={"kid": "ec-1"})}
        response = await tricked.browser.get("/auth/callback", params={"code": "c", "state": query["state"]})
    assert response.json()["code"] == "login-failed"


@pytest.mark.parametrize("answer", [{"error": "invalid_grant"}, {"id_token": None}, {"id_token": "garbage"}])
async def test_an_answer_without_an_id_token_signs_nobody_in(
    tricked: Site, issuer: TestIssuer, answer: dict[str, Any]
) -> None:
    query = await tricked.begin()
    issuer.answers["/token"] = answer
    response = await tricked.browser.get("/auth/callback", params={"code": "c", "state": query["state"]})
    assert response.json()["code"] == "login-failed"


async def test_the_answer_of_another_issuer_is_refused(tricked: Site) -> None:
    query = await tricked.begin()
    mixed_up = {"code": "c", "state": query["state"], "iss": "https://evil.example"}
    response = await tricked.browser.get("/auth/callback", params=mixed_up)
    assert response.json()["code"] == "login-failed"


@pytest.mark.parametrize("error", ["server_error", "<script>", "invalid_request"])
async def test_an_error_of_the_issuer_is_not_repeated_to_people(tricked: Site, error: str) -> None:
    query = await tricked.begin()
    response = await tricked.browser.get("/auth/callback", params={"error": error, "state": query["state"]})
    assert response.json()["code"] == "login-failed"
    assert error not in response.text


def offer_userinfo(issuer: TestIssuer) -> None:
    issuer.answers["/.well-known/openid-configuration"] = {
        **(issuer.document("/.well-known/openid-configuration") or {}),
        "userinfo_endpoint": f"{issuer.url}/userinfo",
    }


async def test_further_claims_come_from_userinfo_of_the_same_person(tricked: Site, issuer: TestIssuer) -> None:
    offer_userinfo(issuer)
    issuer.answers["/userinfo"] = {"sub": "aigerim", "given_name": "Айгүл", "family_name": "Ә"}
    response = await finish(tricked, issuer, await tricked.begin(), given_name=None, family_name=None)
    assert response.status_code == 303
    assert (await tricked.who())["name"] == "Айгүл Ә."
    issuer.answers["/userinfo"] = {"sub": "yerlan", "given_name": "Ерлан"}
    response = await finish(tricked, issuer, await tricked.begin())
    assert response.json()["code"] == "login-failed"


async def test_user_information_may_be_signed(tricked: Site, issuer: TestIssuer) -> None:
    offer_userinfo(issuer)
    nameless: dict[str, Any] = {"given_name": None, "family_name": None}
    issuer.raw["/userinfo"] = issuer.token("aigerim", aud="web", given_name="Айгүл", family_name="Ә").encode()
    assert (await finish(tricked, issuer, await tricked.begin(), **nameless)).status_code == 303
    assert (await tricked.who())["name"] == "Айгүл Ә."
    for forged in (issuer.token("aigerim", aud="another"), issuer.token("aigerim", iss="https://evil.example")):
        issuer.raw["/userinfo"] = forged.encode()
        assert (await finish(tricked, issuer, await tricked.begin())).json()["code"] == "login-failed"


@pytest.mark.parametrize("status", [401, 403])
async def test_an_issuer_may_refuse_user_information(tricked: Site, issuer: TestIssuer, status: int) -> None:
    offer_userinfo(issuer)
    issuer.answers["/userinfo"] = {"error": "invalid_token"}
    issuer.statuses["/userinfo"] = status
    with capture_logs() as told:
        assert (await finish(tricked, issuer, await tricked.begin())).status_code == 303
    assert [each["status"] for each in told if "no user information" in each["event"]] == [status]


async def test_somebody_who_signs_in_again_is_asked_for_anew(issuer: TestIssuer) -> None:
    login = LoginSettings(
        oidc_issuer=issuer.url,
        oidc_client_id="web",
        oidc_client_secret=SecretStr("s"),
        oidc_acr_values="high",
        public_url=SITE,
    )
    async for site in make_site(issuer.settings(), login):
        assert not (await site.begin()).keys() & {"prompt", "acr_values"}
        answer = await site.browser.get("/auth/login", params={"again": "1"})
        asked = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
        assert (asked["prompt"], asked["acr_values"]) == ("login", "high")


async def test_an_issuer_that_is_down_is_told_apart(tricked: Site, issuer: TestIssuer) -> None:
    issuer.status = 500
    response = await tricked.browser.get("/auth/login")
    assert (response.status_code, response.json()["code"]) == (503, "login-unavailable")
    assert response.headers["retry-after"] == "10"
    issuer.status = 200
    query = await tricked.begin()
    issuer.status = 500
    response = await finish(tricked, issuer, query)
    assert response.json()["code"] == "login-unavailable"


@pytest.mark.parametrize("path", ["/token", "/jwks"])
async def test_an_issuer_that_breaks_half_way_is_told_apart(tricked: Site, issuer: TestIssuer, path: str) -> None:
    query = await tricked.begin()
    issuer.statuses[path] = 500
    assert (await finish(tricked, issuer, query)).json()["code"] == "login-unavailable"
    assert await tricked.who() is None


async def test_an_issuer_that_does_not_know_the_code_is_told_apart(tricked: Site) -> None:
    query = await tricked.begin()
    response = await tricked.browser.get("/auth/callback", params={"code": "c", "state": query["state"]})
    assert response.json()["code"] == "login-failed"  # its 404 says "null"


@pytest.mark.parametrize("answer", [b"<html>", b"[]", b'{"id_token": "%s"}' % (b"e" * 600_000)])
async def test_an_issuer_that_answers_nothing_of_use_is_told_apart(
    tricked: Site, issuer: TestIssuer, answer: bytes
) -> None:
    query = await tricked.begin()
    issuer.raw["/token"] = answer
    response = await tricked.browser.get("/auth/callback", params={"code": "c", "state": query["state"]})
    assert response.json()["code"] == "login-unavailable"


async def test_the_client_secret_goes_the_way_the_issuer_takes_it(tricked: Site, issuer: TestIssuer) -> None:
    configuration = issuer.document("/.well-known/openid-configuration") or {}
    issuer.answers["/.well-known/openid-configuration"] = {
        **configuration,
        "token_endpoint_auth_methods_supported": ["client_secret_post"],
    }
    assert (await finish(tricked, issuer, await tricked.begin())).status_code == 303
    assert (issuer.forms[0]["client_id"], issuer.forms[0]["client_secret"]) == ("web", "a:b c")


async def test_an_id_token_must_use_an_accepted_algorithm(issuer: TestIssuer) -> None:
    login = LoginSettings(
        oidc_issuer=issuer.url, oidc_client_id="web", oidc_client_secret=SecretStr("s"), public_url=SITE
    )
    async for site in make_site(issuer.settings(algorithms=["RS256"]), login):
        assert (await finish(site, issuer, await site.begin())).json()["code"] == "login-failed"


async def test_an_issuer_without_a_sign_out_page_is_left_alone(tricked: Site, issuer: TestIssuer) -> None:
    await finish(tricked, issuer, await tricked.begin())
    response = await tricked.sign_out(csrf_token=(await tricked.who())["csrf"])
    assert response.headers["location"] == "/"
    assert await tricked.who() is None


async def test_a_known_configuration_serves_while_the_issuer_is_down(tricked: Site, issuer: TestIssuer) -> None:
    await tricked.begin()
    issuer.status = 500
    tricked.now[0] += 3600
    await tricked.begin()


async def test_a_session_ends_here_even_while_the_issuer_is_down(tricked: Site, issuer: TestIssuer) -> None:
    await finish(tricked, issuer, await tricked.begin())
    token = (await tricked.who())["csrf"]
    issuer.status = 500
    tricked.login._oidc._configuration = {}  # as if this process had just started
    assert (await tricked.sign_out(csrf_token=token)).headers["location"] == "/"
    assert await tricked.who() is None
