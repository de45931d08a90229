"""The trail: every act of an operator, and what services said became of it. Pure; rebuildable."""

from collections.abc import Sequence
from typing import Any, Final

from kenes.kafka.records import Recorded
from kenes.mongo.client import Document
from kenes.mongo.folding import Folding
from kenes.mongo.operations import Insert
from kenes.mongo.projection import Index, Projection
from schemas.console.letters import BatchStarted, BatchStopped, LetterDiscarded, ReplayFailed, ReplayOrdered
from schemas.console.upkeep import OutcomeNoted, UpkeepOrdered
from schemas.envelope import sequence_of
from schemas.payload import Payload
from schemas.topics import ACTS


def fold_trail(decisions: Sequence[Recorded]) -> Folding:
    """The fold into `trail`, one document per act, by where it stands in the topic."""
    for decision in decisions:
        told = _told(decision.data)
        if told is not None:
            number = sequence_of(decision.event)
            yield Insert(
                "trail",
                {
                    "_id": f"{decision.partition}-{number}",
                    "number": number,
                    "at": decision.event.time,
                    "subject": decision.event.subject,
                    **told,
                },
            )


def _told(data: Payload) -> Document | None:
    """What the trail tells of a decision; nothing of what no operator did."""
    match data:
        case ReplayOrdered():
            return _by(data, "replay", data.reason, batch=data.batch, tries=data.tries)
        case LetterDiscarded():
            return _by(data, "discard", data.reason)
        case BatchStarted():
            return _by(data, "batch-start", data.reason, batch=data.batch, total=data.total)
        case BatchStopped():
            return _by(data, "batch-stop", "", batch=data.batch)
        case UpkeepOrdered():
            return _by(data, str(data.order), data.reason, work=data.work)
        case _:
            return _outcome(data)


def _by(
    data: ReplayOrdered | LetterDiscarded | BatchStarted | BatchStopped | UpkeepOrdered,
    act: str,
    reason: str,
    **told: Any,
) -> Document:
    return {"act": act, "operator": data.operator.model_dump(), "reason": reason, **told}


def _outcome(data: Payload) -> Document | None:
    match data:
        case OutcomeNoted(outcome=outcome):
            act, members = f"outcome-{outcome}", {"work", "version", "count", "differences", "error"}
        case ReplayFailed():
            act, members = "replay-failed", {"tries", "error"}
        case _:
            return None
    return {"act": act, "operator": None, "reason": "", **data.model_dump(mode="json", include=members)}


TRAIL: Final = Projection(
    name="trail", topic=ACTS, collections={"trail": (Index(("subject",)), Index(("number",)))}, fold=fold_trail
)
