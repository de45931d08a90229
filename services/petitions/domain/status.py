"""Where a petition can be in its life, and what it keeps of its course."""

from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from schemas.petitions.v1 import AnswerOutcome, DutyKind, Goal, PaperSheet, Pseudonym, Statement, Verdict


class Status(StrEnum):
    """`closed`: the collection ended without a goal, and the petition is treated as an ordinary appeal."""

    DRAFT = "draft"
    DISCUSSION = "discussion"
    GATHERING = "gathering"
    MODERATION = "moderation"
    RETURNED = "returned"
    REJECTED = "rejected"
    COLLECTING = "collecting"
    CONSIDERATION = "consideration"
    ANSWERED = "answered"
    ARCHIVED = "archived"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    SUSPENDED = "suspended"
    RETIRED = "retired"


LISTED = (
    Status.DISCUSSION,
    Status.COLLECTING,
    Status.CONSIDERATION,
    Status.ANSWERED,
    Status.ARCHIVED,
    Status.CLOSED,
)
"""Where lists show a petition: it has been published and not taken away since, or is discussed before that.

One that closed while supporters were gathered is left out: see `Petition.listed`."""

EDITABLE = (Status.DRAFT, Status.DISCUSSION, Status.RETURNED)
"""What the author may still change, and hand in."""

NEVER_PUBLIC = (Status.DRAFT, Status.MODERATION, Status.RETURNED, Status.REJECTED)
"""What only the author and the moderators may read. Gathering petitions are read by whoever holds their address; of a
rejected one the public log tells what may be told."""

TAKEN_AWAY = (Status.WITHDRAWN, Status.SUSPENDED, Status.RETIRED)
"""Where a petition goes no further; who may read it is as it was before."""


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True)


class Milestone(_Kept):
    """One line of a petition's timeline. `rule` is the place in the pinned rule pack that was applied."""

    what: str
    at: datetime
    reason: str | None = None
    rule: str | None = None


class Discussion(_Kept):
    """A public discussion of the text, from `revision` on; `ripe` once it is told.

    `comments` is how many were made. What became of each is its own affair: see `comment`.
    """

    opened_at: datetime
    ripe_at: datetime
    until: datetime | None
    revision: int
    ripe: bool = False
    comments: int = 0

    @property
    def next_at(self) -> datetime | None:
        """When the clock must look at it again."""
        return self.until if self.ripe else self.ripe_at


class Organiser(_Kept):
    """Who stands behind the text of `revision`. The name is sealed; `listed` allows to show its short form."""

    pseudonym: Pseudonym
    place: str
    revision: int
    listed: bool
    sealed: str
    owner: str
    at: datetime


class Lock(_Kept):
    """Who has the petition on the desk, and until when."""

    by: Pseudonym
    until: datetime


class Proposal(_Kept):
    """What the first of two moderators found."""

    by: Pseudonym
    verdict: Verdict
    reasons: tuple[str, ...] = ()
    explanation: str = ""


class Finding(_Kept):
    """The last verdict, for the public log. `revision` is the text it was of; 0 where that was not kept."""

    verdict: Verdict
    at: datetime
    revision: int = 0
    reasons: tuple[str, ...] = ()
    explanation: str = ""


class Reached(_Kept):
    """A goal that was reached."""

    goal: Goal
    count: int
    at: datetime


class Duty(_Kept):
    """What is owed, and by when. `remind_at` is when it is told again; an answer is owed to the goal with `effect`."""

    kind: DutyKind
    effect: str | None = None
    opened_at: datetime
    due_at: datetime
    remind_at: datetime
    reminded: bool = False
    overdue: bool = False
    done_at: datetime | None = None

    @property
    def open(self) -> bool:
        """Whether it is still owed."""
        return self.done_at is None

    @property
    def next_at(self) -> datetime | None:
        """When the clock must look at it again."""
        if not self.open or self.overdue:
            return None
        return self.due_at if self.reminded else self.remind_at


class PaperBatch(_Kept):
    """Sheets of paper that were entered together. `revision` counts what the batch has been, from 1."""

    number: int
    entered_at: datetime
    by: Pseudonym
    reference: str
    sheets: tuple[PaperSheet, ...]
    revision: int = 1
    corrected_at: datetime | None = None
    reason: str = ""

    @property
    def signatures(self) -> int:
        """All that is on its sheets."""
        return sum(each.count for sheet in self.sheets for each in sheet.counts)


class Answer(_Kept):
    """What the body says: a draft, or its answer."""

    outcome: AnswerOutcome
    statement: Statement
    at: datetime
    media: Statement | None = None
