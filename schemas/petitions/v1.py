"""Requests and decisions of the petitions service, version 1.

A request asks; the decision on it is an acceptance (created, edited, ... accepted, withdrawn) or a refusal.
People appear only as a per-petition pseudonym, sealed text and an entry for their own page: nothing here tells
who they are, or that two signatures on two petitions are one person's.
"""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import Field

from schemas.payload import Part, Payload

Language = Literal["kk", "ru", "en"]
PetitionId = str
Pseudonym = str


class Category(StrEnum):
    """What a petition is about; readers filter by it."""

    EDUCATION = "education"
    HEALTH = "health"
    ENVIRONMENT = "environment"
    TRANSPORT = "transport"
    HOUSING = "housing"
    SOCIAL = "social"
    ECONOMY = "economy"
    JUSTICE = "justice"
    CULTURE = "culture"
    DIGITAL = "digital"
    OTHER = "other"


class Assurance(StrEnum):
    """How surely the identity provider knows the person (eIDAS words)."""

    LOW = "low"
    SUBSTANTIAL = "substantial"
    HIGH = "high"


class PetitionText(Part):
    """What the author wrote, in the language it was written in."""

    language: Language
    title: str = Field(min_length=10, max_length=200)
    text: str = Field(min_length=50, max_length=20_000, description="The problem and the arguments.")
    proposal: str = Field(min_length=10, max_length=5_000, description="What is asked for.")
    category: Category = Category.OTHER
    region: str | None = Field(default=None, max_length=10, description="ISO 3166-2 code, if it is about one region.")


class PrivateEntry(Part):
    """What lets a person, and only that person, find their own acts again.

    `owner` is the person's index sealed for the service with a fresh nonce, so that two entries of one person look
    unrelated on the topic. `entry` names the act; `note` is sealed under the person's own key.
    """

    owner: str
    entry: str
    note: str


class Eligibility(Part):
    """What the identity provider says of a person, as far as rules need it. `age` is in whole years."""

    age: int | None
    region: str | None
    assurance: Assurance
    citizen: bool


class RulePackRef(Part):
    """The rule pack and version a petition is held to for its whole life."""

    id: str
    version: str


class Goal(Part):
    """So many signatures, and what they bring about."""

    signatures: int
    effect: str


class Actor(Part):
    """Who asks, as far as rules need to know."""

    pseudonym: Pseudonym
    roles: tuple[str, ...] = ()


class Statement(Part):
    """An official text in the languages it must be read in."""

    kk: str = Field(min_length=20, max_length=20_000)
    ru: str = Field(min_length=20, max_length=20_000)
    en: str | None = Field(default=None, min_length=20, max_length=20_000)


class Verdict(StrEnum):
    """What moderation finds."""

    APPROVE = "approve"
    RETURN = "return"
    REJECT = "reject"


class AnswerOutcome(StrEnum):
    """What the body that must answer decides."""

    SATISFIED = "satisfied"
    PARTLY = "partly-satisfied"
    REFUSED = "refused"


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
    explanation: str = Field(default="", max_length=5_000, description="To the author, and public.")


class UndoRequested(LifecycleRequest):
    """A moderator takes the last verdict back: the petition comes to the desk again."""

    TYPE: ClassVar[str] = "petitions.petition.undo-requested.v1"
    actor: Actor
    reason: str = Field(min_length=10, max_length=2_000)


class UnitCount(Part):
    """Signatures of one region, by its code."""

    unit: str
    count: int


class GoalRequested(LifecycleRequest):
    """The clock has seen `count` signatures in the tallies."""

    TYPE: ClassVar[str] = "petitions.petition.goal-requested.v1"
    count: int = Field(gt=0)
    units: tuple[UnitCount, ...] = ()


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
    reason: str = Field(default="", max_length=2_000)


class SuspendRequested(LifecycleRequest):
    """A court stops the petition until further notice; `act` names the court's act."""

    TYPE: ClassVar[str] = "petitions.petition.suspend-requested.v1"
    actor: Actor
    act: str = Field(min_length=5, max_length=500)


class ResumeRequested(LifecycleRequest):
    """A court lets the petition go on; `act` names the court's act."""

    TYPE: ClassVar[str] = "petitions.petition.resume-requested.v1"
    actor: Actor
    act: str = Field(min_length=5, max_length=500)


class RetireRequested(LifecycleRequest):
    """A moderator ends the petition in favour of another that asks the same."""

    TYPE: ClassVar[str] = "petitions.petition.retire-requested.v1"
    actor: Actor
    in_favour_of: PetitionId
    reason: str = Field(min_length=10, max_length=2_000)


class ChargeRequested(LifecycleRequest):
    """The body that must answer takes the petition in charge."""

    TYPE: ClassVar[str] = "petitions.petition.charge-requested.v1"
    actor: Actor


class InviteRequested(LifecycleRequest):
    """The body invites the author to be heard."""

    TYPE: ClassVar[str] = "petitions.petition.invite-requested.v1"
    actor: Actor
    message: str = Field(min_length=10, max_length=5_000)


class DraftAnswerRequested(LifecycleRequest):
    """The body publishes what it means to decide, for discussion."""

    TYPE: ClassVar[str] = "petitions.petition.draft-answer-requested.v1"
    actor: Actor
    outcome: AnswerOutcome
    statement: Statement


class AnswerRequested(LifecycleRequest):
    """The body answers. `media` is its statement to the media, where there is one."""

    TYPE: ClassVar[str] = "petitions.petition.answer-requested.v1"
    actor: Actor
    outcome: AnswerOutcome
    statement: Statement
    media: Statement | None = None


class Created(Payload):
    """A draft exists, pinned to a rule pack and, with it, to its goals in signatures."""

    TYPE: ClassVar[str] = "petitions.petition.created.v1"
    petition: PetitionId
    author: Pseudonym
    text: PetitionText
    rules: RulePackRef
    unit: str | None = None
    goals: tuple[Goal, ...]
    sealed: str
    mine: PrivateEntry


class Edited(Payload):
    """The text reads differently now."""

    TYPE: ClassVar[str] = "petitions.petition.edited.v1"
    petition: PetitionId
    text: PetitionText


class GatheringBegun(Payload):
    """Supporters may sign by the direct link until `until` (UTC, exclusive); so many are needed."""

    TYPE: ClassVar[str] = "petitions.petition.gathering-begun.v1"
    petition: PetitionId
    needed: int
    until: datetime


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


class CheckpointPassed(Payload):
    """At the end of the pack's first term there were signatures enough to go on."""

    TYPE: ClassVar[str] = "petitions.petition.checkpoint-passed.v1"
    petition: PetitionId
    count: int


class DutyKind(StrEnum):
    """What somebody owes a petition."""

    MODERATE = "moderate"
    ANSWER = "answer"


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


class CloseReason(StrEnum):
    """Why a petition stopped collecting."""

    AUTHOR = "author"
    MODERATOR = "moderator"
    WINDOW_ENDED = "window-ended"
    NO_SUPPORT = "no-support"
    FEW_SIGNATURES = "few-signatures"


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
    """What the body means to decide is open for discussion."""

    TYPE: ClassVar[str] = "petitions.petition.answer-drafted.v1"
    petition: PetitionId
    outcome: AnswerOutcome
    statement: Statement


class Answered(Payload):
    """The body has answered."""

    TYPE: ClassVar[str] = "petitions.petition.answered.v1"
    petition: PetitionId
    outcome: AnswerOutcome
    statement: Statement
    media: Statement | None = None
    archive_at: datetime | None = None


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


class Seen(Part):
    """The newest decision on the petition that the asker's side had seen: the decider must have seen it too."""

    partition: int
    sequence: int


class SignRequested(Payload):
    """A person signs."""

    TYPE: ClassVar[str] = "petitions.signature.sign-requested.v1"
    petition: PetitionId
    signer: Pseudonym
    eligibility: Eligibility
    listed: bool = Field(description="Show first name and initial in the public list of signers.")
    sealed: str = Field(description="The signer's name and identifier, under the signer's key.")
    mine: PrivateEntry
    seen: Seen


class WithdrawRequested(Payload):
    """A signer takes the signature back, silently."""

    TYPE: ClassVar[str] = "petitions.signature.withdraw-requested.v1"
    petition: PetitionId
    signer: Pseudonym
    mine: PrivateEntry
    seen: Seen


class SignatureAccepted(Payload):
    """The signature counts. `act` numbers this signer's counted acts on this petition, from 1."""

    TYPE: ClassVar[str] = "petitions.signature.accepted.v1"
    petition: PetitionId
    signer: Pseudonym
    act: int
    region: str
    listed: bool
    sealed: str
    mine: PrivateEntry


class SignatureWithdrawn(Payload):
    """The signature no longer counts; `region` is the one it counted for."""

    TYPE: ClassVar[str] = "petitions.signature.withdrawn.v1"
    petition: PetitionId
    signer: Pseudonym
    act: int
    region: str
    mine: PrivateEntry


class SignatureRefused(Payload):
    """A signature request changed nothing. `code` is a stable word of `Refusal`."""

    TYPE: ClassVar[str] = "petitions.signature.refused.v1"
    petition: PetitionId
    signer: Pseudonym
    request: str = Field(description="The type of the request that was refused.")
    code: str
