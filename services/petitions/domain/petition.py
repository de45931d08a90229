"""A petition: what has been decided about it so far."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict

from schemas.petitions.v1 import (
    DutyKind,
    Goal,
    PetitionText,
    Pseudonym,
    RulePackRef,
)
from services.petitions.domain.signature import SigningWindow
from services.petitions.domain.status import (
    LISTED,
    NEVER_PUBLIC,
    TAKEN_AWAY,
    Answer,
    Discussion,
    Duty,
    Finding,
    Lock,
    Milestone,
    Organiser,
    PaperBatch,
    Proposal,
    Reached,
    Status,
)

_UNREAD = ("created", "moderation", "undone", "returned")
_STEPS = (*_UNREAD, "discussion", "gathering", "published")
"""Lines of the timeline that tell a stage from which a petition may be taken away; in some nobody may read it."""


class Petition(BaseModel):
    """What has been decided about one petition so far. `revision` counts its texts.

    `answer_drafts` counts the drafts of answers that were published, and `answer_comments` the comments on them.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    author: Pseudonym
    text: PetitionText
    revision: int = 1
    rules: RulePackRef
    unit: str | None = None
    goals: tuple[Goal, ...]
    sealed: str
    owner: str
    status: Status = Status.DRAFT
    created_at: datetime
    opened_at: datetime | None = None
    closes_at: datetime | None = None
    closed_at: datetime | None = None
    besides: Pseudonym | None = None
    published_at: datetime | None = None
    checkpoint: datetime | None = None
    needed: int | None = None
    organisers: tuple[Organiser, ...] = ()
    discussion: Discussion | None = None
    lock: Lock | None = None
    proposal: Proposal | None = None
    finding: Finding | None = None
    reached: tuple[Reached, ...] = ()
    duties: tuple[Duty, ...] = ()
    charge: str | None = None
    draft_answer: Answer | None = None
    answer_drafts: int = 0
    answer_comments: int = 0
    answers: tuple[Answer, ...] = ()
    paper: tuple[PaperBatch, ...] = ()
    suspended_from: Status | None = None
    suspended_at: datetime | None = None
    in_favour_of: str | None = None
    archive_at: datetime | None = None
    timeline: tuple[Milestone, ...] = ()

    @property
    def window(self) -> SigningWindow:
        """When it can be signed."""
        return SigningWindow(self.rules, self.opened_at, self.closes_at, self.closed_at, self.besides)

    @property
    def readable(self) -> bool:
        """Whether others than its author and the moderators may read it.

        Taken back, stopped or ended in favour of another it is what it was before: a draft stays a draft.
        """
        if self.status not in TAKEN_AWAY:
            return self.status not in NEVER_PUBLIC
        return self._step not in _UNREAD

    @property
    def _step(self) -> str | None:
        """The last stage its timeline tells."""
        return next((each.what for each in reversed(self.timeline) if each.what in _STEPS), None)

    @property
    def listed(self) -> bool:
        """Whether lists and searches show it. One that closed for want of supporters was never more than an address."""
        return self.status in LISTED and self._step != "gathering"

    @property
    def published(self) -> bool:
        """Whether everybody may find it: it was published, and that has not been undone."""
        return self.published_at is not None and self.readable

    @property
    def goal(self) -> Goal:
        """The highest goal."""
        return self.goals[-1]

    @property
    def comments(self) -> int:
        """How many comments were made: those on its text come first, those on drafts of answers after them."""
        return (0 if self.discussion is None else self.discussion.comments) + self.answer_comments

    @property
    def on_paper(self) -> int:
        """Signatures on paper, as the batches stand now."""
        return sum(batch.signatures for batch in self.paper)

    def open_duties(self, kind: DutyKind) -> list[Duty]:
        """What is owed of this kind, what is due first on top."""
        return sorted((duty for duty in self.duties if duty.open and duty.kind is kind), key=lambda duty: duty.due_at)

    def open_duty(self, kind: DutyKind) -> Duty | None:
        """The duty of this kind that is due first, if one is owed."""
        return next(iter(self.open_duties(kind)), None)

    @property
    def next_at(self) -> datetime | None:
        """When the clock must look at the petition again, or `None` while no term runs."""
        if self.status is Status.SUSPENDED:
            return None
        instants = [duty.next_at for duty in self.duties]
        if self.status is Status.DISCUSSION and self.discussion is not None:
            instants.append(self.discussion.next_at)
        if self.status in (Status.GATHERING, Status.COLLECTING) and self.closed_at is None:
            instants += [self.closes_at, self.checkpoint]
        if self.status is Status.ANSWERED:
            instants.append(self.archive_at)
        return min((each for each in instants if each is not None), default=None)
