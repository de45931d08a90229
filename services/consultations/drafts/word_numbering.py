"""The numbers that a word processor shows but does not store: counted anew as it would."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

from lxml import etree

W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
BULLET: Final = "bullet"
LEVELS: Final = 9
_RUSSIAN: Final = "абвгдежзиклмнопрстуфхцчшщэюя"
_LATIN: Final = "abcdefghijklmnopqrstuvwxyz"
_ROMAN: Final = ((100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


@dataclass(frozen=True)
class Level:
    """One level of a list: where it starts, how its figure is written, and the words around it ("Статья %1.")."""

    start: int = 1
    style: str = "decimal"
    pattern: str = ""


class Numbering:
    """Counts the lists of one document; to be asked for its paragraphs in order."""

    def __init__(self, definitions: etree._Element | None) -> None:
        self._levels: dict[str, dict[int, Level]] = {}
        self._list_of: dict[str, str] = {}
        self._counts: defaultdict[str, list[int]] = defaultdict(lambda: [0] * LEVELS)
        for element in definitions if definitions is not None else ():
            if element.tag == f"{W}abstractNum":
                own = element.get(f"{W}abstractNumId", "")
                self._levels[own] = {integer(each, "ilvl"): _level(each) for each in element.iterfind(f"{W}lvl")}
            elif element.tag == f"{W}num":
                self._list_of[element.get(f"{W}numId", "")] = value(element, "abstractNumId")

    def next(self, number: str, level: int) -> str:
        """What stands before the next paragraph of list `number`: "1)", "Статья 5.", "-", or "" where nothing does."""
        own = self._list_of.get(number, "")
        known = self._levels.get(own, {})
        if not 0 <= level < LEVELS or level not in known or known[level].style == "none":
            return ""
        if known[level].style == BULLET:
            return "-"
        counts = self._counts[own]
        counts[level] = counts[level] + 1 if counts[level] else known[level].start
        counts[level + 1 :] = [0] * (LEVELS - level - 1)
        label = known[level].pattern
        for upper in range(level + 1):
            shown = known.get(upper, Level())
            label = label.replace(f"%{upper + 1}", _written(counts[upper] or shown.start, shown.style))
        return label.strip()


def _level(element: etree._Element) -> Level:
    start = value(element, "start")
    return Level(
        int(start) if start.isdecimal() else 1, value(element, "numFmt") or "decimal", value(element, "lvlText")
    )


def value(element: etree._Element, name: str) -> str:
    found = element.find(f"{W}{name}")
    return found.get(f"{W}val", "") if found is not None else ""


def integer(element: etree._Element, name: str) -> int:
    written = element.get(f"{W}{name}", "0")
    return int(written) if written.isdecimal() else 0


def _written(count: int, style: str) -> str:
    match style:
        case "lowerLetter" | "upperLetter":
            letters = _letters(count, _LATIN)
        case "russianLower" | "russianUpper":
            letters = _letters(count, _RUSSIAN)
        case "lowerRoman" | "upperRoman":
            letters = _roman(count)
        case _:
            return str(count)
    return letters.upper() if style.startswith("upper") or style.endswith("Upper") else letters


def _letters(count: int, alphabet: str) -> str:
    """After the last letter they are doubled, as word processors do."""
    times, at = divmod(count - 1, len(alphabet))
    return alphabet[at] * min(times + 1, 10)


def _roman(count: int) -> str:
    written = ""
    for value, letters in _ROMAN:
        times, count = divmod(count, value)
        written += letters * min(times, 10)
    return written
