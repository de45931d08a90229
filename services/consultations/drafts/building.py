"""The pieces of a law, put one below the other: words tell the upper ones, numbers and dashes the rows below.

A piece stands below the nearest open piece that is above it. Whether one is above another is told by the levels of
their headings where both have one, else by the rank of their words in the law-making of their language.
"""

from dataclasses import replace
from typing import Final

from schemas.consultations.clauses import ClauseKind
from services.consultations.drafts import labels
from services.consultations.drafts.blocks import Block
from services.consultations.drafts.errors import DraftError, Fault
from services.consultations.drafts.limits import Limits
from services.consultations.drafts.nodes import Node
from services.consultations.drafts.notes import unmarked
from services.consultations.drafts.ordinals import is_roman, may_follow

NEVER_ABOVE: Final = 100
SMALL_GAP: Final = 3
SHORT_HEADING: Final = 150
DOUBLED: Final = frozenset({"aa)", "(aa)"})
"""Rows whose letters are each written twice, and count as one."""

ROMAN: Final = {"(a)": "(i)", "a)": "i)", "(A)": "(I)", "A.": "Ii"}
"""The rows of Roman numbers that look like one of letters."""


class Builder:
    """Takes paragraphs in order; `roots` are the uppermost pieces of those it has taken."""

    def __init__(self, limits: Limits, *, sections_hold_articles: bool, paragraphs_hold_articles: bool) -> None:
        self.roots: list[Node] = []
        self._limits = limits
        self._sections_hold_articles = sections_hold_articles
        self._paragraphs_hold_articles = paragraphs_hold_articles
        self._open: list[Node] = []
        self._numbers: dict[ClauseKind, str] = {}
        self._uppermost: dict[str, str] = {}
        self._count = 0

    def add(self, block: Block, following: Block | None, known: labels.Label | None, *, is_quoted: bool) -> None:
        """Takes the next paragraph; `following` is the one after it, `known` its number where the line hardly tells."""
        self._taken(block, following, known, is_quoted=is_quoted).notes += block.notes

    def _taken(self, block: Block, following: Block | None, known: labels.Label | None, *, is_quoted: bool) -> Node:
        """The piece that has the paragraph now."""
        if block.level is not None:
            return self._heading(block)
        if is_quoted:
            return self._words(block, following)
        if known is not None:
            return self._structure(block, known)
        label = self._label(block.text) or labels.annexed(block.text)
        if label and not block.listed and self._begins(label):
            return self._structure(block, label)
        if (row := labels.enumerator(block.text)) and (kept := self._in_row(row, block)):
            return self._row(block, kept)
        return self._words(block, following)

    def _heading(self, block: Block) -> Node:
        if label := self._label(block.text):
            return self._structure(block, label)
        row = labels.enumerator(block.text)
        kind = ClauseKind.PREAMBLE if unmarked(block.text).casefold() in labels.PREAMBLES else ClauseKind.HEADING
        node = Node(kind, block.line, heading=block.text, rank=labels.UNLABELLED_RANK, level=block.level)
        if row and row.rest and row.style != "-":
            node.label, node.number, node.heading = row.label, row.number, row.rest
        return self._below_what_is_above(node)

    def _label(self, text: str) -> labels.Label | None:
        """The number of the law at the start of a text, with the rank that its word has in this document."""
        label = labels.structural(text) or labels.named(text)
        if label is not None and label.label.startswith("§") and self._paragraphs_hold_articles:
            kind, rank = labels.WORDS["параграф"]
            return replace(label, kind=kind, rank=rank)
        return label

    def _begins(self, label: labels.Label) -> bool:
        """Whether a paragraph that reads like a number of the law begins a piece, and is no mention of one."""
        if label.rest and not label.separated and label.rank == labels.ANNEX_RANK:
            return self._begins_annex(label)
        if label.rest and not label.separated:
            short = len(label.rest) <= labels.HEADING_LENGTH // 2 and not unmarked(label.rest).endswith(labels.STOPS)
            before = self._numbers.get(label.kind)
            return short and label.rest[0].isupper() and may_follow(label.number, before)
        return not label.number.isalpha() or label.number.isupper()

    def _begins_annex(self, label: labels.Label) -> bool:
        """Its line goes on with what it belongs to, in small letters and at length: "Приложение 1 к Закону …"."""
        before = self._numbers.get(label.kind) or None
        opening = label.label[0].isupper() and (label.rest[0].isalpha() or label.rest[0] == "(")
        follows = not label.number or any(
            may_follow(label.number, before, roman=roman) for roman in {False, is_roman(label.number)}
        )
        return opening and follows and not _is_sentence(label.rest)

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
        if rank == labels.ANNEX_RANK:
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
        for style, gap in _styles(row):
            before = next((node.number for node in reversed(self._open) if node.style == style), None)
            roman = "i" in style.casefold()
            before = before[:1] if style in DOUBLED and before else before
            number = row.number[:1] if style in DOUBLED else row.number
            if may_follow(number, before, roman=roman, gap=gap) or self._runs_on(style, number, roman=roman):
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
        return ClauseKind.PARAGRAPH if upper and row.style[0] in "(1IA" and row.style != "1)" else ClauseKind.POINT

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


def _styles(row: labels.Enumerator) -> tuple[tuple[str, int | None], ...]:
    """The rows that it may go on, as the likelier first, each with the greatest step, None for the usual one.

    A letter that is a Roman number too: as the very next letter, then as a Roman number: below "(d)", "(i)" begins a
    row, and it is a letter after others only where it cannot be that. A doubled letter: after "z)" its
    row goes on with "aa)"; in German law "aa)" begins a row below "a)".
    """
    style = "A." if row.style == "I." else row.style
    if style in ROMAN and is_roman(row.number):
        return (style, 1), (ROMAN[style], None), (style, None)
    if style in {"(a)", "a)"} and len(row.number) > 1:
        return (style, None), (style.replace("a", "aa"), None)
    return ((style, None),)


def _is_sentence(rest: str) -> bool:
    return len(rest) > labels.HEADING_LENGTH or unmarked(rest).endswith(labels.STOPS)


def _may_be_heading(node: Node, block: Block, following: Block | None) -> bool:
    """A short line below "Глава 1" is its heading. Below "Article 1" it is, where the article goes on after it."""
    if not node.label or node.style or _is_sentence(block.text):
        return False
    if node.rank < labels.UNIT_RANK:
        return node.level is None
    goes_on = following is not None and following.level is None and labels.structural(following.text) is None
    return goes_on and len(block.text) <= SHORT_HEADING and block.text[0].isupper()
