"""Rules for what comes before a collection: a text, organisers, a public discussion, first supporters, moderation."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from schemas.packs import Deadline, PlacedError, Rule, Sourced
from schemas.petitions.v1 import Language
from schemas.terms import Term

Code = Annotated[str, Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,7})?$")]
"""ISO 3166: of a country, or of a region."""


class Longest(Rule):
    """The most characters of a part of the text, where that is less than the service takes at all."""

    title: int | None = Field(default=None, ge=20, le=200)
    text: int | None = Field(default=None, ge=100, le=20_000)
    proposal: int | None = Field(default=None, ge=50, le=5_000)


class TextRules(Sourced):
    """What a text must be to be handed in: in all these `languages`, not too long, with at most so many `links`."""

    languages: tuple[Language, ...] = ()
    longest: Longest = Longest()
    links: int | None = Field(default=None, ge=0, le=100)

    @model_validator(mode="after")
    def _no_language_twice(self) -> Self:
        for number, language in enumerate(self.languages):
            if language in self.languages[:number]:
                raise PlacedError(f"{language} is there twice", "languages", number)
        return self


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
        for number, place in enumerate(self.among):
            if place in self.among[:number]:
                raise PlacedError(f"{place} is there twice", "among", number)
            if (self.by == "region") != ("-" in place):
                raise PlacedError(f"{place} is no {self.by}", "among", number)
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

    @model_validator(mode="after")
    def _can_be_handed_in(self) -> Self:
        if self.most is not None and not self.most.exceeds(self.least):
            raise PlacedError("the discussion may be over before the text can be handed in", "most")
        return self


class Supporters(Sourced):
    """People who must sign by the direct link before a petition is listed, and the term they have for it.

    With `besides_author` the author cannot be one of them.
    """

    needed: int = Field(gt=0)
    within: Term
    besides_author: bool = False


class Moderation(Sourced):
    """Whether somebody must find that a petition may be published, by when, and whether two people must agree."""

    within: Term
    four_eyes: bool = False
