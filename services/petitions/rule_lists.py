"""Lists that several rule packs share, each in a file of its own: units with their people, prohibited subjects."""

from datetime import date
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from schemas.packs import PlacedError, Sourced, Words
from services.petitions.domain.rules import Subject


class _List(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Count(Sourced):
    """Where the people of some units come from; without a day where nobody counted."""

    counted_on: date | None = None


class ListedUnit(_List):
    """A unit, and by name the count its people come from."""

    code: str
    name: Words
    of: Words | None = None
    population: int | None = Field(default=None, gt=0)
    count: str


class UnitList(_List):
    """A file of units. Each count is said once and named by the units it holds for."""

    counts: dict[str, Count]
    units: tuple[ListedUnit, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _every_count_is_known(self) -> Self:
        for number, unit in enumerate(self.units):
            if unit.count not in self.counts:
                raise PlacedError(f"no count {unit.count!r} in this file", "units", number, "count")
            if (unit.population is None) != (self.counts[unit.count].counted_on is None):
                raise PlacedError("people and the day they were counted go together", "units", number)
        return self

    def entries(self) -> list[dict[str, Any]]:
        """The units as a pack would spell them out itself."""
        return [{**unit.model_dump(exclude={"count"}), **self.counts[unit.count].model_dump()} for unit in self.units]


class SubjectList(_List):
    """A file of prohibited subjects."""

    subjects: tuple[Subject, ...] = Field(min_length=1)

    def entries(self) -> list[dict[str, Any]]:
        """The subjects as a pack would spell them out itself."""
        return [subject.model_dump() for subject in self.subjects]
