"""Text of other people, made fit to stand in a line: of a subject, of a message, of a page."""

from __future__ import annotations

import unicodedata
from typing import Final

_BREAKING: Final = frozenset({"Cc", "Cs", "Zl", "Zp", "Zs"})
# They turn the direction of what follows: with them a title could rewrite the rest of the line.
_DIRECTION: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def line(text: str, longest: int) -> str:
    """One line of at most `longest` letters: blanks and control characters as one blank, cut between words."""
    kept = "".join(_letter(letter) for letter in text)
    words = " ".join(kept.split())
    if len(words) <= longest:
        return words
    cut = words[: longest - 1]
    # A word that fills half the line is cut in its middle.
    whole = cut.rpartition(" ")[0]
    return (whole if len(whole) > longest // 2 else cut).rstrip() + "…"


def _letter(letter: str) -> str:
    if letter in _DIRECTION:
        return ""
    return " " if unicodedata.category(letter) in _BREAKING else letter
