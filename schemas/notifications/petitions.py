"""What everybody may know of petitions: no person appears here, by pseudonym or otherwise."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from schemas.notifications.about import PublicEvent
from schemas.parts import Statement
from schemas.payload import Part


class PetitionEvent(PublicEvent):
    """Something happened to a petition that everybody can read: whose text is discussed, or which was published."""


Organisers = Annotated[
    int | None, Field(description="How many people stand behind the text, where the rules ask for some.")
]


class PublicGoal(Part):
    """So many signatures, and what they bring about."""

    signatures: int
    effect: str


class PetitionDiscussionOpened(PetitionEvent):
    """Everybody may read and discuss the text, before anybody can sign it, and its author may change it.

    It is handed in at `ripe_at` (UTC) at the soonest; at `until` the discussion ends without that, where it is set.
    """

    TYPE: ClassVar[str] = "notifications.petition.discussion-opened.v1"
    ripe_at: datetime
    until: datetime | None
    organisers: Organisers = None


class PetitionTextChanged(PetitionEvent):
    """The author changed the text that is discussed; what the petition is about is told as it reads now."""

    TYPE: ClassVar[str] = "notifications.petition.text-changed.v1"


class PetitionCommented(PetitionEvent):
    """Somebody commented on the text of `revision`, or on the draft of the answer that is named.

    Comments are numbered from 1, so this is how many were made; drafts are, too.
    """

    TYPE: ClassVar[str] = "notifications.petition.commented.v1"
    number: int
    revision: int
    language: str
    answer_draft: int | None = None


class PetitionCommentHidden(PetitionEvent):
    """A moderator hid the comment of this number, for the rule of this code."""

    TYPE: ClassVar[str] = "notifications.petition.comment-hidden.v1"
    number: int
    reason: str


class PetitionCommentRetracted(PetitionEvent):
    """Whoever wrote the comment of this number took it back; that it was made still counts."""

    TYPE: ClassVar[str] = "notifications.petition.comment-retracted.v1"
    number: int


class AfterDiscussion(StrEnum):
    """What follows a discussion, where it is not that everybody can sign."""

    GATHERING = "gathering"
    MODERATION = "moderation"
    CLOSED = "closed"


class PetitionDiscussionClosed(PetitionEvent):
    """The discussion is over after so many `comments`, and this follows: `closed` where nobody handed the text in."""

    TYPE: ClassVar[str] = "notifications.petition.discussion-closed.v1"
    comments: int
    then: AfterDiscussion


class PetitionPublished(PetitionEvent):
    """The petition can be read and signed by everybody, until `closes_at` (UTC, exclusive)."""

    TYPE: ClassVar[str] = "notifications.petition.published.v1"
    goals: tuple[PublicGoal, ...]
    closes_at: datetime
    organisers: Organisers = None
    text_changed: bool = Field(default=False, description="It reads otherwise than when others could read it last.")


class PetitionUnpublished(PetitionEvent):
    """Moderation took back that the petition was published; it will decide again."""

    TYPE: ClassVar[str] = "notifications.petition.unpublished.v1"


class PetitionCounted(PetitionEvent):
    """How many signatures count now. Told at most once in some seconds, and only when it has changed.

    The sequence of its `origin` is how many acts, of signing and of withdrawing, were counted.
    """

    TYPE: ClassVar[str] = "notifications.petition.counted.v1"
    count: int = Field(ge=0)


class PetitionGoalReached(PetitionEvent):
    """So many signatures have come together. `due_at` is when the body must have answered, where it must."""

    TYPE: ClassVar[str] = "notifications.petition.goal-reached.v1"
    goal: PublicGoal
    count: int
    due_at: datetime | None


class PetitionCheckpointPassed(PetitionEvent):
    """At the end of the first term there were signatures enough to go on."""

    TYPE: ClassVar[str] = "notifications.petition.checkpoint-passed.v1"
    count: int


class PetitionClosed(PetitionEvent):
    """The petition no longer collects signatures."""

    TYPE: ClassVar[str] = "notifications.petition.closed.v1"
    reason: str


class PetitionWithdrawn(PetitionEvent):
    """Its author took the petition back."""

    TYPE: ClassVar[str] = "notifications.petition.withdrawn.v1"


class PetitionSuspended(PetitionEvent):
    """A court stopped the petition by this act."""

    TYPE: ClassVar[str] = "notifications.petition.suspended.v1"
    act: str


class PetitionResumed(PetitionEvent):
    """A court let the petition go on. `closes_at` is set where it can be signed; or its text is `discussed` again.

    Then `ripe_at` and `until` are those of its opening, later by the time it stood still.
    """

    TYPE: ClassVar[str] = "notifications.petition.resumed.v1"
    act: str
    closes_at: datetime | None
    discussed: bool = False
    ripe_at: datetime | None = None
    until: datetime | None = None


class PetitionRetired(PetitionEvent):
    """The petition ended in favour of another."""

    TYPE: ClassVar[str] = "notifications.petition.retired.v1"
    in_favour_of: str


class PetitionDutyReminded(PetitionEvent):
    """What the body owes is due soon."""

    TYPE: ClassVar[str] = "notifications.petition.duty-reminded.v1"
    due_at: datetime


class PetitionDutyMissed(PetitionEvent):
    """What the body owed by `due_at` was not done in time. It remains owed."""

    TYPE: ClassVar[str] = "notifications.petition.duty-missed.v1"
    due_at: datetime


class PetitionChargeTaken(PetitionEvent):
    """The body that must answer has begun to consider the petition."""

    TYPE: ClassVar[str] = "notifications.petition.charge-taken.v1"


class PetitionAnswerDrafted(PetitionEvent):
    """The body has published what it means to decide."""

    TYPE: ClassVar[str] = "notifications.petition.answer-drafted.v1"
    outcome: str
    statement: Statement


class PetitionAnswered(PetitionEvent):
    """The body has answered; `media` is its statement for the press."""

    TYPE: ClassVar[str] = "notifications.petition.answered.v1"
    outcome: str
    statement: Statement
    media: Statement | None


class PetitionArchived(PetitionEvent):
    """The petition was put away; it can still be read."""

    TYPE: ClassVar[str] = "notifications.petition.archived.v1"


PETITION_EVENTS: tuple[type[PetitionEvent], ...] = (
    PetitionDiscussionOpened,
    PetitionTextChanged,
    PetitionCommented,
    PetitionCommentHidden,
    PetitionCommentRetracted,
    PetitionDiscussionClosed,
    PetitionPublished,
    PetitionUnpublished,
    PetitionCounted,
    PetitionGoalReached,
    PetitionCheckpointPassed,
    PetitionClosed,
    PetitionWithdrawn,
    PetitionSuspended,
    PetitionResumed,
    PetitionRetired,
    PetitionDutyReminded,
    PetitionDutyMissed,
    PetitionChargeTaken,
    PetitionAnswerDrafted,
    PetitionAnswered,
    PetitionArchived,
)
