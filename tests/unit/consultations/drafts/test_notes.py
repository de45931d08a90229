"""Notes are the law's own words: each comes in with the clause that it belongs to, and goes out again."""

from time import process_time

import pytest
from docx.document import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from hypothesis import given
from hypothesis import strategies as st

from schemas.consultations.clauses import Clause, ClauseKind, ClauseTree
from services.consultations.drafts.akoma_ntoso_export import akoma_ntoso
from services.consultations.drafts.errors import Omission
from services.consultations.drafts.export import plain_text
from services.consultations.drafts.notes import parted
from services.consultations.drafts.reading import examine, read
from services.consultations.drafts.tree import walk
from tests.unit.consultations.drafts.samples import paragraph_of, with_notes, word_file

AKN = "http://docs.oasis-open.org/legaldocml/ns/akn/3.0"


def test_notes_of_a_word_file_end_the_clause_that_refers_to_them() -> None:
    def write(document: Document) -> None:
        with_notes(document, "footnote", "By the calendar of working days.", "Of the first version.", "To the number.")
        with_notes(document, "endnote", "See the explanatory note.")
        document.add_paragraph("Article 1. Terms")
        paragraph_of(document, "1. The term", ("footnote", 1), " is ten days.", ("endnote", 1))
        document.add_paragraph("2. It may be extended.")
        paragraph_of(document, "Article 2", ("footnote", 3), ". Refusal")
        paragraph_of(document, "Nobody is refused.", ("footnote", 2))

    reading = examine("a.docx", word_file(write))
    assert not reading.notices
    assert [(place.clause.label, place.clause.heading, place.clause.text) for place in walk(reading.tree)] == [
        ("Article 1", "Terms", ""),
        (
            "1.",
            "",
            "The term[1] is ten days.[i]\n[1] By the calendar of working days.\n[i] See the explanatory note.",
        ),
        ("2.", "", "It may be extended."),
        ("Article 2", "Refusal", "Nobody is refused.[3]\n[2] To the number.\n[3] Of the first version."),
    ]


def test_notes_to_a_title_a_heading_and_a_cell() -> None:
    def write(document: Document) -> None:
        with_notes(document, "footnote", "A draft.", "On the heading.", "On the rate.")
        paragraph_of(document, "On media", ("footnote", 1), style="Title")
        paragraph_of(document, "Article 1. Rates", ("footnote", 2), style="Heading 1")
        document.add_paragraph("The rates are:")
        cell = document.add_table(rows=1, cols=2).rows[0].cells
        cell[0].text = "north"
        run = cell[1].paragraphs[0].add_run("5")
        run._r.append(parse_xml(f'<w:footnoteReference {nsdecls("w")} w:id="3"/>'))

    tree = read("a.docx", word_file(write))
    assert tree.title == "On media[1]"
    (article,) = tree.clauses
    assert article.heading == "Rates[2]"
    assert article.text == "The rates are:\nnorth | 5[3]\n[1] A draft.\n[2] On the heading.\n[3] On the rate."


def test_a_title_that_no_style_names_leaves_its_notes_to_what_follows() -> None:
    def write(document: Document) -> None:
        with_notes(document, "footnote", "A draft.")
        paragraph_of(document, "On media", ("footnote", 1))
        document.add_paragraph("Article 1. Words")
        document.add_paragraph("A medium is what it is.")

    tree = read("a.docx", word_file(write))
    assert (tree.title, tree.clauses[0].text) == ("On media[1]", "A medium is what it is.\n[1] A draft.")


def test_a_reference_to_nothing_is_told() -> None:
    def write(document: Document) -> None:
        with_notes(document, "footnote", "One.")
        paragraph_of(document, "Article 1. Words", ("footnote", 7))

    (notice,) = examine("a.docx", word_file(write)).notices
    assert (notice.reason, notice.element, notice.line) == (Omission.NOTE, "footnoteReference", 1)


def test_a_note_that_refers_to_itself_is_read_once() -> None:
    def write(document: Document) -> None:
        with_notes(document, "footnote", 'One.</w:t></w:r><w:r><w:footnoteReference w:id="1"/></w:r><w:r><w:t>')
        paragraph_of(document, "Article 1. Words", ("footnote", 1))

    assert read("a.docx", word_file(write)).clauses[0].text == "[1] One."


def test_footnotes_of_markdown() -> None:
    text = """# On media

## Article 1. Terms

1. The term[^1] is ten days.
2. It may be extended[^x].

[^1]: By the calendar.
[^x]: Once.

[^lost]: Nothing refers to it.
"""
    reading = examine("a.md", text.encode())
    article = reading.tree.clauses[0]
    assert [child.text for child in article.children[:2]] == [
        "The term[1] is ten days.\n[1] By the calendar.",
        "It may be extended[x].\n[x] Once.",
    ]
    assert "[^lost]: Nothing refers to it." in plain_text(reading.tree)


@pytest.mark.parametrize("definition", ["[^1]: ibid", "[1]: https://example.org 'A title'"])
def test_definitions_of_one_word_do_not_vanish_from_markdown(definition: str) -> None:
    found = plain_text(read("a.md", f"## Article 1. Words\n\nText[^1].\n\n{definition}\n".encode()))
    assert definition.rpartition(": ")[2] in found


def akn(body: str, meta: str = "<meta/>", around: str = "") -> bytes:
    return f'<akomaNtoso xmlns="{AKN}"><bill>{meta}<body>{body}</body>{around}</bill></akomaNtoso>'.encode()


def test_notes_of_akoma_ntoso() -> None:
    notes = '<meta><notes source="#x"><note eId="n1" marker="*"><p>Of the editor.</p></note></notes></meta>'
    body = """<article><num>1<authorialNote marker="1"><p>On the number.</p></authorialNote></num>
      <heading>Terms<authorialNote marker="2"><p>On the heading.</p></authorialNote></heading>
      <content><p>Ten<authorialNote marker="3"><p>Working</p><p>days.</p></authorialNote> days<noteRef href="#n1"/>.</p>
      </content></article>
      <article><num>2</num><content><p>Again<authorialNote><p>Without a mark.</p></authorialNote>.</p></content>
      <authorialNote marker="1"><p>On the whole.</p></authorialNote></article>"""
    reading = examine("a.xml", akn(body, notes))
    first, second = reading.tree.clauses
    assert (first.label, first.number, first.heading) == ("1", "1", "Terms[2]")
    assert first.text.split("\n") == [
        "Ten[3] days[*].", "[1] On the number.", "[2] On the heading.", "[3] Working days.", "[*] Of the editor.",
    ]  # fmt: skip
    assert second.text.split("\n") == ["Again[1].", "[1] Without a mark.", "[2] On the whole."]
    assert not reading.notices


def test_what_akoma_ntoso_has_around_the_text_is_told() -> None:
    notes = '<meta><notes source="#x"><note eId="n1"><p>Nobody asks.</p></note></notes></meta>'
    body = '<article><content><p>Text<noteRef href="#none"/>.</p><toc/></content><toc/></article>'
    around = "<conclusions><p>Astana, 1 May</p></conclusions>"
    told = [(each.element, each.reason) for each in examine("a.xml", akn(body, notes, around)).notices]
    assert sorted(told) == [
        ("conclusions", Omission.COVER),
        ("note", Omission.NOTE),
        ("noteRef", Omission.NOTE),
        ("toc", Omission.CONTENTS),
        ("toc", Omission.CONTENTS),
    ]


def test_a_note_goes_out_as_a_note_in_its_place() -> None:
    text = b"## Article 1. Terms\n\nThe term[^1] is ten days.\n\n[^1]: By the calendar.\n"
    written = akoma_ntoso(read("a.md", text), language="en").decode()
    note = '<authorialNote marker="1"><p>By the calendar.</p></authorialNote>'
    assert f"<p>The term{note} is ten days.</p>" in written


def test_properties_before_a_text_in_markdown_are_told() -> None:
    reading = examine("a.md", b"---\ntitle: On media\n---\n\n## Article 1. Words\n\nText.\n")
    assert [(each.line, each.reason) for each in reading.notices] == [(1, Omission.COVER)]
    assert not examine("a.md", b"## Article 1. Words\n\nText.\n\n---\n").notices


NOTED = st.lists(st.sampled_from(["a", "[1]", "[2] b [1]", "[1] a", "[2] b", "[3] c [2]", "[1][2]"]), max_size=8)


@given(st.sampled_from(["", "[1]", "[2]"]), NOTED)
def test_the_longest_end_whose_marks_stand_once_and_in_order_is_the_notes(heading: str, lines: list[str]) -> None:
    kept, notes = parted(heading, "\n".join(lines))
    assert [*kept, *(note.line for note in notes)] == lines

    def is_noted(at: int) -> bool:
        before, rest = "\n".join([heading, *lines[:at]]), lines[at:]
        marks = [line[:3] for line in rest if line[:1] == "[" and line[3:4] == " "]
        places = [before.find(mark) for mark in marks]
        once = len(marks) == len(rest) and all(before.count(mark) == 1 for mark in marks)
        return once and places == sorted(set(places))

    assert len(kept) == next(at for at in range(len(lines) + 1) if is_noted(at))


@pytest.mark.parametrize("mark", ["[1]", "[{at}]"])
def test_thousands_of_notes_to_a_clause_take_no_time(mark: str) -> None:
    marks = [mark.format(at=at) for at in range(10_000)]
    text = "\n".join(["a", *marks, *(f"{each} a" for each in marks)])
    tree = ClauseTree(clauses=(Clause(id="art_1", kind=ClauseKind.ARTICLE, text=text),))
    began = process_time()
    written = akoma_ntoso(tree)
    assert process_time() - began < 2
    assert written.count(b"<authorialNote") == (0 if mark == "[1]" else 10_000)
