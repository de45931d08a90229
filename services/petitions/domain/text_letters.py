"""Letters that pretend to be others, and characters nobody sees.

Search, filters and readers are fooled by a Latin letter in a Cyrillic word, and by text that runs another way than it
looks. What may stand together follows Unicode Technical Standard 39 ("Unicode Security Mechanisms"): only letters that
look alike are a trick, so `QRкод` is none. Alike are those that `confusables.txt` of that standard puts together and
that are told apart by nobody in common typefaces.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
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

_LIKE_CYRILLIC: Final = dict(zip("ʙʜᴋᴍᴛᴏᴄօ", "внкмтосо", strict=True))
"""Latin small capitals and an Armenian letter, which stand in no word but to pretend."""

_OLD_KEYBOARDS: Final = frozenset("iIhəƏ")
"""Latin letters that stand in many Kazakh texts for і, һ and ә, from times when keyboards lacked these."""

_SUFFIXED: Final = re.compile(rf"(?:[A-Z]{{2,}}|(?=[A-Za-z]*(?![{_ALIKE['LATIN']}])[A-Za-z])[A-Za-z]+)[а-яёәғқңөұүһі]+")
"""A foreign abbreviation, or a word with a letter that can only be Latin, with an ending of the sentence's language."""

_ENDED: Final = re.compile(r"[A-Za-z]+[а-яёәғқңөұүһі]+")
_TOLD_APART: Final = re.compile(r"[A-Za-z\u0370-\u03ff\u0400-\u04ff]")
"""Letters of the scripts that are compared: one that is like no other tells that a word is mixed for a reason."""

_MARK: Final = re.compile("[\u0300-\u036f]")
_MARKED: Final = frozenset("йёЙЁ")
"""Letters of their own, that may be written as another with a mark."""

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


def unstressed(text: str) -> tuple[str, Sequence[int]]:
    """The text without marks over letters, but for those of й and ё, and where each letter of it and its end stand."""
    if not _MARK.search(text):
        return text, range(len(text) + 1)
    letters, places = [""], [0]
    for place, letter in enumerate(text):
        if not _MARK.match(letter):
            letters.append(letter)
            places.append(place)
        elif (whole := unicodedata.normalize("NFC", letters[-1] + letter)) in _MARKED:
            letters[-1] = whole
    return "".join(letters), [*places[1:], len(text)]


def _plain(word: str) -> str:
    """The word in the script that all its letters may be of, if in two that of most; itself where there is none."""
    if _ONE_SCRIPT.fullmatch(word):
        return word
    styled = sum(_script(letter) in ("MATHEMATICAL", "FULLWIDTH") for letter in word)
    if styled > 1:
        return unicodedata.normalize("NFKC", word)
    scripts = Counter(script for letter in word if (script := _script(letter)) in _ALIKE)
    if _SUFFIXED.fullmatch(word):
        return word
    del scripts["GREEK"]  # nobody here writes it
    # Where neither of the others has more, it is the Cyrillic word that is imitated.
    bases = sorted(scripts, key=lambda script: (scripts[script], script == "CYRILLIC"), reverse=True)
    for base in bases[:1] if _ENDED.fullmatch(word) else bases:
        letters = [_in(base, letter) for letter in word]
        if "·" not in letters:
            return "".join(letters)
    return word


def _in(base: str, letter: str) -> str:
    """The letter of a script that looks like this one; `·` where there is none, though it is of those compared."""
    script = _script(letter)
    if script == base:
        return letter
    if base == "CYRILLIC" and letter in _LIKE_CYRILLIC:
        return _LIKE_CYRILLIC[letter]
    letters = _ALIKE.get(script, "")
    if letter in letters:
        return _ALIKE[base][letters.index(letter)]
    return "·" if _TOLD_APART.match(letter) else letter


@lru_cache(maxsize=4096)
def _script(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]
