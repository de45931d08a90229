"""What was decided about a petition."""

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from schemas.parts import Language, PrivateEntry, Pseudonym, RulePackRef, Statement
from schemas.payload import Payload
from schemas.petitions.v1.parts import (
    AnswerOutcome,
    CloseReason,
    DutyKind,
    Goal,
    PaperSheet,
    PetitionId,
    PetitionText,
    Verdict,
)


class Created(Payload):
    """A draft exists, pinned to a rule pack and, with it, to its goals in signatures."""

    TYPE: ClassVar[str] = "petitions.petition.created.v1"
    petition: PetitionId
    author: Pseudonym
    text: PetitionText
    rules: RulePackRef
    level: str = Field(description="At which level it is raised: country, region, district or union.")
    body: str = Field(description="Who must answer, as in the role of its officials: parliament, akimat:KZ-75.")
    unit: str | None = None
    goals: tuple[Goal, ...]
    sealed: str
    mine: PrivateEntry


class Edited(Payload):
    """The text reads differently now."""

    TYPE: ClassVar[str] = "petitions.petition.edited.v1"
    petition: PetitionId
    text: PetitionText


class DiscussionBegun(Payload):
    """Everybody may read and discuss the text, and its author may change it.

    From `ripe_at` (UTC) on the author may hand it in; at `until` it ends without that, where the pack says so.
    """

    TYPE: ClassVar[str] = "petitions.petition.discussion-begun.v1"
    petition: PetitionId
    ripe_at: datetime
    until: datetime | None = None


class DiscussionRipened(Payload):
    """The text has been discussed for as long as it must be."""

    TYPE: ClassVar[str] = "petitions.petition.discussion-ripened.v1"
    petition: PetitionId


class Commented(Payload):
    """Somebody has commented on the text of `revision`, or on the draft of an answer that is named.

    Comments of a petition are numbered from 1, and so are drafts.
    """

    TYPE: ClassVar[str] = "petitions.petition.commented.v1"
    petition: PetitionId
    number: int
    by: Pseudonym
    revision: int
    language: Language
    text: str
    listed: bool
    sealed: str
    mine: PrivateEntry
    answer_draft: int | None = None


class CommentHidden(Payload):
    """A moderator has hidden a comment; that it was made still counts."""

    TYPE: ClassVar[str] = "petitions.petition.comment-hidden.v1"
    petition: PetitionId
    number: int
    by: Pseudonym
    reason: str
    explanation: str


class CommentRetracted(Payload):
    """Somebody has taken a comment of their own back; that it was made still counts."""

    TYPE: ClassVar[str] = "petitions.petition.comment-retracted.v1"
    petition: PetitionId
    number: int


class OrganiserJoined(Payload):
    """Somebody stands behind the text of `revision`. `place` is where they live, as the pack tells places apart."""

    TYPE: ClassVar[str] = "petitions.petition.organiser-joined.v1"
    petition: PetitionId
    organiser: Pseudonym
    place: str
    revision: int
    listed: bool
    sealed: str
    mine: PrivateEntry


class OrganiserLeft(Payload):
    """An organiser no longer stands behind the petition."""

    TYPE: ClassVar[str] = "petitions.petition.organiser-left.v1"
    petition: PetitionId
    organiser: Pseudonym


class GatheringBegun(Payload):
    """Supporters may sign by the direct link until `until` (UTC, exclusive); so many are needed."""

    TYPE: ClassVar[str] = "petitions.petition.gathering-begun.v1"
    petition: PetitionId
    needed: int
    until: datetime
    besides: Pseudonym | None = Field(default=None, description="Who may not sign meanwhile: the author.")


class ModerationBegun(Payload):
    """The text lies on the moderators' desk and must be decided by `due_at` (UTC); `remind_at` tells it again."""

    TYPE: ClassVar[str] = "petitions.petition.moderation-begun.v1"
    petition: PetitionId
    due_at: datetime
    remind_at: datetime


class Locked(Payload):
    """A moderator has the petition on the desk until `until` (UTC)."""

    TYPE: ClassVar[str] = "petitions.petition.locked.v1"
    petition: PetitionId
    by: Pseudonym
    until: datetime


class VerdictProposed(Payload):
    """The first of two moderators has decided; another one must decide the same."""

    TYPE: ClassVar[str] = "petitions.petition.verdict-proposed.v1"
    petition: PetitionId
    by: Pseudonym
    verdict: Verdict
    reasons: tuple[str, ...] = ()
    explanation: str = ""


class Returned(Payload):
    """Moderation gave the text back to the author, who may mend it and hand it in again."""

    TYPE: ClassVar[str] = "petitions.petition.returned.v1"
    petition: PetitionId
    by: Pseudonym
    reasons: tuple[str, ...]
    explanation: str


class Rejected(Payload):
    """Moderation found that the petition may not be published."""

    TYPE: ClassVar[str] = "petitions.petition.rejected.v1"
    petition: PetitionId
    by: Pseudonym
    reasons: tuple[str, ...]
    explanation: str


class VerdictUndone(Payload):
    """The last verdict no longer holds; the petition lies on the desk again and must be decided by `due_at`."""

    TYPE: ClassVar[str] = "petitions.petition.verdict-undone.v1"
    petition: PetitionId
    by: Pseudonym
    reason: str
    due_at: datetime
    remind_at: datetime


class Published(Payload):
    """The petition is listed and collects signatures until `closes_at` (UTC, exclusive)."""

    TYPE: ClassVar[str] = "petitions.petition.published.v1"
    petition: PetitionId
    closes_at: datetime
    by: Pseudonym | None = Field(default=None, description="The moderator; nobody where the pack asks for none.")
    checkpoint: datetime | None = Field(default=None, description="When the pack's first term ends.")


class GoalReached(Payload):
    """So many signatures have come together. `due_at` is when the body must have answered, where it must."""

    TYPE: ClassVar[str] = "petitions.petition.goal-reached.v1"
    petition: PetitionId
    goal: Goal
    count: int
    due_at: datetime | None = None
    remind_at: datetime | None = None


class PaperEntered(Payload):
    """A registrar counted sheets of paper. Batches of a petition are numbered from 1."""

    TYPE: ClassVar[str] = "petitions.petition.paper-entered.v1"
    petition: PetitionId
    batch: int
    by: Pseudonym
    reference: str
    sheets: tuple[PaperSheet, ...]


class PaperCorrected(Payload):
    """Other sheets stand in the place of those of a batch. `revision` counts what a batch has been, from 1."""

    TYPE: ClassVar[str] = "petitions.petition.paper-corrected.v1"
    petition: PetitionId
    batch: int
    revision: int
    by: Pseudonym
    sheets: tuple[PaperSheet, ...]
    reason: str


class CheckpointPassed(Payload):
    """At the end of the pack's first term there were signatures enough to go on."""

    TYPE: ClassVar[str] = "petitions.petition.checkpoint-passed.v1"
    petition: PetitionId
    count: int


class DutyReminded(Payload):
    """A duty is due soon."""

    TYPE: ClassVar[str] = "petitions.petition.duty-reminded.v1"
    petition: PetitionId
    kind: DutyKind
    due_at: datetime


class DutyMissed(Payload):
    """A duty was not done in time. It remains."""

    TYPE: ClassVar[str] = "petitions.petition.duty-missed.v1"
    petition: PetitionId
    kind: DutyKind
    due_at: datetime


class Closed(Payload):
    """The petition no longer collects. Without a goal reached it is treated as an ordinary appeal."""

    TYPE: ClassVar[str] = "petitions.petition.closed.v1"
    petition: PetitionId
    reason: CloseReason
    archive_at: datetime | None = None


class Withdrawn(Payload):
    """The author took the petition back."""

    TYPE: ClassVar[str] = "petitions.petition.withdrawn.v1"
    petition: PetitionId
    reason: str


class Suspended(Payload):
    """A court stopped the petition."""

    TYPE: ClassVar[str] = "petitions.petition.suspended.v1"
    petition: PetitionId
    act: str


class Resumed(Payload):
    """A court let the petition go on; its terms are longer by the pause. `closes_at` is set where it can be signed."""

    TYPE: ClassVar[str] = "petitions.petition.resumed.v1"
    petition: PetitionId
    act: str
    closes_at: datetime | None = None


class Retired(Payload):
    """The petition ended in favour of another."""

    TYPE: ClassVar[str] = "petitions.petition.retired.v1"
    petition: PetitionId
    in_favour_of: PetitionId
    reason: str


class ChargeTaken(Payload):
    """The body that must answer has begun to consider the petition."""

    TYPE: ClassVar[str] = "petitions.petition.charge-taken.v1"
    petition: PetitionId
    body: str


class AuthorInvited(Payload):
    """The body has invited the author to be heard."""

    TYPE: ClassVar[str] = "petitions.petition.author-invited.v1"
    petition: PetitionId
    message: str


class AnswerDrafted(Payload):
    """The body has published what it means to decide."""

    TYPE: ClassVar[str] = "petitions.petition.answer-drafted.v1"
    petition: PetitionId
    outcome: AnswerOutcome
    statement: Statement


class Answered(Payload):
    """The body has answered the goal with this `effect`; where it is left out, all that was owed until then."""

    TYPE: ClassVar[str] = "petitions.petition.answered.v1"
    petition: PetitionId
    outcome: AnswerOutcome
    statement: Statement
    media: Statement | None = None
    archive_at: datetime | None = None
    effect: str | None = None


class Archived(Payload):
    """The petition was put away; it can still be read."""

    TYPE: ClassVar[str] = "petitions.petition.archived.v1"
    petition: PetitionId


class PetitionRefused(Payload):
    """A life-cycle request changed nothing. `code` is a stable word of `Refusal`."""

    TYPE: ClassVar[str] = "petitions.petition.refused.v1"
    petition: PetitionId
    request: str = Field(description="The type of the request that was refused.")
    code: str
