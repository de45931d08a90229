"""Outcomes as HTTP answers."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kenes.kafka.records import Receipt, Recorded
from kenes.service.answers import MalformedReceiptError, ReceiptView, receipt_text
from kenes.service.asking import Outcome
from kenes.web.problems import Problem
from schemas.envelope import decision_id
from schemas.payload import Payload
from schemas.petitions.v1 import Created, PetitionRefused, Published, SignatureAccepted, SignatureRefused
from services.petitions.answers import ANSWERS
from services.petitions.domain.refusals import Refusal
from services.petitions.views import AskedAnswer, ReceiptAnswer
from tests.unit.petitions.samples import RULES, START, decided, mine, text

RECEIPT = Receipt(3, 17)
CREATED = Created(
    petition="p",
    author="a",
    text=text(),
    rules=RULES,
    level="country",
    body="parliament",
    goals=(),
    sealed="s",
    mine=mine(0, "p"),
)
PUBLISHED = Published(petition="p", closes_at=START)
ACCEPTED = SignatureAccepted(
    petition="p", signer="s", act=1, region="KZ-75", listed=True, sealed="s", mine=mine(0, "p")
)
REFUSED = SignatureRefused(petition="p", signer="s", request="r", code="already-signed")


def decision_of(data: Payload) -> Recorded:
    return decided(3, 5, 17, START, "p", data)


def outcome(data: Payload | None) -> Outcome:
    return Outcome(RECEIPT, "p", None if data is None else decision_of(data))


def body(response: Any) -> dict[str, Any]:
    found = orjson.loads(response.body)
    assert isinstance(found, dict)
    return found


@given(
    kind=st.sampled_from(["petition", "signature"]),
    receipt=st.builds(Receipt, st.integers(0, 10_000), st.integers(0, 10**15)),
)
def test_a_receipt_is_read_back(kind: str, receipt: Receipt) -> None:
    assert ANSWERS.parse_receipt(receipt_text(kind, receipt)) == (kind, receipt)


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "petition",
        "petition-",
        "petition-1",
        "petition-1-",
        "petition--1",
        "petition-1-x",
        "petition-1-2-3",
        "petition--1-2",
        "comment-1-2",
        "petition-1-" + "9" * 30,
        "petition-٣-٤",
        "petition-1-²",
        "petition-1.0-2",
        "petition-+1-2",
        "PETITION-1-2",
    ],
)
def test_what_is_no_receipt_is_refused(wrong: str) -> None:
    with pytest.raises(MalformedReceiptError):
        ANSWERS.parse_receipt(wrong)


@given(st.text())
def test_any_text_is_a_receipt_or_malformed(found: str) -> None:
    try:
        kind, receipt = ANSWERS.parse_receipt(found)
    except MalformedReceiptError:
        return
    assert kind in ("petition", "signature")
    assert min(receipt.partition, receipt.offset) >= 0


@pytest.mark.parametrize(
    ("data", "status", "location"),
    [
        (CREATED, 201, "/api/petitions/v1/petitions/p"),
        (PUBLISHED, 200, "/api/petitions/v1/receipts/petition-3-17"),
        (ACCEPTED, 201, "/api/petitions/v1/receipts/petition-3-17"),
        (None, 202, "/api/petitions/v1/receipts/petition-3-17"),
    ],
)
def test_the_status_and_the_place(data: Payload | None, status: int, location: str) -> None:
    found = ANSWERS.answer("petition", outcome(data), applied="")

    assert (found.status_code, found.headers["location"]) == (status, location)
    assert found.headers["cache-control"] == "no-store"
    assert "preference-applied" not in found.headers
    told = AskedAnswer.model_validate(body(found))
    assert told.status == ("pending" if data is None else "decided")
    assert told.decision == (None if data is None else data.TYPE)
    assert told.receipt == "petition-3-17"


def test_an_applied_preference_is_told() -> None:
    for data in (CREATED, None):
        assert ANSWERS.answer("petition", outcome(data), applied="wait=5").headers["preference-applied"] == "wait=5"


@pytest.mark.parametrize("data", [REFUSED, PetitionRefused(petition="p", request="r", code="already-signed")])
def test_a_refusal_is_a_problem_with_the_receipt(data: Payload) -> None:
    with pytest.raises(Problem) as found:
        ANSWERS.answer("signature", outcome(data), applied="")

    assert (found.value.status, found.value.code) == (409, "already-signed")
    assert found.value._members == {"receipt": "signature-3-17"}


@pytest.mark.parametrize("refusal", Refusal)
def test_every_refusal_has_a_status(refusal: Refusal) -> None:
    problem = ANSWERS.refusal_problem(refusal)

    assert problem.code == refusal
    who = {"not-allowed", "under-age", "birth-date-missing", "region-missing", "assurance-too-low", "not-a-citizen"}
    who |= {"place-not-counted"}
    what = {"pack-unknown", "unit-unknown", "reason-missing", "reason-unknown", "explanation-missing"}
    what |= {"text-too-long", "language-missing", "translation-copied", "hidden-characters", "letters-mixed"}
    what |= {"too-many-links", "link-not-allowed", "link-shortened", "subject-prohibited"}
    nothing = {"petition-unknown", "comment-unknown"}
    expected = 404 if refusal in nothing else 403 if refusal in who else 422 if refusal in what else 409
    assert problem.status == expected
    assert problem._members == {}


@pytest.mark.parametrize(
    ("view", "status", "retry"),
    [
        (None, "pending", "1"),
        (ReceiptView("p", ACCEPTED.TYPE, None, datetime(2026, 9, 1, tzinfo=UTC)), "decided", None),
        (ReceiptView("p", REFUSED.TYPE, "already-signed", datetime(2026, 9, 1, tzinfo=UTC)), "refused", None),
    ],
)
def test_what_became_of_a_request(view: ReceiptView | None, status: str, retry: str | None) -> None:
    found = ANSWERS.receipt_answer("signature-3-17", view)

    told = ReceiptAnswer.model_validate(body(found))
    assert (told.status, told.receipt) == (status, "signature-3-17")
    assert told.code == (None if view is None else view.code)
    assert told.event == (None if view is None else decision_id("petitions.signatures.v1", 3, 17))
    assert found.headers.get("retry-after") == retry


@pytest.mark.parametrize(("data", "code"), [(ACCEPTED, None), (REFUSED, "already-signed")])
def test_a_decision_from_the_tail_reads_like_one_from_the_database(data: Payload, code: str | None) -> None:
    assert ReceiptView.of(decision_of(data)) == ReceiptView("p", data.TYPE, code, START)
