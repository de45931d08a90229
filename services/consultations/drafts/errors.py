"""Why a document is not taken, and what of it was left out."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

WHOLE: Final = "document"
"""The element of what is wrong with a document as a whole."""


class Fault(StrEnum):
    """Stable words for what is wrong with a document; pages translate them."""

    FORMAT_UNKNOWN = "format-unknown"
    TOO_LARGE = "too-large"
    NOT_UTF8 = "not-utf-8"
    CONTROL_CHARACTER = "control-character"
    NO_CLAUSES = "no-clauses"
    TOO_MANY_CLAUSES = "too-many-clauses"
    TOO_DEEP = "too-deep"
    TEXT_TOO_LONG = "text-too-long"
    ACTIVE_CONTENT = "active-content"
    NOT_XML = "not-xml"
    XML_EMPTY = "xml-empty"
    XML_ENDS_EARLY = "xml-ends-early"
    XML_TAGS = "xml-tags"
    XML_CHARACTER = "xml-character"
    DOCTYPE = "doctype"
    NOT_AKOMA_NTOSO = "not-akoma-ntoso"
    UNKNOWN_ELEMENT = "unknown-element"
    NOT_DOCX = "not-docx"
    NOT_ZIP = "not-zip"
    OLD_WORD = "old-word"
    PART_MISSING = "part-missing"
    PART_DAMAGED = "part-damaged"
    ENCRYPTED = "encrypted"
    TOO_MANY_ENTRIES = "too-many-entries"
    UNPACKS_TOO_LARGE = "unpacks-too-large"
    SUSPICIOUS_ENTRY = "suspicious-entry"
    MACRO = "macro"
    EMBEDDED_OBJECT = "embedded-object"
    EXTERNAL_REFERENCE = "external-reference"


class Omission(StrEnum):
    """Stable words for what was taken out of a document that was otherwise taken."""

    MARKUP = "markup"
    LINK = "link"
    IMAGE = "image"
    NOTE = "note"
    """What refers to a note that the document does not have, or a note that nothing refers to."""
    COMMENT = "comment"
    FORMULA = "formula"
    SYMBOL = "symbol"
    """A character that only one typeface knows."""
    HEADER = "header"
    COVER = "cover"
    CONTENTS = "contents"
    TRACKED_CHANGE = "tracked-change"
    HIDDEN = "hidden-text"
    FOREIGN_ELEMENT = "foreign-element"


class DraftError(ValueError):
    """The document cannot be taken; nothing was made of it.

    `line` counts from 1: lines of a text or XML file, paragraphs of a word processor's, 0 where no place is to blame.
    `element` is what stands there, as the format calls it. `part` is the file in a packed one whose lines these are.
    `detail` is for people who know the format.
    """

    def __init__(self, line: int, element: str, reason: Fault, detail: str = "", part: str = "") -> None:
        place = f"{part}, line {line}" if part else f"line {line}"
        super().__init__(f"{place}, {element}: {reason.value}" + (f" ({detail})" if detail else ""))
        self.line = line
        self.element = element
        self.reason = reason
        self.detail = detail
        self.part = part


@dataclass(frozen=True)
class Notice:
    """Something was left out at `line`."""

    line: int
    element: str
    reason: Omission
