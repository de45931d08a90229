"""A record that was set aside: it stands open, is replayed, perhaps comes back, or is discarded with a reason."""

from datetime import datetime
from enum import StrEnum
from typing import Literal

from schemas.console.letters import (
    DiscardRequested,
    LetterDiscarded,
    LetterNote,
    LetterNoted,
    NoteRequested,
    Replayed,
    ReplayFailed,
    ReplayOrdered,
    ReplayRequested,
    SentRequested,
    UnsentRequested,
)
from schemas.payload import Payload
from services.console.domain.parts import Mark, State
from services.console.domain.refusals import Refusal, refused

LetterRequest = NoteRequested | ReplayRequested | DiscardRequested | SentRequested | UnsentRequested


class Standing(StrEnum):
    """Where a case stands. `replayed` ends well unless another letter comes."""

    OPEN = "open"
    ORDERED = "ordered"
    REPLAYED = "replayed"
    DISCARDED = "discarded"


class Case(State):
    """`known` are the ids of its letters, `letter` is the newest, `tries` how often a replay was ordered."""

    kind: Literal["case"] = "case"
    letter: LetterNote
    known: tuple[str, ...]
    tries: int = 0
    standing: Standing = Standing.OPEN
    last: Mark | None = None


def decide(case: Case | None, request: LetterRequest) -> Payload:
    """The decision on a request about one case."""
    if isinstance(request, NoteRequested):
        if case is not None and request.letter.id in case.known:
            return refused(request, Refusal.LETTER_KNOWN)
        return LetterNoted(case=request.case, letter=request.letter)
    if case is None:
        return refused(request, Refusal.LETTER_UNKNOWN)
    match request:
        case SentRequested() | UnsentRequested():
            return _outcome(case, request)
        case ReplayRequested() | DiscardRequested():
            return _act(case, request)


def _outcome(case: Case, request: SentRequested | UnsentRequested) -> Payload:
    if case.standing is not Standing.ORDERED or case.tries != request.tries:
        return refused(request, Refusal.NOT_ORDERED, case.last)
    if isinstance(request, UnsentRequested):
        return ReplayFailed(case=request.case, tries=request.tries, error=request.error)
    return Replayed(case=request.case, tries=request.tries, partition=request.partition, offset=request.offset)


def _act(case: Case, request: ReplayRequested | DiscardRequested) -> Payload:
    """Whoever saw another try than the newest, or a case that is open no more, comes second."""
    if case.standing is not Standing.OPEN or case.tries != request.tries:
        return refused(request, Refusal.ALREADY_ACTED, case.last)
    if isinstance(request, DiscardRequested):
        if not request.reason.strip():
            return refused(request, Refusal.REASON_MISSING)
        return LetterDiscarded(case=request.case, operator=request.operator, reason=request.reason.strip())
    if not case.letter.replayable:
        return refused(request, Refusal.NOT_REPLAYABLE)
    return ReplayOrdered(
        case=request.case,
        letter=case.letter,
        tries=case.tries + 1,
        operator=request.operator,
        reason=request.reason.strip(),
        batch=request.batch,
    )


def evolve(case: Case | None, decision: Payload, at: datetime) -> Case | None:
    """The case after a decision."""
    if isinstance(decision, LetterNoted):
        return _noted(case, decision.letter)
    if case is None:
        return None
    match decision:
        case ReplayOrdered(tries=tries, operator=operator):
            return _with(case, standing=Standing.ORDERED, tries=tries, last=Mark(by=operator, at=at))
        case LetterDiscarded(operator=operator):
            return _with(case, standing=Standing.DISCARDED, last=Mark(by=operator, at=at))
        case Replayed() | ReplayFailed():
            return _with(case, standing=Standing.REPLAYED if isinstance(decision, Replayed) else Standing.OPEN)
        case _:
            return case


def _noted(case: Case | None, letter: LetterNote) -> Case:
    """A letter of the newest try opens the case again; one of an earlier try, from another consumer, does not."""
    if case is None:
        return Case(letter=letter, known=(letter.id,), tries=letter.tries)
    known = (*case.known, letter.id)
    if letter.tries < case.tries or case.standing is Standing.DISCARDED:
        return _with(case, known=known)
    return _with(case, known=known, letter=letter, tries=letter.tries, standing=Standing.OPEN)


def _with(case: Case, **changes: object) -> Case:
    return case.model_copy(update=changes)
