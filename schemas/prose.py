"""What people write to be read: text without characters that nobody sees, or that turn the reading of others.

A Unicode format character can reverse the order of what follows it or hide in the middle of a word, and some letters
show as nothing at all. Where writing needs such a character it stays: joiners between letters of scripts that join
theirs, joiners, tags and selectors of emoji, the blank of Braille between its patterns.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Annotated, Final

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

HIDDEN: Final = "hidden-characters"
BLANK: Final = "string-blank"
_AROUND: Final = 20
"""Characters told before a hidden one, so that people find it."""

_BLANKS: Final = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and symbols that show as nothing."""
_SELECTORS: Final = re.compile("[\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""They choose the look of the character before them, and show nothing by themselves."""
_MONGOLIAN_SELECTORS: Final = re.compile("[\u180b-\u180d\u180f]")
_SELECTABLE: Final = re.compile("[0-9#*\u203c\u2049\u2139\u3030]")
"""What emoji are made of that are no symbols by their category."""
_BRAILLE: Final = re.compile("[\u2801-\u28ff]")
_BRAILLE_BLANK: Final = "\u2800"
_JOINER: Final = "\u200d"
_EMOJI: Final = "\ufe0f"
"""The selector of the look as an emoji."""
_NON_JOINER: Final = "\u200c"
_JOINING: Final = ("ARABIC", "SYRIAC", "MONGOLIAN", "DEVANAGARI", "BENGALI", "TAMIL", "SINHALA", "MALAYALAM")
"""Scripts whose letters change their shape with their neighbours: a joiner between them is spelling."""
_VISIBLE_FORMATS: Final = re.compile("[\u0600-\u0605\u06dd\u070f\u0890\u0891\u08e2]")
"""Format characters that are seen: signs that Arabic numbers stand in."""
_TAG: Final = re.compile("[\U000e0020-\U000e007f]")
_FLAG: Final = re.compile("\U0001f3f4[\U000e0020-\U000e007f]{0,16}$")
"""A flag whose country is spelled in tags, which may go on."""
_LONGEST_FLAG: Final = 17
_SYMBOLS: Final = re.compile("[\U0001f000-\U0001fbff]")
"""Where symbols are added every year: one may be newer than what Python knows of Unicode."""
_UNSEEN_CATEGORIES: Final = frozenset({"Cc", "Cf", "Co", "Cs"})
_NEVER_SEEN: Final = re.compile("[\u2065\ufdd0-\ufdef\ufff0-\ufff8\U000e0000-\U000e0fff]")
"""What Unicode keeps free for characters that show nothing, or for none. Of the rest a letter may be added any year."""
_LAST_OF_PLANE: Final = 0xFFFE
"""The last two of each plane are no characters."""

_PERHAPS_HIDDEN: Final = re.compile(
    rf"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f{''.join(sorted(_BLANKS))}]|[^\w\s!-~«»„“”‘’–—…№]"
)
"""What must be looked at more closely: whole texts of ordinary letters are passed over at the speed of the pattern."""


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


def first_hidden(text: str) -> dict[str, str]:
    """The first character that nobody sees, for words about it: `character` as U+202E, and what stands `before` it."""
    for start, _ in hidden(text):
        return {"character": f"U+{ord(text[start]):04X}", "before": text[max(0, start - _AROUND) : start]}
    return {}


def without_hidden(text: str) -> str:
    """The text as it is seen: `hidden` finds nothing in it."""
    while spans := list(hidden(text)):
        kept, done = [], 0
        for start, end in spans:
            kept.append(text[done:start])
            done = end
        text = "".join([*kept, text[done:]])  # what joined two letters is hidden itself once one of them is gone
    return text


def shows(text: str) -> bool:
    """Whether a reader sees anything of it."""
    return any(map(_shows, text))


def seen(text: str) -> str:
    """The same text. Raises `PydanticCustomError` where it shows nothing, or has characters that nobody sees."""
    if text and not shows(text):
        raise PydanticCustomError(BLANK, "a text that shows nothing")
    if place := first_hidden(text):
        raise PydanticCustomError(HIDDEN, "{character} after {before}", place)
    return text


Prose = Annotated[str, AfterValidator(seen)]
"""A text as people write it and others read it."""


def _is_hidden(text: str, place: int) -> bool:
    character = text[place]
    before, after = text[place - 1 : place], text[place + 1 : place + 2]
    if character == _JOINER:
        if before == _EMOJI and not _is_hidden(text, place - 1):
            before = text[place - 2]
        return not ((_is_symbol(before) and _is_symbol(after)) or _joins(before, after))
    if character == _NON_JOINER:
        return not _joins(before, after)
    if character == _BRAILLE_BLANK:
        # The first and the last cell of a line may be blank; what stands beside it tells that it is Braille.
        return not (_BRAILLE.match(before) or _BRAILLE.match(after))
    if _TAG.match(character):
        return _FLAG.search(text[max(0, place - _LONGEST_FLAG) : place]) is None
    if _SELECTORS.match(character):
        return not _has_looks(before, character)
    return character in _BLANKS or _is_unseen(character)


def _shows(character: str) -> bool:
    if character.isspace() or character in _BLANKS or _SELECTORS.match(character):
        return False
    return not _is_unseen(character)


def _is_unseen(character: str) -> bool:
    if _VISIBLE_FORMATS.match(character):
        return False
    if unicodedata.category(character) in _UNSEEN_CATEGORIES or _NEVER_SEEN.match(character):
        return True
    return ord(character) & _LAST_OF_PLANE == _LAST_OF_PLANE


def _is_symbol(character: str) -> bool:
    if _SYMBOLS.match(character):
        return True
    return bool(character) and unicodedata.category(character) in ("So", "Sk") and character not in _BLANKS


def _has_looks(character: str, selector: str) -> bool:
    """Whether there is more than one look of it to choose from."""
    if _MONGOLIAN_SELECTORS.match(selector):
        return _script(character) == "MONGOLIAN" and not _SELECTORS.match(character)
    if _is_symbol(character) or _SELECTABLE.match(character):
        return True
    return bool(character) and unicodedata.category(character) in ("Sc", "Sm")


def _joins(before: str, after: str) -> bool:
    return all(_script(letter) in _JOINING for letter in (before, after))


def _script(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0] if letter else ""
