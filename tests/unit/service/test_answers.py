"""What every service answers about a request is what its models, and so its OpenAPI document, say."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import orjson
import pytest
from pydantic import BaseModel
from starlette.responses import Response

from kenes.kafka.records import Receipt, Recorded
from kenes.service.answers import Answers, ReceiptView
from kenes.service.asking import Outcome
from services.consultations import views as consultations
from services.consultations.answers import ANSWERS as CONSULTATIONS
from services.notifications.following import views as followers
from services.notifications.following.answers import ANSWERS as FOLLOWERS
from services.notifications.streams import views as streams
from services.notifications.streams.answers import ANSWERS as STREAMS
from services.petitions import views as petitions
from services.petitions.answers import ANSWERS as PETITIONS

AT = datetime(2026, 9, 1, tzinfo=UTC)
DECISION = cast(
    "Recorded", SimpleNamespace(data=SimpleNamespace(TYPE="made.v1"), event=SimpleNamespace(id="e", time=AT))
)
SERVICES: list[tuple[Answers, Any]] = [
    (PETITIONS, petitions),
    (CONSULTATIONS, consultations),
    (FOLLOWERS, followers),
    (STREAMS, streams),
]


def fits(model: type[BaseModel], answer: Response) -> BaseModel:
    """The answer by its model, which has all that the answer has."""
    told = orjson.loads(bytes(answer.body))
    assert told.keys() <= model.model_fields.keys()
    return model.model_validate(told)


@pytest.mark.parametrize(("decision", "status"), [(None, "pending"), (DECISION, "decided")])
@pytest.mark.parametrize(("answers", "views"), SERVICES)
def test_an_answer_to_a_request_is_what_its_model_says(
    answers: Answers, views: Any, decision: Recorded | None, status: str
) -> None:
    kind = next(iter(answers.kinds))
    told: Any = fits(views.AskedAnswer, answers.answer(kind, Outcome(Receipt(3, 17), "s", decision)))
    assert (told.receipt, told.status, getattr(told, answers.subject)) == (f"{kind}-3-17", status, "s")
    assert told.at == (None if decision is None else AT)


@pytest.mark.parametrize("code", [None, "not-allowed"])
@pytest.mark.parametrize(("answers", "views"), SERVICES)
def test_what_became_of_a_request_is_what_its_model_says(answers: Answers, views: Any, code: str | None) -> None:
    text = f"{next(iter(answers.kinds))}-3-17"
    waiting: Any = fits(views.ReceiptAnswer, answers.receipt_answer(text, None))
    assert (waiting.status, getattr(waiting, answers.subject)) == ("pending", None)
    found: Any = fits(views.ReceiptAnswer, answers.receipt_answer(text, ReceiptView("s", "made.v1", code, AT)))
    assert (found.status, found.code, found.at) == ("refused" if code else "decided", code, AT)
    assert getattr(found, answers.subject) == "s"
