"""The local OpenID provider: strict where clients err, and nowhere to be found outside a developer's machine."""

import base64
import hashlib
import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote_plus, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from pydantic import SecretStr

from kenes.local.identity_provider import grants
from kenes.local.identity_provider.app import Provider
from kenes.local.identity_provider.people import PEOPLE, REGIONS, crowd_person
from kenes.local.identity_provider.settings import ProviderSettings
from kenes.local.identity_provider.texts import REGION_NAMES, TEXTS
from kenes.local.identity_provider.vault import Vault

ISSUER = "http://127.0.0.1:8090"
BACK = "http://127.0.0.1:9/auth/callback"
SECRET = "a secret: with % and +"
VERIFIER = "v" * 43
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
ASK = {
    "response_type": "code",
    "client_id": "kenes-web",
    "redirect_uri": BACK,
    "scope": "openid profile",
    "state": "s&t",
    "nonce": "n",
    "code_challenge": CHALLENGE,
    "code_challenge_method": "S256",
}


@pytest.fixture
def settings(tmp_path: Path) -> ProviderSettings:
    return ProviderSettings(
        environment="test",
        local_data=tmp_path,
        oidc_client_secret=SecretStr(SECRET),
        public_url="https://kenes.example",
    )


@pytest.fixture
async def browser(settings: ProviderSettings) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(Provider(ISSUER, settings).app())
    async with httpx.AsyncClient(transport=transport, base_url=ISSUER) as client:
        yield client


async def code_of(browser: httpx.AsyncClient, person: str = "aigerim") -> str:
    answer = await browser.post("/authorize", data={**ASK, "person": person})
    query = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
    assert (query["state"], query["iss"]) == ("s&t", ISSUER)
    return query["code"]


async def exchange(browser: httpx.AsyncClient, given: str, **changes: str) -> httpx.Response:
    form = {"grant_type": "authorization_code", "code": given, "redirect_uri": BACK, "code_verifier": VERIFIER}
    return await browser.post("/token", data={**form, **changes}, auth=("kenes-web", quote_plus(SECRET)))


async def claims_of(browser: httpx.AsyncClient, token: str) -> dict[str, Any]:
    keys = KeySet.import_key_set((await browser.get("/jwks")).json())
    return jwt.decode(token, keys, algorithms=["RS256"]).claims


async def test_a_code_becomes_tokens_of_the_chosen_person(browser: httpx.AsyncClient) -> None:
    answer = (await exchange(browser, await code_of(browser, "gulnar"))).json()
    identity = await claims_of(browser, answer["id_token"])
    assert (identity["aud"], identity["nonce"], identity["sub"]) == ("kenes-web", "n", "gulnar")
    access = await claims_of(browser, answer["access_token"])
    assert (access["aud"], access["region"], access["roles"]) == ("kenes", "KZ-71", ["citizen", "moderator"])
    info = await browser.get("/userinfo", headers={"authorization": f"Bearer {answer['access_token']}"})
    assert info.json()["given_name"] == "Гүлнар"
    for token in (answer["id_token"], "garbage", ""):
        refused = await browser.get("/userinfo", headers={"authorization": f"Bearer {token}"})
        assert refused.status_code == 401


@pytest.mark.parametrize(
    "changes",
    [
        {"code": "unknown"},
        {"redirect_uri": "http://127.0.0.1:9/other"},
        {"code_verifier": "w" * 43},
        {"code_verifier": ""},
    ],
)
async def test_a_code_is_of_no_use_to_another(browser: httpx.AsyncClient, changes: dict[str, str]) -> None:
    code = await code_of(browser)
    answer = await exchange(browser, code, **changes)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


async def test_a_code_works_once_and_one_wrong_try_spends_it(browser: httpx.AsyncClient) -> None:
    code = await code_of(browser)
    assert (await exchange(browser, code, code_verifier="wrong")).json()["error"] == "invalid_grant"
    assert (await exchange(browser, code)).json()["error"] == "invalid_grant"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "profile"}, "invalid_scope"),
        ({"prompt": "none"}, "login_required"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
    ],
)
async def test_a_wrong_request_goes_back_to_the_client(
    browser: httpx.AsyncClient, changes: dict[str, str], error: str
) -> None:
    answer = await browser.get("/authorize", params={**ASK, **changes})
    assert answer.headers["location"].startswith(BACK)
    assert f"error={error}" in answer.headers["location"]


@pytest.mark.parametrize(
    "changes",
    [
        {"client_id": "unknown"},
        {"redirect_uri": ""},
        {"redirect_uri": "https://evil.example/auth/callback"},
        {"redirect_uri": "https://kenes.example.evil.example/"},
        {"redirect_uri": "http://127.0.0.1@evil.example/"},
        {"redirect_uri": "http://127.0.0.1\\@evil.example/"},
        {"redirect_uri": "javascript://127.0.0.1/%0aalert(1)"},
    ],
)
async def test_nobody_is_sent_to_an_address_that_is_not_ours(
    browser: httpx.AsyncClient, changes: dict[str, str]
) -> None:
    answer = await browser.get("/authorize", params={**ASK, **changes})
    assert answer.status_code == 400
    assert "location" not in answer.headers
    leaving = await browser.get("/end-session", params={"post_logout_redirect_uri": changes.get("redirect_uri", "x:")})
    assert leaving.status_code == (200 if changes.get("redirect_uri") == "" else 400)


async def test_our_pages_may_live_elsewhere_than_on_loopback(browser: httpx.AsyncClient) -> None:
    answer = await browser.get("/authorize", params={**ASK, "redirect_uri": "https://kenes.example/auth/callback"})
    assert answer.status_code == 200
    assert "form-action 'self' https://kenes.example;" in answer.headers["content-security-policy"]


@pytest.mark.parametrize("header", ["Basic !", "Basic /w==", "Bearer x", "Basic"])
async def test_a_broken_client_header_is_no_client(browser: httpx.AsyncClient, header: str) -> None:
    answer = await browser.post("/token", data={"grant_type": "client_credentials"}, headers={"authorization": header})
    assert answer.json()["error"] == "invalid_client"


async def test_other_grants_are_not_offered(browser: httpx.AsyncClient) -> None:
    answer = await browser.post("/token", data={"grant_type": "password"}, auth=("kenes-web", quote_plus(SECRET)))
    assert answer.json()["error"] == "unsupported_grant_type"


@pytest.mark.parametrize("credentials", [("kenes-web", "wrong"), ("unknown", ""), ("agency-culture", "")])
async def test_a_client_must_know_its_secret(browser: httpx.AsyncClient, credentials: tuple[str, str]) -> None:
    answer = await browser.post("/token", data={"grant_type": "client_credentials"}, auth=credentials)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_going_back_and_odd_choices(browser: httpx.AsyncClient) -> None:
    for choice, error in (({"cancel": "1"}, "access_denied"), ({"person": "nobody"}, "invalid_request")):
        answer = await browser.post("/authorize", data={**ASK, **choice})
        assert f"error={error}" in answer.headers["location"]


async def test_signing_out_leads_back(browser: httpx.AsyncClient) -> None:
    back = {"post_logout_redirect_uri": "http://127.0.0.1:9/", "state": "a b"}
    assert (
        (await browser.get("/end-session", params=back)).headers["location"].startswith("http://127.0.0.1:9/?state=a+b")
    )
    assert (await browser.post("/end-session", data=back)).status_code == 303


async def test_unused_codes_do_not_pile_up(monkeypatch: pytest.MonkeyPatch, browser: httpx.AsyncClient) -> None:
    monkeypatch.setattr(grants, "_MOST_CODES", 2)
    oldest, *others = [await code_of(browser) for _ in range(3)]
    assert (await exchange(browser, oldest)).status_code == 400
    assert [(await exchange(browser, code)).status_code for code in others] == [200, 200]


async def test_short_cuts_for_scripts(browser: httpx.AsyncClient) -> None:
    answer = await browser.post("/dev/token", json={"person": "alikhan"})
    assert (await claims_of(browser, answer.json()["access_token"]))["sub"] == "alikhan"
    crowd = (await browser.post("/dev/crowd", json={"count": 25, "first": 100})).json()["access_tokens"]
    people = [await claims_of(browser, token) for token in crowd]
    assert [person["sub"] for person in people] == [f"crowd-{n}" for n in range(100, 125)]
    assert {person["region"] for person in people} == set(REGIONS)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/dev/token", b'{"person": "nobody"}'),
        ("/dev/token", b'{"person": ["aigerim"]}'),
        ("/dev/token", b"[]"),
        ("/dev/token", b"{"),
        ("/dev/token", b"\xff"),
        ("/dev/token", b"[" * 100_000),
        ("/dev/crowd", b'{"count": 0}'),
        ("/dev/crowd", b'{"count": 2001}'),
        ("/dev/crowd", b'{"count": true}'),
        ("/dev/crowd", b'{"count": 1, "first": -1}'),
    ],
)
async def test_short_cuts_refuse_nonsense(browser: httpx.AsyncClient, path: str, body: bytes) -> None:
    answer = await browser.post(path, content=body, headers={"content-type": "application/json"})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


async def test_a_page_of_another_site_gets_no_token(browser: httpx.AsyncClient) -> None:
    simple = await browser.post("/dev/token", content=b'{"person": "aigerim"}', headers={"content-type": "text/plain"})
    assert simple.status_code == 400
    rebound = await browser.post("/dev/token", json={"person": "aigerim"}, headers={"host": "evil.example"})
    assert rebound.status_code == 400


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
async def test_pages_speak_three_languages(browser: httpx.AsyncClient, language: str) -> None:
    page = await browser.get("/authorize", params={**ASK, "ui_locales": f"de {language}"})
    assert f'<html lang="{language}">' in page.text
    assert TEXTS[language]["pick_title"] in page.text
    for path in ("/", "/end-session"):
        page = await browser.get(path, headers={"accept-language": language})
        assert page.headers["content-language"] == language
    assert TEXTS[language].keys() == TEXTS["en"].keys()


async def test_every_person_can_be_chosen_and_nothing_is_inline(browser: httpx.AsyncClient) -> None:
    page = (await browser.get("/authorize", params=ASK)).text
    assert re.findall(r'name="person" value="([a-z]+)"', page) == [person.key for person in PEOPLE]
    assert not re.search(r"<style|<script|style=|onclick", page)
    assert (await browser.get("/static/provider.css")).status_code == 200


async def test_what_a_client_sends_is_shown_as_text(browser: httpx.AsyncClient) -> None:
    page = (await browser.get("/authorize", params={**ASK, "state": '"><script>'})).text
    assert "<script" not in page


async def test_key_and_secrets_survive_a_restart(settings: ProviderSettings, browser: httpx.AsyncClient) -> None:
    again = httpx.ASGITransport(Provider(ISSUER, settings).app())
    async with httpx.AsyncClient(transport=again, base_url=ISSUER) as other:
        assert (await other.get("/jwks")).json() == (await browser.get("/jwks")).json()
    assert Vault(settings).secret("agency-culture") == Vault(settings).secret("agency-culture")
    for file in (settings.local_data / "identity").iterdir():
        assert file.stat().st_mode & 0o077 == 0


def test_the_people_meet_every_rule_from_both_sides() -> None:
    assert len({person.key for person in PEOPLE}) == len(PEOPLE) >= 14
    assert {person.role for person in PEOPLE} == {
        "citizen", "moderator", "agency", "akimat", "culture", "ngo", "expert", "journalist", "operator", "registrar",
        "operator-act",
    }  # fmt: skip
    assert [person.key for person in PEOPLE if person.age < 18] == ["alikhan"]
    assert [person.key for person in PEOPLE if person.region is None] == ["zhanna"]
    assert [person.key for person in PEOPLE if not person.citizen] == ["tomas"]
    assert [person.key for person in PEOPLE if person.assurance == "low"] == ["nurlan"]
    assert {person.region for person in PEOPLE if person.region} == REGION_NAMES.keys()


@pytest.mark.parametrize("today", [date(2026, month, day) for month in range(1, 13) for day in (1, 28)])
def test_everybody_keeps_their_age(today: date) -> None:
    for person in (*PEOPLE, crowd_person(0), crowd_person(59)):
        born = person.birth_date(today)
        assert today.year - born.year - ((today.month, today.day) < (born.month, born.day)) == person.age


@pytest.mark.parametrize("value", ["production", "staging", None])
def test_it_does_not_start_outside_local_and_test(value: str | None, tmp_path: Path) -> None:
    variables = {name: text for name, text in os.environ.items() if name != "KENES_ENVIRONMENT"}
    run = subprocess.run(
        [sys.executable, "-m", "kenes.local.identity_provider", "--port", "1", "--data", str(tmp_path)],
        env=variables if value is None else {**variables, "KENES_ENVIRONMENT": value},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 78
    assert run.stderr.startswith("setting KENES_ENVIRONMENT: ")
    assert list(tmp_path.iterdir()) == []
