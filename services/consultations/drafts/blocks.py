"""What every reader of running text makes of its file: paragraphs in order, with what the format knows of them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Block:
    """A paragraph of plain text at `line`.

    `level` is that of a heading, 1 the highest, None for other paragraphs. `depth` counts the lists around it. `listed`
    tells that the format itself says that the text begins with the number of a list's item.
    """

    line: int
    text: str
    level: int | None = None
    depth: int = 0
    listed: bool = False
