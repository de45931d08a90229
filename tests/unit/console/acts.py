"""Acts of operators for tests: requests, and the decisions that the rules make of them, as they stand in the topic."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from kenes.kafka.records import Recorded
from schemas.console.letters import DiscardRequested, LetterNote, NoteRequested, ReplayRequested
from schemas.console.parts import Operator
from schemas.console.upkeep import Order, Outcome, OutcomeRequested, UpkeepRequested
from schemas.envelope import Event
from schemas.payload import Payload
from services.console.domain.acts import Known, decide, evolve

NOW: Final = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
LEILA: Final = Operator(id="issuer|leila", name="Leila")
PAVEL: Final = Operator(id="issuer|pavel", name="Pavel")
TOPIC: Final = "petitions.signature-requests.v1"


def note(case: str = f"{TOPIC}/3/17", tries: int = 0, *, consumer: str = "petitions/stream") -> NoteRequested:
    """A letter of `case` that came back after so many tries."""
    letter = LetterNote(
        id=f"{case}#{tries}@{consumer}",
        offset=tries,
        topic=case.rsplit("/", 2)[0],
        consumer=consumer,
        error="ValueError",
        reason="ValueError: no",
        at=NOW,
        tries=tries,
        replayable=consumer.endswith("/stream"),
    )
    return NoteRequested(case=case, letter=letter)


def replay(
    case: str = f"{TOPIC}/3/17", tries: int = 0, by: Operator = LEILA, batch: str | None = None
) -> ReplayRequested:
    """An operator who saw so many tries wants one more."""
    return ReplayRequested(case=case, tries=tries, operator=by, batch=batch)


def discard(
    case: str = f"{TOPIC}/3/17", tries: int = 0, by: Operator = LEILA, reason: str = "noise"
) -> DiscardRequested:
    """An operator who saw so many tries has had enough."""
    return DiscardRequested(case=case, tries=tries, operator=by, reason=reason)


def order(what: Order, by: Operator = LEILA) -> UpkeepRequested:
    """An operator orders something for a projection."""
    return UpkeepRequested(service="petitions", projection="tallies", order=what, operator=by)


def outcome(work: str, what: Outcome) -> OutcomeRequested:
    """The service says what became of a work."""
    return OutcomeRequested(service="petitions", projection="tallies", work=work, outcome=what, version=2, count=5)


@dataclass
class Log:
    """Decides requests in order, as the stream process does; `decisions` are what it wrote, one a second."""

    start: datetime = NOW
    known: dict[str, Known | None] = field(default_factory=dict)
    decisions: list[Recorded] = field(default_factory=list)

    def ask(self, subject: str, request: Payload) -> Payload:
        """The decision on one request."""
        number = len(self.decisions)
        at = self.start + timedelta(seconds=number)
        decided = decide(self.known.get(subject), request, f"request-{number}")
        self.known[subject] = evolve(self.known.get(subject), decided, at)
        event = Event(str(number), "/console", subject, at, decided, sequence=number, offset=number)
        self.decisions.append(Recorded(0, number, at, subject.encode(), event))
        return decided

    def ask_all(self, subject: str, requests: Iterable[Payload]) -> list[Payload]:
        """The decisions on several requests."""
        return [self.ask(subject, request) for request in requests]


def batched(decisions: Sequence[Recorded], size: int) -> list[Sequence[Recorded]]:
    """Decisions in batches of at most `size`, in order."""
    return [decisions[start : start + size] for start in range(0, len(decisions), size)]
