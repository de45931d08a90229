"""Markdown (CommonMark with tables) as paragraphs."""

from collections.abc import Sequence
from typing import Final

from markdown_it import MarkdownIt
from markdown_it.token import Token

from services.consultations.drafts.blocks import Block
from services.consultations.drafts.errors import DraftError, Fault, Notice, Omission
from services.consultations.drafts.limits import Limits
from services.consultations.drafts.lines import cut
from services.consultations.drafts.markdown_notes import with_notes
from services.consultations.drafts.markup import plain, refuse_active, without_html
from services.consultations.drafts.raised import raised_in_html

NESTING: Final = 200
"""The parser drops in silence what is nested deeper; our own limit, with a word about it, lies below."""
MARKS: Final = "[*_`<&\\"
MOST_MARKS: Final = 500
"""The parser's work grows with the square of the marks in a paragraph. One with more is read as plain text: lines to be
filled in by hand look like that, and attacks."""
FENCE: Final = "---"
LISTS: Final = frozenset({"bullet_list", "ordered_list"})


def blocks(text: str, limits: Limits, notices: list[Notice]) -> list[Block]:
    """Reads the paragraphs, headings, list items and table rows; raises `DraftError`."""
    body, offset = _without_front_matter(text)
    if offset:
        notices.append(Notice(1, FENCE, Omission.COVER))
    parser = MarkdownIt("commonmark", {"maxNesting": NESTING}).enable("table").disable(["inline", "reference"])
    return with_notes(_Reader(parser, limits, notices, offset).read(parser.parse(body)))


def _without_front_matter(text: str) -> tuple[str, int]:
    """The text after the block of properties that some tools put first, and the number of lines that it takes."""
    lines = text.split("\n")
    if lines[0].rstrip() != FENCE:
        return text, 0
    end = next((at for at, line in enumerate(lines[1:200], 1) if line.rstrip() == FENCE), 0)
    return "\n".join(lines[end + 1 :]) if end else text, end + 1 if end else 0


class _Reader:
    def __init__(self, parser: MarkdownIt, limits: Limits, notices: list[Notice], offset: int) -> None:
        self._inline = MarkdownIt("commonmark", {"maxNesting": NESTING})
        self._parser = parser
        self._limits = limits
        self._notices = notices
        self._offset = offset
        self._blocks: list[Block] = []
        self._numbers: list[tuple[int, int]] = []
        self._nesting = 0
        self._marker = ""
        self._level: int | None = None
        self._cells: list[str] | None = None
        self._line = 1

    def read(self, tokens: Sequence[Token]) -> list[Block]:
        for token in tokens:
            if token.map:
                self._line = token.map[0] + 1 + self._offset
            self._enter_or_leave(token)
            self._take(token)
        return self._blocks

    def _enter_or_leave(self, token: Token) -> None:
        name = token.type.rsplit("_", 1)[0]
        if name in LISTS:
            self._bare_number()
            if token.nesting > 0:
                self._numbers.append((-1, -1))
            else:
                self._numbers.pop()
        if name in LISTS or name == "blockquote":
            self._nesting += token.nesting
            if self._nesting > self._limits.depth:
                raise DraftError(self._line, name, Fault.TOO_DEEP, f"over {self._limits.depth}")

    def _take(self, token: Token) -> None:
        match token.type:
            case "heading_open" | "heading_close":
                self._level = int(token.tag[1]) if token.nesting > 0 else None
            case "list_item_open":
                self._marker = self._number(token) if token.info else "-"
            case "list_item_close":
                self._bare_number()
                self._marker = ""
            case "tr_open":
                self._cells = []
            case "tr_close":
                self._row()
            case "inline":
                self._paragraph(token.content)
            case "fence" | "code_block" | "html_block":
                self._raw(token)
            case _:
                pass

    def _number(self, item: Token) -> str:
        """A number that is written again counts on, as CommonMark has it: `1. 1. 1.` is 1, 2, 3.

        Any other stays as it is written. Paragraphs of laws are repealed, or put in between as 2.1, which may stand as
        21: to count over them would give the others numbers by which nobody cites them.
        """
        written, (before, count) = int(item.info), self._numbers[-1]
        count = count + 1 if written == before else written
        self._numbers[-1] = written, count
        return f"{count}{item.markup}"

    def _bare_number(self) -> None:
        """A number that no words followed: a paragraph of the law that was repealed, or one that only has points."""
        if self._marker[:1].isdecimal():
            self._text("")

    def _paragraph(self, content: str) -> None:
        """One paragraph, or several where its lines lack the empty lines between."""
        first = self._line
        for offset, text in cut(self._without_marks(content), self._level):
            self._line = first + offset
            if text := plain(text, self._line):
                self._text(text)

    def _text(self, text: str) -> None:
        if self._cells is not None:
            self._cells.append(text)
            return
        if marker := self._marker:
            self._marker = ""
            text = f"{marker} {text}".rstrip()
        if text:
            self._blocks.append(Block(self._line, text, self._level, len(self._numbers), bool(marker)))

    def _row(self) -> None:
        cells, self._cells = self._cells or [], None
        if any(cells):
            self._text(" | ".join(cells))

    def _raw(self, token: Token) -> None:
        """Lines that the parser leaves alone are paragraphs each; of HTML only the words remain."""
        first, content = self._line, token.content
        if token.type == "html_block":
            refuse_active(content, first)
            content = without_html(content, first, self._notices)
        for at, line in enumerate(content.split("\n")):
            self._line = first + at
            if text := plain(line, self._line):
                self._text(text)

    def _without_marks(self, content: str) -> str:
        """The words of a paragraph, its lines kept."""
        if len(content) > self._limits.text:
            raise DraftError(self._line, "paragraph", Fault.TEXT_TOO_LONG, f"over {self._limits.text}")
        refuse_active(content, self._line)
        if sum(map(content.count, MARKS)) > MOST_MARKS:
            return without_html(content, self._line, self._notices)
        (inline,) = self._inline.parseInline(raised_in_html(content))
        return "".join(self._words(child) for child in inline.children or ())

    def _words(self, token: Token) -> str:
        match token.type:
            case "text" | "code_inline":
                return token.content
            case "softbreak" | "hardbreak":
                return "\n"
            case "image":
                self._notices.append(Notice(self._line, "image", Omission.IMAGE))
                return token.content
            case "html_inline":
                self._notices.append(Notice(self._line, token.content[:60], Omission.MARKUP))
                return " " if token.content.casefold().startswith("<br") else ""
            case "link_open":
                self._notices.append(Notice(self._line, "link", Omission.LINK))
                return ""
            case _:
                return ""
