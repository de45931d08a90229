"""What is being prepared is the body's alone; everything else is everybody's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

import pytest
from starlette.requests import Request

from kenes.identity.person import Assurance, Person
from kenes.web.problems import Problem
from services.consultations.callers import ConsultationCallers
from services.consultations.domain.consultation import Consultation
from services.consultations.queries import Queries
from tests.unit.consultations.hearings import PATHS, WITHDRAW, lived

LIVES = {**PATHS, "recalled": [*PATHS["ready"], (WITHDRAW, timedelta())]}


@dataclass(frozen=True)
class Stored:
    """One consultation, or none."""

    found: Consultation | None

    async def consultation(self, _id: str) -> Consultation | None:
        return self.found


async def by_role(request: Request) -> Person:
    """Believes a token that is a role; refuses `nobody`."""
    role = request.headers["authorization"]
    if role == "nobody":
        raise Problem(401, "token-malformed")
    return Person("i", "s", "Дана", "Оспанова", None, None, Assurance.HIGH, citizen=True, roles=frozenset({role}))


async def asked(state: str, token: str | None = None) -> Consultation:
    headers = [] if token is None else [(b"authorization", token.encode())]
    scope: dict[str, Any] = {"type": "http", "headers": headers, "path_params": {"consultation": "c"}}
    callers = ConsultationCallers(by_role, 0.0, cast("Queries", Stored(lived(LIVES[state]))))
    return await callers.consultation(Request(scope))


@pytest.mark.parametrize("token", [None, "citizen", "agency:kz-government"])
async def test_everybody_reads_what_is_or_was_open(token: str | None) -> None:
    assert (await asked("open", token)).id == "c"


async def test_officials_of_the_body_read_what_they_prepare() -> None:
    for state in ("preparation", "recalled"):
        assert (await asked(state, "agency:kz-government")).id == "c"


@pytest.mark.parametrize("token", [None, "citizen", "agency:kz-akimat"])
async def test_to_all_others_it_is_not_there(token: str | None) -> None:
    for state in ("preparation", "recalled"):
        with pytest.raises(Problem, match="consultation-unknown"):
            await asked(state, token)
    with pytest.raises(Problem, match="consultation-unknown"):
        await asked("nothing", token)


async def test_a_bad_token_is_told_so_rather_than_taken_for_none() -> None:
    with pytest.raises(Problem, match="token-malformed"):
        await asked("preparation", "nobody")
