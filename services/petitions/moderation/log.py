"""The public moderation log: every verdict with its reasons, and whether it was taken back. Pure; rebuildable."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from pydantic import BaseModel, ConfigDict

from kenes.kafka.records import Recorded
from kenes.mongo.client import Document
from kenes.mongo.folding import Folding, look_up
from kenes.mongo.operations import Insert, Put, Update
from kenes.mongo.projection import Index, Projection
from schemas.envelope import sequence_of
from schemas.payload import Payload
from schemas.petitions.v1 import (
    Created,
    Edited,
    PetitionText,
    Published,
    Rejected,
    Returned,
    RulePackRef,
    Verdict,
    VerdictUndone,
)
from schemas.topics import PETITIONS

WITHHOLDING: Final = frozenset({"insulting", "personal-data"})
"""Reasons for which the log does not repeat the title: it may be what the verdict is about."""

_VERDICTS: Final[dict[type[Payload], Verdict]] = {
    Returned: Verdict.RETURN,
    Rejected: Verdict.REJECT,
    Published: Verdict.APPROVE,
}


class LogEntry(BaseModel):
    """One verdict. `title` is `None` where it is withheld; who decided is not told."""

    model_config = ConfigDict(frozen=True)

    id: str
    petition: str
    at: datetime
    verdict: Verdict
    title: str | None
    language: str
    rules: RulePackRef
    reasons: tuple[str, ...]
    explanation: str
    undone_at: datetime | None = None
    undone_because: str | None = None


def load_entry(document: Document) -> LogEntry:
    """The entry in a document."""
    return LogEntry.model_validate({"id": document["_id"], **document})


def fold_log(decisions: Sequence[Recorded]) -> Folding:
    """The fold into `moderation_log`, and `judged`: of each petition what its next verdict will be about."""
    judged: dict[str, Document] = yield from look_up("judged", (decision.event.subject for decision in decisions))
    changed: dict[str, None] = {}
    for decision in decisions:
        data, subject = decision.data, decision.event.subject
        match data:
            case Created():
                judged[subject] = {
                    "_id": subject,
                    "rules": data.rules.model_dump(),
                    "entry": None,
                    **_heading(data.text),
                }
            case Edited():
                judged[subject] = judged[subject] | _heading(data.text)
            # A pack without moderation publishes by nobody's verdict.
            case Returned() | Rejected() | Published(by=str()):
                entry = _entry(decision, data, judged[subject])
                yield Insert("moderation_log", entry)
                judged[subject] = judged[subject] | {"entry": entry["_id"]}
            case VerdictUndone():
                undone = {"undone_at": decision.event.time, "undone_because": data.reason}
                yield Update("moderation_log", judged[subject]["entry"], {"$set": undone})
            case _:
                continue
        changed[subject] = None
    for subject in changed:
        yield Put("judged", judged[subject])


def _heading(text: PetitionText) -> Document:
    return {"title": text.title, "language": text.language}


def _entry(decision: Recorded, data: Returned | Rejected | Published, judged: Document) -> Document:
    reasons = () if isinstance(data, Published) else data.reasons
    return {
        "_id": f"{decision.partition}-{sequence_of(decision.event)}",
        "petition": decision.event.subject,
        "at": decision.event.time,
        "verdict": str(_VERDICTS[type(data)]),
        "title": None if WITHHOLDING.intersection(reasons) else judged["title"],
        "language": judged["language"],
        "rules": judged["rules"],
        "reasons": list(reasons),
        "explanation": "" if isinstance(data, Published) else data.explanation,
    }


PROJECTION: Final = Projection(
    name="moderation",
    topic=PETITIONS,
    collections={"moderation_log": (Index(("at", "_id")),), "judged": ()},
    fold=fold_log,
)
