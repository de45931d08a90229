"""The coverage meter: which classes and regions have been heard, and which not yet. Small groups are never shown."""

from collections.abc import Mapping
from dataclasses import dataclass

from kenes.mongo.client import Document
from kenes.regions import region_name, regions
from kenes.web.charts import Bar
from kenes.web.i18n import Translator
from schemas.consultations.parts import Stakeholder


@dataclass(frozen=True)
class ClassLine:
    """One class: whether anybody spoke for it, and how many people in words."""

    name: str
    heard: bool
    people: str


@dataclass(frozen=True)
class Coverage:
    """`regions` are told in steps of the smallest group; `missing` have fewer people than one step, or none."""

    classes: tuple[ClassLine, ...]
    regions: tuple[Bar, ...]
    missing: tuple[str, ...]
    least: int

    @property
    def classes_heard(self) -> int:
        """How many classes spoke."""
        return sum(line.heard for line in self.classes)


def coverage(people: Document, t: Translator, least: int) -> Coverage:
    """The meter of `people` (`Queries.people`), with `least` for the fewest people whose number may be shown."""
    shown = stepped(people["regions"], least)
    ordered = sorted(shown.items(), key=lambda pair: (-pair[1], pair[0]))
    return Coverage(
        classes=tuple(_class_line(each, people["classes"].get(each, 0), t, least) for each in Stakeholder),
        regions=tuple(Bar(region_name(code, t.language), number) for code, number in ordered),
        missing=tuple(name for code, name in regions(t.language) if code not in shown),
        least=least,
    )


def stepped(people: Mapping[str, int], least: int) -> dict[str, int]:
    """By region, the largest multiple of `least` not above the number of people; regions below one step are left out.

    The total is exact and moves with everybody. Were the regions exact, too, whoever watches a quiet consultation
    would see where each newcomer lives; in steps, most of them move no region.
    """
    return {region: number - number % least for region, number in people.items() if number >= least}


def people_words(number: int, t: Translator, least: int) -> str:
    """So many people; a few are only said to be few."""
    return t("count.people_few", count=least) if 0 < number < least else t("count.people", count=number)


def _class_line(each: Stakeholder, number: int, t: Translator, least: int) -> ClassLine:
    words = people_words(number, t, least) if number > 0 else t("coverage.nobody")
    return ClassLine(t(f"class.{each}"), number > 0, words)
