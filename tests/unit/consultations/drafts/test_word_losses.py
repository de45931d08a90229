"""Nothing of a Word file vanishes in silence: it is carried, or told by name."""

from typing import Any

import pytest
from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from services.consultations.drafts.errors import Notice, Omission
from services.consultations.drafts.export import plain_text
from services.consultations.drafts.reading import examine, read
from services.consultations.drafts.tree import walk
from tests.unit.consultations.drafts.samples import word_file

MORE = (
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006" '
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
    'xmlns:v="urn:schemas-microsoft-com:vml"'
)


def with_piece(document: Document, xml: str) -> None:
    """An article whose last words are a piece of XML in a run."""
    document.add_paragraph("Article 1. Words")
    run: Any = document.add_paragraph("Before ").add_run("after.")._r
    run.insert(0, parse_xml(xml.replace(">", f" {nsdecls('w')} {MORE}>", 1)))


def told(xml: str) -> tuple[str, list[tuple[str, Omission]]]:
    reading = examine("a.docx", word_file(lambda document: with_piece(document, xml)))
    return reading.tree.clauses[0].text, [(each.element, each.reason) for each in reading.notices]


BOX = "<w:txbxContent><w:p><w:r><w:t>In a box.</w:t></w:r></w:p></w:txbxContent>"


@pytest.mark.parametrize(
    "drawn",
    [
        f"<mc:AlternateContent><mc:Choice><w:drawing><wps:txbx>{BOX}</wps:txbx></w:drawing></mc:Choice>"
        f"<mc:Fallback><w:pict><v:textbox>{BOX}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent>",
        f"<w:pict><v:textbox>{BOX}</v:textbox></w:pict>",
    ],
)
def test_a_text_box_comes_after_the_paragraph_it_is_drawn_at(drawn: str) -> None:
    assert told(drawn) == ("Before after.\nIn a box.", [])


@pytest.mark.parametrize(
    ("xml", "element", "reason"),
    [
        ("<w:drawing></w:drawing>", "drawing", Omission.IMAGE),
        ("<w:object></w:object>", "object", Omission.IMAGE),
        ('<w:commentReference w:id="1"></w:commentReference>', "commentReference", Omission.COMMENT),
        ("<m:oMath><m:r><m:t>a/b</m:t></m:r></m:oMath>", "oMath", Omission.FORMULA),
        ('<w:sym w:font="Wingdings" w:char="F0FC"></w:sym>', "sym", Omission.SYMBOL),
        ('<w:sym w:font="Wingdings" w:char="no"></w:sym>', "sym", Omission.SYMBOL),
    ],
)
def test_what_cannot_be_text_is_told(xml: str, element: str, reason: Omission) -> None:
    assert told(xml) == ("Before after.", [(element, reason)])


def test_a_symbol_that_any_typeface_has_is_text() -> None:
    assert told('<w:sym w:font="Times" w:char="00A7"></w:sym>') == ("Before §after.", [])


def test_headers_and_footers_are_told_unless_they_only_count() -> None:
    def write(document: Document) -> None:
        document.add_paragraph("Article 1. Words")
        section = document.sections[0]
        section.header.paragraphs[0].text = "Draft of 1 May"
        section.footer.paragraphs[0].text = "12"

    assert [(each.element, each.reason) for each in examine("a.docx", word_file(write)).notices] == [
        ("word/header1.xml", Omission.HEADER)
    ]


def test_a_table_of_contents_is_told() -> None:
    def write(document: Document) -> None:
        document.styles.add_style("toc 1", 1)
        document.add_paragraph("Article 1 ..... 3", style="toc 1")
        document.add_paragraph("Article 1. Words")

    reading = examine("a.docx", word_file(write))
    assert reading.notices == (Notice(1, "p", Omission.CONTENTS),)
    assert len(reading.tree.clauses) == 1


def rows(xml: str) -> str:
    def write(document: Document) -> None:
        document.add_paragraph("Article 1. Rates")
        body: Any = document.element.body
        body.insert(1, parse_xml(f"<w:tbl {nsdecls('w')}>{xml}</w:tbl>"))

    return read("a.docx", word_file(write)).clauses[0].text


def cell(text: str) -> str:
    return f"<w:tc><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>"


def test_rows_and_cells_in_content_controls() -> None:
    row = f"<w:tr>{cell('north')}<w:sdt><w:sdtContent>{cell('5')}</w:sdtContent></w:sdt></w:tr>"
    assert rows(f"<w:sdt><w:sdtContent>{row}</w:sdtContent></w:sdt>") == "north | 5"


def test_a_deleted_row_is_told() -> None:
    deleted = f"<w:tr><w:trPr><w:del/></w:trPr>{cell('old')}</w:tr>"
    assert rows(f"<w:tr>{cell('kept')}</w:tr>{deleted}") == "kept"


def test_a_table_in_a_table() -> None:
    inner = f"<w:tbl><w:tr>{cell('a')}{cell('b')}</w:tr></w:tbl>"
    assert rows(f"<w:tr>{cell('outer')}<w:tc>{inner}<w:p/></w:tc></w:tr>") == "outer | a b"


LEVELS = (("%1)", "decimal"), ("%1.%2", "decimal"), ("%1-%2-%3", "lowerRoman"))


def numbered(document: Document, text: str, level: int = 0, number: int = 77) -> None:
    made: Any = document.add_paragraph(text)._p.get_or_add_pPr()
    properties = made.get_or_add_numPr()
    properties.get_or_add_ilvl().val = level
    properties.get_or_add_numId().val = number


def with_lists(document: Document, overrides: str = "", own: str = "") -> None:
    """List 77, and list 78 that has the same levels but for `overrides`."""
    levels = own or "".join(
        f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{style}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for at, (text, style) in enumerate(LEVELS)
    )
    numbering = document.part.numbering_part.element
    numbering.insert(0, parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="77">{levels}</w:abstractNum>'))
    for number, more in ((77, ""), (78, overrides)):
        xml = f'<w:num {nsdecls("w")} w:numId="{number}"><w:abstractNumId w:val="77"/>{more}</w:num>'
        numbering.append(parse_xml(xml))


def labels(write: Any) -> list[str]:
    def whole(document: Document) -> None:
        document.add_paragraph("Article 1. Rates")
        write(document)

    return [place.clause.label for place in walk(read("a.docx", word_file(whole)))][1:]


def test_a_list_that_begins_anew() -> None:
    def write(document: Document) -> None:
        with_lists(document, '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>')
        numbered(document, "one;")
        numbered(document, "two;")
        document.add_paragraph("Article 2. More")
        numbered(document, "one;", number=78)
        numbered(document, "two;", number=78)

    assert labels(write) == ["1)", "2)", "Article 2", "1)", "2)"]


def test_a_list_that_only_goes_on() -> None:
    def write(document: Document) -> None:
        with_lists(document)
        numbered(document, "one;")
        numbered(document, "two;", number=78)

    assert labels(write) == ["1)", "2)"]


def test_a_level_that_a_list_has_for_itself() -> None:
    own = '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="upperRoman"/><w:lvlText w:val="%1."/></w:lvl>'

    def write(document: Document) -> None:
        with_lists(document, f'<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/>{own}</w:lvlOverride>')
        numbered(document, "one", number=78)
        numbered(document, "two", number=78)

    assert labels(write) == ["I.", "II."]


def test_upper_numbers_in_figures_where_the_level_wants_them() -> None:
    own = (
        '<w:lvl w:ilvl="0"><w:start w:val="2"/><w:numFmt w:val="upperRoman"/><w:lvlText w:val="%1."/></w:lvl>'
        '<w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:isLgl/><w:lvlText w:val="%1.%2"/></w:lvl>'
    )

    def write(document: Document) -> None:
        with_lists(document, own=own)
        numbered(document, "upper")
        numbered(document, "lower", 1)

    assert labels(write) == ["II.", "2.1"]


def test_a_list_by_the_name_of_a_style() -> None:
    def write(document: Document) -> None:
        level = '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1)"/></w:lvl>'
        with_lists(document, own=f'<w:styleLink w:val="Law"/>{level}')
        numbering = document.part.numbering_part.element
        numbering.insert(
            0,
            parse_xml(
                f'<w:abstractNum {nsdecls("w")} w:abstractNumId="79"><w:numStyleLink w:val="Law"/></w:abstractNum>'
            ),
        )
        numbering.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="79"><w:abstractNumId w:val="79"/></w:num>'))
        numbered(document, "one;", number=79)

    assert labels(write) == ["1)"]


def test_numbers_that_word_counts_in_a_table() -> None:
    def write(document: Document) -> None:
        with_lists(document)
        document.add_paragraph("Article 1. Rates")
        table = document.add_table(rows=2, cols=2)
        for row, text in zip(table.rows, ("north", "south"), strict=True):
            made: Any = row.cells[0].paragraphs[0]._p.get_or_add_pPr()
            made.get_or_add_numPr().get_or_add_numId().val = 77
            row.cells[1].text = text

    assert [line for line in plain_text(read("a.docx", word_file(write))).split("\n") if "|" in line] == [
        "1) | north",
        "2) | south",
    ]
