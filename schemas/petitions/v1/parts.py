"""Pieces of the petitions' payloads."""

from enum import StrEnum
from typing import Self

from pydantic import Field, model_validator

from schemas.parts import Language
from schemas.payload import Part

PetitionId = str


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


class Wording(Part):
    """What a petition says, in one language."""

    language: Language
    title: str = Field(min_length=10, max_length=200)
    text: str = Field(min_length=50, max_length=20_000, description="The problem and the arguments.")
    proposal: str = Field(min_length=10, max_length=5_000, description="What is asked for.")


class PetitionText(Wording):
    """What the author wrote, in the language it was written in, and the same in other languages."""

    category: Category = Category.OTHER
    region: str | None = Field(default=None, max_length=10, description="ISO 3166-2 code, if it is about one region.")
    translations: tuple[Wording, ...] = Field(default=(), max_length=2, description="One per other language.")

    @model_validator(mode="after")
    def _one_wording_per_language(self) -> Self:
        languages = [wording.language for wording in self.wordings]
        if len(set(languages)) < len(languages):
            raise ValueError("one wording per language")
        return self

    @property
    def wordings(self) -> tuple[Wording, ...]:
        """The text itself, and its translations."""
        return (self, *self.translations)

    def read_in(self, language: str) -> Wording:
        """The wording in this language; the author's own where there is none."""
        return next((wording for wording in self.wordings if wording.language == language), self)


class Goal(Part):
    """So many signatures, and what they bring about."""

    signatures: int
    effect: str


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


class UnitCount(Part):
    """Signatures of one region, by its code."""

    unit: str
    count: int


class PaperCount(Part):
    """Signatures on a sheet of people of one region."""

    region: str = Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,7})?$")
    count: int = Field(gt=0, le=1_000)


class PaperSheet(Part):
    """One sheet of paper: its number, what was counted on it, and the SHA-256 of its scan. Nobody's name."""

    number: str = Field(pattern=r"^[^\W_][\w/.-]{0,39}$")
    counts: tuple[PaperCount, ...] = Field(min_length=1, max_length=50)
    scan: str = Field(pattern=r"^[0-9a-f]{64}$")


class DutyKind(StrEnum):
    """What somebody owes a petition."""

    MODERATE = "moderate"
    ANSWER = "answer"


class CloseReason(StrEnum):
    """Why a petition stopped collecting."""

    AUTHOR = "author"
    MODERATOR = "moderator"
    WINDOW_ENDED = "window-ended"
    NO_SUPPORT = "no-support"
    FEW_SIGNATURES = "few-signatures"
    DISCUSSION_OVER = "discussion-over"
