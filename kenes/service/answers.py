"""Outcomes as HTTP answers: 201 and 200 with the decision, 202 with a receipt, or the problem of a refusal."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal

import orjson
from pydantic import BaseModel, Field
from starlette.responses import Response

from kenes.kafka.records import Receipt, Recorded
from kenes.service.asking import Outcome
from kenes.web.problems import Problem
from schemas.envelope import decision_id
from schemas.payload import Payload
from schemas.topic import Topic


class MalformedReceiptError(ValueError):
    """A text that is no receipt."""


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """What became of a request. `decision` is an event type; `code` says why it was refused."""

    subject: str
    decision: str
    code: str | None
    at: datetime

    @classmethod
    def of(cls, decision: Recorded) -> "ReceiptView":
        """The view of a decision from the live tail."""
        data = decision.data
        return cls(decision.event.subject, data.TYPE, getattr(data, "code", None), decision.event.time)


class AskedAnswer(BaseModel):
    """What became of a request so far. Keep the receipt: it tells the decision at any time, at `href`.

    Services add the name of what they are asked about, as `Answers.subject` has it.
    """

    receipt: str
    href: str
    status: Literal["pending", "decided"]
    decision: str | None = Field(default=None, description="Event type of the decision.")
    at: datetime | None = None
    event: str | None = Field(default=None, description="Id of the decision event.")


class ReceiptAnswer(BaseModel):
    """What became of a request, for whoever holds its receipt. Services add to it as to `AskedAnswer`."""

    receipt: str
    status: Literal["pending", "decided", "refused"]
    decision: str | None = Field(default=None, description="Event type of the decision.")
    code: str | None = Field(default=None, description="Why it was refused.")
    at: datetime | None = None
    event: str | None = Field(default=None, description="Id of the decision event.")


@dataclass(frozen=True)
class Answers:
    """How one service answers.

    `prefix` is where its API is; `kinds` are the words receipts begin with, each with the topic of the decisions;
    `subject` names what requests are about.
    `statuses` gives refusals another status than 409. `made` are decisions that make something, answered by 201, with
    the path to it; where that is empty, its receipt is all there is to see.
    """

    prefix: str
    kinds: Mapping[str, Topic]
    subject: str
    statuses: Mapping[str, int]
    made: Mapping[type[Payload], str]

    def parse_receipt(self, text: str) -> tuple[str, Receipt]:
        """Kind and place of a receipt; raises `MalformedReceiptError`."""
        kind, _, place = text.partition("-")
        partition, _, offset = place.partition("-")
        numbers = partition.isascii() and partition.isdigit() and offset.isascii() and offset.isdigit()
        if kind not in self.kinds or not numbers or len(place) > 24:
            raise MalformedReceiptError(text)
        return kind, Receipt(int(partition), int(offset))

    def known_receipt(self, text: str) -> tuple[str, Receipt]:
        """Kind and place of a receipt that somebody asks about; raises the problem of there being no such receipt."""
        try:
            return self.parse_receipt(text)
        except MalformedReceiptError:
            raise Problem(404, "receipt-unknown") from None

    def refusal_problem(self, code: str, receipt: str | None = None) -> Problem:
        """The problem that a refused request gets."""
        members = {} if receipt is None else {"receipt": receipt}
        # A newer version's stream may know refusals that this api does not: they are refusals all the same.
        return Problem(self.statuses.get(code, 409), code, members=members)

    def answer(
        self, kind: str, outcome: Outcome, *, applied: str = "", told: Mapping[str, Any] | None = None
    ) -> Response:
        """The answer to a request. Raises the `Problem` of a refusal.

        `applied` is the wait that was granted; `told` is what was found about the request before it was sent.
        """
        receipt = receipt_text(kind, outcome.receipt)
        location = f"{self.prefix}/receipts/{receipt}"
        headers = {"preference-applied": applied} if applied else {}
        body: dict[str, Any] = {"receipt": receipt, self.subject: outcome.subject, "href": location, **(told or {})}
        if outcome.decision is None:
            return json_response(body | {"status": "pending"}, 202, {"location": location, **headers})
        data: Any = outcome.decision.data
        if (code := getattr(data, "code", None)) is not None:
            raise self.refusal_problem(code, receipt)
        path = self.made.get(type(data))
        headers["location"] = self.prefix + path.format(**data.model_dump()) if path else location
        return json_response(body | _decision(outcome.decision), 200 if path is None else 201, headers)

    def receipt_answer(self, text: str, view: ReceiptView | None) -> Response:
        """What became of a request, for whoever holds its receipt."""
        if view is None:
            return json_response({"receipt": text, "status": "pending"}, 200, {"retry-after": "1"})
        kind, place = self.parse_receipt(text)
        found = asdict(view)
        told = {
            "receipt": text,
            "status": "refused" if view.code else "decided",
            self.subject: found.pop("subject"),
            **found,
            "at": view.at.isoformat(),
            "event": decision_id(self.kinds[kind].name, place.partition, place.offset),
        }
        return json_response(told)


def receipt_text(kind: str, receipt: Receipt) -> str:
    """A receipt as clients keep it: `petition-3-17` or `signature-11-4242`."""
    return f"{kind}-{receipt.partition}-{receipt.offset}"


def json_response(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """A JSON answer."""
    return json_bytes(orjson.dumps(body), status, headers)


def json_bytes(body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """An answer whose JSON is written already."""
    return Response(body, status, {"cache-control": "no-store", **(headers or {})}, "application/json")


def _decision(decision: Recorded) -> dict[str, Any]:
    return {
        "status": "decided",
        "decision": decision.data.TYPE,
        "at": decision.event.time.isoformat(),
        "event": decision.event.id,
    }
