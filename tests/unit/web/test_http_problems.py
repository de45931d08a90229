"""Every refusal is a problem document in the person's language, or a page where a browser asks."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse
from starlette.routing import Mount, Route

from kenes.identity.errors import Reason, TokenRefusedError
from kenes.web.i18n import LANGUAGES
from kenes.web.problems import Problem, ProblemView, from_http_exception
from kenes.web.tokens import token_problem
from tests.unit.web.http_edge import CATALOGS, app_of, client_of


class Wish(BaseModel):
    name: str = Field(min_length=3)
    age: int = Field(ge=18)


async def refuse(request: Request) -> Response:
    raise Problem(413, "body-too-large", values={"limit": 64}, members={"limit": 65536}, headers={"x-why": "size"})


async def crash(request: Request) -> Response:
    raise RuntimeError("secret detail")


async def own_data_broken(request: Request) -> Response:
    Wish.model_validate({"name": "x"})
    return Response()


async def forged(request: Request) -> Response:
    raise TokenRefusedError(Reason.SIGNATURE_INVALID, "no")


async def keys_gone(request: Request) -> Response:
    raise TokenRefusedError(Reason.KEYS_UNAVAILABLE, "no")


async def half(request: Request) -> Response:
    async def body() -> Any:
        yield b"first"
        raise RuntimeError("late")

    return StreamingResponse(body())


ROUTES = [
    Route("/api/refuse", refuse),
    Route("/refuse", refuse),
    Route("/api/crash", crash),
    Route("/crash", crash),
    Route("/api/own", own_data_broken),
    Route("/api/forged", forged),
    Route("/api/keys", keys_gone),
    Route("/api/half", half),
]


async def page(request: Request, shown: ProblemView) -> Response:
    return HTMLResponse(f"<h1>{shown.title}</h1>")


APP = app_of(ROUTES, problem_page=page, translations={TokenRefusedError: token_problem})


async def test_a_problem_is_a_document_with_code_members_and_headers() -> None:
    async with client_of(APP) as client:
        answer = await client.get("/api/refuse", headers={"accept-language": "en"})
    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-why"] == "size"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["content-language"] == "en"
    assert answer.json() == {
        "type": "urn:kenes:problem:body-too-large",
        "title": "Too much was sent",
        "status": 413,
        "detail": "At most 64 KB are accepted here. Shorten the text and send it again.",
        "code": "body-too-large",
        "limit": 65536,
    }


@pytest.mark.parametrize(
    ("headers", "query", "language"),
    [
        ({"accept-language": "ru-RU,ru;q=0.9"}, "", "ru"),
        ({"accept-language": "ru", "cookie": "lang=kk"}, "", "kk"),
        ({"accept-language": "ru", "cookie": "lang=kk"}, "?lang=en", "en"),
        ({"accept-language": "de"}, "?lang=de", "kk"),
    ],
)
async def test_the_language_is_the_links_then_the_cookies_then_the_browsers(
    headers: dict[str, str], query: str, language: str
) -> None:
    async with client_of(APP) as client:
        answer = await client.get("/api/refuse" + query, headers=headers)
    assert answer.headers["content-language"] == language
    assert answer.json()["title"] == CATALOGS.translate(language, "problem.body-too-large.title")


@pytest.mark.parametrize(("path", "status"), [("/api/none", 404), ("/api/refuse", 405)])
async def test_routing_refusals_are_problems_too(path: str, status: int) -> None:
    async with client_of(APP) as client:
        answer = await client.post(path)
    assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert answer.headers["content-type"] == "application/problem+json"
    assert ("allow" in answer.headers) is (status == 405)


async def test_browsers_get_a_page_but_never_below_api() -> None:
    async with client_of(APP, accept="text/html,*/*;q=0.8") as client:
        shown, data = await client.get("/refuse?lang=ru"), await client.get("/api/refuse")
    assert (shown.status_code, shown.text) == (413, "<h1>Отправлено слишком много</h1>")
    assert shown.headers["x-why"] == "size"
    assert data.headers["content-type"] == "application/problem+json"


async def test_our_own_fault_says_an_incident_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    async with client_of(APP, **{"accept-language": "en"}) as client:
        answer = await client.get("/api/crash")
    document = answer.json()
    assert (answer.status_code, document["code"]) == (500, "internal-error")
    assert "secret" not in answer.text
    assert document["incident"] in document["detail"]
    logged = capsys.readouterr().out
    assert document["incident"] in logged
    assert "secret detail" in logged


async def test_a_model_that_refuses_our_own_data_is_not_the_clients_fault() -> None:
    async with client_of(APP) as client:
        assert (await client.get("/api/own")).status_code == 500


async def test_an_error_page_that_fails_still_answers() -> None:
    async def broken(request: Request, shown: ProblemView) -> Response:
        raise LookupError("template")

    async with client_of(app_of(ROUTES, problem_page=broken), accept="text/html") as client:
        answer = await client.get("/refuse")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal-error")


async def test_a_refused_token_is_401_with_a_challenge_and_missing_keys_are_503() -> None:
    async with client_of(APP) as client:
        forged_answer, keys_answer = await client.get("/api/forged"), await client.get("/api/keys")
    assert forged_answer.status_code == 401
    assert forged_answer.headers["www-authenticate"].startswith('Bearer error="invalid_token"')
    assert forged_answer.json()["code"] == "signature-invalid"
    assert (keys_answer.status_code, keys_answer.headers["retry-after"]) == (503, "5")


async def test_half_an_answer_is_cut_not_completed() -> None:
    async with client_of(APP) as client:
        with pytest.raises(RuntimeError, match="late"):
            await client.get("/api/half")


def test_the_frameworks_own_words_are_not_passed_on() -> None:
    assert from_http_exception(HTTPException(418, "I'm a teapot")).code == "request-malformed"
    assert from_http_exception(HTTPException(502)).code == "internal-error"


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_to_refuse_a_token_has_words(reason: Reason) -> None:
    for language in LANGUAGES:
        assert {f"problem.{reason.value}.title", f"problem.{reason.value}.detail"} <= CATALOGS.keys(language)


def test_every_problem_of_the_edge_has_words_in_every_language() -> None:
    keys = [CATALOGS.keys(language) for language in LANGUAGES]
    of_the_edge = [{key for key in known if key.startswith(("problem.", "validation."))} for known in keys]
    assert of_the_edge[0] == of_the_edge[1] == of_the_edge[2]
    assert json.dumps(sorted(of_the_edge[0])).count(".title") == json.dumps(sorted(of_the_edge[0])).count(".detail")


async def test_a_method_that_is_not_there_is_told_all_that_are() -> None:
    async def plain(request: Request) -> Response:
        return Response()

    below = Mount(
        "/api/below/v1",
        routes=[Route("/{one}", plain, methods=["GET"]), Route("/{one}", plain, methods=["PUT", "DELETE"])],
    )
    async with client_of(app_of([Route("/api/one", plain, methods=["POST"]), below])) as client:
        one = await client.patch("/api/one")
        several = await client.patch("/api/below/v1/x")
        absent = await client.patch("/api/below/v1/x/y")
    assert (one.status_code, one.headers["allow"]) == (405, "POST")
    assert (several.status_code, several.headers["allow"]) == (405, "DELETE, GET, HEAD, PUT")
    assert several.json()["code"] == "method-not-allowed"
    assert absent.status_code == 404
