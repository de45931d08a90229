"""The numbers that a word processor shows but does not store: counted anew as it would."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from lxml import etree

from services.consultations.drafts.errors import DraftError, Fault
from services.consultations.drafts.tree import LABEL_LENGTH

W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
BULLET: Final = "bullet"
LARGEST: Final = 32_767
"""Where Word's own counts end."""
LEVELS: Final = 9
"""So many a list has in Word."""
_RUSSIAN: Final = "абвгдежзиклмнопрстуфхцчшщэюя"
_LATIN: Final = "abcdefghijklmnopqrstuvwxyz"
_ROMAN: Final = ((100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))


@dataclass(frozen=True)
class Level:
    """One level of a list: where it starts, how its figure is written, and the words around it ("Статья %1.").

    `figures` tells that the levels above are written in figures here, whatever they are by themselves. `of_style` is
    the id of the paragraph style whose paragraphs are on this level. It begins anew after a paragraph on one of the
    first `restarts_after` levels, None for all above it: articles that are numbered through all chapters have 0.
    """

    start: int = 1
    style: str = "decimal"
    pattern: str = ""
    figures: bool = False
    of_style: str = ""
    restarts_after: int | None = None


@dataclass
class _List:
    """A list as paragraphs name it: another's levels, some of them its own or begun anew."""

    of: str
    levels: dict[int, Level]
    restarts: dict[int, int]


class Numbering:
    """Counts the lists of one document; to be asked for its paragraphs in order."""

    def __init__(self, definitions: etree._Element | None) -> None:
        self._levels: dict[str, dict[int, Level]] = {}
        self._lists: dict[str, _List] = {}
        self._counts: defaultdict[str, dict[int, int]] = defaultdict(dict)
        styled: dict[str, str] = {}
        borrowed: dict[str, str] = {}
        for element in definitions if definitions is not None else ():
            if element.tag == f"{W}abstractNum":
                own = element.get(f"{W}abstractNumId", "")
                self._levels[own] = dict(_levels(element))
                styled[value(element, "styleLink")] = own
                borrowed[own] = value(element, "numStyleLink")
            elif element.tag == f"{W}num":
                self._lists[element.get(f"{W}numId", "")] = _list(element)
        for own, style in borrowed.items():
            if style and style in styled:
                self._levels[own] = self._levels[styled[style]]

    def next(self, number: str, level: int) -> str:
        """What stands before the next paragraph of list `number`: "1)", "Статья 5.", "-", or "" where nothing does."""
        found = self._lists.get(number)
        known = self._known(number)
        if found is None or level not in known or known[level].style == "none":
            return ""
        if known[level].style == BULLET:
            return "-"
        counts = self._counts[found.of]
        begun = counts[level] + 1 if level in counts else known[level].start
        # What begins a list anew does so once, for its first paragraph on that level.
        counts[level] = found.restarts.pop(level, begun)
        for below in [each for each in counts if each > level and _begins_anew(known.get(each), level)]:
            del counts[below]
        return _label(known, counts, level)

    def level_of(self, number: str, style: str) -> int | None:
        """On which level of list `number` the paragraphs of a style are, where the list itself says so."""
        return next((at for at, level in self._known(number).items() if style and level.of_style == style), None)

    def _known(self, number: str) -> dict[int, Level]:
        found = self._lists.get(number)
        return self._levels.get(found.of, {}) | found.levels if found is not None else {}


def _begins_anew(below: Level | None, above: int) -> bool:
    """Whether a level begins anew after a paragraph on the level `above` it."""
    return below is None or below.restarts_after is None or above < below.restarts_after


def _label(known: dict[int, Level], counts: dict[int, int], level: int) -> str:
    label = known[level].pattern
    for upper in range(level + 1):
        shown = known.get(upper, Level())
        style = "decimal" if known[level].figures else shown.style
        label = label.replace(f"%{upper + 1}", written(counts.get(upper, shown.start), style))
    return label.strip()


def _list(element: etree._Element) -> _List:
    found = _List(value(element, "abstractNumId"), {}, {})
    for override in element.iterfind(f"{W}lvlOverride"):
        if (at := integer(override, "ilvl")) >= LEVELS:
            continue
        if (own := override.find(f"{W}lvl")) is not None:
            found.levels[at] = _level(own)
        if (start := whole_number(value(override, "startOverride"))) is not None:
            found.restarts[at] = start
    return found


def _levels(definition: etree._Element) -> Iterator[tuple[int, Level]]:
    for element in definition.iterfind(f"{W}lvl"):
        if (at := integer(element, "ilvl")) < LEVELS:
            yield at, _level(element)


def _level(element: etree._Element) -> Level:
    start, legal, pattern = whole_number(value(element, "start")), element.find(f"{W}isLgl"), value(element, "lvlText")
    if len(pattern) > LABEL_LENGTH:
        # Each of its places would be filled with a number, for each paragraph of the list.
        raise DraftError(0, "lvlText", Fault.TEXT_TOO_LONG, f"over {LABEL_LENGTH}")
    return Level(
        1 if start is None else start,
        value(element, "numFmt") or "decimal",
        pattern,
        legal is not None and is_on(legal),
        value(element, "pStyle"),
        whole_number(value(element, "lvlRestart")),
    )


def is_on(switch: etree._Element) -> bool:
    """Whether a property that is there is switched on, as it is where nothing else is said."""
    return switch.get(f"{W}val", "1") not in {"0", "false", "off"}


def value(element: etree._Element, name: str) -> str:
    found = element.find(f"{W}{name}")
    return found.get(f"{W}val", "") if found is not None else ""


def integer(element: etree._Element, name: str) -> int:
    return whole_number(element.get(f"{W}{name}", "")) or 0


def whole_number(text: str) -> int | None:
    """A whole number that Word may count to; None for whatever else is written there."""
    found = int(text) if text.isdecimal() and len(text) <= len(str(LARGEST)) else LARGEST + 1
    return found if found <= LARGEST else None


def written(count: int, style: str) -> str:
    """A count in a style, as Word calls them: "decimal", "lowerRoman"; in figures where the style is not known here."""
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
