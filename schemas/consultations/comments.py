"""Requests and decisions on comments, version 1. The key is the consultation: its comments have one order."""

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from schemas.consultations.parts import Anchor, CommentId, ConsultationId, ReplyOutcome, Stakeholder
from schemas.parts import Actor, Eligibility, Language, PrivateEntry, Pseudonym, Seen, Statement
from schemas.payload import Part, Payload
from schemas.prose import Prose

LONGEST_COMMENT = 10_000
"""Letters of a comment."""

MOST_REACHED = 1_000
"""Comments that the answer to their campaign reaches by one decision."""


class CampaignAnswer(Part):
    """The answer to a campaign: `sequence` is that of the decision that gave it, `at` its time, UTC."""

    sequence: int = Field(ge=0)
    at: datetime
    outcome: ReplyOutcome
    statement: Statement


class CommentRequest(Payload):
    """What all requests on comments have."""

    consultation: ConsultationId
    comment: CommentId
    seen: Seen


class PostRequested(CommentRequest):
    """Somebody comments on a clause, on a passage of it, or on the whole; or replies to the comment `parent`."""

    TYPE: ClassVar[str] = "consultations.comment.post-requested.v1"
    actor: Actor
    eligibility: Eligibility
    version: int = Field(ge=1, description="The version that was read.")
    anchor: Anchor | None = None
    parent: CommentId | None = None
    thread: CommentId | None = Field(default=None, description="The comment at the head of the thread.")
    depth: int = Field(default=0, ge=0, description="How many comments it stands under.")
    stakeholder: Stakeholder
    verified: bool = Field(description="The class is claimed as one that the identity provider vouches for.")
    language: Language
    text: Prose = Field(min_length=1, max_length=LONGEST_COMMENT)
    listed: bool = Field(description="Show first name and initial beside the comment.")
    sealed: str = Field(description="The author's name and identifier, under the author's key.")
    mine: PrivateEntry


class RetractRequested(CommentRequest):
    """The author takes a comment back."""

    TYPE: ClassVar[str] = "consultations.comment.retract-requested.v1"
    actor: Actor


class HideRequested(CommentRequest):
    """A moderator hides a comment, for a reason that is public."""

    TYPE: ClassVar[str] = "consultations.comment.hide-requested.v1"
    actor: Actor
    reason: str = Field(min_length=3, max_length=40, description="Code of the rule that it breaks.")
    explanation: Prose = Field(min_length=10, max_length=2_000)


class RestoreRequested(CommentRequest):
    """A moderator shows a hidden comment again."""

    TYPE: ClassVar[str] = "consultations.comment.restore-requested.v1"
    actor: Actor
    explanation: Prose = Field(min_length=10, max_length=2_000)


class ReplyRequested(CommentRequest):
    """The body answers a comment."""

    TYPE: ClassVar[str] = "consultations.comment.reply-requested.v1"
    actor: Actor
    outcome: ReplyOutcome
    statement: Statement


class CampaignReplyRequested(CommentRequest):
    """The body answers all comments that say what `comment` says, those to come included."""

    TYPE: ClassVar[str] = "consultations.comment.campaign-reply-requested.v1"
    actor: Actor
    outcome: ReplyOutcome
    statement: Statement


class CampaignReachRequested(Payload):
    """The clock found comments that the answer given to `comment` answers, and has not reached yet."""

    TYPE: ClassVar[str] = "consultations.comment.campaign-reach-requested.v1"
    consultation: ConsultationId
    comment: CommentId
    answer: CampaignAnswer
    before: int = Field(ge=0, description="How many comments this answer has reached by now.")
    comments: tuple[CommentId, ...] = Field(min_length=1, max_length=MOST_REACHED)


class Posted(Payload):
    """The comment stands, and is owed an answer by `due_at`, UTC, where it is set."""

    TYPE: ClassVar[str] = "consultations.comment.posted.v1"
    consultation: ConsultationId
    comment: CommentId
    author: Pseudonym
    version: int
    anchor: Anchor | None
    parent: CommentId | None
    thread: CommentId | None
    depth: int
    stakeholder: Stakeholder
    verified: bool
    region: str | None
    language: Language
    text: str
    listed: bool
    sealed: str
    mine: PrivateEntry
    due_at: datetime | None


class Retracted(Payload):
    """The author took the comment back. Nothing is owed to it."""

    TYPE: ClassVar[str] = "consultations.comment.retracted.v1"
    consultation: ConsultationId
    comment: CommentId


class Hidden(Payload):
    """The comment is hidden; that it was made still counts."""

    TYPE: ClassVar[str] = "consultations.comment.hidden.v1"
    consultation: ConsultationId
    comment: CommentId
    reason: str
    explanation: str


class Restored(Payload):
    """The comment is shown again."""

    TYPE: ClassVar[str] = "consultations.comment.restored.v1"
    consultation: ConsultationId
    comment: CommentId
    explanation: str


class Replied(Payload):
    """The body has answered the comment. A later answer takes the place of an earlier one."""

    TYPE: ClassVar[str] = "consultations.comment.replied.v1"
    consultation: ConsultationId
    comment: CommentId
    outcome: ReplyOutcome
    statement: Statement


class CampaignReplied(Payload):
    """The body has answered everybody who says what `comment` says."""

    TYPE: ClassVar[str] = "consultations.comment.campaign-replied.v1"
    consultation: ConsultationId
    comment: CommentId
    outcome: ReplyOutcome
    statement: Statement


class CampaignReached(Payload):
    """The answer given to `comment` has reached these, which say the same. It reaches each comment once."""

    TYPE: ClassVar[str] = "consultations.comment.campaign-reached.v1"
    consultation: ConsultationId
    comment: CommentId
    answer: CampaignAnswer
    before: int = Field(description="How many comments the answer had reached before.")
    comments: tuple[CommentId, ...]


class CommentRefused(Payload):
    """A request on a comment changed nothing. `code` is a stable word of `Refusal`."""

    TYPE: ClassVar[str] = "consultations.comment.refused.v1"
    consultation: ConsultationId
    comment: CommentId
    request: str = Field(description="The type of the request that was refused.")
    code: str
