"""What the rule packs of all services have: effective dates, a calendar, sources, and who may act."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Annotated, Generic, Literal, Self, TypeVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from schemas.parts import Assurance, Eligibility, RulePackRef
from schemas.terms import Calendar, Term

LANGUAGES = ("kk", "ru", "en")


def _in_every_language(words: dict[str, str]) -> dict[str, str]:
    missing = [language for language in LANGUAGES if not words.get(language, "").strip()]
    if missing:
        raise ValueError(f"not said in {', '.join(missing)}")
    return words


Certainty = Literal["H", "M", "L"]
"""H: primary text read. M: press or a secondary source that quotes officials or the law. L: a bill, or from memory."""

Words = Annotated[dict[str, str], AfterValidator(_in_every_language)]
"""The same said in each language, by language code."""

_STRENGTH = {Assurance.EMAIL: 0, Assurance.LOW: 1, Assurance.SUBSTANTIAL: 2, Assurance.HIGH: 3}


class PlacedError(ValueError):
    """What is wrong between the fields of a pack, and at which of them."""

    def __init__(self, reason: str, *place: str | int) -> None:
        super().__init__(reason)
        self.place = place


class Rule(BaseModel):
    """A piece of a rule pack. Closed: a field that nobody reads is a mistake of who wrote the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Sourced(Rule):
    """A figure says how sure it is and where it comes from."""

    certainty: Certainty
    source: str = Field(min_length=5)


class Deadline(Sourced, Term):
    """A term with its source."""


class Lack(StrEnum):
    """What keeps a person from acting."""

    UNDER_AGE = "under-age"
    BIRTH_DATE_MISSING = "birth-date-missing"
    ASSURANCE_TOO_LOW = "assurance-too-low"
    NOT_A_CITIZEN = "not-a-citizen"


class WhoMay(Sourced):
    """What a person must be to act. Age 0: nobody is asked for a birth date."""

    minimum_age: int = Field(ge=0, le=120)
    assurance: Assurance
    citizen: bool

    def lack(self, person: Eligibility) -> Lack | None:
        """The first reason why `person` may not act, or `None`."""
        if _STRENGTH[person.assurance] < _STRENGTH[self.assurance]:
            return Lack.ASSURANCE_TOO_LOW
        if self.citizen and not person.citizen:
            return Lack.NOT_A_CITIZEN
        if self.minimum_age == 0:
            return None
        if person.age is None:
            return Lack.BIRTH_DATE_MISSING
        return Lack.UNDER_AGE if person.age < self.minimum_age else None


class Pack(Rule):
    """One jurisdiction's rules in one version. `dates` says where the days come from between which it is in force."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]{2,60}$")
    version: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]{0,40}$")
    jurisdiction: str = Field(pattern=r"^[A-Z]{2}$")
    effective_from: date
    effective_to: date | None = None
    dates: Sourced
    calendar: str
    name: Words

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.effective_to is not None and self.effective_to < self.effective_from:
            raise PlacedError("comes before effective_from", "effective_to")
        return self

    def covers(self, day: date) -> bool:
        """Whether the pack is in force on that day."""
        return self.effective_from <= day <= (self.effective_to or date.max)

    @property
    def ref(self) -> RulePackRef:
        """What something is pinned to."""
        return RulePackRef(id=self.id, version=self.version)


P = TypeVar("P", bound=Pack)


class Packs(Generic[P]):
    """The packs of this installation with their calendars, by reference and by date."""

    def __init__(self, packs: Sequence[P], calendars: Mapping[str, Calendar]) -> None:
        """Raises `ValueError` for a pack whose calendar is not there."""
        self._packs = {(pack.id, pack.version): pack for pack in packs}
        self._calendars = calendars
        for pack in packs:
            if pack.calendar not in calendars:
                raise ValueError(f"{pack.id}: unknown calendar {pack.calendar!r}")

    def __contains__(self, ref: RulePackRef) -> bool:
        """Whether the installation has the pack that something is pinned to."""
        return (ref.id, ref.version) in self._packs

    def pinned(self, ref: RulePackRef) -> P:
        """The pack that something is pinned to; raises `KeyError` when the installation lacks it."""
        return self._packs[(ref.id, ref.version)]

    def in_force(self, pack_id: str, at: datetime) -> P:
        """The version of `pack_id` in force at an instant; raises `LookupError` when there is none."""
        for pack in self.all_in_force(at):
            if pack.id == pack_id:
                return pack
        raise LookupError(f"no version of rule pack {pack_id!r} is in force at {at}")

    @property
    def ids(self) -> frozenset[str]:
        """Every pack there is, whenever it is in force."""
        return frozenset(pack_id for pack_id, _ in self._packs)

    def all_in_force(self, at: datetime) -> list[P]:
        """Every pack in force at an instant, by id. Its days begin and end where its calendar is used."""
        found = [pack for pack in self._packs.values() if pack.covers(self.calendar(pack).day(at))]
        return sorted(found, key=lambda pack: pack.id)

    def calendar(self, pack: P) -> Calendar:
        """The calendar the pack's terms run in."""
        return self._calendars[pack.calendar]

    def ends(self, term: Term, start: datetime, pack: P) -> datetime:
        """When a term of `pack` that starts at `start` is over."""
        return term.ends(start, self.calendar(pack))
