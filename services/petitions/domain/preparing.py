"""Rules for what comes before a collection: organisers, a public discussion, first supporters, moderation."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from schemas.packs import Deadline, PlacedError, Sourced
from schemas.terms import Term

Code = Annotated[str, Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,7})?$")]
"""ISO 3166: of a country, or of a region."""


class Organisers(Sourced):
    """People who must stand behind a petition before it can be handed in, of so many `different` places.

    Places are told apart `by` country or by region; where `among` names some, only those count.
    """

    minimum: int = Field(gt=0)
    different: int = Field(gt=0)
    by: Literal["country", "region"]
    among: tuple[Code, ...] = ()

    @model_validator(mode="after")
    def _can_be_met(self) -> Self:
        if self.different > self.minimum:
            raise PlacedError(f"asks for {self.minimum} people of {self.different} places", "different")
        if self.among and self.different > len(self.among):
            raise PlacedError(f"asks for {self.different} places and names {len(self.among)}", "among")
        return self

    def place(self, region: str | None) -> str | None:
        """Where somebody of this region counts; `None` where they do not."""
        if not region:
            return None
        place = region.partition("-")[0] if self.by == "country" else region
        return place if not self.among or place in self.among else None


class Discussion(Sourced):
    """Everybody may discuss the text, for `least` before its author may hand it in, and for `most` at all."""

    least: Term
    most: Deadline | None = None


class Supporters(Sourced):
    """People who must sign by the direct link before a petition is listed, and the term they have for it."""

    needed: int = Field(gt=0)
    within: Term


class Moderation(Sourced):
    """Whether somebody must find that a petition may be published, by when, and whether two people must agree."""

    within: Term
    four_eyes: bool = False
