"""Rule packs: who may act, what must happen and by when, as validated data with effective dates and sources."""

import re
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from schemas.packs import Certainty, Deadline, Pack, Packs, PlacedError, Rule, Sourced, WhoMay, Words
from schemas.petitions.v1 import Assurance, Eligibility, Goal, Language
from schemas.terms import Term
from services.petitions.domain.preparing import Code, Discussion, Moderation, Organisers, Supporters, TextRules
from services.petitions.domain.refusals import Refusal

Hint = Annotated[str, Field(pattern=r"^[^\W\d_][\w-]+\*?( [^\W\d_][\w-]*\*?)*$")]
"""Words of a phrase; a `*` ends those that may end in any way."""

Effect = Literal["consideration", "response", "debate", "hearing", "parliament"]
"""What a threshold brings about; the pages have words for each."""


class Subject(Rule):
    """What a petition must not be about. `code` is stable; `law` names where it is said.

    `hints` are words or phrases by language that a text about it is likely to have; `*` at the end of a word stands
    for any ending. They warn author and moderator; with `refuse` such a text cannot be handed in.
    """

    code: str = Field(pattern=r"^[a-z][a-z-]{2,40}$")
    name: Words
    law: Words
    certainty: Certainty
    hints: dict[Language, tuple[Hint, ...]] = Field(default_factory=dict)
    refuse: bool = False


class Spread(Sourced):
    """Signatures must also come from several units: at least `minimum` of each of so many `units`."""

    units: int = Field(gt=1)
    minimum: dict[Code, Annotated[int, Field(gt=0)]] = Field(min_length=1, description="Least signatures by unit code.")

    @model_validator(mode="after")
    def _can_be_met(self) -> Self:
        if self.units > len(self.minimum):
            raise ValueError(f"asks for {self.units} units and names {len(self.minimum)}")
        return self


class Threshold(Sourced):
    """What so many signatures bring about: a fixed number, or a share of the people of the petition's unit.

    `answer` is the term for the body that must then answer: without one a petition would wait for ever.
    """

    signatures: int | None = Field(default=None, gt=0)
    percent: Decimal | None = Field(default=None, gt=0, le=100)
    effect: Effect
    answer: Deadline
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
    """A region, district or city: its people, and when they were counted, where that is known.

    `of` is its name as it stands after whatever belongs to it: the akimat *of the city of* Kurchatov.
    """

    code: Code
    name: Words
    of: Words | None = None
    population: int | None = Field(default=None, gt=0)
    counted_on: date | None = None

    @model_validator(mode="after")
    def _counted_on_a_day(self) -> Self:
        if (self.population is None) != (self.counted_on is None):
            raise ValueError("population and counted_on go together")
        return self


class Residence(Rule):
    """A region that somebody without an account may live in. `areas` are those of the postcodes that lie in it."""

    code: Code
    name: Words
    areas: tuple[Annotated[str, Field(pattern=r"^[A-Z0-9]{1,5}$")], ...] = ()


class Mailed(Sourced):
    """What a person without an account gives to sign by a mailed link, beside name and address.

    `declaration` is what they state, since a mailbox proves nothing but itself. With `postcode`, a pattern whose first
    group is the area, the region is found by it; without, they choose it.
    """

    declaration: Words
    postcode: str | None = None
    regions: tuple[Residence, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _every_postcode_leads_somewhere(self) -> Self:
        if self.postcode is not None:
            try:
                groups = re.compile(self.postcode).groups
            except re.error as error:
                raise PlacedError(f"is no pattern: {error}", "postcode") from None
            if groups != 1:
                raise PlacedError("must have one group, the area", "postcode")
        seen: set[str] = set()
        for number, region in enumerate(self.regions):
            if (self.postcode is None) == bool(region.areas):
                raise PlacedError("areas go with a pattern of postcodes", "regions", number)
            if twice := seen.intersection({region.code, *region.areas}):
                raise PlacedError(f"{min(twice)} is there twice", "regions", number)
            seen |= {region.code, *region.areas}
        return self

    def region(self, code: str) -> Residence | None:
        """The region with this code."""
        return next((region for region in self.regions if region.code == code), None)

    def region_of(self, postcode: str) -> Residence | None:
        """The region of a postcode, however it is spaced; `None` where it is none, or of none of the regions."""
        found = re.fullmatch(self.postcode or "(?!)", "".join(postcode.split()).upper())
        return next((region for region in self.regions if found and found[1] in region.areas), None)


class PaperSupporters(Sourced):
    """Signatures on paper that are initial support enough by themselves."""

    needed: int = Field(gt=0)


class Paper(Sourced):
    """Signatures on paper are taken. `counts`: toward the thresholds, too, and toward the supporters needed."""

    counts: bool
    supporters: PaperSupporters | None = None


class RulePack(Pack):
    """One jurisdiction's rules for petitions to one kind of body, in one version.

    `body` is who must answer; agents of it hold the role `agency:<body>`, or `agency:<body>:<unit>` where the pack has
    units. A pack without `organisers`, `discussion`, `supporters` or `moderation` does without that step.
    """

    level: Literal["country", "region", "district", "union"]
    body: str = Field(pattern=r"^[a-z][a-z-]{2,40}$")
    addressee: Words
    addressee_of_unit: Words | None = Field(default=None, description="The same with {unit} where the unit is named.")
    organisers: Organisers | None = None
    discussion: Discussion | None = None
    supporters: Supporters | None = None
    moderation: Moderation | None = None
    thresholds: tuple[Threshold, ...] = Field(min_length=1)
    window: Deadline
    early: Early | None = None
    reminder_days: int = Field(default=3, ge=0, le=60, description="Days before its end that a duty is told again.")
    archive: Deadline | None = Field(default=None, description="How long after the answer a petition is put away.")
    prohibited: tuple[Subject, ...] = ()
    texts: TextRules | None = None
    units: tuple[Unit, ...] = ()
    signer: WhoMay
    author: WhoMay
    mailed: Mailed | None = None
    paper: Paper | None = None

    @model_validator(mode="after")
    def _mail_proves_a_mailbox(self) -> Self:
        if (self.mailed is not None) != (self.signer.assurance is Assurance.EMAIL):
            raise PlacedError("the assurance email and the table [mailed] go together", "signer", "assurance")
        if self.mailed is not None and (self.signer.minimum_age or self.signer.citizen):
            raise PlacedError("neither age nor citizenship can be asked of a mailbox: declare it", "signer")
        if self.author.assurance is Assurance.EMAIL:
            raise PlacedError("an author needs an account", "author", "assurance")
        return self

    @model_validator(mode="after")
    def _paper_supports_where_support_is_asked(self) -> Self:
        if self.paper is not None and self.paper.supporters is not None and self.supporters is None:
            raise PlacedError("no supporters are needed", "paper", "supporters")
        return self

    @model_validator(mode="after")
    def _units_are_named(self) -> Self:
        for language, said in (self.addressee_of_unit or {}).items():
            if "{unit}" not in said:
                raise PlacedError("lacks {unit}", "addressee_of_unit", language)
        return self

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
    def _the_first_term_matters(self) -> Self:
        early, places = self.early, (*(unit.code for unit in self.units),) or (None,)
        if early is not None and not self.window.exceeds(early.within):
            raise PlacedError("the window may be over before", "early", "within")
        if early is not None and any(self.goals(each)[0].signatures < early.signatures for each in places):
            raise PlacedError("a threshold asks for fewer", "early", "signatures")
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

    def unit(self, code: str | None) -> Unit | None:
        """The unit with this code, if the pack has it."""
        return next((unit for unit in self.units if unit.code == code), None)

    def addressed(self, unit: str | None) -> dict[str, str]:
        """Who a petition is addressed to, by language; with the name of the unit where the pack has units."""
        found = self.unit(unit)
        if found is None or self.addressee_of_unit is None:
            return self.addressee
        named = found.of or found.name
        return {language: said.replace("{unit}", named[language]) for language, said in self.addressee_of_unit.items()}

    def goals(self, unit: str | None) -> tuple[Goal, ...]:
        """The thresholds in signatures, the lowest first; raises `ValueError` for a unit the pack does not know."""
        found = self.unit(unit)
        if self.units and found is None:
            raise ValueError(f"{self.id} knows no unit {unit!r}")
        population = None if found is None else found.population
        return tuple(sorted((each.goal(population) for each in self.thresholds), key=lambda goal: goal.signatures))

    def subject(self, code: str) -> Subject | None:
        """The prohibited subject with this code, if the pack has it."""
        return next((subject for subject in self.prohibited if subject.code == code), None)

    def threshold(self, effect: str) -> Threshold:
        """The threshold with this effect; raises `KeyError`."""
        for each in self.thresholds:
            if each.effect == effect:
                return each
        raise KeyError(effect)

    def role_of_body(self, unit: str | None) -> str:
        """The role of those who may answer."""
        return f"agency:{self.body_of(unit)}"

    def body_of(self, unit: str | None) -> str:
        """The body that must answer: that of the unit, where the pack has units."""
        return f"{self.body}:{unit}" if self.units else self.body


RulePacks = Packs[RulePack]
"""The packs of this installation with their calendars, by reference and by date."""


def refusal_of(who: WhoMay, person: Eligibility) -> Refusal | None:
    """The first reason why `person` may not act, or `None`."""
    lack = who.lack(person)
    return None if lack is None else Refusal(lack)
