"""The words of Akoma Ntoso elements, paragraph by paragraph."""

from lxml import etree

from services.consultations.drafts import akoma_ntoso_names as names
from services.consultations.drafts.errors import DraftError, Fault, Notice, Omission
from services.consultations.drafts.markup import ACTIVE, plain

ROW = "tr"
CELLS = frozenset({"td", "th"})


class Prose:
    """Reads the text in elements; what is not text of the law is left out and noted."""

    def __init__(self, root: etree._Element, notices: list[Notice]) -> None:
        self._notices = notices
        self._after_number = False
        self._shown = {found.get("eId"): found.get("showAs", "") for found in root.iterfind(".//{*}references/*")}

    def lines(self, element: etree._Element) -> list[str]:
        """The paragraphs in an element, none of them empty. Raises `DraftError` for what would run in a browser."""
        self._after_number = False
        pieces: list[tuple[int, list[str]]] = [(element.sourceline or 0, [])]
        self._collect(element, pieces)
        read = (plain("".join(words), line, self._notices) for line, words in pieces)
        return [line for line in read if line]

    def named(self, text: str) -> str:
        """The text with the names that it refers to as "#name" in place."""
        return self._shown.get(text.removeprefix("#"), text) if text.startswith("#") else text

    def _collect(self, element: etree._Element, pieces: list[tuple[int, list[str]]]) -> None:
        name = etree.QName(element).localname
        line = element.sourceline or 0
        if name in names.BLOCK:
            if not self._after_number:
                pieces.append((line, []))
            self._after_number = False
        pieces[-1][1].append(self._before(element, name))
        for child in element:
            if self._is_read(child):
                self._collect(child, pieces)
            pieces[-1][1].append(child.tail or "")
        if name == "num":
            pieces[-1][1].append(" ")
            self._after_number = True
        elif name in names.BLOCK:
            pieces.append((line, []))
        elif name in CELLS:
            pieces[-1][1].append(" | " if element.getnext() is not None else " ")

    def _before(self, element: etree._Element, name: str) -> str:
        if name == "ref" and not (element.text or len(element)):
            return self.named(element.get("href", "")) if element.get("class") == "placeholder" else ""
        return " " if name == "br" else element.text or ""

    def _is_read(self, element: etree._Element) -> bool:
        name = etree.QName(element).localname
        line = element.sourceline or 0
        if ACTIVE.match(f"<{name} "):
            raise DraftError(line, name, Fault.ACTIVE_CONTENT)
        if name in names.LEFT_OUT:
            reason = Omission.IMAGE if name == "img" else Omission.NOTE if "ote" in name else Omission.FOREIGN_ELEMENT
            self._notices.append(Notice(line, name, reason))
            return False
        return True
