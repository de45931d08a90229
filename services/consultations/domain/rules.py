"""Rule packs of consultations: how long people are heard, who may speak, and what is owed to them."""

from typing import Self

from pydantic import Field, model_validator

from schemas.consultations.parts import Stakeholder
from schemas.packs import Deadline, Pack, Packs, PlacedError, Rule, Sourced, WhoMay, Words
from schemas.parts import Language

MODERATOR = "moderator"


class Minimum(Sourced):
    """The least time for which people are heard."""

    working_days: int = Field(gt=0, le=250)


class Reason(Rule):
    """Why a comment may be hidden."""

    code: str = Field(pattern=r"^[a-z][a-z-]{2,40}$")
    name: Words


class Classes(Sourced):
    """Which classes anybody may claim; for the others the identity provider must vouch, by the role `class:<class>`."""

    declared: tuple[Stakeholder, ...]


class ConsultationPack(Pack):
    """One jurisdiction's rules for consultations on drafts.

    `answer` is the term in which each comment is owed an answer, counted from the comment; a pack without it owes none.
    `report` is the term for the report, counted from the end of the consultation.
    """

    hearing: Minimum
    languages: tuple[Language, ...] = Field(min_length=1, description="In which the text of a draft must be there.")
    answer: Deadline | None = None
    report: Deadline
    reminder_days: int = Field(default=3, ge=0, le=60, description="Days before its end that a duty is told again.")
    classes: Classes
    depth: int = Field(default=4, ge=0, le=20, description="How deep comments may stand under comments.")
    hiding: tuple[Reason, ...] = Field(min_length=1)
    commenter: WhoMay
    voter: WhoMay
    own_votes: bool = Field(default=False, description="Whether people may vote on what they wrote themselves.")
    bodies: tuple[str, ...] = Field(default=(), description="Who alone may use the pack; any body, where it is empty.")

    @model_validator(mode="after")
    def _nothing_twice(self) -> Self:
        codes = [reason.code for reason in self.hiding]
        for number, code in enumerate(codes):
            if code in codes[:number]:
                raise PlacedError(f"{code} is there twice", "hiding", number)
        return self

    def holds(self, stakeholder: Stakeholder, roles: tuple[str, ...], *, verified: bool) -> bool:
        """Whether somebody with these roles may speak for this class, vouched for or on their own word."""
        return f"class:{stakeholder}" in roles if verified else stakeholder in self.classes.declared


ConsultationPacks = Packs[ConsultationPack]


def role_of(body: str) -> str:
    """The role of those who act for a body."""
    return f"agency:{body}"
