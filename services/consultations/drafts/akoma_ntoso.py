"""Akoma Ntoso XML as a clause tree."""

from collections import Counter
from typing import Final

from lxml import etree

from schemas.consultations.clauses import ClauseKind, ClauseTree
from services.consultations.drafts import akoma_ntoso_names as names
from services.consultations.drafts.akoma_ntoso_text import Prose
from services.consultations.drafts.errors import DraftError, Fault, Notice
from services.consultations.drafts.labels import number_of
from services.consultations.drafts.limits import Limits
from services.consultations.drafts.nodes import Node, Outline
from services.consultations.drafts.notes import Note
from services.consultations.drafts.tree import ID, WHOLE_DRAFT, grown, walk, with_ids
from services.consultations.drafts.xml import parsed

DOCUMENTS: Final = frozenset(
    {
        "act",
        "bill",
        "doc",
        "statement",
        "documentCollection",
        "officialGazette",
        "amendment",
        "amendmentList",
        "portion",
    }
)

TITLES: Final = (
    "{*}coverPage//{*}docTitle",
    "{*}preface//{*}docTitle",
    "{*}preface/{*}longTitle",
    ".//{*}FRBRname",
)
"""Where a document may tell its title, the best first."""


def read(data: bytes, limits: Limits, notices: list[Notice]) -> ClauseTree:
    """Reads the body of a document, its preamble and its attachments. An `eId` that can be a clause's id stays it.

    Raises `DraftError`.
    """
    root = parsed(data, limits)
    _refuse_other(root)
    reader = _Reader(limits, Prose(root, limits, notices))
    document = next((child for child in root if _name(child) in DOCUMENTS), None)
    if document is None:
        raise DraftError(_line(root), _name(root), Fault.NOT_AKOMA_NTOSO, "no document in it")
    nodes = reader.document(document) + reader.beside(root)
    title, notes = reader.title(document)
    if nodes:
        nodes[0].notes[:0] = notes
    reader.end()
    tree = grown(Outline(title, nodes), limits)
    return _with_own_ids(tree, reader.ids)


def _refuse_other(root: etree._Element) -> None:
    space = etree.QName(root).namespace or ""
    if _name(root) != "akomaNtoso" or not space.startswith((names.NAMESPACE, *names.OLDER_NAMESPACES)):
        raise DraftError(_line(root), _name(root), Fault.NOT_AKOMA_NTOSO, "the root is no akomaNtoso element")


def _with_own_ids(tree: ClauseTree, own: list[str | None]) -> ClauseTree:
    """Puts the document's ids, in reading order, where they can be ids and are unique; ours give way to them."""
    counts = Counter(own)
    free = {wanted for wanted in own if wanted and ID.fullmatch(wanted) and counts[wanted] == 1} - {WHOLE_DRAFT}
    given = [wanted if wanted in free else None for wanted in own]
    taken = {wanted for wanted in given if wanted}
    ids: dict[str, str] = {}
    for place, wanted in zip(walk(tree), given, strict=True):
        name = wanted or place.clause.id
        while not wanted and name in taken:
            name = f"{name}~x"
        taken.add(name)
        ids[place.clause.id] = name
    return with_ids(tree, ids)


class _Reader:
    def __init__(self, limits: Limits, prose: Prose) -> None:
        self.ids: list[str | None] = []
        self._limits = limits
        self._prose = prose

    def title(self, document: etree._Element) -> tuple[str, list[Note]]:
        """What the document calls itself, or else what its catalogue entry does, and the notes to that."""
        self._prose.begin()
        for path in TITLES:
            for found in document.iterfind(path):
                lines, notes = self._prose.read(found)
                if said := " ".join(lines) or found.get("value", ""):
                    return self._prose.named(said), notes
        return "", []

    def end(self) -> None:
        """Tells what nothing in the document led to."""
        self._prose.end()

    def document(self, document: etree._Element, depth: int = 0) -> list[Node]:
        """The clauses of one document and of those attached to it; it is `depth` attachments down itself."""
        nodes: list[Node] = []
        for child in document:
            name = _name(child)
            if name in names.INTRODUCTIONS:
                nodes += self._introduction(child, depth)
            elif name in names.COVERS:
                self._prose.cover(child)
            elif name in names.BODIES:
                nodes += self._pieces(child, depth)
            elif name in names.ATTACHMENTS:
                nodes += [self._attached(each, depth) for each in child]
            elif name == "collectionBody":
                raise DraftError(_line(child), name, Fault.UNKNOWN_ELEMENT, "several documents, and no text of its own")
        return nodes

    def beside(self, root: etree._Element) -> list[Node]:
        """What is attached to the document and stands after it."""
        return [self._attached(each, 0) for child in root if _name(child) in names.ATTACHMENTS for each in child]

    def _introduction(self, element: etree._Element, depth: int) -> list[Node]:
        self._prose.begin()
        lines, notes = self._prose.read(element)
        if not lines:
            return []
        node = self._node(element, ClauseKind.PREAMBLE, depth)
        node.lines, node.notes = lines, notes
        return [node]

    def _attached(self, element: etree._Element, depth: int) -> Node:
        """An attachment is an annex: its heading, and the clauses of the document in it."""
        node = self._node(element, ClauseKind.ANNEX, depth)
        inner = next((child for child in element if _name(child) in DOCUMENTS), element)
        if not node.heading:
            node.heading, notes = self.title(inner)
            node.notes += notes
        node.children = self.document(inner, depth + 1)
        return node

    def _pieces(self, parent: etree._Element, depth: int, below: Node | None = None) -> list[Node]:
        """The clauses right below `parent`; words among them go to `below`, or become paragraphs after its children."""
        nodes: list[Node] = []
        for element in parent:
            name = _name(element)
            if (kind := self._kind(element)) is not None:
                nodes.append(self._clause(element, kind, depth))
            elif name == "blockList":
                nodes += self._list(element, depth, below)
            elif name in names.LEFT_OUT:
                self._prose.leave_out(element)
            elif name in {"num", "heading"}:
                continue
            elif name not in names.PROSE:
                raise DraftError(_line(element), name, Fault.UNKNOWN_ELEMENT)
            elif self._holds_list(element):
                nodes += self._pieces(element, depth, below if not nodes else None)
            else:
                self._words(element, depth, nodes, below)
        return nodes

    def _words(self, element: etree._Element, depth: int, nodes: list[Node], below: Node | None) -> None:
        lines, notes = self._prose.read(element)
        if not lines and not notes:
            return
        if below is not None and not nodes:
            below.lines += lines
            below.notes += notes
        elif not lines and nodes:
            nodes[-1].notes += notes
        else:
            self._count(element, depth, None)
            nodes.append(Node(ClauseKind.PARAGRAPH, _line(element), lines=lines, notes=notes))

    def _clause(self, element: etree._Element, kind: ClauseKind, depth: int) -> Node:
        node = self._node(element, kind, depth)
        node.children = self._pieces(element, depth + 1, node)
        return node

    def _list(self, element: etree._Element, depth: int, below: Node | None) -> list[Node]:
        """A list within a paragraph: what introduces it is the clause's text, each item a point."""
        nodes: list[Node] = []
        for child in element:
            if _name(child) == "item":
                nodes.append(self._clause(child, ClauseKind.POINT, depth))
            else:
                self._words(child, depth, nodes, below)
        return nodes

    def _count(self, element: etree._Element, depth: int, own: str | None) -> None:
        """Takes note of the next clause in reading order, which has its `own` id or none."""
        if depth >= self._limits.depth:
            raise DraftError(_line(element), _name(element), Fault.TOO_DEEP, f"over {self._limits.depth}")
        if len(self.ids) >= self._limits.clauses:
            raise DraftError(_line(element), _name(element), Fault.TOO_MANY_CLAUSES, f"over {self._limits.clauses}")
        self.ids.append(own)

    def _node(self, element: etree._Element, kind: ClauseKind, depth: int) -> Node:
        self._count(element, depth, element.get("eId") or element.get("id"))
        self._prose.begin()
        label, to_number = self._first(element, "num")
        for note in to_number:
            label = label.replace(note.shown, "").strip()
        heading, to_heading = self._first(element, "heading")
        notes = [*to_number, *to_heading]
        return Node(kind, _line(element), label, number_of(label), heading, notes=notes)

    def _first(self, element: etree._Element, name: str) -> tuple[str, list[Note]]:
        found = element.find(f"{{*}}{name}")
        if found is None:
            return "", []
        lines, notes = self._prose.read(found)
        return " ".join(lines), notes

    def _kind(self, element: etree._Element) -> ClauseKind | None:
        if (name := _name(element)) in {"hcontainer", "crossHeading"}:
            return names.CONTAINERS.get((element.get("name") or "").casefold(), ClauseKind.HEADING)
        return names.KINDS.get(name)

    @staticmethod
    def _holds_list(element: etree._Element) -> bool:
        return _name(element) in {"content", "intro", "wrapUp"} and element.find("{*}blockList") is not None


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname


def _line(element: etree._Element) -> int:
    return element.sourceline or 0
