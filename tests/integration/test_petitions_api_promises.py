"""What the API promises those who ask for something: receipts, waiting, and reading what they wrote."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest

from tests.integration.api import PREFIX, TEXT, Api, another_api, problem
from tests.processes import Product
from tests.waiting import eventually

pytestmark = pytest.mark.stack


@pytest.fixture(scope="module")
def second(product: Product) -> Iterator[Api]:
    """Another api process of the same product."""
    with another_api(product, "second-api") as opened:
        yield opened


def test_the_whole_way_from_a_draft_to_a_withdrawal(api: Api) -> None:
    author, signer = api.person(), api.person()
    petition = api.create(author)
    assert api.ask("GET", f"/petitions/{petition}", author, wait=0).json()["status"] == "draft"
    problem(api.ask("GET", f"/petitions/{petition}", wait=0), 404, "petition-unknown")  # a draft is its author's
    problem(api.ask("GET", f"/petitions/{petition}", signer, wait=0), 404, "petition-unknown")
    changed = api.ask("PUT", f"/petitions/{petition}", author, json=TEXT | {"title": "Жарық өткелдер, қауіпсіз жол"})
    assert changed.status_code == 200
    assert api.ask("POST", f"/petitions/{petition}/submission", author).status_code == 200
    signed = api.sign(petition, signer, json={"listed": True})
    assert signed.status_code == 201
    assert api.count(petition) == 1
    shown = api.ask("GET", f"/petitions/{petition}", wait=0).json()
    assert shown["text"]["title"] == "Жарық өткелдер, қауіпсіз жол"
    assert [line["what"] for line in shown["timeline"]] == ["created", "published"]
    assert shown["count"]["count"] == 1
    assert api.ask("DELETE", f"/petitions/{petition}/signatures/mine", signer).status_code == 200
    assert api.count(petition) == 0
    assert api.sign(petition, signer).status_code == 201
    assert api.count(petition) == 1
    assert api.ask("POST", f"/petitions/{petition}/closure", author).status_code == 200
    problem(api.sign(petition, api.person()), 409, "petition-closed")
    assert api.count(petition) == 1


def test_a_receipt_names_the_event_that_the_answer_named(api: Api) -> None:
    petition = api.open(api.person())
    answer = api.sign(petition, api.person()).json()
    assert answer["event"] == api.receipt(answer["receipt"])["event"]


def test_without_a_preference_a_receipt_comes_at_once(api: Api) -> None:
    petition = api.open(api.person())
    asked = api.sign(petition, api.person(), wait=0)
    assert asked.status_code == 202
    body = asked.json()
    assert body["status"] == "pending"
    assert asked.headers["location"] == f"{PREFIX}/receipts/{body['receipt']}"
    decided = api.receipt(body["receipt"])
    assert decided["decision"] == "petitions.signature.accepted.v1"
    assert decided["petition"] == petition
    assert api.count(petition) == 1
    eventually(lambda: api.receipt(body["receipt"], wait=0).get("decision") == decided["decision"])


def test_waiting_is_told_and_a_refusal_carries_its_receipt(api: Api) -> None:
    petition, signer = api.open(api.person()), api.person()
    signed = api.sign(petition, signer, wait=7)
    assert signed.status_code == 201
    assert "wait=7" in signed.headers["preference-applied"]
    refused = problem(api.sign(petition, signer), 409, "already-signed")
    assert api.receipt(refused["receipt"])["code"] == "already-signed"


def test_what_was_answered_is_read_right_after(api: Api) -> None:
    author = api.person()
    for number in range(10):
        petition = api.create(author, title=f"Жарық өткелдер керек, {number}-көше")
        shown = api.ask("GET", f"/petitions/{petition}", author, wait=0)
        assert shown.status_code == 200
        assert shown.json()["text"]["title"].endswith(f"{number}-көше")
        assert api.ask("POST", f"/petitions/{petition}/submission", author).status_code == 200
        assert api.ask("GET", f"/petitions/{petition}", wait=0).json()["status"] == "collecting"
        # Published and signed at once: the signature's decider must have heard of it.
        for count in (1, 2):
            assert api.sign(petition, api.person()).status_code == 201
            assert api.count(petition) == count
            assert api.ask("GET", f"/petitions/{petition}", wait=0).json()["count"]["count"] == count


def test_the_same_idempotency_key_starts_no_second_petition(api: Api) -> None:
    author, key = api.person(), str(uuid4())
    headers = {"idempotency-key": key}
    first = api.ask("POST", "/petitions", author, headers=headers, json=TEXT)
    assert first.status_code == 201
    again = api.ask("POST", "/petitions", author, headers=headers, json=TEXT)
    problem(again, 409, "petition-exists")
    assert api.ask("POST", "/petitions", author, headers={"idempotency-key": "other"}, json=TEXT).status_code == 201
    stranger = api.ask("POST", "/petitions", api.person(), headers=headers, json=TEXT)
    assert stranger.status_code == 201
    assert stranger.json()["petition"] != first.json()["petition"]


def test_of_forty_clicks_one_counts(api: Api) -> None:
    petition, signer = api.open(api.person()), api.person()
    with ThreadPoolExecutor(16) as clicks:
        answers = list(clicks.map(lambda _: api.sign(petition, signer).status_code, range(40)))
    assert answers.count(201) == 1
    assert answers.count(409) == 39
    assert api.count(petition) == 1


def test_what_is_written_to_one_process_is_read_at_another(api: Api, second: Api) -> None:
    author, signer = api.person(), api.person()
    for here, there in ((api, second), (second, api)):
        petition = here.open(author)
        signed = there.sign(petition, signer)  # the other process has not been told of this petition yet
        assert signed.status_code == 201, signed.text
        receipt = signed.json()["receipt"]
        assert here.receipt(receipt)["decision"] == "petitions.signature.accepted.v1"
        assert here.count(petition) == 1
        assert there.count(petition) == 1
        problem(here.sign(petition, signer), 409, "already-signed")


def test_a_persons_own_pages_follow(api: Api) -> None:
    author, signer = api.person(), api.person()
    petition = api.open(author)
    assert api.sign(petition, signer).status_code == 201
    _follows(api, petition, signer, signed=True)
    started = api.eventually("/me/petitions", author, lambda found: found["petitions"])["petitions"]
    assert [each["id"] for each in started] == [petition]
    assert api.ask("DELETE", f"/petitions/{petition}/signatures/mine", signer).status_code == 200
    _follows(api, petition, signer, signed=False)


def _follows(api: Api, petition: str, signer: str, *, signed: bool) -> None:
    """Returns once both views of a person tell of the signature."""
    mine, told = f"/petitions/{petition}/signatures/mine", {"petition": petition, "signed": signed}
    api.eventually(mine, signer, lambda found: found == told)
    eventually(lambda: _signed(api, signer), lambda found: found == [(petition, signed)])


def _signed(api: Api, signer: str) -> list[tuple[str, bool]]:
    lines = api.ask("GET", "/me/signatures", signer, wait=0).json()["signatures"]
    return [(line["petition"], line["signed"]) for line in lines]
