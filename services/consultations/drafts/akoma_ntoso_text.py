"""The words of Akoma Ntoso elements, paragraph by paragraph, and the notes to them."""

from lxml import etree

from services.consultations.drafts import akoma_ntoso_names as names
from services.consultations.drafts.errors import DraftError, Fault, Notice, Omission
from services.consultations.drafts.limits import Limits
from services.consultations.drafts.markup import ACTIVE, plain
from services.consultations.drafts.notes import Note, is_mark
from services.consultations.drafts.raised import raised

CELLS = frozenset({"td", "th"})
REASONS = {"img": Omission.IMAGE, "toc": Omission.CONTENTS, "del": Omission.TRACKED_CHANGE}
Pieces = list[tuple[int, list[str]]]
"""Lines and the words on them, a paragraph each."""


class Prose:
    """Reads the text in elements; what is not text of the law is left out and noted."""

    def __init__(self, root: etree._Element, limits: Limits, notices: list[Notice]) -> None:
        self._limits = limits
        self._notices = notices
        self._after_number = False
        self._shown = {found.get("eId"): found.get("showAs", "") for found in root.iterfind(".//{*}references/*")}
        self._elsewhere = {_id(found): found for found in root.iterfind(".//{*}notes/{*}note")}
        self._unread = set(self._elsewhere)
        self._elsewhere |= {_id(found): found for found in root.iterfind(".//{*}authorialNote")}
        self._in_note = False
        self._in_cell = False
        self._noted: dict[Note, None] = {}
        self._notes_read: dict[etree._Element, str] = {}
        self._marks: dict[str, etree._Element] = {}
        self._marked: dict[etree._Element, str] = {}
        self._count = 0
        self._repeated = 0

    def begin(self) -> None:
        """The next words are of another clause: marks of notes count anew."""
        self._marks, self._marked = {}, {}

    def read(self, element: etree._Element) -> tuple[list[str], list[Note]]:
        """The paragraphs in an element, none of them empty, and the notes that they have the marks of.

        An element that is a note itself has no paragraphs. Raises `DraftError` for what would run in a browser.
        """
        if etree.QName(element).localname in names.NOTES:
            self._note(element)
            lines = []
        else:
            lines = self._lines(element)
        noted, self._noted = self._noted, {}
        return lines, list(noted)

    def named(self, text: str) -> str:
        """The text with the names that it refers to as "#name" in place."""
        return self._shown.get(text.removeprefix("#"), text) if text.startswith("#") else text

    def leave_out(self, element: etree._Element) -> None:
        """Tells that an element is not in the text."""
        name = etree.QName(element).localname
        self._notices.append(Notice(element.sourceline or 0, name, REASONS.get(name, Omission.FOREIGN_ELEMENT)))

    def cover(self, element: etree._Element) -> None:
        """Tells that words around the body are not in the text; the title alone is."""
        titles = element.findall(".//{*}docTitle") or element.findall("{*}longTitle")
        title = "".join("".join(each.itertext()) for each in titles)
        if "".join(element.itertext()).split() != title.split():
            self._notices.append(Notice(element.sourceline or 0, etree.QName(element).localname, Omission.COVER))

    def end(self) -> None:
        """Tells of the notes that nothing referred to."""
        for name in sorted(self._unread):
            line = self._elsewhere[name].sourceline or 0
            self._notices.append(Notice(line, "note", Omission.NOTE))

    def _lines(self, element: etree._Element) -> list[str]:
        self._after_number = False
        pieces: Pieces = [(element.sourceline or 0, [])]
        self._collect(element, pieces)
        read = (plain("".join(words), line) for line, words in pieces)
        return [line for line in read if line]

    def _collect(self, element: etree._Element, pieces: Pieces) -> None:
        name = etree.QName(element).localname
        line = element.sourceline or 0
        if name in CELLS and not self._in_cell:
            self._cell(element, pieces)
            return
        is_block = name in names.BLOCK and not self._in_cell
        if is_block:
            if not self._after_number:
                pieces.append((line, []))
            self._after_number = False
        pieces[-1][1].append(self._before(element, name))
        for child in element:
            self._inner(child, pieces)
            pieces[-1][1].append(child.tail or "")
        if name == "num":
            pieces[-1][1].append(" ")
            self._after_number = True
        elif is_block:
            pieces.append((line, []))
        elif self._in_cell and name in names.BLOCK | CELLS:
            pieces[-1][1].append(" ")

    def _cell(self, element: etree._Element, pieces: Pieces) -> None:
        """All paragraphs in a cell are on the line of its row."""
        self._in_cell = True
        self._collect(element, pieces)
        self._in_cell = False
        pieces[-1][1].append(" | " if element.getnext() is not None else " ")

    def _inner(self, child: etree._Element, pieces: Pieces) -> None:
        if etree.QName(child).localname in names.NOTES and not self._in_note:
            pieces[-1][1].append(self._note(child))
        elif self._is_read(child):
            self._collect(child, pieces)

    def _before(self, element: etree._Element, name: str) -> str:
        if name == "ref" and not (element.text or len(element)):
            name = self.named(element.get("href", "")) if element.get("class") == "placeholder" else ""
            self._repeat(name, element)
            return name
        if name == "sup":
            return raised(element.text or "")
        return " " if name in {"br", "eol"} else element.text or ""

    def _is_read(self, element: etree._Element) -> bool:
        name = etree.QName(element).localname
        if ACTIVE.match(f"<{name} "):
            raise DraftError(element.sourceline or 0, name, Fault.ACTIVE_CONTENT)
        if name in names.LEFT_OUT:
            self.leave_out(element)
            return False
        return True

    def _note(self, element: etree._Element) -> str:
        """The mark of a note, whose words are kept; nothing where it refers to one that the document does not have."""
        target = element
        if etree.QName(element).localname == "noteRef":
            name = element.get("href", "").removeprefix("#")
            if name not in self._elsewhere:
                self._notices.append(Notice(element.sourceline or 0, "noteRef", Omission.NOTE))
                return ""
            target = self._elsewhere[name]
            self._unread.discard(name)
        text = self._words_of(target)
        if not text:
            return ""
        note = Note(self._mark(element, target), text)
        if target is not element and note not in self._noted:
            self._repeat(text, element)
        self._noted[note] = None
        return note.shown

    def _repeat(self, text: str, element: etree._Element) -> None:
        """Counts what a reference puts in its place: a few short ones to a long text would fill the memory."""
        self._repeated += len(text)
        if self._repeated > self._limits.text_bytes:
            name = etree.QName(element).localname
            raise DraftError(element.sourceline or 0, name, Fault.TEXT_TOO_LONG, f"over {self._limits.text_bytes}")

    def _words_of(self, note: etree._Element) -> str:
        """A note on one line; what notes say of themselves in notes is a part of it."""
        if note not in self._notes_read:
            after, self._after_number, self._in_note = self._after_number, False, True
            self._notes_read[note] = " ".join(self._lines(note))
            self._after_number, self._in_note = after, False
        return self._notes_read[note]

    def _mark(self, element: etree._Element, target: etree._Element) -> str:
        """As the document has it, if it is no other note's in this clause; else a number. Each note has one mark."""
        if target in self._marked:
            return self._marked[target]
        own = element.get("marker") or target.get("marker") or ""
        if not is_mark(own):
            self._count += 1
            own = str(self._count)
        while self._marks.setdefault(own, target) is not target:
            self._count += 1
            own = str(self._count)
        self._marked[target] = own
        return own


def _id(element: etree._Element) -> str:
    return element.get("eId") or element.get("id") or element.get("wId") or ""
