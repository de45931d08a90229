"""One form of a word for its many spellings: case, diacritics, Kazakh letters typed as Russian ones, look-alikes.

People without a Kazakh keyboard type `кітапхана` as `китапхана` or with a Latin `i`, and copied text mixes letters
that look the same. Which script a mixed word is in is told by its letters that look like no other.
"""

import re
import unicodedata
from typing import Final

from schemas.prose import without_hidden

LONGEST_WORD: Final = 40

LATIN: Final = "aceiopxyhABCEHIKMOPTXY"
CYRILLIC: Final = "асеіорхуһАВСЕНІКМОРТХУ"
"""Letters that look the same, pair by pair. There are more capitals: `В` is like `B`, but `в` is not like `b`."""

_TO_CYRILLIC: Final = str.maketrans(LATIN, CYRILLIC)
_TO_LATIN: Final = str.maketrans(CYRILLIC, LATIN)
_KAZAKH: Final = tuple(zip("әғқңөұүһі", "агкноуухи", strict=True))

_MIXED: Final = re.compile(
    r"[A-Za-z][^\W_A-Za-z\u0400-\u04ff]*[\u0400-\u04ff]|[\u0400-\u04ff][^\W_A-Za-z\u0400-\u04ff]*[A-Za-z]"
)
_LATIN: Final = re.compile("[A-Za-z]")
_CYRILLIC_ONLY: Final = re.compile(rf"(?![{CYRILLIC}])[\u0400-\u04ff]")
_LATIN_ONLY: Final = re.compile(rf"(?![{LATIN}])[A-Za-z]")
_WORD: Final = re.compile(r"[^\W_]+")
_MARKS: Final = re.compile(r"(?<![иИ])\u0306|[\u0300-\u0305\u0307-\u036f]")


def fold(text: str) -> list[str]:
    """The words of a text in their one form, in order. Words of one letter are left out, long ones are cut."""
    plain = _without_marks(text)
    # Most texts are in one script, which is told faster than that no word is mixed.
    if not plain.isascii() and _LATIN.search(plain) and _MIXED.search(plain):
        plain = _WORD.sub(_in_one_script, plain)
    folded = plain.casefold()
    for kazakh, plainer in _KAZAKH:  # a third of the time that `translate` takes
        folded = folded.replace(kazakh, plainer)
    return [word[:LONGEST_WORD] for word in _WORD.findall(folded) if len(word) > 1]


def is_cyrillic(folded: str) -> bool:
    """Whether a folded word has a Cyrillic letter."""
    return any("\u0400" <= letter <= "\u04ff" for letter in folded)


def _without_marks(text: str) -> str:
    """Letters that are seen, without their marks, but for `й`: it is a letter of its own."""
    if text.isascii():
        return text
    bare = _MARKS.sub("", unicodedata.normalize("NFKD", without_hidden(text)))
    return bare.replace("и\u0306", "й").replace("И\u0306", "Й")


def _in_one_script(found: re.Match[str]) -> str:
    """A word; one of mixed letters in the script of those that look like no other, Cyrillic where none tells."""
    word = found.group()
    if not _MIXED.search(word):
        return word
    latin = _LATIN_ONLY.search(word) and not _CYRILLIC_ONLY.search(word)
    return word.translate(_TO_LATIN if latin else _TO_CYRILLIC)
