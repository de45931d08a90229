"""Passages of a clause's text that are found again when the text has changed (W3C Web Annotation, text quotes)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from rapidfuzz import fuzz
from rapidfuzz.distance import Indel

from schemas.consultations.parts import TextQuote

CONTEXT: Final = 32
"""Characters of prefix and suffix that a new quote keeps."""
FLOOR: Final = 0.72
"""The least likeness of a passage that is taken for the quoted one."""
MOST_FOUND: Final = 1_000
GAP: Final = 0.4
"""What a letter between two found stretches costs, a letter found being worth 1."""
SHORTEST: Final = 12
"""A shorter passage is found word for word or not at all: anything is like it."""

_WORD: Final = re.compile(r"\S+")


@dataclass(frozen=True)
class Passage:
    """Characters `start` to `end` (exclusive) of a text. `likeness` is 1 for the very words."""

    start: int
    end: int
    likeness: float = 1.0


def quote(text: str, start: int, end: int, context: int = CONTEXT) -> TextQuote:
    """The quote of a passage. Raises `ValueError` where there is no such passage."""
    if not 0 <= start < end <= len(text):
        raise ValueError("the passage does not lie within the text")
    return TextQuote(
        exact=text[start:end], prefix=text[max(0, start - context) : start], suffix=text[end : end + context]
    )


def locate(wanted: TextQuote, text: str) -> Passage | None:
    """Where the very words stand; of several places the one whose surroundings fit best, None where nowhere."""
    found = list(_places(wanted.exact, text))
    if not found:
        return None
    return max(found, key=lambda at: (surroundings(wanted, text, at), -at.start))


def refind(wanted: TextQuote, text: str, floor: float = FLOOR) -> Passage | None:
    """Where the passage stands in a later text: its very words, else what is like them; None where it was removed."""
    if exact := locate(wanted, text):
        return exact
    if len(wanted.exact) < SHORTEST or not text:
        return None
    rough = fuzz.partial_ratio_alignment(wanted.exact, text, score_cutoff=100 * floor / 2)
    if rough is None:
        return None
    near = _refined(wanted.exact, text, rough.dest_start, rough.dest_end, floor)
    return near if near and near.likeness >= floor else None


def _places(exact: str, text: str) -> Iterator[Passage]:
    at = text.find(exact)
    for _ in range(MOST_FOUND):
        if at < 0:
            return
        yield Passage(at, at + len(exact))
        at = text.find(exact, at + 1)


def surroundings(wanted: TextQuote, text: str, at: Passage) -> float:
    """How well what stands around a passage fits the quote's prefix and suffix: 0 to 2."""
    before = text[max(0, at.start - len(wanted.prefix)) : at.start]
    after = text[at.end : at.end + len(wanted.suffix)]
    return Indel.normalized_similarity(before, wanted.prefix) + Indel.normalized_similarity(after, wanted.suffix)


def _refined(exact: str, text: str, start: int, end: int, floor: float) -> Passage | None:
    """Looks around the rough place for the words of the quote; else takes the rough place, to the ends of its words."""
    room = len(exact) // 2 + CONTEXT
    found = list(_WORD.finditer(text, max(0, start - room), min(len(text), end + room)))
    runs = [
        (found[step.dest_start].start(), found[step.dest_end - 1].end())
        for step in Indel.opcodes(_WORD.findall(exact), [word.group() for word in found])
        if step.tag == "equal"
    ]
    runs = _together(list(reversed(_together(list(reversed(runs))))))
    if runs and (words := _measured(exact, text, runs[0][0], runs[-1][1])).likeness >= floor:
        return words
    touched = [word for word in found if word.end() > start and word.start() < end]
    return _measured(exact, text, touched[0].start(), touched[-1].end()) if touched else None


def _together(runs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Without those first runs of words that lie further from the rest than they are worth, as "в" a line above."""
    best, worth = 0, 0.0
    for at, (first, second) in enumerate(pairwise(runs), 1):
        gap = max(second[0] - first[1], first[0] - second[1])
        worth += first[1] - first[0] - GAP * gap
        if worth < 0:
            best, worth = at, 0.0
    return runs[best:]


def _measured(exact: str, text: str, start: int, end: int) -> Passage:
    return Passage(start, end, Indel.normalized_similarity(exact, text[start:end]))
