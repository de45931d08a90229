"""Everything that is decided about one subject: a case, the batches of a topic, or the upkeep of a projection."""

from datetime import datetime
from typing import TypeAlias

from schemas.console.letters import (
    BatchEnded,
    BatchEndRequested,
    BatchRequested,
    BatchStarted,
    BatchStopped,
    BatchStopRequested,
    DiscardRequested,
    LetterDiscarded,
    LetterNoted,
    NoteRequested,
    Replayed,
    ReplayFailed,
    ReplayOrdered,
    ReplayRequested,
    SentRequested,
    UnsentRequested,
)
from schemas.console.upkeep import OutcomeNoted, OutcomeRequested, UpkeepOrdered, UpkeepRequested
from schemas.payload import Payload
from services.console.domain import batches, letters, upkeep
from services.console.domain.batches import Batches
from services.console.domain.letters import Case
from services.console.domain.upkeep import NOTHING, Upkeep

Known: TypeAlias = Case | Batches | Upkeep
"""What the rules know of one subject."""


class MismatchError(TypeError):
    """A request about another kind of thing than its subject is."""


def decide(known: Known | None, request: Payload, request_id: str) -> Payload:
    """The decision on a request. Raises `MismatchError`."""
    match request, known:
        case (
            (NoteRequested() | ReplayRequested() | DiscardRequested() | SentRequested() | UnsentRequested()),
            (Case() | None),
        ):
            return letters.decide(known, request)
        case ((BatchRequested() | BatchStopRequested() | BatchEndRequested()), (Batches() | None)):
            return batches.decide(known, request)
        case ((UpkeepRequested() | OutcomeRequested()), (Upkeep() | None)):
            return upkeep.decide(known or NOTHING, request, request_id)
        case _:
            raise MismatchError(f"{request.TYPE} about {type(known).__name__}")


def evolve(known: Known | None, decision: Payload, at: datetime) -> Known | None:
    """What is known after a decision taken at `at`. A refusal leaves no trace."""
    match decision, known:
        case ((LetterNoted() | ReplayOrdered() | LetterDiscarded() | Replayed() | ReplayFailed()), (Case() | None)):
            return letters.evolve(known, decision, at)
        case ((BatchStarted() | BatchStopped() | BatchEnded()), (Batches() | None)):
            return batches.evolve(known, decision, at)
        case ((UpkeepOrdered() | OutcomeNoted()), (Upkeep() | None)):
            return upkeep.evolve(known or NOTHING, decision, at)
        case _:
            return known
