"""What a paragraph of a Word file is by its style: a heading of which level, and a number of which list."""

import re
from typing import Final

from lxml import etree

from services.consultations.drafts.word_numbering import Numbering, W, value, whole_number

DEEPEST: Final = 9
HEADING: Final = re.compile(r"(?:heading|заголовок|тақырып|überschrift|titre)\s?([1-9])", re.IGNORECASE)
TITLE: Final = frozenset({"title", "название", "атауы", "titel"})


class Styles:
    """The styles of one document. A paragraph's own properties go before those of its style."""

    def __init__(self, definitions: etree._Element, numbering: Numbering) -> None:
        self._styles = {style.get(f"{W}styleId", ""): style for style in definitions.iterfind(f"{W}style")}
        self._numbering = numbering

    def of(self, paragraph: etree._Element) -> list[etree._Element]:
        """The definitions of the paragraph's style and of those that it is based on, nearest first."""
        found = paragraph.find(f"{W}pPr/{W}pStyle")
        name = found.get(f"{W}val", "") if found is not None else ""
        chain: list[etree._Element] = []
        while name in self._styles and len(chain) < DEEPEST:
            definition = self._styles[name]
            chain.append(definition)
            name = value(definition, "basedOn")
        return chain

    def level(self, paragraph: etree._Element, chain: list[etree._Element]) -> int | None:
        """That of a heading, 0 of the title, None of other paragraphs."""
        for definition in (paragraph, *chain):
            if (found := definition.find(f"{W}pPr/{W}outlineLvl")) is not None:
                level = whole_number(found.get(f"{W}val", ""))
                return level + 1 if level is not None and level < DEEPEST else None
        for name in names(chain):
            if name in TITLE:
                return 0
            if found_heading := HEADING.fullmatch(name):
                return int(found_heading[1])
        return None

    def number(self, paragraph: etree._Element, chain: list[etree._Element]) -> tuple[str, int]:
        """What Word prints before the paragraph, and on which level of its list."""
        level = ""
        for definition in (paragraph, *chain):
            if (found := definition.find(f"{W}pPr/{W}numPr")) is None:
                continue
            level = level or value(found, "ilvl")
            if number := value(found, "numId"):
                of_style = self._numbering.level_of(number, definition.get(f"{W}styleId", ""))
                own = whole_number(level)
                depth = own if own is not None else of_style or 0
                return self._numbering.next(number, depth), depth
        return "", 0


def names(chain: list[etree._Element]) -> list[str]:
    """What the styles are called, nearest first."""
    return [value(definition, "name").casefold() for definition in chain]
