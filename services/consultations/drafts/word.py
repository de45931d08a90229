"""Word files (DOCX) as paragraphs. Lines are counted in paragraphs, as nothing else is known of where they stand.

What stands in the body is carried: text, tables, text boxes, counted numbers, foot- and endnotes. What is not text of
the law, or cannot be text, is told by name.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from typing import Final, cast

import docx
from docx.document import Document
from docx.opc.exceptions import OpcError
from lxml import etree

from services.consultations.drafts import labels, package
from services.consultations.drafts.blocks import Block
from services.consultations.drafts.errors import DraftError, Fault, Notice, Omission
from services.consultations.drafts.limits import Limits
from services.consultations.drafts.lines import cut
from services.consultations.drafts.markup import plain
from services.consultations.drafts.notes import Note
from services.consultations.drafts.raised import raised
from services.consultations.drafts.word_notes import REFERENCES, Notes, parts
from services.consultations.drafts.word_numbering import Numbering, W, is_on, value
from services.consultations.drafts.word_styles import Styles, names

PARAGRAPH: Final = f"{W}p"
TABLE: Final = f"{W}tbl"
RUN: Final = f"{W}r"
TEXT: Final = f"{W}t"
DEEPEST_WORDS: Final = 32
"""Runs, links and insertions in each other; half as many are more than anybody writes."""
COMPATIBILITY: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
CHARACTERS: Final = {
    f"{W}noBreakHyphen": "-",
    **dict.fromkeys((f"{W}tab", f"{W}ptab"), " "),
    **dict.fromkeys((f"{W}br", f"{W}cr"), "\n"),
}
GONE: Final = frozenset({f"{W}del", f"{W}moveFrom"})
INSERTED: Final = frozenset({f"{W}ins", f"{W}moveTo"})
MATH: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
LEFT_OUT: Final = {
    **dict.fromkeys(GONE, Omission.TRACKED_CHANGE),
    f"{W}object": Omission.IMAGE, f"{W}commentReference": Omission.COMMENT,
    f"{MATH}oMath": Omission.FORMULA, f"{MATH}oMathPara": Omission.FORMULA,
}  # fmt: skip
DRAWN: Final = frozenset({f"{W}drawing", f"{W}pict", f"{COMPATIBILITY}AlternateContent"})
BOX: Final = f"{W}txbxContent"
SECOND_DRAWING: Final = f"{COMPATIBILITY}Fallback"
"""The same drawing once more, for programs that do not know the first."""
SYMBOL: Final = f"{W}sym"
OF_A_FONT: Final = range(0xE000, 0xF900)
"""Characters that mean something in one typeface only."""
WRAPPED: Final = frozenset({f"{W}sdt", f"{W}sdtContent", f"{W}customXml", *INSERTED})
HEXADECIMAL: Final = re.compile(r"[0-9A-Fa-f]{2,5}")
BROKEN: Final = (OpcError, KeyError, ValueError, TypeError, AttributeError, zipfile.BadZipFile, etree.XMLSyntaxError)
"""What the library raises over a package whose parts do not fit together."""
MISSING: Final = re.compile(r"no item named '(?P<part>[^']+)'")
TABLE_OF_CONTENTS: Final = re.compile(r"toc\s?\d|toc heading|table of contents|оглавление", re.IGNORECASE)


def blocks(data: bytes, limits: Limits, notices: list[Notice]) -> list[Block]:
    """Reads the paragraphs and table rows of the body, tracked changes taken as accepted; raises `DraftError`."""
    package.examine(data, limits, notices)
    try:
        reader = _Reader(docx.Document(io.BytesIO(data)), limits, notices)
    except DraftError:
        raise
    except BROKEN as error:
        if missing := MISSING.search(str(error)):
            raise DraftError(0, missing["part"], Fault.PART_MISSING) from error
        raise DraftError(0, package.DOCUMENT, Fault.NOT_DOCX, str(error)) from error
    return list(reader.read())


class _Reader:
    def __init__(self, document: Document, limits: Limits, notices: list[Notice]) -> None:
        self._body = cast("etree._Element | None", document.element.body)
        styles = cast("etree._Element", document.styles.element)
        self._styles = Styles(styles, Numbering(_numbering(document)))
        self._known_notes = Notes(document, limits)
        self._notes: list[Note] = []
        self._carried = ""
        self._readers: dict[str, Callable[[etree._Element], str]] = {
            RUN: self._run,
            SYMBOL: self._symbol,
            **dict.fromkeys(REFERENCES, self._noted),
        }
        self._limits = limits
        self._notices = notices
        self._line = 0
        self._within = 0
        self._tell_of_margins(document)

    def read(self) -> Iterator[Block]:
        if self._body is None:
            raise DraftError(0, package.DOCUMENT, Fault.NOT_DOCX, "no body")
        yield from self._blocks(self._body, 0)
        if rest := plain(self._carried, self._line):
            yield Block(self._line, rest, notes=tuple(self._notes))

    def _blocks(self, parent: etree._Element, depth: int) -> Iterator[Block]:
        for element in self._pieces(parent, depth):
            if element.tag == TABLE:
                yield from self._rows(element)
            elif element.tag == PARAGRAPH:
                self._line += 1
                if _goes_on(element):
                    self._carried += self._words(element)
                else:
                    yield from self._block(element)
                for box in _boxes(element):
                    yield from self._blocks(box, depth + 1)
            else:
                for box in _boxes(element):
                    yield from self._blocks(box, depth + 1)

    def _pieces(self, parent: etree._Element, depth: int) -> Iterator[etree._Element]:
        """Paragraphs, tables and drawings in order, also those inside content controls and tracked insertions."""
        if depth > self._limits.depth:
            raise DraftError(self._line, etree.QName(parent).localname, Fault.TOO_DEEP, f"over {self._limits.depth}")
        for element in parent:
            if element.tag in {PARAGRAPH, TABLE} or element.tag in DRAWN:
                yield element
            elif element.tag == f"{W}altChunk":
                raise DraftError(self._line, "altChunk", Fault.EMBEDDED_OBJECT)
            elif element.tag in WRAPPED:
                yield from self._pieces(element, depth + 1)

    def _block(self, paragraph: etree._Element) -> Iterator[Block]:
        """The paragraph, or several where only line breaks stand between."""
        style = self._styles.of(paragraph)
        before, self._carried = self._carried, ""
        words = before + self._words(paragraph)
        number, depth = self._styles.number(paragraph, style)
        notes, self._notes = self._notes, []
        level, whole = self._styles.level(paragraph, style), f"{number} {words}".strip()
        texts = [self._plain(text) for _, text in cut(whole, level)]
        if texts in ([""], [number]):
            return
        if any(TABLE_OF_CONTENTS.match(name) for name in names(style)):
            self._notices.append(Notice(self._line, "p", Omission.CONTENTS))
            return
        row = bool(number) and labels.structural(number) is None
        for at, text in enumerate(texts):
            if not text:
                continue
            shown = tuple(note for note in notes if len(texts) == 1 or note.shown in text)
            yield Block(self._line, text, level, depth, row and not at, shown)

    def _rows(self, table: etree._Element) -> Iterator[Block]:
        """Each row is a paragraph, its cells apart by bars; a table in a cell is part of the cell's text."""
        for row in self._inside(table, f"{W}tr"):
            self._line += 1
            if row.find(f"{W}trPr/{W}del") is not None:
                self._notices.append(Notice(self._line, "tr", Omission.TRACKED_CHANGE))
                continue
            cells = [self._worded(cell) for cell in self._inside(row, f"{W}tc")]
            notes, self._notes = tuple(self._notes), []
            if any(cells):
                yield Block(self._line, " | ".join(cells), notes=notes)

    def _inside(self, parent: etree._Element, tag: str) -> Iterator[etree._Element]:
        for element in parent:
            if element.tag == tag:
                yield element
            elif element.tag in WRAPPED:
                yield from self._inside(element, tag)

    def _worded(self, element: etree._Element) -> str:
        """All paragraphs in an element on one line, the numbers that Word counts before them."""
        found = filter(_is_read, element.iter(PARAGRAPH))
        told = (
            f"{self._styles.number(each, self._styles.of(each))[0]} {self._plain(self._words(each))}".strip()
            for each in found
        )
        return " ".join(filter(None, told))

    def _plain(self, words: str) -> str:
        text = plain(words, self._line)
        if len(text) > self._limits.text:
            raise DraftError(self._line, "p", Fault.TEXT_TOO_LONG, f"over {self._limits.text}")
        return text

    def _words(self, element: etree._Element) -> str:
        self._within += 1
        if self._within > DEEPEST_WORDS:
            raise DraftError(self._line, etree.QName(element).localname, Fault.TOO_DEEP, f"over {DEEPEST_WORDS}")
        said = "".join(self._said(child) for child in element if child.tag != f"{W}pPr")
        self._within -= 1
        return said

    def _said(self, element: etree._Element) -> str:
        tag = str(element.tag)
        if tag == TEXT:
            return element.text or ""
        if tag in CHARACTERS:
            return CHARACTERS[tag]
        if (read := self._readers.get(tag)) is not None:
            return read(element)
        if tag in LEFT_OUT or (tag in DRAWN and next(_boxes(element), None) is None):
            self._leave_out(element, LEFT_OUT.get(tag, Omission.IMAGE))
            return ""
        return "" if tag in DRAWN else self._words(element)

    def _run(self, run: etree._Element) -> str:
        """Words of one look: those that are hidden are on no page, and figures that are raised stay so."""
        properties = run.find(f"{W}rPr")
        if properties is None:
            return self._words(run)
        hidden = properties.find(f"{W}vanish")
        if hidden is not None and is_on(hidden):
            if run.findtext(TEXT):
                self._leave_out(run, Omission.HIDDEN)
            return ""
        if value(properties, "vertAlign") != "superscript":
            return self._words(run)
        return "".join(raised(child.text or "") if child.tag == TEXT else self._said(child) for child in run)

    def _leave_out(self, element: etree._Element, reason: Omission) -> None:
        self._notices.append(Notice(self._line, etree.QName(element).localname, reason))

    def _symbol(self, element: etree._Element) -> str:
        code = element.get(f"{W}char", "")
        character = int(code, 16) if HEXADECIMAL.fullmatch(code) else OF_A_FONT.start
        if character in OF_A_FONT:
            self._leave_out(element, Omission.SYMBOL)
            return ""
        return chr(character)

    def _noted(self, reference: etree._Element) -> str:
        """The mark of a note, whose words are kept for the block that is being read."""
        before, self._notes = self._notes, []
        note = self._known_notes.next(reference, self._worded)
        # What a note refers to itself comes after it.
        self._notes = [*before, *([] if note is None else [note]), *self._notes]
        if note is None:
            self._leave_out(reference, Omission.NOTE)
        return "" if note is None else note.shown

    def _tell_of_margins(self, document: Document) -> None:
        """Headers and footers are of the pages, not of the law; those that only count pages need no word."""
        for kind in ("header", "footer"):
            for name, root in parts(document, kind, self._limits):
                said = "".join(text.text or "" for text in root.iter(f"{W}t")).strip()
                if said and not said.isdecimal():
                    self._notices.append(Notice(0, name, Omission.HEADER))


def _numbering(document: Document) -> etree._Element | None:
    related = (each.target_part for each in document.part.rels.values() if each.reltype.endswith("/numbering"))
    part = next(related, None)
    return None if part is None else cast("etree._Element", getattr(part, "element", None))


def _goes_on(paragraph: etree._Element) -> bool:
    """Whether its end was deleted: what is left of it then belongs to the next paragraph, and it has no number."""
    return any(paragraph.find(f"{W}pPr/{W}rPr/{gone}") is not None for gone in GONE)


def _boxes(element: etree._Element) -> Iterator[etree._Element]:
    """The text boxes that are drawn at a place, each once; those in each other belong to the outer one."""
    for box in element.iter(BOX):
        outer = next(box.iterancestors(BOX), None)
        if _is_read(box) and (outer is None or element not in outer.iterancestors()):
            yield box


def _is_read(element: etree._Element) -> bool:
    """Whether it is neither said elsewhere once more nor deleted."""
    return next(element.iterancestors(SECOND_DRAWING, *GONE), None) is None
