"""Logs of comments that follow campaigns, are answered one by one or together, and are taken back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from kenes.kafka.records import Recorded
from schemas.consultations.comments import CampaignReplied, Hidden, Posted, Replied, Retracted
from schemas.consultations.parts import ReplyOutcome, Stakeholder
from schemas.payload import Payload
from schemas.topics import COMMENTS
from services.consultations.campaigns.clustering import MEMBERS
from services.consultations.campaigns.membership import membership
from services.consultations.ledger.folding import LEDGER
from tests.unit.consultations.hearings import MINE, NOW, STATEMENT, recorded
from tests.unit.store import Store, project

BASE: Final = "мы просим оставить статью пять закона о медиа такой какой она была до этой осени и не менять её больше"

TEXTS: Final = (
    BASE,
    BASE.upper() + "!",
    BASE.replace("осени", "весны"),
    BASE.replace("мы просим", "прошу вас"),
    BASE.replace("осени", "весны").replace("мы просим", "прошу вас") + " никогда",
    "журналист вправе не называть источник пока этого не потребует суд вот что должно стоять в законе",
    "срок ответа на запрос слишком велик",
    "қолдаймын",
)
"""Some say the same, some nearly; two groups of them may join later."""

WHO: Final[dict[str, Any]] = {"consultation": "c"}


def due_of(number: int) -> datetime | None:
    """When an answer to a comment is due; every fifth is owed none."""
    return None if number % 5 == 4 else NOW + timedelta(days=number % 3, hours=number % 2)


def posted(number: int, text: str, consultation: str = "c") -> Posted:
    """The comment of this number."""
    return Posted(
        consultation=consultation,
        comment=f"{consultation}-{number}",
        author=f"person-{number // 2}",
        version=1,
        anchor=None,
        parent=None,
        thread=None,
        depth=0,
        stakeholder=Stakeholder.PUBLIC,
        verified=False,
        region=None,
        language="ru",
        text=text,
        listed=True,
        sealed="",
        mine=MINE,
        due_at=due_of(number),
    )


def log_of(steps: Sequence[tuple[str, int, int]]) -> list[Recorded]:
    """Decisions as deciding would let them be: each step is what happens, to which comment, with which text.

    Comments of even numbers are of one consultation, those of odd ones of another, in the same partition.
    """
    made: dict[int, str] = {}
    gone: set[int] = set()
    decisions: list[Payload] = []
    for what, number, text in steps:
        consultation = "cd"[number % 2]
        told: dict[str, Any] = {"consultation": consultation, "comment": f"{consultation}-{number}"}
        answer = {**told, "outcome": ReplyOutcome.NOTED, "statement": STATEMENT}
        if number not in made:
            made[number] = consultation
            decisions.append(posted(number, TEXTS[text], consultation))
        elif number in gone:
            continue
        elif what == "retract":
            gone.add(number)
            decisions.append(Retracted(**told))
        elif what == "reply":
            decisions.append(Replied(**answer))
        elif what == "campaign":
            decisions.append(CampaignReplied(**answer))
        else:
            decisions.append(Hidden(**told, reason="abuse", explanation="It is an insult."))
    return recorded(COMMENTS, decisions)


def stored(log: Sequence[Recorded], cuts: Sequence[int]) -> Store:
    """What the ledger keeps of a log that comes in batches of these sizes."""
    return project(LEDGER, log, cuts)


def clusters(store: Store) -> dict[str, str]:
    """The campaign of each comment."""
    asking = membership(store.collections.get(MEMBERS, {}))
    try:
        lookup = next(asking)
        while True:
            lookup = asking.send(store.find(lookup))
    except StopIteration as done:
        found: dict[str, str] = done.value.clusters
        return found
