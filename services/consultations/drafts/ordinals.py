"""Numbers as laws write them: words, letters, Roman figures, and what may follow what."""

import re
from typing import Final

from services.consultations.drafts.raised import lowered

ALPHABETS: Final = ("abcdefghijklmnopqrstuvwxyz", "аәбвгғдеёжзийкқлмнңоөпрстуұүфхһцчшщъыіьэюя")
ROMAN: Final = re.compile(r"(?=[ivxlc])(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})", re.IGNORECASE)
LATIN_SUFFIXES: Final = ("bis", "ter", "quater", "quinquies", "sexies", "septies", "octies", "nonies", "decies")
INTEGER_GAP: Final = 30
LETTER_GAP: Final = 5

_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "1": ("бірінші", "перв", "erste", "premier", "première", "first", "one"),
    "2": ("екінші", "втор", "zweite", "deuxième", "second", "two"),
    "3": ("үшінші", "трет", "dritte", "troisième", "third", "three"),
    "4": ("төртінші", "четверт", "четвёрт", "vierte", "quatrième", "fourth", "four"),
    "5": ("бесінші", "пят", "fünfte", "cinquième", "fifth", "five"),
    "6": ("алтыншы", "шест", "sechste", "sechster", "sixième", "sixth", "six"),
    "7": ("жетінші", "седьм", "siebente", "siebte", "septième", "seventh", "seven"),
    "8": ("сегізінші", "восьм", "achte", "huitième", "eighth", "eight"),
    "9": ("тоғызыншы", "девят", "neunte", "neuvième", "ninth", "nine"),
    "10": ("оныншы", "десят", "zehnte", "dixième", "tenth", "ten"),
    "11": ("он бірінші", "одиннадцат", "elfte", "onzième", "eleventh", "eleven"),
    "12": ("он екінші", "двенадцат", "zwölfte", "douzième", "twelfth", "twelve"),
    "13": ("он үшінші", "тринадцат", "dreizehnte", "treizième", "thirteenth", "thirteen"),
    "14": ("он төртінші", "четырнадцат", "vierzehnte", "quatorzième", "fourteenth", "fourteen"),
    "15": ("он бесінші", "пятнадцат", "fünfzehnte", "quinzième", "fifteenth", "fifteen"),
}
_ENDINGS: Final = r"(?:r|s|n|e|ый|ий|ой|ая|ья|ое|ье)?"
ORDINALS: Final = {word: number for number, words in _WORDS.items() for word in words}
ORDINAL: Final = (
    "(?:" + "|".join(sorted(map(re.escape, ORDINALS), key=len, reverse=True)) + ")" + _ENDINGS + r"(?![\w])"
)
"""Matches an ordinal of Kazakh, Russian, German, French or English up to fifteen."""
_ORDINAL: Final = re.compile("(" + ORDINAL.removesuffix(r"(?![\w])").removesuffix(_ENDINGS) + ")" + _ENDINGS)


def figure(written: str) -> str:
    """What a written number comes to: "premier" is "1", "Ier" "I", "4 bis" "4bis", "88–1" and "88¹" are "88-1"."""
    text = lowered(" ".join(written.split()).strip(" .:()")).replace("–", "-")
    if found := _ORDINAL.fullmatch(text.casefold()):
        return ORDINALS[found.group(1)]
    text = re.sub(r"^(\d+|I)\s?(?:er|ère|re)$", r"\1", text)
    return re.sub(rf"(?<=\d)\s+(?=(?:{'|'.join(LATIN_SUFFIXES)}|[a-zа-я])\b)", "", text)


def is_roman(letters: str) -> bool:
    """Whether it is a Roman number below a hundred."""
    return bool(letters) and ROMAN.fullmatch(letters) is not None


def place(number: str, *, roman: bool = False) -> tuple[int, ...] | None:
    """Where a number stands in its row; None where it has no place ("PREAMBULE")."""
    if roman:
        return (_roman(number),)
    if re.match(r"\d", number):
        return tuple(_part(part) for part in re.findall(r"\d+|[^\W\d]+", number))
    letters = number.casefold()
    alphabet = next((each for each in ALPHABETS if letters[:1] and letters[0] in each), None)
    if alphabet is None or set(letters) != {letters[0]}:
        return None
    return ((len(letters) - 1) * len(alphabet) + alphabet.index(letters[0]) + 1,)


def may_follow(number: str, before: str | None, *, roman: bool = False, gap: int | None = None) -> bool:
    """Whether `number` may come after `before` in one row, or may begin a row where nothing was before.

    `gap` is the greatest step, in whole numbers or letters; by default one that forgives what was repealed between.
    """
    here = place(number, roman=roman)
    if here is None:
        return False
    if before is None:
        return all(part <= 1 for part in here)
    there = place(before, roman=roman)
    if there is None:
        return False
    if gap is None:
        gap = INTEGER_GAP if number[0].isdigit() else LETTER_GAP
    return there < here and here[0] - there[0] <= gap


def _part(part: str) -> int:
    if part.isdigit():
        return int(part[:9])
    if part.casefold() in LATIN_SUFFIXES:
        return LATIN_SUFFIXES.index(part.casefold()) + 2
    return (place(part) or (99,))[0]


def _roman(letters: str) -> int:
    values = [{"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}.get(letter, 0) for letter in letters.casefold()]
    return sum(
        -value if any(later > value for later in values[at + 1 : at + 2]) else value for at, value in enumerate(values)
    )
