"""Two texts word by word."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from rapidfuzz.distance import Indel

_PIECE: Final = re.compile(r"\w+|\s+|[^\w\s]")
LONGEST: Final = 20_000
"""Pieces (words, signs, spaces) of a text that are compared; the table of the comparison grows with the square."""


class Change(StrEnum):
    """What a run of text is."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True)
class Run:
    """A stretch of text. All that is not `NEW` makes the old text, all that is not `GONE` the new one."""

    change: Change
    text: str


def diff(old_text: str, new_text: str) -> tuple[Run, ...]:
    """The runs in reading order, what is gone before what is new in its place; texts over `LONGEST` differ entirely."""
    if old_text == new_text:
        return (Run(Change.SAME, new_text),) if new_text else ()
    old, new = _PIECE.findall(old_text), _PIECE.findall(new_text)
    if max(len(old), len(new)) > LONGEST:
        return tuple(_joined([(Change.GONE, old_text), (Change.NEW, new_text)]))
    found: list[tuple[Change, str]] = []
    for step in Indel.opcodes(old, new):
        before, after = "".join(old[step.src_start : step.src_end]), "".join(new[step.dest_start : step.dest_end])
        if step.tag == "equal":
            found.append((Change.SAME, before))
        else:
            found += [(Change.GONE, before), (Change.NEW, after)]
    return tuple(_joined(_whole(found)))


def _whole(pieces: list[tuple[Change, str]]) -> Iterator[tuple[Change, str]]:
    """A space between two changes is part of both: a changed phrase is read as one."""
    for at, (change, text) in enumerate(pieces):
        if change is Change.SAME and text.isspace() and 0 < at < len(pieces) - 1:
            yield Change.GONE, text
            yield Change.NEW, text
        else:
            yield change, text


def _joined(pieces: Iterable[tuple[Change, str]]) -> Iterator[Run]:
    """Neighbours of one kind become one run; between two stretches that stayed, what went comes before what came."""
    gone, new, same = "", "", ""
    for change, text in pieces:
        if change is Change.SAME:
            yield from _runs((Change.GONE, gone), (Change.NEW, new))
            gone, new, same = "", "", same + text
            continue
        yield from _runs((Change.SAME, same))
        same = ""
        gone, new = (gone + text, new) if change is Change.GONE else (gone, new + text)
    yield from _runs((Change.SAME, same), (Change.GONE, gone), (Change.NEW, new))


def _runs(*pieces: tuple[Change, str]) -> Iterator[Run]:
    yield from (Run(change, text) for change, text in pieces if text)
