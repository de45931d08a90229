"""One form of a text for its many spellings: case, punctuation, hidden marks, look-alikes, Kazakh letters as Russian.

Latin letters become the Cyrillic ones they look like, small or capital, each another one: whoever swaps letters to
seem different does not, and two words of one script never become the same word by it.
"""

import re
import unicodedata
from typing import Final

_LOOK_ALIKES: Final = str.maketrans("abcehikmoptxy", "авсеникмортху")
_KAZAKH: Final = str.maketrans("әғқңөұүһіё", "агкноуухие")
_ONE_FORM: Final = _LOOK_ALIKES | _KAZAKH

_HIDDEN: Final = re.compile("[\u0300-\u036f\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff]")
"""Marks that stay after composition, soft hyphens, joiners, directions: they change how a text looks at most."""

_WORD: Final = re.compile(r"[^\W_]+")


def words(text: str) -> list[str]:
    """The words of a text in their one form, in order; empty where it has no letter and no digit."""
    return _WORD.findall(_folded(text))


def normalised(text: str) -> str:
    """The words with one space between them; where there are none, the signs themselves without the spaces."""
    folded = _folded(text)
    return " ".join(_WORD.findall(folded)) or "".join(folded.split())


def _folded(text: str) -> str:
    if text.isascii():
        return text.lower().translate(_ONE_FORM)
    # Folding the case can take letters apart again.
    composed = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return _HIDDEN.sub("", composed).translate(_ONE_FORM)
