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


def paragraph(document: Document, xml: str) -> None:
    """A paragraph as Word writes it: what stands inside `w:p`."""
    end = document.element.body.sectPr
    end.addprevious(parse_xml(f"<w:p {nsdecls('w')}>{xml}</w:p>"))


def run(text: str, look: str = "") -> str:
    return f'<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


RAISED = '<w:vertAlign w:val="superscript"/>'


def test_raised_figures_are_not_joined_to_the_number_before_them() -> None:
    def write(document: Document) -> None:
        paragraph(document, run("Статья 12") + run("1", RAISED) + run(". Площадь"))
        paragraph(document, run("Не более 5 м") + run("2", RAISED) + run("."))

    (clause,) = read("a.docx", word_file(write)).clauses
    assert (clause.label, clause.number, clause.heading) == ("Статья 12¹", "12-1", "Площадь")
    assert clause.text == "Не более 5 м²."


def test_a_level_belongs_to_its_style_and_articles_run_through_all_chapters() -> None:
    throughout = '<w:lvlRestart w:val="0"/>'
    levels = (("LawChapter", "Глава %1."), ("LawArticle", "Статья %2."), ("LawPart", "%3."))

    def write(document: Document) -> None:
        made = "".join(
            f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="decimal"/>'
            f"{throughout if at == 1 else ''}"
            f'<w:pStyle w:val="{style}"/><w:lvlText w:val="{text}"/></w:lvl>'
            for at, (style, text) in enumerate(levels)
        )
        numbering = document.part.numbering_part.element
        numbering.insert(0, parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="78">{made}</w:abstractNum>'))
        numbering.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="78"><w:abstractNumId w:val="78"/></w:num>'))
        for style, _ in levels:
            document.styles.element.append(
                parse_xml(
                    f'<w:style {nsdecls("w")} w:type="paragraph" w:styleId="{style}"><w:name w:val="{style}"/>'
                    '<w:pPr><w:numPr><w:numId w:val="78"/></w:numPr></w:pPr></w:style>'
                )
            )
        for style in ("LawChapter", "LawArticle", "LawPart", "LawPart", "LawChapter", "LawArticle", "LawPart"):
            paragraph(document, f'<w:pPr><w:pStyle w:val="{style}"/></w:pPr>{run("слова")}')

    assert [(place.depth, place.clause.label) for place in walk(read("a.docx", word_file(write)))] == [
        (0, "Глава 1"), (1, "Статья 1"), (2, "1."), (2, "2."), (0, "Глава 2"), (1, "Статья 2"), (2, "1."),
    ]  # fmt: skip


def test_a_paragraph_whose_end_was_deleted_goes_on_in_the_next_and_counts_no_number() -> None:
    end_deleted = '<w:rPr><w:del w:id="9" w:author="a"/></w:rPr>'

    def write(document: Document) -> None:
        with_list(document)
        numbered(document, "Первая", 0)
        paragraph(
            document,
            '<w:pPr><w:numPr><w:ilvl w:val="0"/><w:numId w:val="77"/></w:numPr>' + end_deleted + "</w:pPr>"
            '<w:del w:id="8" w:author="a"><w:r><w:delText>Удалённая</w:delText></w:r></w:del>',
        )
        numbered(document, "Вторая", 0)
        paragraph(document, f"<w:pPr>{end_deleted}</w:pPr>{run('Начало ')}")
        paragraph(document, run("и конец."))
        paragraph(document, f"<w:pPr>{end_deleted}</w:pPr>{run('Последнее.')}")

    reading = examine("a.docx", word_file(write))
    assert [(unit.label, unit.heading, unit.text) for unit in units(reading.tree)] == [
        ("Статья 1", "Первая", ""), ("Статья 2", "Вторая", "Начало и конец.\nПоследнее."),
    ]  # fmt: skip
    assert [notice.reason for notice in reading.notices] == [Omission.TRACKED_CHANGE]


def test_hidden_words_are_left_out_and_told() -> None:
    def write(document: Document) -> None:
        paragraph(document, run("Видимое. ") + run("Тайное.", "<w:vanish/>") + run("Снова.", '<w:vanish w:val="0"/>'))

    reading = examine("a.docx", word_file(write))
    assert reading.tree.clauses[0].text == "Видимое. Снова."
    assert [notice.reason for notice in reading.notices] == [Omission.HIDDEN]
