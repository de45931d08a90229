"""Words of another law that a draft quotes: "Статья 5" between quotation marks is no article of the draft."""

from collections.abc import Sequence
from typing import Final

from services.consultations.drafts.blocks import Block

MARKS: Final = (("«", "»"), ("“", "”"))
LONGEST: Final = 500
"""Paragraphs of one quotation. A mark that is not closed within them, or before a heading, is taken for a slip."""


def quoted(blocks: Sequence[Block]) -> frozenset[int]:
    """The positions of those paragraphs that begin inside a quotation."""
    inside: set[int] = set()
    for opening, closing in MARKS:
        at = 0
        while at < len(blocks):
            end = _end(blocks, at, opening, closing)
            inside.update(range(at + 1, end + 1))
            at = max(end, at + 1) if end > at else at + 1
    return frozenset(inside)


def _end(blocks: Sequence[Block], begin: int, opening: str, closing: str) -> int:
    """The position of the paragraph in which what `begin` opens is closed; `begin` where it opens nothing."""
    open_marks = 0
    for at in range(begin, min(len(blocks), begin + LONGEST)):
        block = blocks[at]
        if at > begin and block.level is not None:
            return begin
        open_marks = max(0, open_marks + block.text.count(opening) - block.text.count(closing))
        if not open_marks:
            return at
    return begin
