"""Notes to a clause: a mark where each is referred to, and its words at the end of the clause, a line to each.

"Срок[1] считается рабочими днями." and "[1] По производственному календарю." So comments, comparisons and every
format that text is written in have them.
"""

import math
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

LONGEST_MARK: Final = 8
_MARK: Final = rf"[^\s\[\]]{{1,{LONGEST_MARK}}}"
_SHOWN: Final = re.compile(rf"\[{_MARK}\]")
_LINE: Final = re.compile(rf"\[(?P<mark>{_MARK})\] (?P<text>\S.*)")
_ENDING: Final = re.compile(rf"(?:\s?\[{_MARK}\])+$")


@dataclass(frozen=True)
class Note:
    """A note: what it is called where it is referred to, and its words on one line."""

    mark: str
    text: str

    @property
    def shown(self) -> str:
        """The mark as it stands in a text."""
        return f"[{self.mark}]"

    @property
    def line(self) -> str:
        """The note as it ends a clause."""
        return f"{self.shown} {self.text}"


def is_mark(text: str) -> bool:
    """Whether a note may be called so."""
    return re.fullmatch(_MARK, text) is not None


def unmarked(text: str) -> str:
    """The text without the marks that it ends with: "Text.[1]" is a sentence as much as "Text." is."""
    return _ENDING.sub("", text)


def with_notes(lines: Iterable[str], notes: Iterable[Note]) -> list[str]:
    """The lines of a clause, its notes after them; one that is referred to twice once."""
    return [*lines, *dict.fromkeys(note.line for note in notes)]


def parted(heading: str, text: str) -> tuple[list[str], list[Note]]:
    """The lines of a clause apart from its notes: last lines that each say what one mark before them means.

    Only marks that stand once, and in the order of the notes, are taken for marks; so putting the notes back by
    `with_notes` gives the same text.
    """
    lines = text.split("\n") if text else []
    notes: list[Note] = []
    for line in reversed(lines):
        if (found := _LINE.fullmatch(line)) is None:
            break
        notes.append(Note(found["mark"], found["text"]))
    notes.reverse()
    del lines[len(lines) - len(notes) :]
    begin = _first_in_order(notes, "\n".join([heading, *lines]))
    return [*lines, *(note.line for note in notes[:begin])], notes[begin:]


def _first_in_order(notes: list[Note], before: str) -> int:
    """From which note on each has its mark once in what is before that note, and in the order of the notes.

    All marks are looked up in one pass: lines that only look like notes can be many.
    """
    places: defaultdict[str, list[int]] = defaultdict(list)
    for found in _SHOWN.finditer("\n".join([before, *(note.line for note in notes)])):
        places[found.group()].append(found.start())
    ends = list(accumulate((1 + len(note.line) for note in notes), initial=len(before)))
    begin, first, again, last = len(notes), math.inf, math.inf, -1
    for at in reversed(range(len(notes))):
        place, *more = places[notes[at].shown][:2]
        if place >= first:
            break
        first, again, last = place, min(again, *more, math.inf), max(last, place)
        if last < ends[at] <= again:
            begin = at
    return begin
