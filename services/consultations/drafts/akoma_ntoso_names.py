"""The elements of Akoma Ntoso 3.0, as far as a clause tree knows them."""

from typing import Final

from schemas.consultations.clauses import ClauseKind

NAMESPACE: Final = "http://docs.oasis-open.org/legaldocml/ns/akn/3.0"
OLDER_NAMESPACES: Final = ("http://docs.oasis-open.org/legaldocml/ns/akn/", "http://www.akomantoso.org/")

_K = ClauseKind
ELEMENT: Final[dict[ClauseKind, str]] = {kind: kind.value for kind in ClauseKind}
"""What each kind is written as; kinds in `NAMED` are an `hcontainer` of that name."""
NAMED: Final = frozenset({_K.PREAMBLE, _K.HEADING, _K.ANNEX})
KINDS: Final[dict[str, ClauseKind]] = {
    **{kind.value: kind for kind in ClauseKind if kind not in NAMED},
    "alinea": _K.PARAGRAPH, "level": _K.POINT, "list": _K.PARAGRAPH, "proviso": _K.PARAGRAPH, "rule": _K.CLAUSE,
    "subchapter": _K.SECTION, "subclause": _K.PARAGRAPH, "subdivision": _K.DIVISION, "sublist": _K.PARAGRAPH,
    "subpart": _K.CHAPTER, "subrule": _K.PARAGRAPH, "subtitle": _K.TITLE, "tome": _K.BOOK, "transitional": _K.SECTION,
}  # fmt: skip
CONTAINERS: Final[dict[str, ClauseKind]] = {
    "preamble": _K.PREAMBLE, "recitals": _K.PREAMBLE, "annex": _K.ANNEX, "appendix": _K.ANNEX, "schedule": _K.ANNEX,
    "definition": _K.INDENT, "article": _K.ARTICLE, "section": _K.SECTION, "paragraph": _K.PARAGRAPH,
    "regulation": _K.CLAUSE, "rule": _K.CLAUSE,
}  # fmt: skip
"""The kinds of an `hcontainer` by its name; others only give a heading."""
BODIES: Final = ("body", "mainBody", "portionBody")
ATTACHMENTS: Final = frozenset({"attachments", "components"})
INTRODUCTIONS: Final = frozenset({"preamble"})
"""Parts before the body that are text of the law."""
COVERS: Final = frozenset({"coverPage", "preface", "conclusions"})
"""Parts around the body that are none; of these only the title is taken."""
BLOCK: Final = frozenset(
    {
        "p",
        "li",
        "tr",
        "block",
        "longTitle",
        "docTitle",
        "listIntroduction",
        "listWrapUp",
        "heading",
        "num",
        "subheading",
        "tocItem",
    }
)
"""Elements that are a paragraph of their own."""
NOTES: Final = frozenset({"authorialNote", "noteRef"})
"""A note where it is referred to, and a reference to one that stands elsewhere."""
LEFT_OUT: Final = frozenset({"toc", "meta", "img", "componentRef", "eop", "foreign", "del"})
PROSE: Final = frozenset({
    "intro", "content", "wrapUp", "subheading", "block", "p", "tblock", "blockContainer", "table", "formula",
    "recital", "container", "citation", "citations", "longTitle", "ul", "ol", "listIntroduction", "listWrapUp",
    "div", "componentRef", "authorialNote", "toc", "quotedStructure", "embeddedStructure", "quotedText",
    "conclusions", "eol",
})  # fmt: skip
"""Elements whose words are the text of the clause that they stand in."""
