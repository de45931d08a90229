"""Drafts and files that the tests of this folder are about."""

import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import docx
import pytest
from docx.document import Document
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from schemas.consultations.clauses import Clause, ClauseKind, ClauseTree
from services.consultations.drafts.labels import number_of

LAWS: Final = Path(__file__).parents[5] / "shared" / "data" / "laws"
needs_laws = pytest.mark.skipif(not LAWS.exists(), reason="the collected laws are not on this machine")
NOTE_PARTS: Final = {
    "footnote": (RELATIONSHIP_TYPE.FOOTNOTES, CONTENT_TYPE.WML_FOOTNOTES),
    "endnote": (RELATIONSHIP_TYPE.ENDNOTES, CONTENT_TYPE.WML_ENDNOTES),
}


def article(number: str, text: str, *children: Clause, heading: str = "", own: str = "") -> Clause:
    """An article with the id `art_<number>` unless told otherwise."""
    return Clause(
        id=own or f"art_{number}",
        kind=ClauseKind.ARTICLE,
        label=f"Статья {number}",
        number=number,
        heading=heading,
        text=text,
        children=children,
    )


def paragraph(own: str, label: str, text: str, *children: Clause) -> Clause:
    """A numbered paragraph."""
    return Clause(id=own, kind=ClauseKind.PARAGRAPH, label=label, number=number_of(label), text=text, children=children)


def chapter(number: str, heading: str, *children: Clause) -> Clause:
    """A chapter with the id `chp_<number>`."""
    return Clause(
        id=f"chp_{number}",
        kind=ClauseKind.CHAPTER,
        label=f"Глава {number}",
        number=number,
        heading=heading,
        children=children,
    )


def tree(*clauses: Clause) -> ClauseTree:
    """A tree without a title."""
    return ClauseTree(clauses=clauses)


def word_file(write: Callable[[Document], object]) -> bytes:
    """A Word file in which `write` has put something."""
    document = docx.Document()
    write(document)
    target = io.BytesIO()
    document.save(target)
    return target.getvalue()


def with_notes(document: Document, kind: str, *notes: str) -> None:
    """The part with the notes, whose ids count from 1; Word's own two that draw the line above them are first."""
    texts = "".join(
        f'<w:{kind} w:id="{at}"><w:p><w:r><w:{kind}Ref/></w:r><w:r><w:t>{text}</w:t></w:r></w:p></w:{kind}>'
        for at, text in enumerate(notes, 1)
    )
    rules = f'<w:{kind} w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:{kind}>'
    content = f"<w:{kind}s {nsdecls('w')}>{rules}{texts}</w:{kind}s>".encode()
    relation, content_type = NOTE_PARTS[kind]
    part = Part(PackURI(f"/word/{kind}s.xml"), content_type, content, document.part.package)
    document.part.relate_to(part, relation)


def paragraph_of(document: Document, *pieces: str | tuple[str, int], style: str = "Normal") -> None:
    """A paragraph of words and of references, as ("footnote", 1)."""
    made = document.add_paragraph(style=style)
    for piece in pieces:
        run: Any = made.add_run(piece if isinstance(piece, str) else "")._r
        if not isinstance(piece, str):
            run.append(parse_xml(f'<w:{piece[0]}Reference {nsdecls("w")} w:id="{piece[1]}"/>'))


def repacked(
    data: bytes, changes: Mapping[str, Callable[[bytes], bytes]], extra: Mapping[str, bytes] | None = None
) -> bytes:
    """A packed file with some entries changed and others added."""
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            change = changes.get(entry.filename, bytes)
            new.writestr(entry.filename, change(old.read(entry)))
        for name, content in (extra or {}).items():
            new.writestr(name, content)
    return target.getvalue()
