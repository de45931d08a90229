"""Footnotes as Markdown has them: `[^1]` in a text, and `[^1]: …` in a paragraph of its own."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from services.consultations.drafts.blocks import Block
from services.consultations.drafts.notes import Note, is_mark

DEFINITION: Final = re.compile(r"\[\^(?P<name>[^\s\[\]]{1,40})\]:\s+(?P<text>\S.*)", re.DOTALL)
_REFERENCE: Final = re.compile(r"\[\^(?P<name>[^\s\[\]]{1,40})\]")


def with_notes(blocks: Sequence[Block]) -> list[Block]:
    """The blocks with their notes. What nothing refers to, and what refers to nothing, stays as it stands."""
    defined = {found["name"]: found["text"] for each in blocks if (found := DEFINITION.fullmatch(each.text))}
    texts = [each for each in blocks if DEFINITION.fullmatch(each.text) is None]
    referred = {found["name"] for each in texts for found in _REFERENCE.finditer(each.text)}
    names = [name for name in defined if name in referred]
    marks = names if all(map(is_mark, names)) else map(str, range(1, len(names) + 1))
    notes = {name: Note(mark, defined[name]) for name, mark in zip(names, marks, strict=True)}
    kept = [each for each in blocks if not _is_taken(each, notes)]
    return [_with_marks(each, notes) for each in kept]


def _is_taken(block: Block, notes: dict[str, Note]) -> bool:
    found = DEFINITION.fullmatch(block.text)
    return found is not None and found["name"] in notes


def _with_marks(block: Block, notes: dict[str, Note]) -> Block:
    referred = [notes[found["name"]] for found in _REFERENCE.finditer(block.text) if found["name"] in notes]
    if not referred:
        return block
    text = _REFERENCE.sub(
        lambda found: notes[found["name"]].shown if found["name"] in notes else found.group(), block.text
    )
    return replace(block, text=text, notes=tuple(referred))
