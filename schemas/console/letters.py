"""Requests and decisions on dead letters, version 1.

A case is one record that was set aside, by however many consumers, and every replay of it. Its name is where the record
was first: `topic/partition/offset`.
"""

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from schemas.console.parts import Operator, Reason
from schemas.payload import Part, Payload


class LetterNote(Part):
    """What is told of a letter without opening it. `tries` is how often the record had been replayed when it failed."""

    id: str
    offset: int = Field(
        ge=0, description="Where the letter stands in its topic of dead letters, which has one partition."
    )
    topic: str = Field(description="The topic the record was set aside from.")
    consumer: str
    error: str = Field(description="The kind of error: the first word of the letter's reason.")
    reason: str = Field(description="The letter's reason, personal data masked.")
    at: datetime = Field(description="When the record itself was written.")
    tries: int = Field(ge=0)
    replayable: bool = Field(description="Whether the record may be written to its topic once more.")


class LetterFilter(Part):
    """Which open cases; empty members leave the choice open."""

    topic: str
    error: str = ""
    consumer: str = ""
    since: datetime | None = Field(default=None, description="Noted at this instant or later.")


class NoteRequested(Payload):
    """A letter was found in a topic of dead letters."""

    TYPE: ClassVar[str] = "console.letter.note-requested.v1"
    case: str
    letter: LetterNote


class ReplayRequested(Payload):
    """An operator wants a record written to its topic again. `tries` is what they saw: a later one has come first."""

    TYPE: ClassVar[str] = "console.letter.replay-requested.v1"
    case: str
    tries: int = Field(ge=0)
    operator: Operator
    reason: Reason = Field(default="", max_length=1000)
    batch: str | None = None


class DiscardRequested(Payload):
    """An operator wants nothing more to be done about a record."""

    TYPE: ClassVar[str] = "console.letter.discard-requested.v1"
    case: str
    tries: int = Field(ge=0)
    operator: Operator
    reason: Reason = Field(max_length=1000)


class SentRequested(Payload):
    """The record of an ordered replay is in its topic again."""

    TYPE: ClassVar[str] = "console.letter.sent-requested.v1"
    case: str
    tries: int = Field(ge=1)
    partition: int
    offset: int


class UnsentRequested(Payload):
    """The record of an ordered replay was not written to its topic, and will not be: the case is to open again."""

    TYPE: ClassVar[str] = "console.letter.unsent-requested.v1"
    case: str
    tries: int = Field(ge=1)
    error: str = Field(max_length=1000)


class BatchRequested(Payload):
    """An operator wants every open case of a filter replayed, `total` of them as they saw."""

    TYPE: ClassVar[str] = "console.batch.start-requested.v1"
    batch: str
    filter: LetterFilter
    total: int = Field(ge=0)
    operator: Operator
    reason: Reason = Field(default="", max_length=1000)


class BatchStopRequested(Payload):
    """An operator wants the rest of a batch left alone."""

    TYPE: ClassVar[str] = "console.batch.stop-requested.v1"
    batch: str
    operator: Operator


class BatchEndRequested(Payload):
    """No open case of the filter is left."""

    TYPE: ClassVar[str] = "console.batch.end-requested.v1"
    batch: str


class LetterNoted(Payload):
    """A letter is known."""

    TYPE: ClassVar[str] = "console.letter.noted.v1"
    case: str
    letter: LetterNote


class ReplayOrdered(Payload):
    """The record of a letter is to be written to its topic once more, as its try of this number."""

    TYPE: ClassVar[str] = "console.letter.replay-ordered.v1"
    case: str
    letter: LetterNote
    tries: int = Field(ge=1)
    operator: Operator
    reason: Reason
    batch: str | None


class LetterDiscarded(Payload):
    """Nothing more is to be done about the record."""

    TYPE: ClassVar[str] = "console.letter.discarded.v1"
    case: str
    operator: Operator
    reason: Reason


class Replayed(Payload):
    """The record stands in its topic again."""

    TYPE: ClassVar[str] = "console.letter.replayed.v1"
    case: str
    tries: int
    partition: int
    offset: int


class ReplayFailed(Payload):
    """An ordered replay was not carried out: the case is open again."""

    TYPE: ClassVar[str] = "console.letter.replay-failed.v1"
    case: str
    tries: int
    error: str


class BatchStarted(Payload):
    """Every open case of the filter, noted before this, is to be replayed."""

    TYPE: ClassVar[str] = "console.batch.started.v1"
    batch: str
    filter: LetterFilter
    total: int
    operator: Operator
    reason: Reason


class BatchStopped(Payload):
    """The rest of the batch is left alone."""

    TYPE: ClassVar[str] = "console.batch.stopped.v1"
    batch: str
    operator: Operator


class BatchEnded(Payload):
    """Every case of the batch was ordered."""

    TYPE: ClassVar[str] = "console.batch.ended.v1"
    batch: str
