"""Letters that pretend to be others, and characters nobody sees.

Search, filters and readers are fooled by a Latin letter in a Cyrillic word, and by text that runs another way than it
looks. What may stand together follows Unicode Technical Standard 39 ("Unicode Security Mechanisms"): only letters that
look alike are a trick, so `QRкод` is none. Alike are those that `confusables.txt` of that standard puts together and
that are told apart by nobody in common typefaces.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

WORD: Final = re.compile(r"(?:[^\W\d_][\u0300-\u036f]*)+")

_ALIKE: Final = {
    "CYRILLIC": "АВЕҮІЈКМНОРЅТХаеһіјорѕсухәСԁԛԝӘ",
    "LATIN": "ABEYIJKMHOPSTXaehijopscyxəCdqwƏ",
    "GREEK": "ΑΒΕΥΙ·ΚΜΗΟΡ·ΤΧα····ορ··υχ······",
}
"""Letters in the same column look the same; `·` where a script has none."""

_OLD_KEYBOARDS: Final = frozenset("iIhəƏ")
"""Latin letters that stand in many Kazakh texts for і, һ and ә, from times when keyboards lacked these."""

_SUFFIXED: Final = re.compile(r"[A-Z]{2,}[а-яёәғқңөұүһі]+")
"""A foreign abbreviation with an ending of the sentence's own language."""

_BLANKS: Final = "\u115f\u1160\u2800\u3164\uffa0"
"""Letters and symbols that show as nothing."""

_JOINER: Final = "\u200d"

_ONE_SCRIPT: Final = re.compile(r"[\u0400-\u04ff\u0300-\u036f]+|[A-Za-z]+")
_PERHAPS_HIDDEN: Final = re.compile(rf"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f{_BLANKS}]|[^\w\s!-~«»„“”‘’–—…№]")
"""What must be looked at more closely: whole texts of ordinary letters are passed over at the speed of the pattern."""


@dataclass(frozen=True, slots=True)
class Disguise:
    """A word with letters of another script, and how it reads in one; `usual` where old keyboards explain it."""

    start: int
    end: int
    word: str
    plain: str
    usual: bool


def disguises(text: str) -> Iterator[Disguise]:
    """Words whose letters pretend to be others, by position."""
    for match in WORD.finditer(text):
        word = match.group()
        if _ONE_SCRIPT.fullmatch(word):
            continue
        plain = _plain(word)
        if plain != word:
            foreign = {letter for letter, kept in zip(word, plain, strict=False) if letter != kept}
            yield Disguise(match.start(), match.end(), word, plain, foreign <= _OLD_KEYBOARDS)


def hidden(text: str) -> Iterator[tuple[int, int]]:
    """Runs of characters that show as nothing or turn the direction of others: start and end."""
    start = end = -1
    for match in _PERHAPS_HIDDEN.finditer(text):
        place = match.start()
        if not _is_hidden(text, place):
            continue
        if place != end:
            if end > 0:
                yield start, end
            start = place
        end = place + 1
    if end > 0:
        yield start, end


def mended(text: str) -> str:
    """The text with its words in the letters they pretend to be, and without what is hidden."""
    plain = _replaced(text, ((found.start, found.end, found.plain) for found in disguises(text)))
    return _replaced(plain, ((start, end, "") for start, end in hidden(plain)))


def _replaced(text: str, changes: Iterable[tuple[int, int, str]]) -> str:
    kept, done = [], 0
    for start, end, instead in changes:
        kept += [text[done:start], instead]
        done = end
    return "".join([*kept, text[done:]])


def _plain(word: str) -> str:
    """The word in the script most of its letters are of; itself where it is in one, or in several for a reason."""
    styled = sum(_script(letter) in ("MATHEMATICAL", "FULLWIDTH") for letter in word)
    if styled > 1:
        return unicodedata.normalize("NFKC", word)
    scripts = Counter(script for letter in word if (script := _script(letter)) in _ALIKE)
    if len(scripts) < 2 or _SUFFIXED.fullmatch(word):
        return word
    # Nobody here writes Greek; and where neither of the others has more, it is the Cyrillic word that is imitated.
    base = max(scripts, key=lambda script: (script != "GREEK", scripts[script], script == "CYRILLIC"))
    letters = [letter if _script(letter) in (base, "COMBINING") else _alike(letter, base) for letter in word]
    return "".join(letter for letter in letters if letter) if all(letters) else word


def _alike(letter: str, base: str) -> str | None:
    letters = _ALIKE.get(_script(letter), "")
    found = _ALIKE[base][letters.index(letter)] if letter in letters else "·"
    return None if found == "·" else found


@lru_cache(maxsize=4096)
def _script(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]


def _is_hidden(text: str, place: int) -> bool:
    character = text[place]
    if character == _JOINER:
        # Emoji of several people are joined by it.
        return not (0 < place < len(text) - 1 and _is_symbol(text[place - 1]) and _is_symbol(text[place + 1]))
    return unicodedata.category(character) in ("Cc", "Cf", "Co", "Cn", "Cs") or character in _BLANKS


def _is_symbol(character: str) -> bool:
    return character == "\ufe0f" or unicodedata.category(character) in ("So", "Sk")
