"""What people, moderators, bodies and the clock ask to happen to a petition."""

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from schemas.parts import Actor, Eligibility, Language, PrivateEntry, Statement
from schemas.payload import Payload
from schemas.petitions.v1.parts import AnswerOutcome, PaperSheet, PetitionId, PetitionText, UnitCount, Verdict
from schemas.prose import Prose

LONGEST_COMMENT = 3_000
"""Letters of a comment."""


class LifecycleRequest(Payload):
    """What all life-cycle requests have."""

    petition: PetitionId


class CreateRequested(LifecycleRequest):
    """Somebody starts a draft under the rule pack named `pack`, for a `unit` of it where the pack has units."""

    TYPE: ClassVar[str] = "petitions.petition.create-requested.v1"
    actor: Actor
    eligibility: Eligibility
    text: PetitionText
    pack: str
    unit: str | None = None
    sealed: str = Field(description="The author's name and identifier, under the author's key.")
    mine: PrivateEntry


class EditRequested(LifecycleRequest):
    """The author changes a draft, or a text that moderation gave back."""

    TYPE: ClassVar[str] = "petitions.petition.edit-requested.v1"
    actor: Actor
    text: PetitionText


class SubmitRequested(LifecycleRequest):
    """The author hands the text in."""

    TYPE: ClassVar[str] = "petitions.petition.submit-requested.v1"
    actor: Actor


class CommentRequested(LifecycleRequest):
    """Somebody comments while it is discussed: on the text as it stood in `revision`, or on a draft of the answer."""

    TYPE: ClassVar[str] = "petitions.petition.comment-requested.v1"
    actor: Actor
    eligibility: Eligibility
    revision: int = Field(ge=1)
    language: Language
    text: Prose = Field(min_length=3, max_length=LONGEST_COMMENT)
    listed: bool = Field(default=False, description="Show first name and initial beside the comment.")
    sealed: str = Field(description="The commenter's name and identifier, under the commenter's key.")
    mine: PrivateEntry
    answer_draft: int | None = Field(default=None, ge=1, description="Drafts of an answer are numbered from 1.")


class HideCommentRequested(LifecycleRequest):
    """A moderator hides a comment, for a reason that is public."""

    TYPE: ClassVar[str] = "petitions.petition.hide-comment-requested.v1"
    actor: Actor
    number: int = Field(ge=1, description="Comments of a petition are numbered from 1.")
    reason: str = Field(min_length=3, max_length=40)
    explanation: Prose = Field(min_length=10, max_length=2_000)


class RetractCommentRequested(LifecycleRequest):
    """Somebody takes a comment of their own back."""

    TYPE: ClassVar[str] = "petitions.petition.retract-comment-requested.v1"
    actor: Actor
    number: int = Field(ge=1, description="Comments of a petition are numbered from 1.")


class JoinOrganisersRequested(LifecycleRequest):
    """Somebody who was invited stands behind the text as it is in `revision`."""

    TYPE: ClassVar[str] = "petitions.petition.join-organisers-requested.v1"
    actor: Actor
    eligibility: Eligibility
    revision: int = Field(ge=1)
    listed: bool = Field(default=False, description="Show first name and initial among the organisers.")
    sealed: str = Field(description="The organiser's name and identifier, under the organiser's key.")
    mine: PrivateEntry


class LeaveOrganisersRequested(LifecycleRequest):
    """An organiser no longer stands behind the petition."""

    TYPE: ClassVar[str] = "petitions.petition.leave-organisers-requested.v1"
    actor: Actor


class LockRequested(LifecycleRequest):
    """A moderator takes the petition on the desk, so that no other decides it meanwhile."""

    TYPE: ClassVar[str] = "petitions.petition.lock-requested.v1"
    actor: Actor


class ModerateRequested(LifecycleRequest):
    """A moderator decides about the text as it stood in `revision`."""

    TYPE: ClassVar[str] = "petitions.petition.moderate-requested.v1"
    actor: Actor
    verdict: Verdict
    revision: int = Field(ge=1)
    reasons: tuple[str, ...] = Field(default=(), max_length=20, description="Codes of prohibited subjects or faults.")
    explanation: Prose = Field(default="", max_length=5_000, description="To the author, and public.")


class UndoRequested(LifecycleRequest):
    """A moderator takes the last verdict back: the petition comes to the desk again."""

    TYPE: ClassVar[str] = "petitions.petition.undo-requested.v1"
    actor: Actor
    reason: Prose = Field(min_length=10, max_length=2_000)
    verdict_at: datetime | None = Field(
        default=None, description="When the verdict was given that the moderator saw: another one is not taken back."
    )


class GoalRequested(LifecycleRequest):
    """The clock has seen `count` signatures in the tallies."""

    TYPE: ClassVar[str] = "petitions.petition.goal-requested.v1"
    count: int = Field(ge=0)
    units: tuple[UnitCount, ...] = ()


class PaperRequested(LifecycleRequest):
    """A registrar enters a batch of sheets; `reference` names where they are kept."""

    TYPE: ClassVar[str] = "petitions.petition.paper-requested.v1"
    actor: Actor
    reference: Prose = Field(min_length=3, max_length=200)
    sheets: tuple[PaperSheet, ...] = Field(min_length=1, max_length=200)


class PaperCorrectionRequested(LifecycleRequest):
    """A registrar puts other sheets in the place of those of a batch; none strikes the batch out."""

    TYPE: ClassVar[str] = "petitions.petition.paper-correction-requested.v1"
    actor: Actor
    batch: int = Field(ge=1)
    revision: int = Field(ge=1, description="The batch as the registrar saw it.")
    sheets: tuple[PaperSheet, ...] = Field(max_length=200)
    reason: Prose = Field(min_length=10, max_length=2_000)


class DeadlineRequested(LifecycleRequest):
    """The clock says that a term of the petition may be over; it has seen `count` signatures in the tallies."""

    TYPE: ClassVar[str] = "petitions.petition.deadline-requested.v1"
    count: int = 0


class CloseRequested(LifecycleRequest):
    """The petition is to stop collecting before its window ends."""

    TYPE: ClassVar[str] = "petitions.petition.close-requested.v1"
    actor: Actor


class WithdrawalRequested(LifecycleRequest):
    """The author takes the whole petition back."""

    TYPE: ClassVar[str] = "petitions.petition.withdrawal-requested.v1"
    actor: Actor
    reason: Prose = Field(default="", max_length=2_000)


class SuspendRequested(LifecycleRequest):
    """A court stops the petition until further notice; `act` names the court's act."""

    TYPE: ClassVar[str] = "petitions.petition.suspend-requested.v1"
    actor: Actor
    act: Prose = Field(min_length=5, max_length=500)


class ResumeRequested(LifecycleRequest):
    """A court lets the petition go on; `act` names the court's act."""

    TYPE: ClassVar[str] = "petitions.petition.resume-requested.v1"
    actor: Actor
    act: Prose = Field(min_length=5, max_length=500)


class RetireRequested(LifecycleRequest):
    """A moderator ends the petition in favour of another that asks the same."""

    TYPE: ClassVar[str] = "petitions.petition.retire-requested.v1"
    actor: Actor
    in_favour_of: PetitionId
    reason: Prose = Field(min_length=10, max_length=2_000)


class ChargeRequested(LifecycleRequest):
    """The body that must answer takes the petition in charge."""

    TYPE: ClassVar[str] = "petitions.petition.charge-requested.v1"
    actor: Actor


class InviteRequested(LifecycleRequest):
    """The body invites the author to be heard."""

    TYPE: ClassVar[str] = "petitions.petition.invite-requested.v1"
    actor: Actor
    message: Prose = Field(min_length=10, max_length=5_000)


class DraftAnswerRequested(LifecycleRequest):
    """The body publishes what it means to decide."""

    TYPE: ClassVar[str] = "petitions.petition.draft-answer-requested.v1"
    actor: Actor
    outcome: AnswerOutcome
    statement: Statement


class AnswerRequested(LifecycleRequest):
    """The body answers. `media` is its statement to the media, where there is one.

    `effect` is that of the goal it answers; where it is left out, the answer that is due first is meant.
    """

    TYPE: ClassVar[str] = "petitions.petition.answer-requested.v1"
    actor: Actor
    outcome: AnswerOutcome
    statement: Statement
    media: Statement | None = None
    effect: str | None = Field(default=None, max_length=40)
