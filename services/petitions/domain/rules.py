"""Rule packs: who may act, what must happen and by when, as validated data with effective dates and sources."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import ROUND_CEILING, Decimal
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from schemas.petitions.v1 import Assurance, Eligibility, Goal, RulePackRef
from services.petitions.domain.refusals import Refusal
from services.petitions.domain.terms import Calendar, Term

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

Effect = Literal["consideration", "response", "debate", "hearing", "parliament"]
"""What a threshold brings about; the pages have words for each."""

_STRENGTH = {Assurance.LOW: 0, Assurance.SUBSTANTIAL: 1, Assurance.HIGH: 2}


class PlacedError(ValueError):
    """What is wrong between the fields of a pack, and at which of them."""

    def __init__(self, reason: str, *place: str | int) -> None:
        super().__init__(reason)
        self.place = place


class _Rule(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Sourced(_Rule):
    """A figure says how sure it is and where it comes from."""

    certainty: Certainty
    source: str = Field(min_length=5)


class Deadline(Sourced, Term):
    """A term with its source."""


class Supporters(Sourced):
    """People who must sign by the direct link before a petition is listed, and the term they have for it."""

    needed: int = Field(gt=0)
    within: Term


class Moderation(Sourced):
    """Whether somebody must find that a petition may be published, by when, and whether two people must agree."""

    within: Term
    four_eyes: bool = False


class Subject(_Rule):
    """What a petition must not be about. `code` is stable; `law` names where it is said."""

    code: str = Field(pattern=r"^[a-z][a-z-]{2,40}$")
    name: Words
    law: str = Field(min_length=5)
    certainty: Certainty


class Spread(Sourced):
    """Signatures must also come from several units: at least `minimum` of each of so many `units`."""

    units: int = Field(gt=1)
    minimum: dict[str, Annotated[int, Field(gt=0)]] = Field(min_length=1, description="Least signatures by unit code.")

    @model_validator(mode="after")
    def _can_be_met(self) -> Self:
        if self.units > len(self.minimum):
            raise ValueError(f"asks for {self.units} units and names {len(self.minimum)}")
        return self


class Threshold(Sourced):
    """What so many signatures bring about: a fixed number, or a share of the people of the petition's unit.

    `answer` is the term for the body that must then answer.
    """

    signatures: int | None = Field(default=None, gt=0)
    percent: Decimal | None = Field(default=None, gt=0, le=100)
    effect: Effect
    answer: Deadline | None = None
    spread: Spread | None = None

    @model_validator(mode="after")
    def _one_measure(self) -> Self:
        if (self.signatures is None) == (self.percent is None):
            raise ValueError("name either signatures or percent")
        return self

    def goal(self, population: int | None) -> Goal:
        """The threshold in signatures; raises `ValueError` for a share of an unknown population."""
        if self.signatures is not None:
            return Goal(signatures=self.signatures, effect=self.effect)
        if self.percent is None or population is None:
            raise ValueError("a share needs the population of the petition's unit")
        share = (population * self.percent / 100).to_integral_value(ROUND_CEILING)
        return Goal(signatures=int(share), effect=self.effect)


class Early(Sourced):
    """A petition that has fewer than so many signatures at the end of a first term is dropped."""

    signatures: int = Field(gt=0)
    within: Term


class Unit(Sourced):
    """A region, district or city: its people, and when they were counted, where that is known."""

    code: str = Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,7})?$")
    name: Words
    population: int | None = Field(default=None, gt=0)
    counted_on: date | None = None

    @model_validator(mode="after")
    def _counted_on_a_day(self) -> Self:
        if (self.population is None) != (self.counted_on is None):
            raise ValueError("population and counted_on go together")
        return self


class WhoMay(Sourced):
    """What a person must be to act. Age 0: nobody is asked for a birth date."""

    minimum_age: int = Field(ge=0, le=120)
    assurance: Assurance
    citizen: bool

    def refusal(self, person: Eligibility) -> Refusal | None:
        """The first reason why `person` may not act, or `None`."""
        if _STRENGTH[person.assurance] < _STRENGTH[self.assurance]:
            return Refusal.ASSURANCE_TOO_LOW
        if self.citizen and not person.citizen:
            return Refusal.NOT_A_CITIZEN
        if self.minimum_age == 0:
            return None
        if person.age is None:
            return Refusal.BIRTH_DATE_MISSING
        if person.age < self.minimum_age:
            return Refusal.UNDER_AGE
        return None


class RulePack(_Rule):
    """One jurisdiction's rules for petitions to one kind of body, in one version.

    `body` is who must answer; agents of it hold the role `agency:<body>`, or `agency:<body>:<unit>` where the pack has
    units. A pack without `supporters` or `moderation` does without that step. `dates` says where the days come from
    between which this version is in force, both included.
    """

    id: str = Field(pattern=r"^[a-z][a-z0-9-]{2,60}$")
    version: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]{0,40}$")
    jurisdiction: str = Field(pattern=r"^[A-Z]{2}$")
    level: Literal["country", "region", "district", "union"]
    body: str = Field(pattern=r"^[a-z][a-z-]{2,40}$")
    effective_from: date
    effective_to: date | None = None
    dates: Sourced
    calendar: str
    name: Words
    addressee: Words
    supporters: Supporters | None = None
    moderation: Moderation | None = None
    thresholds: tuple[Threshold, ...] = Field(min_length=1)
    window: Deadline
    early: Early | None = None
    reminder_days: int = Field(default=3, ge=0, le=60, description="Days before its end that a duty is told again.")
    archive: Deadline | None = Field(default=None, description="How long after the answer a petition is put away.")
    prohibited: tuple[Subject, ...] = ()
    units: tuple[Unit, ...] = ()
    signer: WhoMay
    author: WhoMay

    @model_validator(mode="after")
    def _shares_have_people(self) -> Self:
        for number, threshold in enumerate(self.thresholds):
            if threshold.percent is None:
                continue
            if not self.units:
                raise PlacedError("needs the populations of units", "thresholds", number, "percent")
            for place, unit in enumerate(self.units):
                if unit.population is None:
                    raise PlacedError(f"{unit.code} has no population, and there is a percentage", "units", place)
        return self

    @model_validator(mode="after")
    def _nothing_twice(self) -> Self:
        for field, keys in (
            ("thresholds", [each.effect for each in self.thresholds]),
            ("units", [each.code for each in self.units]),
            ("prohibited", [each.code for each in self.prohibited]),
        ):
            for number, key in enumerate(keys):
                if key in keys[:number]:
                    raise PlacedError(f"{key} is there twice", field, number)
        return self

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.effective_to is not None and self.effective_to < self.effective_from:
            raise PlacedError("comes before effective_from", "effective_to")
        return self

    @property
    def ref(self) -> RulePackRef:
        """What a petition is pinned to."""
        return RulePackRef(id=self.id, version=self.version)

    def unit(self, code: str | None) -> Unit | None:
        """The unit with this code, if the pack has it."""
        return next((unit for unit in self.units if unit.code == code), None)

    def goals(self, unit: str | None) -> tuple[Goal, ...]:
        """The thresholds in signatures, the lowest first; raises `ValueError` for a unit the pack does not know."""
        found = self.unit(unit)
        if self.units and found is None:
            raise ValueError(f"{self.id} knows no unit {unit!r}")
        population = None if found is None else found.population
        return tuple(sorted((each.goal(population) for each in self.thresholds), key=lambda goal: goal.signatures))

    def threshold(self, effect: str) -> Threshold:
        """The threshold with this effect; raises `KeyError`."""
        for each in self.thresholds:
            if each.effect == effect:
                return each
        raise KeyError(effect)

    def role_of_body(self, unit: str | None) -> str:
        """The role of those who may answer."""
        return f"agency:{self.body}:{unit}" if self.units else f"agency:{self.body}"


class RulePacks:
    """The packs of this installation with their calendars, by reference and by date."""

    def __init__(self, packs: tuple[RulePack, ...], calendars: Mapping[str, Calendar]) -> None:
        """Raises `ValueError` for a pack whose calendar is not there."""
        self._packs = {(pack.id, pack.version): pack for pack in packs}
        self._calendars = calendars
        for pack in packs:
            if pack.calendar not in calendars:
                raise ValueError(f"{pack.id}: unknown calendar {pack.calendar!r}")

    def pinned(self, ref: RulePackRef) -> RulePack:
        """The pack a petition is pinned to; raises `KeyError` when the installation lacks it."""
        return self._packs[(ref.id, ref.version)]

    def in_force(self, pack_id: str, on: date) -> RulePack:
        """The version of `pack_id` in force on a day; raises `LookupError` when there is none."""
        for pack in self.all_in_force(on):
            if pack.id == pack_id:
                return pack
        raise LookupError(f"no version of rule pack {pack_id!r} is in force on {on}")

    def all_in_force(self, on: date) -> list[RulePack]:
        """Every pack in force on a day, by id."""
        found = [pack for pack in self._packs.values() if pack.effective_from <= on <= (pack.effective_to or date.max)]
        return sorted(found, key=lambda pack: pack.id)

    def calendar(self, pack: RulePack) -> Calendar:
        """The calendar the pack's terms run in."""
        return self._calendars[pack.calendar]

    def ends(self, term: Term, start: datetime, pack: RulePack) -> datetime:
        """When a term of `pack` that starts at `start` is over."""
        return term.ends(start, self.calendar(pack))
