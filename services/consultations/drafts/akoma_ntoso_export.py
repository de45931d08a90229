"""A clause tree as Akoma Ntoso 3.0 XML, such that reading it gives the same tree again."""

from collections import deque
from datetime import date
from typing import Final

from lxml import etree
from lxml.builder import ElementMaker

from schemas.consultations.clauses import Clause, ClauseTree
from services.consultations.drafts import akoma_ntoso_names as names
from services.consultations.drafts.notes import Note, parted

LANGUAGES: Final = {"kk": "kaz", "ru": "rus", "en": "eng", "de": "deu", "fr": "fra"}
UNKNOWN_LANGUAGE: Final = "und"
SOURCE: Final = "#kenes"

_E: Final = ElementMaker(namespace=names.NAMESPACE, nsmap={None: names.NAMESPACE})


def akoma_ntoso(
    tree: ClauseTree,
    *,
    uri: str = "/akn/kz/bill/draft",
    language: str = "",
    country: str = "kz",
    on: date | None = None,
) -> bytes:
    """The document as UTF-8 with an XML declaration.

    `uri` names the work (FRBRuri), `language` is a two-letter code, `on` the day of this version.
    """
    day = (on or date(1, 1, 1)).isoformat()
    expression = f"{uri}/{LANGUAGES.get(language, UNKNOWN_LANGUAGE)}@{day}"
    body = _E.body(*map(_clause, tree.clauses))
    preface = [_E.preface(_E.p(_E.docTitle(tree.title)))] if tree.title else []
    bill = _E.bill(_meta(uri, expression, language, country, day), *preface, body, name="draft")
    return etree.tostring(_E.akomaNtoso(bill), xml_declaration=True, encoding="UTF-8", pretty_print=False)


def _meta(uri: str, expression: str, language: str, country: str, day: str) -> etree._Element:
    def level(name: str, value: str, *more: etree._Element) -> etree._Element:
        return _E(
            name,
            _E.FRBRthis(value=f"{value}/main"),
            _E.FRBRuri(value=value),
            _E.FRBRdate(date=day, name="draft"),
            _E.FRBRauthor(href=SOURCE),
            *more,
        )

    return _E.meta(
        _E.identification(
            level("FRBRWork", uri, _E.FRBRcountry(value=country)),
            level("FRBRExpression", expression, _E.FRBRlanguage(language=LANGUAGES.get(language, UNKNOWN_LANGUAGE))),
            level("FRBRManifestation", f"{expression}/main.xml"),
            source=SOURCE,
        )
    )


def _clause(clause: Clause) -> etree._Element:
    element = _E(names.ELEMENT[clause.kind] if clause.kind not in names.NAMED else "hcontainer", eId=clause.id)
    if clause.kind in names.NAMED:
        element.set("name", clause.kind.value)
    if clause.label:
        element.append(_E.num(clause.label))
    lines, known = parted(clause.heading, clause.text)
    notes = deque(known)
    if clause.heading:
        element.append(_E.heading(*_noted(clause.heading, notes)))
    paragraphs = [_E.p(*_noted(line, notes)) for line in lines]
    if clause.children:
        element.extend([_E.intro(*paragraphs)] if paragraphs else [])
        element.extend(map(_clause, clause.children))
    else:
        element.append(_E.content(*(paragraphs or [_E.p()])))
    return element


def _noted(text: str, notes: deque[Note]) -> list[str | etree._Element]:
    """The text with each note in the place of its mark, taken from `notes`, which are in the order of the marks."""
    pieces: list[str | etree._Element] = []
    while notes and notes[0].shown in text:
        note = notes.popleft()
        before, _, text = text.partition(note.shown)
        pieces += [before, _E.authorialNote(_E.p(note.text), marker=note.mark)]
    return [*pieces, text]
