"""Plain text as paragraphs: one to a line, or lines of a fixed width put together again."""

from itertools import pairwise
from typing import Final

from services.consultations.drafts import labels
from services.consultations.drafts.blocks import Block
from services.consultations.drafts.markup import plain

WIDTH: Final = 100
"""No line of a text that was broken at a fixed width is longer."""
FULL: Final = 45
"""A line shorter than this was not broken for want of room."""


def blocks(text: str) -> list[Block]:
    """Reads the paragraphs; raises `DraftError` for what may not stand in a text."""
    lines = text.split("\n")
    wrapped = all(len(line) <= WIDTH for line in lines)
    found: list[Block] = []
    for number, (before, line) in enumerate(pairwise(["", *lines]), 1):
        read = plain(line, number)
        if not read:
            continue
        if wrapped and found and _goes_on(before, read, found[-1]):
            last = found[-1]
            found[-1] = Block(last.line, f"{last.text} {read}")
        else:
            found.append(Block(number, read))
    return found


def _goes_on(before: str, line: str, paragraph: Block) -> bool:
    """Whether `line` belongs to the paragraph of the line before it; to a heading if it begins with a small letter."""
    if labels.structural(paragraph.text) and not line[0].islower():
        return False
    stopped = before.rstrip().endswith((".", ";", ":", "!", "?"))
    return len(before.rstrip()) >= FULL and not (stopped and not line[0].islower()) and not _is_labelled(line)


def _is_labelled(line: str) -> bool:
    return labels.structural(line) is not None or labels.enumerator(line) is not None
