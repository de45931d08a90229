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


class Actor(Part):
    """Who asks, as far as rules need to know."""

    pseudonym: Pseudonym
    roles: tuple[str, ...] = ()


class CreateRequested(Payload):
    """Somebody starts a draft."""

    TYPE: ClassVar[str] = "petitions.petition.create-requested.v1"
    petition: PetitionId
    actor: Actor
    eligibility: Eligibility
    text: PetitionText
    sealed: str = Field(description="The author's name and identifier, under the author's key.")
    mine: PrivateEntry


class EditRequested(Payload):
    """The author changes a draft."""

    TYPE: ClassVar[str] = "petitions.petition.edit-requested.v1"
    petition: PetitionId
    actor: Actor
    text: PetitionText


class SubmitRequested(Payload):
    """The author hands the draft in."""

    TYPE: ClassVar[str] = "petitions.petition.submit-requested.v1"
    petition: PetitionId
    actor: Actor


class PublishRequested(Payload):
    """The petition is to be opened for signatures."""

    TYPE: ClassVar[str] = "petitions.petition.publish-requested.v1"
    petition: PetitionId
    actor: Actor


class CloseReason(StrEnum):
    """Why a petition stopped collecting."""

    AUTHOR = "author"
    MODERATOR = "moderator"
    WINDOW_ENDED = "window-ended"


class CloseRequested(Payload):
    """The petition is to stop collecting. The clock asks without an actor."""

    TYPE: ClassVar[str] = "petitions.petition.close-requested.v1"
    petition: PetitionId
    actor: Actor | None = None


class Created(Payload):
    """A draft exists, pinned to a rule pack."""

    TYPE: ClassVar[str] = "petitions.petition.created.v1"
    petition: PetitionId
    author: Pseudonym
    text: PetitionText
    rules: RulePackRef
    sealed: str
    mine: PrivateEntry


class Edited(Payload):
    """The draft reads differently now."""

    TYPE: ClassVar[str] = "petitions.petition.edited.v1"
    petition: PetitionId
    text: PetitionText


class Submitted(Payload):
    """The draft was handed in; the author can no longer change it."""

    TYPE: ClassVar[str] = "petitions.petition.submitted.v1"
    petition: PetitionId


class Published(Payload):
    """The petition collects signatures until `closes_at` (UTC, exclusive)."""

    TYPE: ClassVar[str] = "petitions.petition.published.v1"
    petition: PetitionId
    closes_at: datetime


class Closed(Payload):
    """The petition no longer collects."""

    TYPE: ClassVar[str] = "petitions.petition.closed.v1"
    petition: PetitionId
    reason: CloseReason


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
