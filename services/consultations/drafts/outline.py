"""From paragraphs to a tree: headings and words tell the upper pieces, numbers and dashes the rows below.

A piece stands below the nearest open piece that is above it. Whether one is above another is told by the levels of
their headings where both have one, else by the rank of their words in the law-making of their language.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from schemas.consultations.clauses import ClauseKind
from services.consultations.drafts import labels
from services.consultations.drafts.blocks import Block, with_plain_number
from services.consultations.drafts.errors import DraftError, Fault
from services.consultations.drafts.limits import Limits
from services.consultations.drafts.notes import Note, unmarked
from services.consultations.drafts.ordinals import is_roman, may_follow
from services.consultations.drafts.quotations import quoted

TITLE_LENGTH: Final = 300
ANNEX_RANK: Final = 1
NEVER_ABOVE: Final = 100
SMALL_GAP: Final = 3
SHORT_HEADING: Final = 150
STOPS: Final = (".", ";", ":", ",")


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


def outline(blocks: Sequence[Block], limits: Limits) -> Outline:
    """Builds the tree. Raises `DraftError` where it would be too deep or have too many clauses."""
    title, rest = _title([with_plain_number(block) for block in blocks])
    inside = quoted(rest)
    builder = _Builder(limits, sections_hold_articles=_sections_hold_articles(rest))
    for at, block in enumerate(rest):
        following = rest[at + 1] if at + 1 < len(rest) else None
        builder.add(block, following, is_quoted=at in inside)
    return _finished(title, builder.roots)


def _title(blocks: Sequence[Block]) -> tuple[str, Sequence[Block]]:
    """The only heading of the highest level is the document's title, if it comes first and is no piece of the law.

    Notes to the title go to what comes next.
    """
    headings = [block for block in blocks if block.level is not None]
    if not headings or labels.structural(headings[0].text):
        return "", blocks
    first = headings[0]
    alone = all(
        block.level is not None and first.level is not None and block.level > first.level for block in headings[1:]
    )
    if not alone or (len(headings) == 1 and blocks[0] is not first):
        return "", blocks
    rest = [block for block in blocks if block is not first]
    if rest and first.notes:
        rest[0] = replace(rest[0], notes=first.notes + rest[0].notes)
    return first.text, rest


def _sections_hold_articles(blocks: Iterable[Block]) -> bool:
    found = (labels.structural(block.text) for block in blocks)
    return any(label and label.kind is ClauseKind.ARTICLE for label in found)


def _finished(title: str, roots: list[Node]) -> Outline:
    """Takes a title from the first line where no heading gave one; a text without numbers falls into paragraphs."""
    first = roots[0] if roots and roots[0].kind is ClauseKind.PREAMBLE and not roots[0].heading else None
    if first and not title and len(first.lines[0]) <= TITLE_LENGTH and (len(first.lines) > 1 or len(roots) > 1):
        title = first.lines.pop(0)
    if first and not first.lines:
        roots = first.children + roots[1:]
        if roots:
            roots[0].notes[:0] = first.notes
    elif first and len(roots) == 1:
        roots = _paragraphs(first) + first.children
    return Outline(title, roots)


def _paragraphs(preamble: Node) -> list[Node]:
    """A clause to each line, with the notes that it has the marks of; the first has those of the title too."""
    found = [Node(ClauseKind.PARAGRAPH, preamble.line, lines=[line]) for line in preamble.lines]
    for note in preamble.notes:
        next((node for node in found if note.shown in node.lines[0]), found[0]).notes.append(note)
    return found


class _Builder:
    def __init__(self, limits: Limits, *, sections_hold_articles: bool) -> None:
        self.roots: list[Node] = []
        self._limits = limits
        self._sections_hold_articles = sections_hold_articles
        self._open: list[Node] = []
        self._numbers: dict[ClauseKind, str] = {}
        self._uppermost: dict[str, str] = {}
        self._count = 0

    def add(self, block: Block, following: Block | None, *, is_quoted: bool) -> None:
        """Takes the next paragraph; `following` is the one after it."""
        self._taken(block, following, is_quoted=is_quoted).notes += block.notes

    def _taken(self, block: Block, following: Block | None, *, is_quoted: bool) -> Node:
        """The piece that has the paragraph now."""
        if block.level is not None:
            return self._heading(block)
        if is_quoted:
            return self._words(block, following)
        if (
            (label := labels.structural(block.text) or labels.named(block.text))
            and not block.listed
            and self._begins(label)
        ):
            return self._structure(block, label)
        if (row := labels.enumerator(block.text)) and (kept := self._in_row(row, block)):
            return self._row(block, kept)
        return self._words(block, following)

    def _heading(self, block: Block) -> Node:
        if label := labels.structural(block.text) or labels.named(block.text):
            return self._structure(block, label)
        row = labels.enumerator(block.text)
        kind = ClauseKind.PREAMBLE if unmarked(block.text).casefold() in labels.PREAMBLES else ClauseKind.HEADING
        node = Node(kind, block.line, heading=block.text, rank=labels.UNLABELLED_RANK, level=block.level)
        if row and row.rest and row.style != "-":
            node.label, node.number, node.heading = row.label, row.number, row.rest
        return self._below_what_is_above(node)

    def _begins(self, label: labels.Label) -> bool:
        """Whether a paragraph that reads like a number of the law begins a piece, and is no mention of one."""
        if label.rest and not label.separated:
            short = len(label.rest) <= labels.HEADING_LENGTH // 2 and not unmarked(label.rest).endswith(STOPS)
            before = self._numbers.get(label.kind)
            return short and label.rest[0].isupper() and may_follow(label.number, before)
        return not label.number.isalpha() or label.number.isupper()

    def _structure(self, block: Block, label: labels.Label) -> Node:
        rank = label.rank
        if label.kind is ClauseKind.SECTION and rank == labels.UNIT_RANK and self._sections_hold_articles:
            rank = labels.SECTION_ABOVE_ARTICLES
        node = Node(label.kind, block.line, label.label, label.number, rank=rank, level=block.level)
        is_heading = block.level is not None or not _is_sentence(label.rest)
        if is_heading:
            node.heading = label.rest
        elif label.rest:
            node.lines.append(label.rest)
        if rank == ANNEX_RANK:
            self._numbers.clear()
            self._uppermost.clear()
        self._numbers[label.kind] = label.number
        return self._below_what_is_above(node)

    def _below_what_is_above(self, node: Node) -> Node:
        while self._open and not _is_above(self._open[-1], node):
            self._open.pop()
        return self._attach(node)

    def _in_row(self, row: labels.Enumerator, block: Block) -> labels.Enumerator | None:
        """The row's number, its style made sure of; None where it cannot be one here, as in "1995. …" of a text."""
        if row.style == "-":
            return row
        for style in _styles(row):
            before = next((node.number for node in reversed(self._open) if node.style == style), None)
            roman = "i" in style.casefold()
            if may_follow(row.number, before, roman=roman) or self._runs_on(style, row.number, roman=roman):
                return labels.Enumerator(style, row.label, row.number, row.rest)
        if block.listed:
            return row
        decimal = row.style.startswith("1.") and row.style != "1."
        return row if decimal and any(row.number.startswith(f"{node.number}.") for node in self._open) else None

    def _runs_on(self, style: str, number: str, *, roman: bool) -> bool:
        """Whether it goes on with a row of an earlier chapter: rules number their paragraphs through all of them."""
        before = self._uppermost.get(style)
        upper = not self._open or not self._open[-1].style
        return upper and before is not None and may_follow(number, before, roman=roman, gap=SMALL_GAP)

    def _row(self, block: Block, row: labels.Enumerator) -> Node:
        style = f"{row.style}{block.depth}" if row.style == "-" else row.style
        same = next((at for at, node in enumerate(self._open) if node.style == style and _is_level(node, block)), None)
        if same is not None:
            del self._open[same:]
        elif block.listed:
            while self._open and self._open[-1].listed and self._open[-1].depth >= block.depth:
                self._open.pop()
        if self._open and self._open[-1].rank == NEVER_ABOVE:
            self._open.clear()
        if not self._open or not self._open[-1].style:
            self._uppermost[row.style] = row.number
        node = Node(
            self._kind(row), block.line, row.label, row.number, style=style, depth=block.depth, listed=block.listed
        )
        node.lines = [row.rest] if row.rest else []
        return self._attach(node)

    def _kind(self, row: labels.Enumerator) -> ClauseKind:
        if row.style == "-":
            return ClauseKind.INDENT
        upper = not self._open or not self._open[-1].style
        return ClauseKind.PARAGRAPH if upper and row.style[0] in "(1I" and row.style != "1)" else ClauseKind.POINT

    def _words(self, block: Block, following: Block | None) -> Node:
        while self._open and self._open[-1].listed and self._open[-1].depth > block.depth:
            self._open.pop()
        if not self._open:
            self._attach(Node(ClauseKind.PREAMBLE, block.line, rank=NEVER_ABOVE))
        top = self._open[-1]
        is_bare = not (top.heading or top.lines or top.children)
        if is_bare and _may_be_heading(top, block, following):
            top.heading = block.text
            return top
        home = self._home(top, block.line)
        home.lines.append(block.text)
        return home

    def _home(self, top: Node, line: int) -> Node:
        """Where words go: to the open piece itself, or once it has pieces below it, to a paragraph after them."""
        if not top.children:
            return top
        last = top.children[-1]
        if last.kind is ClauseKind.PARAGRAPH and not last.label:
            return last
        self._counted(line)
        top.children.append(Node(ClauseKind.PARAGRAPH, line))
        return top.children[-1]

    def _attach(self, node: Node) -> Node:
        if len(self._open) >= self._limits.depth:
            raise DraftError(node.line, node.label or node.kind.value, Fault.TOO_DEEP, f"over {self._limits.depth}")
        self._counted(node.line)
        (self._open[-1].children if self._open else self.roots).append(node)
        self._open.append(node)
        return node

    def _counted(self, line: int) -> None:
        self._count += 1
        if self._count > self._limits.clauses:
            raise DraftError(line, "clause", Fault.TOO_MANY_CLAUSES, f"over {self._limits.clauses}")


def _is_above(upper: Node, lower: Node) -> bool:
    if upper.style:
        return False
    if upper.level is None or lower.level is None:
        return upper.rank < lower.rank
    both_labelled = bool(upper.label and lower.label)
    if upper.level == lower.level:
        return both_labelled and upper.rank < lower.rank
    return upper.level < lower.level and not (both_labelled and upper.rank > lower.rank)


def _is_level(node: Node, block: Block) -> bool:
    """Whether they may be of one row; of two lists in each other, the format knows that they are not."""
    return node.depth == block.depth if node.listed and block.listed else True


def _styles(row: labels.Enumerator) -> tuple[str, ...]:
    """A letter that is a Roman number too may go on either row; as a letter first, since that one has less of a gap."""
    if row.style in {"(a)", "a)"} and is_roman(row.number):
        return (row.style, row.style.replace("a", "i"))
    return ("Ii",) if row.style == "I." else (row.style,)


def _is_sentence(rest: str) -> bool:
    return len(rest) > labels.HEADING_LENGTH or unmarked(rest).endswith(STOPS)


def _may_be_heading(node: Node, block: Block, following: Block | None) -> bool:
    """A short line below "Глава 1" is its heading. Below "Article 1" it is, where the article goes on after it."""
    if not node.label or node.style or _is_sentence(block.text):
        return False
    if node.rank < labels.UNIT_RANK:
        return node.level is None
    goes_on = following is not None and following.level is None and labels.structural(following.text) is None
    return goes_on and len(block.text) <= SHORT_HEADING and block.text[0].isupper()
