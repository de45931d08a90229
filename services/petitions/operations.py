"""The kinds of operations that the API has: what somebody asks for, and what only they may read."""

from collections.abc import Sequence
from typing import Final

from pydantic import BaseModel

from kenes.web.limits import Endpoint
from kenes.web.openapi import Operation, Parameter
from services.petitions.domain.refusals import Refusal
from services.petitions.views import RequestAnswer

ONE: Final = "/petitions/{petition}"
"""The path of a petition."""

WHO_PROBLEMS: Final = (
    Refusal.UNDER_AGE,
    Refusal.BIRTH_DATE_MISSING,
    Refusal.ASSURANCE_TOO_LOW,
    Refusal.NOT_A_CITIZEN,
)
"""Why the rules may refuse a person."""


def own(path: str, handler: Endpoint, answer: type[BaseModel]) -> Operation:
    """What somebody reads of their own."""
    return Operation("GET", path, handler, {200: answer}, secured=True)


def write(
    method: str,
    path: str,
    handler: Endpoint,
    done: int,
    *,
    body: type[BaseModel] | None = None,
    problems: Sequence[str] = (),
    parameters: Sequence[Parameter] = (),
) -> Operation:
    """What somebody asks for: `done` is the status where it was decided in time."""
    problems = (Refusal.PETITION_UNKNOWN, *problems)
    return Operation.ask(
        method, path, handler, done, RequestAnswer, body=body, problems=problems, parameters=parameters
    )
