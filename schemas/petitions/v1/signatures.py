"""Signing and withdrawing: requests and decisions."""

from typing import ClassVar

from pydantic import Field

from schemas.parts import Eligibility, PrivateEntry, Pseudonym, Seen
from schemas.payload import Payload
from schemas.petitions.v1.parts import PetitionId


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
