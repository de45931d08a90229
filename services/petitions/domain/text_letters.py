"""Letters that pretend to be others, and characters nobody sees.

Search, filters and readers are fooled by a Latin letter in a Cyrillic word, and by text that runs another way than it
looks. What may stand together follows Unicode Technical Standard 39 ("Unicode Security Mechanisms"): only letters that
look alike are a trick, so `QRкод` is none. Alike are those that `confusables.txt` of that standard puts together and
that are told apart by nobody in common typefaces.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from schemas.prose import without_hidden

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

_ONE_SCRIPT: Final = re.compile(r"[\u0400-\u04ff\u0300-\u036f]+|[A-Za-z]+")


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
        plain = _plain(word)
        if plain != word:
            foreign = {letter for letter, kept in zip(word, plain, strict=False) if letter != kept}
            yield Disguise(match.start(), match.end(), word, plain, foreign <= _OLD_KEYBOARDS)


def mended(text: str) -> str:
    """The text with its words in the letters they pretend to be, and without what is hidden."""
    return without_hidden(WORD.sub(lambda found: _plain(found.group()), text))


def _plain(word: str) -> str:
    """The word in the script most of its letters are of; itself where it is in one, or in several for a reason."""
    if _ONE_SCRIPT.fullmatch(word):
        return word
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
