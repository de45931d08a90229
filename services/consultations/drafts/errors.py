"""Why a document is not taken, and what of it was left out."""

from dataclasses import dataclass
from enum import StrEnum


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
    DOCTYPE = "doctype"
    NOT_AKOMA_NTOSO = "not-akoma-ntoso"
    UNKNOWN_ELEMENT = "unknown-element"
    NOT_DOCX = "not-docx"
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
    TEXT_BOX = "text-box"
    TRACKED_CHANGE = "tracked-change"
    FOREIGN_ELEMENT = "foreign-element"


class DraftError(ValueError):
    """The document cannot be taken; nothing was made of it.

    `line` counts from 1: lines of a text or XML file, paragraphs of a word processor's, 0 where no place is to blame.
    `element` is what stands there, as the format calls it. `detail` is for people who know the format.
    """

    def __init__(self, line: int, element: str, reason: Fault, detail: str = "") -> None:
        super().__init__(f"line {line}, {element}: {reason.value}" + (f" ({detail})" if detail else ""))
        self.line = line
        self.element = element
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True)
class Notice:
    """Something was left out at `line`."""

    line: int
    element: str
    reason: Omission
