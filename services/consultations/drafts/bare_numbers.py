"""Sections of a British act: "3 Short title" has no word before its number and no stop after it."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from schemas.consultations.clauses import ClauseKind
from services.consultations.drafts.blocks import Block
from services.consultations.drafts.labels import ANNEX_RANK, STOPS, UNIT_RANK, Label, structural
from services.consultations.drafts.ordinals import may_follow

_LINE: Final = re.compile(r"(?P<number>\d{1,3}[A-Z]{0,2})\s+(?P<heading>[^\W\d_].{1,148})")
_FEWEST: Final = 2
"""One such line alone may be anything."""


def bare_sections(blocks: Sequence[Block]) -> Mapping[int, Label]:
    """The positions of lines that are the numbers and headings of sections, counted from 1 without a gap.

    None where articles, sections or clauses call themselves so. Annexes count their paragraphs anew and are left out.
    """
    found: dict[int, Label] = {}
    before: str | None = None
    for at, (block, label) in enumerate(_body(blocks)):
        if label is not None and label.rank == UNIT_RANK and label.separated:
            return {}
        line = _LINE.fullmatch(block.text)
        if line is None or block.level is not None or block.listed or not _is_heading(line["heading"]):
            continue
        if may_follow(line["number"], before, gap=1):
            before = line["number"]
            found[at] = Label(ClauseKind.SECTION, UNIT_RANK, before, before, line["heading"], separated=True)
    return found if len(found) >= _FEWEST else {}


def _body(blocks: Sequence[Block]) -> Iterator[tuple[Block, Label | None]]:
    """The paragraphs before the first annex, and what number of the law each begins with."""
    for block in blocks:
        label = structural(block.text)
        if label is not None and label.rank == ANNEX_RANK:
            return
        yield block, label


def _is_heading(words: str) -> bool:
    return words[0].isupper() and not words.endswith(STOPS)
