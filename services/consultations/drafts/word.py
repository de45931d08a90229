"""Word files (DOCX) as paragraphs. Lines are counted in paragraphs, as nothing else is known of where they stand."""

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Final, cast

import docx
from docx.document import Document
from docx.opc.exceptions import OpcError
from lxml import etree

from services.consultations.drafts import labels, package
from services.consultations.drafts.blocks import Block
from services.consultations.drafts.errors import DraftError, Fault, Notice, Omission
from services.consultations.drafts.limits import Limits
from services.consultations.drafts.markup import plain
from services.consultations.drafts.word_numbering import Numbering, W, integer, value

PARAGRAPH: Final = f"{W}p"
TABLE: Final = f"{W}tbl"
DEEPEST: Final = 9
SPACES: Final = frozenset({f"{W}tab", f"{W}br", f"{W}cr", f"{W}ptab"})
HYPHEN: Final = f"{W}noBreakHyphen"
GONE: Final = frozenset({f"{W}del", f"{W}moveFrom"})
INSERTED: Final = frozenset({f"{W}ins", f"{W}moveTo"})
LEFT_OUT: Final = {
    f"{W}drawing": Omission.IMAGE, f"{W}pict": Omission.IMAGE, f"{W}txbxContent": Omission.TEXT_BOX,
    f"{W}footnoteReference": Omission.NOTE, f"{W}endnoteReference": Omission.NOTE,
    f"{W}commentReference": Omission.NOTE,
}  # fmt: skip
ALTERNATIVES: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
BROKEN: Final = (OpcError, KeyError, ValueError, TypeError, AttributeError, zipfile.BadZipFile, etree.XMLSyntaxError)
"""What the library raises over a package whose parts do not fit together."""
TABLE_OF_CONTENTS: Final = re.compile(r"toc\s?\d|toc heading|table of contents|оглавление", re.IGNORECASE)
HEADING: Final = re.compile(r"(?:heading|заголовок|тақырып|überschrift|titre)\s?([1-9])", re.IGNORECASE)
TITLE: Final = frozenset({"title", "название", "атауы", "titel"})


def blocks(data: bytes, limits: Limits, notices: list[Notice]) -> list[Block]:
    """Reads the paragraphs and table rows of the body, tracked changes taken as accepted; raises `DraftError`."""
    package.examine(data, limits, notices)
    try:
        reader = _Reader(docx.Document(io.BytesIO(data)), limits, notices)
    except BROKEN as error:
        raise DraftError(0, "document", Fault.NOT_DOCX, str(error)) from error
    return list(reader.read())


class _Reader:
    def __init__(self, document: Document, limits: Limits, notices: list[Notice]) -> None:
        self._body = cast("etree._Element | None", document.element.body)
        styles = cast("etree._Element", document.styles.element)
        self._styles = {style.get(f"{W}styleId", ""): style for style in styles.iterfind(f"{W}style")}
        self._numbering = Numbering(_numbering(document))
        self._limits = limits
        self._notices = notices
        self._line = 0

    def read(self) -> Iterator[Block]:
        if self._body is None:
            raise DraftError(0, "document", Fault.NOT_DOCX, "no body")
        for element in self._pieces(self._body, 0):
            if element.tag == TABLE:
                yield from self._rows(element)
            else:
                self._line += 1
                if block := self._block(element):
                    yield block

    def _pieces(self, parent: etree._Element, depth: int) -> Iterator[etree._Element]:
        """Paragraphs and tables in order, also those inside content controls and tracked insertions."""
        if depth > self._limits.depth:
            raise DraftError(self._line, etree.QName(parent).localname, Fault.TOO_DEEP, f"over {self._limits.depth}")
        for element in parent:
            if element.tag in {PARAGRAPH, TABLE}:
                yield element
            elif element.tag == f"{W}altChunk":
                raise DraftError(self._line, "altChunk", Fault.EMBEDDED_OBJECT)
            elif element.tag in {f"{W}sdt", f"{W}sdtContent", f"{W}customXml", *INSERTED}:
                yield from self._pieces(element, depth + 1)

    def _block(self, paragraph: etree._Element) -> Block | None:
        style = self._style(paragraph)
        text = self._text(paragraph)
        number, depth = self._number(paragraph, style)
        if not text or any(TABLE_OF_CONTENTS.match(name) for name in self._names(style)):
            return None
        row = bool(number) and labels.structural(number) is None
        return Block(self._line, f"{number} {text}".strip(), self._level(paragraph, style), depth, row)

    def _rows(self, table: etree._Element) -> Iterator[Block]:
        """Each row is a paragraph, its cells apart by bars; a table in a cell is part of the cell's text."""
        for row in table.iterchildren(f"{W}tr"):
            self._line += 1
            cells = [" ".join(map(self._text, cell.iter(PARAGRAPH))).strip() for cell in row.iterchildren(f"{W}tc")]
            if any(cells):
                yield Block(self._line, " | ".join(cells))

    def _text(self, paragraph: etree._Element) -> str:
        words: list[str] = []
        self._collect(paragraph, words)
        text = plain("".join(words), self._line, self._notices)
        if len(text) > self._limits.text:
            raise DraftError(self._line, "p", Fault.TEXT_TOO_LONG, f"over {self._limits.text}")
        return text

    def _collect(self, element: etree._Element, words: list[str]) -> None:
        for child in element:
            if child.tag == f"{W}t":
                words.append(child.text or "")
            elif child.tag in SPACES:
                words.append(" ")
            elif child.tag == HYPHEN:
                words.append("-")
            elif child.tag in GONE or child.tag == ALTERNATIVES or child.tag in LEFT_OUT:
                self._notices.append(Notice(self._line, etree.QName(child).localname, _why(str(child.tag))))
            elif child.tag != f"{W}pPr":
                self._collect(child, words)

    def _style(self, paragraph: etree._Element) -> list[etree._Element]:
        """The definitions of the paragraph's style and of those that it is based on, nearest first."""
        found = paragraph.find(f"{W}pPr/{W}pStyle")
        name = found.get(f"{W}val", "") if found is not None else ""
        chain: list[etree._Element] = []
        while name in self._styles and len(chain) < DEEPEST:
            definition = self._styles[name]
            chain.append(definition)
            name = value(definition, "basedOn")
        return chain

    @staticmethod
    def _names(chain: list[etree._Element]) -> list[str]:
        return [value(definition, "name").casefold() for definition in chain]

    def _level(self, paragraph: etree._Element, chain: list[etree._Element]) -> int | None:
        for definition in (paragraph, *chain):
            if (found := definition.find(f"{W}pPr/{W}outlineLvl")) is not None:
                level = integer(found, "val") + 1
                return level if level <= DEEPEST else None
        for name in self._names(chain):
            if name in TITLE:
                return 0
            if found_heading := HEADING.fullmatch(name):
                return int(found_heading[1])
        return None

    def _number(self, paragraph: etree._Element, chain: list[etree._Element]) -> tuple[str, int]:
        """What Word prints before the paragraph, and on which level of its list."""
        for definition in (paragraph, *chain):
            if (found := definition.find(f"{W}pPr/{W}numPr")) is not None and value(found, "numId"):
                level = value(found, "ilvl")
                depth = int(level) if level.isdecimal() else 0
                return self._numbering.next(value(found, "numId"), depth), depth
        return "", 0


def _numbering(document: Document) -> etree._Element | None:
    related = (each.target_part for each in document.part.rels.values() if each.reltype.endswith("/numbering"))
    part = next(related, None)
    return None if part is None else cast("etree._Element", getattr(part, "element", None))


def _why(tag: str) -> Omission:
    if tag in GONE:
        return Omission.TRACKED_CHANGE
    return LEFT_OUT.get(tag, Omission.TEXT_BOX)
