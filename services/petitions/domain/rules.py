"""Rule packs: thresholds, windows and who may act, as validated data with effective dates and sources."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from schemas.petitions.v1 import Assurance, Eligibility, RulePackRef
from services.petitions.domain.refusals import Refusal

Certainty = Literal["H", "M", "L"]

_STRENGTH = {Assurance.LOW: 0, Assurance.SUBSTANTIAL: 1, Assurance.HIGH: 2}


class _Rule(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Sourced(_Rule):
    """A figure says how sure it is and where it comes from."""

    certainty: Certainty
    source: str = Field(min_length=5)


class Threshold(Sourced):
    """What so many signatures bring about."""

    signatures: int = Field(gt=0)
    effect: str


class Window(Sourced):
    """How long a petition collects, in calendar months."""

    months: int = Field(gt=0, le=60)


class WhoMay(Sourced):
    """What a person must be to act."""

    minimum_age: int = Field(ge=0, le=120)
    assurance: Assurance
    citizen: bool

    def refusal(self, person: Eligibility) -> Refusal | None:
        """The first reason why `person` may not act, or `None`."""
        if _STRENGTH[person.assurance] < _STRENGTH[self.assurance]:
            return Refusal.ASSURANCE_TOO_LOW
        if self.citizen and not person.citizen:
            return Refusal.NOT_A_CITIZEN
        if person.age is None:
            return Refusal.BIRTH_DATE_MISSING
        if person.age < self.minimum_age:
            return Refusal.UNDER_AGE
        return None


class RulePack(_Rule):
    """One jurisdiction's rules at one level, in one version."""

    id: str
    version: str
    jurisdiction: str
    level: str
    effective_from: date
    effective_to: date | None = None
    calendar: str
    name: dict[str, str]
    addressee: dict[str, str]
    thresholds: tuple[Threshold, ...] = Field(min_length=1)
    window: Window
    signer: WhoMay
    author: WhoMay

    @property
    def ref(self) -> RulePackRef:
        """What a petition is pinned to."""
        return RulePackRef(id=self.id, version=self.version)

    @property
    def goal(self) -> int:
        """The highest threshold, in signatures."""
        return max(threshold.signatures for threshold in self.thresholds)

    def closes_at(self, opened_at: datetime) -> datetime:
        """The end of the window: the same day of the month, or the month's last day where it has no such day."""
        month = opened_at.month - 1 + self.window.months
        year, month = opened_at.year + month // 12, month % 12 + 1
        for day in range(opened_at.day, opened_at.day - 4, -1):
            try:
                return opened_at.replace(year=year, month=month, day=day)
            except ValueError:
                continue
        raise AssertionError("every month has a 28th day")


class RulePacks:
    """The packs in force, by reference and by date."""

    def __init__(self, packs: tuple[RulePack, ...]) -> None:
        self._packs = {(pack.id, pack.version): pack for pack in packs}

    def pinned(self, ref: RulePackRef) -> RulePack:
        """The pack a petition is pinned to; raises `KeyError` when the installation lacks it."""
        return self._packs[(ref.id, ref.version)]

    def in_force(self, pack_id: str, on: date) -> RulePack:
        """The version of `pack_id` in force on a day; raises `LookupError` when there is none."""
        for pack in self._packs.values():
            ends = pack.effective_to or date.max
            if pack.id == pack_id and pack.effective_from <= on <= ends:
                return pack
        raise LookupError(f"no version of rule pack {pack_id!r} is in force on {on}")
