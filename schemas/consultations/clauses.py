"""The text of a draft as a tree of clauses, the same whatever file it came from."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from schemas.payload import Part

ClauseId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_~-]*$", max_length=80)]
"""Names a clause through all versions and languages of its draft. It says nothing that may be relied on."""


class ClauseKind(StrEnum):
    """What a clause is in the order of a law: Akoma Ntoso's words, where it has one."""

    PREAMBLE = "preamble"
    PART = "part"
    BOOK = "book"
    TITLE = "title"
    CHAPTER = "chapter"
    DIVISION = "division"
    SECTION = "section"
    SUBSECTION = "subsection"
    ARTICLE = "article"
    CLAUSE = "clause"
    PARAGRAPH = "paragraph"
    SUBPARAGRAPH = "subparagraph"
    POINT = "point"
    INDENT = "indent"
    HEADING = "heading"
    ANNEX = "annex"


class Clause(Part):
    """A piece of a draft that people may point at, with the pieces below it.

    `label` is the number as printed ("Статья 5", "5-бап", "(1)"), `number` what it comes to ("5", "88-1", "a").
    `heading` and `text` are plain text without markup; each line of `text` is a paragraph.
    """

    id: ClauseId
    kind: ClauseKind
    label: str = Field(default="", max_length=120)
    number: str = Field(default="", max_length=120)
    heading: str = Field(default="", max_length=2_000)
    text: str = Field(default="", max_length=200_000)
    children: tuple[Clause, ...] = ()


class ClauseTree(Part):
    """One version of a draft in one language."""

    title: str = Field(default="", max_length=2_000)
    clauses: tuple[Clause, ...] = Field(min_length=1)
