"""Whom a petition may be addressed to here, and of which place: what follows from the rule packs that are offered."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from kenes.regions import place_name, region_name, regions, sortable
from kenes.web.i18n import Translator
from services.petitions.commands import RulesChoice
from services.petitions.domain.rules import RulePack
from services.petitions.offering import Offer

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

    @property
    def jurisdiction(self) -> str:
        """The country they are of, by ISO 3166-1 code, or EU."""
        return self.packs[0].jurisdiction

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


def addressees(offer: Offer, at: datetime) -> Mapping[str, Addressee]:
    """Everybody whom a petition may be addressed to, by name: the default first, then the rest of its country."""
    offered = offer.in_force(at)
    default = next((pack for pack in offered if pack.id == RulesChoice().pack), offered[0])
    found: dict[str, tuple[RulePack, ...]] = {_name(default): ()}
    for pack in sorted(offered, key=lambda pack: pack.jurisdiction != default.jurisdiction):
        found[_name(pack)] = (*found.get(_name(pack), ()), pack)
    return {name: Addressee(some) for name, some in found.items()}


def by_country(offered: Mapping[str, Addressee], language: str) -> list[tuple[str, list[tuple[str, Addressee]]]]:
    """The same with the names of their countries: the first stays first, the others follow the alphabet."""
    first = next(iter(offered.values())).jurisdiction
    countries = {each.jurisdiction: place_name(each.jurisdiction, language) for each in offered.values()}
    order = sorted(countries, key=lambda code: (code != first, sortable(countries[code])))
    return [(countries[code], [pair for pair in offered.items() if pair[1].jurisdiction == code]) for code in order]


def regions_of(pack: RulePack, language: str) -> list[tuple[str, str]]:
    """The regions that a petition may name as its own: those of the pack's country, where they are known."""
    return [(code, name) for code, name in regions(language) if code.startswith(f"{pack.jurisdiction}-")]


def _name(pack: RulePack) -> str:
    """Bodies of several places are one addressee, however many packs they have; any other is that of its pack."""
    return f"{pack.body}.{pack.level}" if pack.units else pack.id


def _region(code: str, language: str) -> str:
    """Districts of several regions have the same name: a district's own region is said with it."""
    region = code[:REGION]
    name = region_name(region, language)
    return f" ({name})" if code != region != name else ""
