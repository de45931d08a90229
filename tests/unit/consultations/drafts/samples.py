"""Drafts and files that the tests of this folder are about."""

import io
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import docx
import pytest
from docx.document import Document

from schemas.consultations.clauses import Clause, ClauseKind, ClauseTree
from services.consultations.drafts.labels import number_of

LAWS: Final = Path(__file__).parents[5] / "shared" / "data" / "laws"
needs_laws = pytest.mark.skipif(not LAWS.exists(), reason="the collected laws are not on this machine")


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
