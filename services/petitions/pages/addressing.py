"""Whom a petition may be addressed to here, and of which place: what follows from the rule packs in force."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from kenes.regions import region_name, sortable
from kenes.web.i18n import Translator
from services.petitions.commands import RulesChoice
from services.petitions.domain.rules import RulePack, RulePacks

TO, UNIT = "to", "unit"
REGION = len("KZ-75")
"""The letters of a district's code that are its region's."""


@dataclass(frozen=True, slots=True)
class Addressee:
    """Bodies of one kind at one level. With more packs than one, the unit says which of them it is."""

    packs: tuple[RulePack, ...]

    def label(self, t: Translator) -> str:
        """The kind of body, and of which places there is one."""
        pack = self.packs[0]
        return t(f"start.to.{pack.level}", addressee=pack.addressee[t.language])

    def units(self, language: str) -> list[tuple[str, str]]:
        """(code, name) of every place that has such a body, in the order of the alphabet."""
        found = [(unit.code, unit.name[language]) for pack in self.packs for unit in pack.units]
        return sorted(
            ((code, f"{name}{_region(code, language)}") for code, name in found), key=lambda pair: sortable(pair[1])
        )

    def pack(self, unit: str) -> RulePack:
        """The rules for a place; the first, while none is chosen."""
        return next((pack for pack in self.packs if pack.unit(unit)), self.packs[0])

    def knows(self, unit: str) -> bool:
        """Whether there is such a body of this place, or one for all places."""
        return not self.packs[0].units or self.pack(unit).unit(unit) is not None

    def choice(self, unit: str) -> RulesChoice:
        """The rules that a petition is started under."""
        pack = self.pack(unit)
        return RulesChoice(pack.id, unit if pack.units else None)


def addressees(packs: RulePacks, on: date) -> Mapping[str, Addressee]:
    """Everybody whom a petition may be addressed to in the country of the default rules, by name, the default first."""
    default = packs.in_force(RulesChoice().pack, on)
    found: dict[str, tuple[RulePack, ...]] = {_name(default): ()}
    for pack in packs.all_in_force(on):
        if pack.jurisdiction == default.jurisdiction:
            found[_name(pack)] = (*found.get(_name(pack), ()), pack)
    return {name: Addressee(some) for name, some in found.items()}


def _name(pack: RulePack) -> str:
    return f"{pack.body}.{pack.level}"


def _region(code: str, language: str) -> str:
    """Districts of several regions have the same name: a district's own region is said with it."""
    region = code[:REGION]
    name = region_name(region, language)
    return f" ({name})" if code != region != name else ""
