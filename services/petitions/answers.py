"""Outcomes as HTTP answers: 201 and 200 with the decision, 202 with a receipt, or the problem of a refusal."""

from dataclasses import asdict
from typing import Any

import orjson
from starlette.responses import Response

from kenes.kafka.records import Receipt, Recorded
from kenes.web.problems import Problem
from schemas.petitions.v1 import Created, PetitionRefused, SignatureAccepted, SignatureRefused
from services.petitions.commands import Outcome
from services.petitions.domain.refusals import Refusal
from services.petitions.queries import ReceiptView

PREFIX = "/api/petitions/v1"

_STATUS: dict[str, int] = {
    Refusal.PETITION_UNKNOWN: 404,
    Refusal.NOT_ALLOWED: 403,
    Refusal.PACK_UNKNOWN: 422,
    Refusal.UNIT_UNKNOWN: 422,
    Refusal.REASON_MISSING: 422,
    Refusal.REASON_UNKNOWN: 422,
    Refusal.EXPLANATION_MISSING: 422,
    Refusal.UNDER_AGE: 403,
    Refusal.BIRTH_DATE_MISSING: 403,
    Refusal.REGION_MISSING: 403,
    Refusal.ASSURANCE_TOO_LOW: 403,
    Refusal.NOT_A_CITIZEN: 403,
}


class MalformedReceiptError(ValueError):
    """A text that is no receipt."""


def receipt_text(kind: str, receipt: Receipt) -> str:
    """A receipt as clients keep it: `petition-3-17` or `signature-11-4242`."""
    return f"{kind}-{receipt.partition}-{receipt.offset}"


def parse_receipt(text: str) -> tuple[str, Receipt]:
    """Kind and place of a receipt; raises `MalformedReceiptError`."""
    kind, _, place = text.partition("-")
    partition, _, offset = place.partition("-")
    numbers = partition.isascii() and partition.isdigit() and offset.isascii() and offset.isdigit()
    if kind not in ("petition", "signature") or not numbers or len(place) > 24:
        raise MalformedReceiptError(text)
    return kind, Receipt(int(partition), int(offset))


def refusal_problem(code: str, receipt: str | None = None) -> Problem:
    """The problem that a refused request gets."""
    members = {} if receipt is None else {"receipt": receipt}
    # A newer version's stream may know refusals that this api does not: they are refusals all the same.
    return Problem(_STATUS.get(code, 409), code, members=members)


def json_response(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON answer."""
    return json_bytes(orjson.dumps(body), status, headers)


def json_bytes(body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """An answer whose JSON is written already."""
    return Response(body, status, {"cache-control": "no-store", **(headers or {})}, "application/json")


def answer(kind: str, outcome: Outcome, *, applied: str) -> Response:
    """The answer to a request. Raises the `Problem` of a refusal."""
    receipt = receipt_text(kind, outcome.receipt)
    location = f"{PREFIX}/receipts/{receipt}"
    headers = {"preference-applied": applied} if applied else {}
    body: dict[str, Any] = {"receipt": receipt, "petition": outcome.petition, "href": location}
    if outcome.decision is None:
        return json_response(body | {"status": "pending"}, 202, {"location": location, **headers})
    data = outcome.decision.data
    if isinstance(data, PetitionRefused | SignatureRefused):
        raise refusal_problem(data.code, receipt)
    if isinstance(data, Created):
        headers["location"] = f"{PREFIX}/petitions/{outcome.petition}"
    else:
        headers["location"] = location
    status = 201 if isinstance(data, Created | SignatureAccepted) else 200
    return json_response(body | _decision(outcome.decision), status, headers)


def _decision(decision: Recorded) -> dict[str, Any]:
    return {
        "status": "decided",
        "decision": decision.data.TYPE,
        "at": decision.event.time.isoformat(),
        "event": decision.event.id,
    }


def receipt_answer(text: str, petition: str | None, view: ReceiptView | None) -> Response:
    """What became of a request, for whoever holds its receipt."""
    if view is None:
        return json_response({"receipt": text, "petition": petition, "status": "pending"}, 200, {"retry-after": "1"})
    found = asdict(view)
    status = "refused" if view.code else "decided"
    return json_response({"receipt": text, "status": status, **found, "at": view.at.isoformat()})


def view_of(decision: Recorded) -> ReceiptView:
    """The receipt's view of a decision from the live tail."""
    return ReceiptView(
        decision.event.subject, decision.data.TYPE, getattr(decision.data, "code", None), decision.event.time
    )
