"""The JSON API is what its OpenAPI document says: every route, every answer, every problem."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import httpx
import orjson
import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from pydantic import BaseModel
from referencing import Registry, Resource
from starlette.routing import BaseRoute, Mount, Route

from kenes.service.naming import KEY_MALFORMED
from kenes.web.live import LIVE_PROBLEMS
from kenes.web.openapi import PROBLEM_SCHEMA, Operation
from schemas.contracts import ASYNCAPI
from schemas.petitions.v1 import GoalRequested
from services.petitions.answering.handing import BUSY, NOT_IN_CHARGE
from services.petitions.answering.handing import UNKNOWN as UNKNOWN_EXPORT
from services.petitions.answers import PREFIX
from services.petitions.api import Api
from services.petitions.domain.refusals import Refusal
from services.petitions.domain.status import Status
from tests.contract.world import AUTHOR, UNKNOWN, World, running
from tests.unit.petitions.samples import text


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with running() as found:
        yield found


@pytest.fixture
async def described(world: World) -> dict[str, Any]:
    """The OpenAPI document as it is served."""
    found = (await world.ask("GET", "/openapi.json")).json()
    assert isinstance(found, dict)
    return found


def test_the_document_is_openapi(described: dict[str, Any]) -> None:
    OpenAPIV31SpecValidator(described).validate()
    assert described["openapi"].startswith("3.1")
    names = [each["operationId"] for path in described["paths"].values() for each in path.values()]
    assert len(set(names)) == len(names)


def routes_in(routes: Sequence[BaseRoute], prefix: str = "") -> set[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for each in routes:
        if isinstance(each, Mount):
            found |= routes_in(each.routes, prefix + each.path)
        elif isinstance(each, Route):
            found |= {(method, prefix + each.path) for method in (each.methods or set()) - {"HEAD"}}
    return found


def test_every_route_is_described_and_every_description_has_a_route(world: World, described: dict[str, Any]) -> None:
    told = {(method.upper(), path) for path, methods in described["paths"].items() for method in methods}
    descriptions = {("GET", f"{PREFIX}/openapi.json"), ("GET", f"{PREFIX}/asyncapi.json")}

    assert routes_in(world.api.routes()) == told | descriptions


def test_every_operation_says_who_may_and_what_can_go_wrong(world: World, described: dict[str, Any]) -> None:
    words = {str(each) for each in Refusal} | {NOT_IN_CHARGE, BUSY, UNKNOWN_EXPORT}
    words |= {"by-mail-not-offered", "too-many-letters", "unavailable", KEY_MALFORMED}
    words |= {"receipt-unknown", *LIVE_PROBLEMS}
    for each in world.api.operations():
        found = described["paths"][PREFIX + each.path][each.method.lower()]
        assert found["summary"].endswith("."), each.name
        assert ("security" in found) == (each.secured or each.optional)
        assert ({} in found.get("security", [])) == each.optional
        assert "application/problem+json" in found["responses"]["default"]["content"]
        assert set(each.problems) <= words, "codes are refusals"
        in_path = {name["name"] for name in found["parameters"] if name["in"] == "path"}
        assert in_path == {part[1:-1] for part in each.path.split("/") if part.startswith("{")}
        assert ("requestBody" in found) == (each.body is not None)
        assert ("petition-unknown" in each.problems) == each.path.startswith("/petitions/{"), each.path
        assert ("petition-exists" in each.problems) == ((each.method, each.path) == ("POST", "/petitions"))
        assert ("receipt-unknown" in each.problems) == each.path.startswith("/receipts/"), each.path


def test_a_live_stream_says_how_to_come_back_and_why_it_is_refused(described: dict[str, Any]) -> None:
    live = described["paths"][f"{PREFIX}{ONE}/live"]["get"]
    assert [each["name"] for each in live["parameters"]] == ["petition", "Last-Event-ID"]
    assert "too-many-streams, live-full" in live["responses"]["default"]["description"]


Ask = Callable[[World], Awaitable[httpx.Response]]
TEXT = orjson.loads(text().model_dump_json())


def asked(method: str, path: str, who: str | None = None, **parts: Any) -> Ask:
    async def ask(world: World) -> httpx.Response:
        return await world.ask(method, path.format(petition=world.petition), who, **parts)

    return ask


def after(first: Ask, then: Ask) -> Ask:
    async def ask(world: World) -> httpx.Response:
        assert (await first(world)).status_code < 300
        return await then(world)

    return ask


def on_draft(then: str, method: str, **parts: Any) -> Ask:
    """A request on a petition of the author's that was just started."""

    async def ask(world: World) -> httpx.Response:
        draft = (await world.ask("POST", "/petitions", "author", json=TEXT)).json()["petition"]
        return await world.ask(method, f"/petitions/{draft}{then}", "author", **parts)

    return ask


def undecided(first: Ask) -> Ask:
    async def ask(world: World) -> httpx.Response:
        world.memory.deciding = False
        return await first(world)

    return ask


def receipt_of(first: Ask) -> Ask:
    async def ask(world: World) -> httpx.Response:
        answered = (await first(world)).json()
        return await world.ask("GET", f"/receipts/{answered['receipt']}")

    return ask


def forgotten(first: Ask) -> Ask:
    """As `first`, with nothing of the live tail left: the database must know."""

    async def ask(world: World) -> httpx.Response:
        answered = (await first(world)).json()
        for each in (world.memory.petition_decisions, world.memory.signature_decisions):
            each._recent.clear()
        return await world.ask("GET", f"/receipts/{answered['receipt']}")

    return ask


async def draft_of(world: World) -> str:
    return str((await world.ask("POST", "/petitions", "author", json=TEXT)).json()["petition"])


async def on_desk(world: World) -> str:
    draft = await draft_of(world)
    await world.memory.hand_in(AUTHOR, draft)
    return draft


async def collecting(world: World) -> str:
    return await world.memory.collecting(AUTHOR, text())


async def suspended(world: World) -> str:
    petition = await collecting(world)
    await world.ask("POST", f"/petitions/{petition}/suspension", "moderator", json={"act": "Act 2-17"})
    return petition


async def considered(world: World) -> str:
    petition = await collecting(world)
    await world.memory.commands.ask(GoalRequested(petition=petition, count=50_000), 0)
    return petition


SHEET = {"number": "17", "counts": [{"region": "KZ-75", "count": 12}], "scan": "ab" * 32}


async def on_paper(world: World) -> str:
    petition = await collecting(world)
    sheets = {"reference": "File 2-17", "sheets": [SHEET]}
    await world.ask("POST", f"/petitions/{petition}/paper", "registrar", json=sheets)
    return petition


COMMENT = {"text": "Which school is it?", "language": "en", "revision": 1, "listed": True}
ON_DRAFT = COMMENT | {"answer_draft": 1}


async def discussed(world: World) -> str:
    """A text with a comment; what is asked next is asked of it."""
    created = await world.ask("POST", "/petitions", "author", json=TEXT | {"pack": "ee-rahvaalgatus"})
    world.petition = str(created.json()["petition"])
    await world.ask("POST", f"/petitions/{world.petition}/submission", "author")
    said = await world.ask("POST", f"/petitions/{world.petition}/comments", "signer", json=COMMENT)
    assert said.status_code == 201
    return world.petition


async def initiative(world: World) -> str:
    """A draft that organisers must stand behind; what is asked next is asked of it."""
    created = await world.ask("POST", "/petitions", "author", json=TEXT | {"pack": "eu-initiative"})
    world.petition = str(created.json()["petition"])
    return world.petition


def of(way: Callable[[World], Awaitable[str]], then: Ask) -> Ask:
    async def ask(world: World) -> httpx.Response:
        await way(world)
        return await then(world)

    return ask


async def join(world: World) -> httpx.Response:
    """Somebody of Berlin, by the author's invitation."""
    place = f"/petitions/{world.petition}/organisers"
    code = (await world.ask("GET", f"{place}/invitation", "author")).json()["code"]
    body = {"code": code, "revision": 1, "listed": True}
    return await world.ask("PUT", f"{place}/mine", "organiser", json=body)


async def invited(world: World) -> httpx.Response:
    place = f"/petitions/{world.petition}/organisers"
    code = (await world.ask("GET", f"{place}/invitation", "author")).json()["code"]
    return await world.ask("GET", f"{place}/invited/{code}")


STATEMENT = {"kk": "Өткелдер осы жылы салынады.", "ru": "Переходы построят в этом году."}
ANSWER = {"outcome": "satisfied", "statement": STATEMENT}
REASON = "It asks for the same thing."
WAYS: dict[str, tuple[Callable[[World], Awaitable[str]], str, dict[str, Any] | None]] = {
    "submission": (draft_of, "author", None),
    "comment-hiding": (discussed, "moderator", {"number": 1, "reason": "insulting", "explanation": REASON}),
    "comment-retraction": (discussed, "signer", {"number": 1}),
    "lock": (on_desk, "moderator", None),
    "verdict": (on_desk, "moderator", {"verdict": "approve", "revision": 1}),
    "undo": (collecting, "moderator", {"reason": REASON}),
    "closure": (collecting, "author", None),
    "withdrawal": (draft_of, "author", {}),
    "suspension": (collecting, "moderator", {"act": "Act 2-17"}),
    "resumption": (suspended, "moderator", {"act": "Act 2-18"}),
    "retirement": (collecting, "moderator", {"in_favour_of": "{petition}", "reason": REASON}),
    "charge": (considered, "official", None),
    "invitation": (considered, "official", {"message": "Please come on Monday."}),
    "draft-answer": (considered, "official", ANSWER),
    "answer": (considered, "official", ANSWER | {"media": STATEMENT}),
    "paper": (collecting, "registrar", {"reference": "File 2-17", "sheets": [SHEET]}),
    "paper-correction": (on_paper, "registrar", {"batch": 1, "revision": 1, "sheets": [], "reason": REASON}),
}
"""How a petition comes to where an act may be done, who does it, and what they say."""


def named(said: dict[str, Any], world: World) -> dict[str, Any]:
    """What is said, with the id of the petition of this world in its place."""
    return {name: world.petition if value == "{petition}" else value for name, value in said.items()}


def doing(act: str) -> Ask:
    async def ask(world: World) -> httpx.Response:
        way, who, said = WAYS[act]
        petition = await way(world)
        parts = {} if said is None else {"json": named(said, world)}
        return await world.ask("POST", f"/petitions/{petition}/{act}", who, **parts)

    return ask


async def drafted(world: World) -> str:
    """A petition with a draft of an answer; what is asked next is asked of it."""
    world.petition = await considered(world)
    await world.ask("POST", f"/petitions/{world.petition}/draft-answer", "official", json=ANSWER)
    return world.petition


def shown_after(act: str) -> Ask:
    async def ask(world: World) -> httpx.Response:
        way, who, said = WAYS[act]
        petition = await way(world)
        parts = {} if said is None else {"json": named(said, world)}
        await world.ask("POST", f"/petitions/{petition}/{act}", who, **parts)
        return await world.ask("GET", f"/petitions/{petition}", "moderator")

    return ask


published = doing("verdict")


ONE = "/petitions/{petition}"
RETIRED_FOR_NOTHING = {"in_favour_of": UNKNOWN, "reason": REASON}
ORGANISERS = f"{ONE}/organisers"
TRICKY = TEXT | {"title": "Safe cr\u043essings by every school", "proposal": "Build them: see bit.ly/x and the court."}
SIGN = asked("POST", f"{ONE}/signatures", "signer", json={"listed": True})
CASES: list[tuple[str, str, Ask, int]] = [
    ("GET", "/petitions", asked("GET", "/petitions"), 200),
    ("GET", "/petitions", after(SIGN, asked("GET", "/petitions?limit=1&status=collecting&q=a%20b")), 200),
    ("GET", "/petitions", asked("GET", "/petitions?limit=1&search=crossings"), 200),
    ("POST", "/petitions/check", asked("POST", "/petitions/check", json=TRICKY), 200),
    ("GET", "/petitions/similar", asked("GET", "/petitions/similar?text=Crossings%20by%20schools&limit=5"), 200),
    ("POST", "/petitions", asked("POST", "/petitions", "author", json=TEXT), 201),
    ("POST", "/petitions", asked("POST", "/petitions", "author", json=TEXT, headers={"idempotency-key": "k"}), 201),
    ("POST", "/petitions", undecided(asked("POST", "/petitions", "author", json=TEXT)), 202),
    ("GET", ONE, asked("GET", ONE), 200),
    ("GET", ONE, after(SIGN, asked("GET", ONE)), 200),
    ("GET", ONE, on_draft("", "GET"), 200),
    ("PUT", ONE, on_draft("", "PUT", json=TEXT), 200),
    ("PUT", ONE, undecided(asked("PUT", ONE, "author", json=TEXT)), 202),
    *(("POST", f"{ONE}/{act}", doing(act), 200) for act in WAYS),
    *(("GET", ONE, shown_after(act), 200) for act in WAYS),
    ("GET", ONE, after(asked("POST", f"{ONE}/closure", "author"), asked("GET", ONE)), 200),
    ("POST", f"{ONE}/signatures", SIGN, 201),
    ("POST", f"{ONE}/signatures", asked("POST", f"{ONE}/signatures", "signer"), 201),
    ("POST", f"{ONE}/signatures", undecided(SIGN), 202),
    ("GET", f"{ONE}/signatures/mine", asked("GET", f"{ONE}/signatures/mine", "signer"), 200),
    ("GET", f"{ONE}/signatures/mine", after(SIGN, asked("GET", f"{ONE}/signatures/mine", "signer")), 200),
    ("DELETE", f"{ONE}/signatures/mine", after(SIGN, asked("DELETE", f"{ONE}/signatures/mine", "signer")), 200),
    ("GET", f"{ONE}/count", asked("GET", f"{ONE}/count"), 200),
    ("GET", f"{ONE}/count", after(SIGN, asked("GET", f"{ONE}/count")), 200),
    ("GET", f"{ONE}/regions", after(SIGN, asked("GET", f"{ONE}/regions")), 200),
    ("GET", f"{ONE}/history", after(SIGN, asked("GET", f"{ONE}/history")), 200),
    ("POST", f"{ONE}/comments", of(discussed, asked("POST", f"{ONE}/comments", "author", json=COMMENT)), 201),
    ("GET", f"{ONE}/comments", of(discussed, asked("GET", f"{ONE}/comments")), 200),
    ("GET", f"{ONE}/comments", after(doing("comment-hiding"), asked("GET", f"{ONE}/comments")), 200),
    ("GET", f"{ONE}/comments", after(doing("comment-retraction"), asked("GET", f"{ONE}/comments")), 200),
    ("POST", f"{ONE}/comments", of(drafted, asked("POST", f"{ONE}/comments", "signer", json=ON_DRAFT)), 201),
    ("GET", f"{ONE}/answer-drafts", of(drafted, asked("GET", f"{ONE}/answer-drafts")), 200),
    ("GET", f"{ONE}/answer-drafts", asked("GET", f"{ONE}/answer-drafts"), 200),
    ("GET", f"{ONE}/versions", of(discussed, asked("GET", f"{ONE}/versions")), 200),
    ("GET", f"{ONE}/versions", asked("GET", f"{ONE}/versions"), 200),
    ("GET", f"{ORGANISERS}/invitation", of(initiative, asked("GET", f"{ORGANISERS}/invitation", "author")), 200),
    ("GET", f"{ORGANISERS}/invited/{{code}}", of(initiative, invited), 200),
    ("PUT", f"{ORGANISERS}/mine", of(initiative, join), 200),
    ("GET", ORGANISERS, of(initiative, after(join, asked("GET", ORGANISERS, "author"))), 200),
    ("GET", "/me/data", of(initiative, after(join, asked("GET", "/me/data", "organiser"))), 200),
    (
        "DELETE",
        f"{ORGANISERS}/mine",
        of(initiative, after(join, asked("DELETE", f"{ORGANISERS}/mine", "organiser"))),
        200,
    ),
    ("GET", "/receipts/{receipt}", receipt_of(SIGN), 200),
    ("GET", "/receipts/{receipt}", forgotten(SIGN), 200),
    ("GET", "/receipts/{receipt}", receipt_of(after(SIGN, SIGN)), 200),
    ("GET", "/receipts/{receipt}", receipt_of(published), 200),
    ("GET", "/receipts/{receipt}", forgotten(published), 200),
    ("GET", "/receipts/{receipt}", receipt_of(undecided(SIGN)), 200),
    ("GET", "/me/signatures", after(SIGN, asked("GET", "/me/signatures", "signer")), 200),
    ("GET", "/me/signatures", asked("GET", "/me/signatures", "signer"), 200),
    ("GET", "/me/petitions", asked("GET", "/me/petitions", "author"), 200),
    ("GET", "/me/data", after(SIGN, asked("GET", "/me/data", "signer")), 200),
    ("GET", "/me/data", asked("GET", "/me/data", "author"), 200),
    ("DELETE", "/me", asked("DELETE", "/me", "author"), 200),
]


def operation_of(api: Api, method: str, path: str) -> Operation:
    return next(each for each in api.operations() if (each.method, each.path) == (method, path))


@pytest.mark.parametrize(("method", "path", "ask", "status"), CASES)
async def test_every_answer_is_as_described(
    world: World, described: dict[str, Any], method: str, path: str, ask: Ask, status: int
) -> None:
    response = await ask(world)

    assert response.status_code == status, response.text
    operation = operation_of(world.api, method, path)
    model = operation.answers[status]
    assert model is not None
    assert issubclass(model, BaseModel)
    model.model_validate_json(response.content)
    told = described["paths"][PREFIX + path][method.lower()]["responses"][str(status)]["content"]
    assert response.headers["content-type"] in told
    validator(described, told["application/json"]["schema"]).validate(response.json())


def validator(described: dict[str, Any], schema: dict[str, Any]) -> Draft202012Validator:
    resource: Resource[Any] = Resource.from_contents(
        {"$schema": "https://json-schema.org/draft/2020-12/schema", **described}
    )
    registry: Registry[Any] = Registry().with_resource("urn:api", resource)
    name = schema["$ref"].removeprefix("#")
    return Draft202012Validator({"$ref": f"urn:api#{name}"}, registry=registry)


def test_the_cases_leave_no_operation_out(world: World) -> None:
    live = ("GET", f"{ONE}/live", 200)  # a stream: tests of the edge and of the browser follow it
    # Files, made of what the database keeps: test_signer_export looks at every line of them.
    files = {("GET", f"{ONE}/signers.csv{end}", 200) for end in ("", ".sha256")}
    log = ("GET", "/moderation-log", 200)  # a projection of its own: test_moderation_log asks it
    # Letters need a relay: test_api_by_mail asks for them.
    letters = {
        ("POST", f"{path}", 202) for path in (f"{ONE}/by-mail/sign", f"{ONE}/by-mail/withdraw", "/by-mail/erase")
    }
    answered = {(method, path, status) for method, path, _, status in CASES} | {live, log} | files | letters
    waits = {(each.method, each.path, 202) for each in world.api.operations() if each.waits}

    every = {(each.method, each.path, status) for each in world.api.operations() for status in each.answers}
    assert every - waits == answered - waits
    assert answered & waits, "and 202 is seen too"


@pytest.mark.parametrize(
    ("ask", "status", "code"),
    [
        (asked("GET", f"/petitions/{UNKNOWN}"), 404, "petition-unknown"),
        (asked("GET", f"/petitions/{UNKNOWN}/count"), 404, "petition-unknown"),
        (asked("GET", f"/petitions/{UNKNOWN}/live"), 404, "petition-unknown"),
        (asked("GET", f"/petitions/{UNKNOWN}/regions"), 404, "petition-unknown"),
        (asked("GET", f"/petitions/{UNKNOWN}/signatures/mine", "signer"), 404, "petition-unknown"),
        (asked("POST", f"/petitions/{UNKNOWN}/signatures", "signer"), 404, "petition-unknown"),
        (asked("DELETE", f"/petitions/{UNKNOWN}/signatures/mine", "signer"), 404, "petition-unknown"),
        (asked("POST", f"/petitions/{UNKNOWN}/submission", "author"), 404, "petition-unknown"),
        (asked("POST", "/petitions/nonsense/signatures", "signer"), 404, "petition-unknown"),
        (asked("POST", f"{ONE}/comments", "signer", json=COMMENT), 409, "not-discussed"),
        (of(discussed, asked("POST", f"{ONE}/comments", "signer", json=COMMENT | {"text": "a"})), 422, "input-invalid"),
        (of(discussed, asked("POST", f"{ONE}/comments", "signer", json=ON_DRAFT)), 409, "not-discussed"),
        (of(drafted, asked("POST", f"{ONE}/comments", "signer", json=COMMENT)), 409, "not-discussed"),
        (
            of(drafted, asked("POST", f"{ONE}/comments", "signer", json=ON_DRAFT | {"answer_draft": 9})),
            409,
            "stale-revision",
        ),
        (of(discussed, asked("POST", f"{ONE}/submission", "author")), 409, "discussion-too-short"),
        (of(initiative, asked("POST", f"{ONE}/submission", "author")), 409, "organisers-missing"),
        (of(initiative, asked("GET", f"{ORGANISERS}/invitation", "signer")), 404, "petition-unknown"),
        (of(initiative, asked("GET", f"{ORGANISERS}/invited/{'A' * 22}")), 404, "petition-unknown"),
        (asked("GET", ORGANISERS), 409, "organisers-not-asked"),
        (asked("POST", f"{ONE}/by-mail/sign", json={"email": "a@b.kz"}), 422, "input-invalid"),
        (asked("POST", "/by-mail/erase", json={"email": "a@b.kz"}), 404, "by-mail-not-offered"),
        (asked("GET", "/receipts/nonsense"), 404, "receipt-unknown"),
        (asked("GET", "/petitions?status=draft"), 422, "input-invalid"),
        (asked("GET", "/petitions?limit=101"), 422, "input-invalid"),
        (asked("GET", "/petitions?limit=" + "9" * 5000), 414, "target-too-long"),
        (asked("GET", "/petitions?after=0001-01-01T00:00:00%2B14:00~x"), 422, "input-invalid"),
        (asked("POST", "/petitions", json=TEXT), 401, "login-required"),
        (asked("POST", "/petitions", "author", json={}), 422, "input-invalid"),
        (asked("POST", "/petitions", "author", content=b"{"), 415, "media-type-unsupported"),
        (asked("POST", f"{ONE}/signatures", "signer", json={"listed": "?"}), 422, "input-invalid"),
        (asked("POST", f"{ONE}/signatures", "signer", json={"extra": 1}), 422, "input-invalid"),
        (asked("POST", f"{ONE}/signatures", "child"), 403, "birth-date-missing"),
        (after(SIGN, SIGN), 409, "already-signed"),
        (asked("DELETE", f"{ONE}/signatures/mine", "signer"), 409, "not-signed"),
        (asked("POST", f"{ONE}/closure", "signer"), 403, "not-allowed"),
        (
            asked("POST", f"{ONE}/retirement", "moderator", json={"in_favour_of": UNKNOWN, "reason": REASON}),
            422,
            "input-invalid",
        ),
        (asked("PUT", ONE, "author", json=TEXT), 409, "not-a-draft"),
        (asked("PATCH", ONE, "author"), 405, "method-not-allowed"),
        (asked("GET", "/nothing"), 404, "not-found"),
    ],
)
async def test_every_refusal_is_a_described_problem(world: World, ask: Ask, status: int, code: str) -> None:
    response = await ask(world)

    assert (response.status_code, response.json()["code"]) == (status, code)
    assert response.headers["content-type"] == "application/problem+json"
    Draft202012Validator(PROBLEM_SCHEMA).validate(response.json())


async def test_who_signed_is_told_so_when_the_petition_goes_out_of_sight(world: World) -> None:
    await SIGN(world)
    found = world.memory.petitions[world.petition]
    assert found is not None
    world.memory.petitions[world.petition] = found.model_copy(update={"status": Status.MODERATION})
    mine = f"{ONE}/signatures/mine".format(petition=world.petition)
    assert (await world.ask("GET", mine, "signer")).json() == {"petition": world.petition, "signed": True}
    assert (await world.ask("GET", mine, "child")).status_code == 404


async def test_a_receipt_names_the_event_of_the_decision_however_it_is_found(world: World) -> None:
    awaited = (await SIGN(world)).json()
    told = await world.ask("GET", f"/receipts/{awaited['receipt']}")
    world.memory.signature_decisions._recent.clear()
    stored = await world.ask("GET", f"/receipts/{awaited['receipt']}")
    assert awaited["event"] == told.json()["event"] == stored.json()["event"]


async def test_a_broker_that_is_away_is_503_and_never_202(world: World) -> None:
    world.memory.down = True

    response = await SIGN(world)

    assert (response.status_code, response.headers["retry-after"]) == (503, "2")
    assert world.memory.counts.get(world.petition).count == 0


async def test_an_undecided_request_tells_where_to_look(world: World) -> None:
    response = await undecided(SIGN)(world)

    assert response.headers["location"] == response.json()["href"] == f"{PREFIX}/receipts/{response.json()['receipt']}"
    assert response.headers["preference-applied"] == "wait=0.05", "the server's limit, not the wish"
    later = await world.client.get(response.headers["location"])
    assert later.json()["status"] == "pending"
    assert later.headers["retry-after"] == "1"


async def test_a_list_goes_on_where_the_page_ended(world: World) -> None:
    await published(world)

    response = (await world.ask("GET", "/petitions?limit=1&category=transport")).json()

    assert response["next"].startswith(f"{PREFIX}/petitions?limit=1&category=transport&after=")
    again = await world.client.get(response["next"])
    assert again.status_code == 200
    assert (await world.ask("GET", "/petitions?limit=100")).json()["next"] is None


async def test_nothing_private_is_in_a_petition(world: World) -> None:
    await SIGN(world)

    shown = (await world.ask("GET", ONE.format(petition=world.petition))).json()

    assert shown.keys().isdisjoint({"author", "sealed", "owner"})
    assert shown["count"]["count"] == 1


async def test_the_topics_are_described_too(world: World) -> None:
    response = await world.ask("GET", "/asyncapi.json")

    assert response.content == ASYNCAPI.read_bytes()
    assert response.headers["content-type"] == "application/json"


async def test_writes_of_one_person_are_limited(world: World) -> None:
    statuses = [(await world.ask("POST", f"/petitions/{UNKNOWN}/submission", "signer")).status_code for _ in range(61)]

    assert statuses == [404] * 60 + [429]
    assert (await world.ask("POST", f"/petitions/{UNKNOWN}/submission", "author")).status_code == 404


async def test_a_check_tells_what_a_submission_would_be_refused_for(world: World) -> None:
    answer = (await world.ask("POST", "/petitions/check", json=TRICKY)).json()
    assert answer["accepted"] is False
    told = [(each["code"], each["refused"], each["field"], each["detail"]) for each in answer["remarks"]]
    assert told == [
        ("letters-mixed", True, "title", "crossings"),
        ("link-shortened", True, "proposal", "bit.ly"),
        ("subject-prohibited", False, "proposal", "courts"),
    ]
    assert answer["remarks"][2]["law"]
    assert (await world.ask("POST", "/petitions/check", json=TEXT)).json() == {"accepted": True, "remarks": []}
    unknown = await world.ask("POST", "/petitions/check", json=TEXT | {"pack": "nowhere"})
    assert (unknown.status_code, unknown.json()["code"]) == (422, "pack-unknown")


async def test_what_the_check_refuses_a_submission_is_refused_for(world: World) -> None:
    created = (await world.ask("POST", "/petitions", "author", json=TRICKY)).json()["petition"]
    refused = await world.ask("POST", f"/petitions/{created}/submission", "author")
    assert (refused.status_code, refused.json()["code"]) == (422, "letters-mixed")
    assert (await world.ask("GET", f"/petitions/{created}", "author")).json()["status"] == "draft"
    await world.ask("PUT", f"/petitions/{created}", "author", json=TEXT)
    assert (await world.ask("POST", f"/petitions/{created}/submission", "author")).status_code == 200
