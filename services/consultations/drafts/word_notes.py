"""Footnotes and endnotes of a Word file, counted as Word counts them: 1, 2, 3 and i, ii, iii."""

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final

from docx.document import Document
from lxml import etree

from services.consultations.drafts.limits import Limits
from services.consultations.drafts.notes import Note
from services.consultations.drafts.word_numbering import W, written
from services.consultations.drafts.xml import parsed

REFERENCES: Final = {f"{W}footnoteReference": "footnote", f"{W}endnoteReference": "endnote"}
"""What refers to a note, and what the note is called."""
_STYLES: Final = {"footnote": "decimal", "endnote": "lowerRoman"}


class Notes:
    """The notes of one document; to be asked for them in the order in which they are referred to."""

    def __init__(self, document: Document, limits: Limits) -> None:
        self._known = {
            (kind, note.get(f"{W}id", "")): note for kind in _STYLES for note in _notes(document, kind, limits)
        }
        self._counts: Counter[str] = Counter()

    def next(self, reference: etree._Element, read: Callable[[etree._Element], str]) -> Note | None:
        """The note that is referred to, its words as `read` reads them; None where the file has none of that name."""
        kind = REFERENCES[str(reference.tag)]
        # Each is referred to once; one that refers to itself is not read for ever.
        found = self._known.pop((kind, reference.get(f"{W}id", "")), None)
        text = "" if found is None else read(found)
        if not text:
            return None
        self._counts[kind] += 1
        return Note(written(self._counts[kind], _STYLES[kind]), text)


def parts(document: Document, kind: str, limits: Limits) -> Iterator[tuple[str, etree._Element]]:
    """Parts that the text refers to, as "footnotes" or "header": name and root element."""
    for each in document.part.rels.values():
        if not each.is_external and each.reltype.endswith(f"/{kind}"):
            name = str(each.target_part.partname).lstrip("/")
            yield name, parsed(each.target_part.blob, limits, name)


def _notes(document: Document, kind: str, limits: Limits) -> Iterator[etree._Element]:
    for _name, root in parts(document, f"{kind}s", limits):
        yield from root.iterfind(f"{W}{kind}")
