"""Bad input gets a clear problem in the person's language, and nothing is lost or half done."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.integration.api import TEXT, Api, problem, raw
from tests.issuer import TestIssuer
from tests.processes import Product

pytestmark = pytest.mark.stack

JSON = {"content-type": "application/json"}
LANGUAGES = ("kk", "ru", "en")


@pytest.fixture(scope="module")
def petition(product: Product) -> str:
    """A petition that collects."""
    with Api(product) as api:
        return api.open(api.person())


def post(api: Api, body: bytes, headers: dict[str, str] | None = None) -> httpx.Response:
    return api.ask("POST", "/petitions", api.person(), headers=JSON if headers is None else headers, content=body)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "json-malformed"),
        (b"{", "json-malformed"),
        (b"{}}", "json-malformed"),
        (b'{"title": NaN}', "json-malformed"),
        (b'{"title": "a", "title": "b"}', "json-malformed"),
        (b"{'title': 'a'}", "json-malformed"),
        (b"[" * 5000 + b"]" * 5000, "json-too-deep"),
        (b"[" * 20 + b"]" * 20, "json-too-deep"),
        (b'{"title": "\xff\xfe"}', "encoding-invalid"),
        (b'{"title": "\\ud800"}', "encoding-invalid"),
        (b'{"title": "\\u0000"}', "encoding-invalid"),
        (json.dumps(TEXT).encode("utf-16"), "encoding-invalid"),
    ],
)
def test_malformed_json(api: Api, body: bytes, code: str) -> None:
    problem(post(api, body), 400, code)


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({}, "media-type-unsupported"),
        ({"content-type": "text/plain"}, "media-type-unsupported"),
        ({"content-type": "application/x-www-form-urlencoded"}, "media-type-unsupported"),
        ({"content-type": "application/json; charset=windows-1251"}, "media-type-unsupported"),
        (JSON | {"content-encoding": "gzip"}, "encoding-unsupported"),
    ],
)
def test_media_types_that_are_not_json(api: Api, headers: dict[str, str], code: str) -> None:
    problem(post(api, json.dumps(TEXT).encode(), headers), 415, code)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"title": 5}, "/title"),
        ({"title": None}, "/title"),
        ({"title": ["a title that is long enough"]}, "/title"),
        ({"title": "short"}, "/title"),
        ({"title": "long" * 100}, "/title"),
        ({"text": "too short"}, "/text"),
        ({"text": "x" * 20_001}, "/text"),
        ({"language": "de"}, "/language"),
        ({"category": "astrology"}, "/category"),
        ({"region": "x" * 11}, "/region"),
        ({"author": "somebody else"}, "/author"),
        ({"petition": str(uuid4())}, "/petition"),
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_wrong_types_and_values_are_pointed_at(api: Api, changes: dict[str, Any], pointer: str, language: str) -> None:
    answer = api.ask("POST", "/petitions", api.person(), headers={"accept-language": language}, json=TEXT | changes)
    found = problem(answer, 422, "input-invalid")
    assert answer.headers["content-language"] == language
    assert [error["pointer"] for error in found["errors"]] == [pointer]
    assert found["errors"][0]["detail"]


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"5", b"null", b"true"])
def test_json_that_is_no_object(api: Api, body: bytes) -> None:
    problem(post(api, body), 422, "input-invalid")


@pytest.mark.parametrize("size", [524_289, 10_000_000])
def test_bodies_too_large(api: Api, petition: str, size: int) -> None:
    body = json.dumps(TEXT | {"text": "x" * size}).encode()
    found = problem(post(api, body), 413, "body-too-large")
    assert found["limit"] == 524_288
    problem(api.sign(petition, api.person(), headers=JSON, content=body), 413, "body-too-large")

    def chunks() -> Iterator[bytes]:
        for start in range(0, len(body), 50_000):
            yield body[start : start + 50_000]

    answer = api.ask("POST", "/petitions", api.person(), headers=JSON, content=chunks())
    problem(answer, 413, "body-too-large")


@pytest.mark.parametrize(
    "unknown", ["0197f3a2-5b7e-7c31-9d52-6a1f0c8be410", "no-such-petition", "%20", "a" * 300, "қазақша"]
)
def test_unknown_petitions(api: Api, unknown: str) -> None:
    token = api.person()
    before = "/petitions/" + unknown
    problem(api.ask("GET", before, wait=0), 404, "petition-unknown")
    for method, path in (
        ("POST", "/signatures"),
        ("DELETE", "/signatures/mine"),
        ("GET", "/count"),
        ("GET", "/live"),
        ("GET", "/regions"),
        ("GET", "/history"),
    ):
        problem(api.ask(method, before + path, token), 404, "petition-unknown")
    for step in ("submission", "lock", "closure", "charge"):
        problem(api.ask("POST", f"{before}/{step}", token), 404, "petition-unknown")
    problem(api.ask("PUT", before, token, json=TEXT), 404, "petition-unknown")


@pytest.mark.parametrize("receipt", ["signature-0-999999999", "petition-3-99999999", "signature-99-1"])
def test_receipts_nobody_has_are_not_decided(api: Api, receipt: str) -> None:
    answer = api.ask("GET", f"/receipts/{receipt}", wait=0)
    assert answer.status_code == 200, answer.text
    assert answer.json()["status"] == "pending"


@pytest.mark.parametrize(
    "receipt", ["x", "signature", "signature-1", "signature--1-2", "ballot-1-2", "signature-1-" + "9" * 30]
)
def test_texts_that_are_no_receipt(api: Api, receipt: str) -> None:
    problem(api.ask("GET", f"/receipts/{receipt}", wait=0), 404, "receipt-unknown")


@pytest.mark.parametrize(
    ("claims", "status", "code"),
    [
        ({"birthdate": "2015-01-01"}, 403, "under-age"),
        ({"birthdate": None}, 403, "birth-date-missing"),
        ({"birthdate": "0000-05-17"}, 403, "birth-date-missing"),
        ({"region": None}, 403, "region-missing"),
        ({"region": "$inc.regions"}, 403, "region-missing"),
        ({"acr": "low"}, 403, "assurance-too-low"),
        ({"acr": None}, 403, "assurance-too-low"),
        ({"citizen": False}, 403, "not-a-citizen"),
    ],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_people_who_may_not_sign(
    api: Api, petition: str, claims: dict[str, Any], status: int, code: str, language: str
) -> None:
    before = api.count(petition)
    answer = api.sign(petition, api.person(**claims), headers={"accept-language": language})
    found = problem(answer, status, code)
    assert answer.headers["content-language"] == language
    assert not found["title"].startswith("problem.")
    assert not found["detail"].startswith("problem.")
    assert api.receipt(found["receipt"])["code"] == code
    assert api.count(petition) == before


def test_each_language_has_words_of_its_own(api: Api, petition: str) -> None:
    details = {
        api.sign(petition, api.person(birthdate="2015-01-01"), headers={"accept-language": language}).json()["detail"]
        for language in LANGUAGES
    }
    assert len(details) == 3


def test_steps_out_of_turn_and_by_others(api: Api) -> None:
    author, stranger = api.person(), api.person()
    petition = api.create(author)
    problem(api.sign(petition, stranger), 409, "petition-not-open")
    verdict = {"verdict": "approve", "revision": 1}
    problem(api.ask("POST", f"/petitions/{petition}/verdict", author, json=verdict), 403, "not-allowed")
    problem(api.ask("POST", f"/petitions/{petition}/closure", author), 409, "not-collecting")
    problem(api.ask("POST", f"/petitions/{petition}/submission", stranger), 403, "not-allowed")
    problem(api.ask("PUT", f"/petitions/{petition}", stranger, json=TEXT), 403, "not-allowed")
    assert api.ask("POST", f"/petitions/{petition}/submission", author).status_code == 200
    problem(api.ask("PUT", f"/petitions/{petition}", author, json=TEXT), 409, "not-a-draft")
    problem(api.ask("POST", f"/petitions/{petition}/closure", stranger), 403, "not-allowed")
    problem(api.ask("DELETE", f"/petitions/{petition}/signatures/mine", stranger), 409, "not-signed")
    assert api.ask("POST", f"/petitions/{petition}/closure", author).status_code == 200
    problem(api.sign(petition, stranger), 409, "petition-closed")
    assert api.count(petition) == 0


def _unsigned(issuer: TestIssuer) -> str:
    parts = ({"alg": "none", "typ": "at+jwt"}, issuer.claims("mallory"))
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts) + "."


def test_tokens_that_are_not_good(api: Api, petition: str) -> None:
    issuer = api.product.issuer
    good = api.person()
    head, body, signature = good.split(".")
    with TestIssuer() as stranger:
        tokens = {
            issuer.token("a", exp=1_600_000_000): "token-expired",
            issuer.token("a", nbf=4_000_000_000): "token-not-yet-valid",
            issuer.token("a", aud="another-service"): "audience-wrong",
            issuer.token("a", aud=None): "audience-wrong",
            stranger.token("a"): "issuer-unknown",
            stranger.token("a", iss=issuer.url): "signature-invalid",
            f"{head}.{body}.{'A' * len(signature)}": "signature-invalid",
            _unsigned(issuer): "signature-invalid",
            issuer.token("a", sub=None): "claims-missing",
            "not.a.token": "token-malformed",
            "a": "token-malformed",
            "." * 5000: "token-malformed",
        }
    for token, code in tokens.items():
        answer = api.sign(petition, token)
        problem(answer, 401, code)
        assert answer.headers["www-authenticate"].startswith("Bearer")
    problem(api.ask("POST", f"/petitions/{petition}/signatures"), 401, "login-required")
    basic = api.ask("POST", f"/petitions/{petition}/signatures", headers={"authorization": "Basic YTpi"})
    problem(basic, 401, "token-malformed")
    empty = api.ask("POST", f"/petitions/{petition}/signatures", headers={"authorization": "Bearer"})
    problem(empty, 400, "token-malformed")


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
    ],
)
def test_posts_from_another_site(api: Api, petition: str, headers: dict[str, str]) -> None:
    problem(api.ask("POST", f"/petitions/{petition}/signatures", headers=headers), 403, "cross-site")


@pytest.mark.parametrize(
    ("target", "status"),
    [
        (b"/api/petitions/v1/petitions/%2e%2e/petitions", 400),
        (b"/api/petitions/v1/petitions/../petitions", 400),
        (b"/api/petitions//v1/petitions", 400),
        (b"//evil.example/api/petitions/v1/petitions", 400),
        (b"/api/petitions/v1%2fpetitions", 400),
        (b"/api/petitions/v1/petitions/%00", 400),
        (b"/api/petitions/v1/petitions/%ff%fe", 400),
        (b"/api/petitions/v1/petitions/%5c..%5c", 400),
        (b"/api/petitions/v1/petitions?q=%ff", 400),
        (b"/api/petitions/v1/petitions?q=%0d%0aset-cookie:a", 400),
        (b"/api/petitions/v1/petitions?" + b"a" * 5000, 414),
        (b"/api/petitions/v1/petitions/", 307),
        (b"/api/petitions/v1/", 404),
        (b"/api/petitions/v1/petitions?limit=-1", 422),
        (b"/api/petitions/v1/petitions?limit=1e9", 422),
        (b"/api/petitions/v1/petitions?after=x", 422),
        (b"/api/petitions/v1/petitions?status=draft", 422),
        (b"/api/petitions/v1/petitions?q=(%5B*%5C", 200),
        (b"/api/petitions/v1/petitions?region[$ne]=x", 200),
        (b"http://127.0.0.1/api/petitions/v1/petitions", 200),
        (b"*", 404),
    ],
)
def test_path_tricks(api: Api, target: bytes, status: int) -> None:
    request = b"GET " + target + b" HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: close\r\n\r\n"
    got, answer = raw(api.url, request)
    assert got == status, answer[:500]
    assert b"Traceback" not in answer


@pytest.mark.parametrize(
    ("request_bytes", "status"),
    [
        (b"GET /api/petitions/v1/petitions HTTP/1.1\r\n\r\n", 400),
        (b"GET /api/petitions/v1/petitions HTTP/1.1\r\nhost: evil.example\r\n\r\n", 421),
        (b"GET /api/petitions/v1/petitions HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n", 400),
        (b"GET /api/petitions/v1/petitions HTTP/1.1\r\nhost: 127.0.0.1@evil.example\r\n\r\n", 400),
        (b"GET /api/petitions/v1/petitions HTTP/1.1\r\nhost: 127.0.0.1\r\nx: " + b"a" * 40_000 + b"\r\n\r\n", 431),
        (b"GET /api/petitions/v1/petitions HTTP/1.1\r\nhost: 127.0.0.1\r\n" + b"x: y\r\n" * 9000 + b"\r\n", 431),
        (b"NONSENSE\r\n\r\n", 400),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\r\n\r\n", 400),
        (b"BREW /api/petitions/v1/petitions HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n", 400),
        (
            b"POST /api/petitions/v1/petitions HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 5\r\n"
            b"transfer-encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n",
            400,
        ),
        (b"POST /api/petitions/v1/petitions HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: -1\r\n\r\n", 400),
        (b"POST /api/petitions/v1/petitions HTTP/1.1\r\nhost: 127.0.0.1\r\ntransfer-encoding: x\r\n\r\n", 400),
        (
            b"GET /api/petitions/v1/petitions HTTP/1.1\r\nhost: 127.0.0.1\r\naccept-language: \xff\xfe\r\n\r\n",
            200,
        ),
        (b"GET /api/petitions/v1/petitions HTTP/1.1\r\nhost: 127.0.0.1\r\nprefer: wait=\xff;;=,,\r\n\r\n", 200),
        (
            b"GET /api/petitions/v1/petitions HTTP/1.1\r\nhost: 127.0.0.1\r\ncookie: kenes=\xff; kenes=b\r\n\r\n",
            200,
        ),
    ],
)
def test_header_tricks(api: Api, request_bytes: bytes, status: int) -> None:
    got, answer = raw(api.url, request_bytes)
    assert got == status, answer[:500]
    assert b"Traceback" not in answer


def test_a_method_hidden_in_a_header_is_not_followed(api: Api, petition: str) -> None:
    signer = api.person()
    assert api.sign(petition, signer).status_code == 201
    before = api.count(petition)
    for name in ("x-http-method-override", "x-method-override", "x-http-method"):
        answer = api.ask("GET", f"/petitions/{petition}/signatures/mine", signer, headers={name: "DELETE"})
        assert answer.status_code == 200
    assert api.count(petition) == before


def test_reading_changes_nothing(api: Api, petition: str) -> None:
    token = api.person()
    for path in ("submission", "verdict", "closure", "signatures"):
        answer = api.ask("GET", f"/petitions/{petition}/{path}", token)
        problem(answer, 405, "method-not-allowed")
        assert answer.headers["allow"]
    assert api.ask("GET", f"/petitions/{petition}", wait=0).json()["status"] == "collecting"


@pytest.mark.parametrize(
    "prefer", ["wait=-1", "wait=x", "wait=1e9", "wait=" + "9" * 20, "wait", "respond-async", "a" * 5000]
)
def test_preferences_that_cannot_be_read_are_no_preference(api: Api, petition: str, prefer: str) -> None:
    answer = api.sign(petition, api.person(), wait=0, headers={"prefer": prefer})
    assert answer.status_code == 202
    assert api.receipt(answer.json()["receipt"])["decision"] == "petitions.signature.accepted.v1"


def test_errors_keep_the_security_headers(api: Api) -> None:
    answer = api.ask("GET", "/petitions/none", wait=0)
    for name in ("content-security-policy", "x-content-type-options", "referrer-policy"):
        assert name in answer.headers
    assert answer.headers["cache-control"] == "no-store"
    assert "server" not in answer.headers


def test_nothing_was_left_half_done(api: Api, petition: str, product: Product) -> None:
    """After all of the above the product still takes signatures, and nothing went to the logs as a fault of ours."""
    before = api.count(petition)
    assert api.sign(petition, api.person()).status_code == 201
    assert api.count(petition) == before + 1
    log = (product.logs / "api.log").read_text(errors="replace")
    assert "unhandled exception" not in log
    assert [each for each in product.exits if each.role == "api"] == []
