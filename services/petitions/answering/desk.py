"""What the body that must answer owes, and what it has written so far."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, get_args

from kenes.mongo.client import Database
from kenes.mongo.projection import LiveCollections, Projection
from kenes.readability import Readability, readability
from schemas.petitions.v1 import DutyKind, Language
from services.petitions.domain.answering import ANSWERABLE, owed
from services.petitions.domain.petition import Petition
from services.petitions.domain.rules import RulePacks
from services.petitions.domain.status import Duty
from services.petitions.projection import load_petition

LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
STATEMENT: Final[dict[str, Language]] = {each: each for each in LANGUAGES}
MEDIA: Final[dict[str, Language]] = {f"media_{each}": each for each in LANGUAGES}
FIELDS: Final = ("outcome", "effect", *STATEMENT, *MEDIA)
"""The controls of the form an answer is written in; `effect` is that of the goal it answers."""

Values = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Owed:
    """An answer that is owed to a petition."""

    petition: Petition
    duty: Duty

    def overdue(self, now: datetime) -> bool:
        """Whether it should have come before `now`."""
        return self.duty.overdue or self.duty.due_at <= now


def is_agency(roles: Collection[str]) -> bool:
    """Whether somebody with these roles may answer for any body."""
    return any(role.startswith("agency:") for role in roles)


def answers_for(petition: Petition, roles: Collection[str], packs: RulePacks) -> bool:
    """Whether somebody with these roles may answer this petition."""
    return packs.pinned(petition.rules).role_of_body(petition.unit) in roles


def owed_to(petition: Petition) -> Owed | None:
    """The answer that is owed to a petition, if one is."""
    duty = owed(petition)
    return None if duty is None else Owed(petition, duty)


class DutyReads:
    """Reads the petitions that an answer is owed to."""

    def __init__(self, database: Database, projections: Sequence[Projection]) -> None:
        self._live = LiveCollections(database, projections)

    async def owed(self, roles: Collection[str], packs: RulePacks) -> list[Owed]:
        """What those with these roles owe, what is due first on top."""
        query = {"status": {"$in": [str(each) for each in ANSWERABLE]}, "duties.kind": str(DutyKind.ANSWER)}
        petitions = [load_petition(document) async for document in (await self._live.of("petitions")).find(query)]
        return by_due_date(petitions, roles, packs)


def by_due_date(petitions: Sequence[Petition], roles: Collection[str], packs: RulePacks) -> list[Owed]:
    """Of these petitions, the answers that those with these roles owe."""
    mine = [each for petition in petitions if answers_for(petition, roles, packs) and (each := owed_to(petition))]
    return sorted(mine, key=lambda each: each.duty.due_at)


def answer_body(values: Values, *, final: bool) -> dict[str, Any]:
    """What was written, as the body of a request for a draft or, `final`, for the answer.

    A statement to the media goes with an answer, and only where something of it was written.
    """
    body: dict[str, Any] = {"outcome": values.get("outcome", ""), "statement": _statement(values, STATEMENT)}
    if final:
        told = _statement(values, MEDIA)
        body["effect"] = values.get("effect") or None
        body["media"] = told if any(told.values()) else None
    return body


def field_of(location: Sequence[int | str]) -> str:
    """The control that an error of the body's validation is about."""
    if len(location) < 2:
        return "outcome" if location[:1] == ("outcome",) else "kk"
    return f"media_{location[1]}" if location[0] == "media" else str(location[1])


def checked(values: Values) -> list[tuple[str, Readability]]:
    """How hard each text of an answer is, by the name of its control."""
    found = [(name, readability(values.get(name, ""), language)) for name, language in {**STATEMENT, **MEDIA}.items()]
    return [(name, each) for name, each in found if each is not None]


def _statement(values: Values, names: Mapping[str, Language]) -> dict[str, str | None]:
    return {language: values.get(name) or None for name, language in names.items()}
