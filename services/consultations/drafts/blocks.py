"""What every reader of running text makes of its file: paragraphs in order, with what the format knows of them."""

from dataclasses import dataclass, replace

from services.consultations.drafts.labels import is_number
from services.consultations.drafts.notes import Note


@dataclass(frozen=True)
class Block:
    """A paragraph of plain text at `line`.

    `level` is that of a heading, 1 the highest, None for other paragraphs. `depth` counts the lists around it. `listed`
    tells that the format itself says that the text begins with the number of a list's item. `notes` are those that the
    text has the marks of.
    """

    line: int
    text: str
    level: int | None = None
    depth: int = 0
    listed: bool = False
    notes: tuple[Note, ...] = ()


def with_plain_number(block: Block) -> Block:
    """A note to the number is one to the whole clause; its mark would keep the number from being read."""
    text = block.text
    for note in block.notes:
        before, mark, after = text.partition(note.shown)
        if mark and is_number(before):
            text = f"{before.rstrip()}{after}"
    return replace(block, text=text) if block.notes else block
