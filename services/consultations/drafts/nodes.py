"""What is read of a document before it becomes clauses."""

from dataclasses import dataclass, field

from schemas.consultations.clauses import ClauseKind
from services.consultations.drafts.notes import Note


@dataclass
class Node:
    """A clause that is still being read. `style` is set for rows, `level` where a heading began it."""

    kind: ClauseKind
    line: int
    label: str = ""
    number: str = ""
    heading: str = ""
    lines: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    children: list["Node"] = field(default_factory=list)
    rank: int = 0
    level: int | None = None
    style: str = ""
    depth: int = 0
    listed: bool = False


@dataclass
class Outline:
    """What was read of a document: its title and its uppermost clauses."""

    title: str
    roots: list[Node]
