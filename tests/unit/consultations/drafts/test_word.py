"""Word files: headings, numbers that are only counted, tables, tracked changes."""

from typing import Any

from docx.document import Document
from docx.enum.text import WD_BREAK
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.oxml.parser import OxmlElement

from services.consultations.drafts.errors import Omission
from services.consultations.drafts.reading import examine, read
from services.consultations.drafts.tree import units, walk
from tests.unit.consultations.drafts.samples import word_file

LEVELS = (("Статья %1.", "decimal"), ("%2)", "decimal"), ("%3)", "russianLower"), ("%1.%2.%4", "decimal"))


def with_list(document: Document) -> None:
    """Defines the list 77: articles, points, letters."""
    levels = "".join(
        f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{style}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for at, (text, style) in enumerate(LEVELS)
    )
    numbering = document.part.numbering_part.element
    numbering.insert(0, parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="77">{levels}</w:abstractNum>'))
    numbering.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="77"><w:abstractNumId w:val="77"/></w:num>'))


def numbered(document: Document, text: str, level: int) -> None:
    paragraph = document.add_paragraph(text)
    made: Any = paragraph._p.get_or_add_pPr()
    properties = made.get_or_add_numPr()
    properties.get_or_add_ilvl().val = level
    properties.get_or_add_numId().val = 77


def test_headings_and_words_together() -> None:
    def write(document: Document) -> None:
        document.add_paragraph("О медиа", style="Title")
        document.add_paragraph("Глава 1. Общее", style="Heading 1")
        document.add_paragraph("Статья 1. Понятия")
        document.add_paragraph("Понятия таковы:")
        document.add_paragraph("1) первое;")
        document.add_paragraph("2) второе.")
        document.add_paragraph("Глава 2. Частное", style="Heading 1")
        document.add_paragraph("Статья 2. Прочее")
        document.add_paragraph("Текст.").add_run().add_break(WD_BREAK.LINE)

    tree = read("a.docx", word_file(write))
    assert tree.title == "О медиа"
    assert [(place.depth, place.clause.label) for place in walk(tree)] == [
        (0, "Глава 1"), (1, "Статья 1"), (2, "1)"), (2, "2)"), (0, "Глава 2"), (1, "Статья 2"),
    ]  # fmt: skip


def test_numbers_that_word_counts() -> None:
    def write(document: Document) -> None:
        with_list(document)
        for level, text in (
            (0, "Понятия"), (1, "первое"), (1, "второе"), (2, "буква"), (2, "вторая буква"), (0, "Сфера"), (1, "снова"),
        ):  # fmt: skip
            numbered(document, text, level)

    tree = read("a.docx", word_file(write))
    assert [(place.depth, place.clause.label, place.clause.heading or place.clause.text) for place in walk(tree)] == [
        (0, "Статья 1", "Понятия"),
        (1, "1)", "первое"),
        (1, "2)", "второе"),
        (2, "а)", "буква"),
        (2, "б)", "вторая буква"),
        (0, "Статья 2", "Сфера"),
        (1, "1)", "снова"),
    ]


def test_tracked_changes_are_taken_as_accepted_and_told() -> None:
    def write(document: Document) -> None:
        paragraph: Any = document.add_paragraph("Статья 1. ")._p
        for tag, inner, text in (("w:del", "w:delText", "старое"), ("w:ins", "w:t", "новое")):
            change, run, words = OxmlElement(tag), OxmlElement("w:r"), OxmlElement(inner)
            words.text = text
            run.append(words)
            change.append(run)
            paragraph.append(change)
        assert paragraph.find(qn("w:ins")) is not None

    reading = examine("a.docx", word_file(write))
    assert reading.tree.clauses[0].heading == "новое"
    assert [(notice.reason, notice.line) for notice in reading.notices] == [(Omission.TRACKED_CHANGE, 1)]


def test_tables_become_lines_of_the_clause() -> None:
    def write(document: Document) -> None:
        document.add_paragraph("Article 1")
        document.add_paragraph("The rates are:")
        table = document.add_table(rows=2, cols=2)
        for at, text in enumerate(("zone", "rate", "north", "5")):
            table.cell(at // 2, at % 2).text = text

    assert units(read("a.docx", word_file(write)))[0].text == "The rates are:\nzone | rate\nnorth | 5"
