"""Lines of one paragraph that are pieces of the law, in Markdown and in Word."""

import pytest
from docx.document import Document

from services.consultations.drafts.lines import cut
from services.consultations.drafts.reading import read
from services.consultations.drafts.tree import walk
from tests.unit.consultations.drafts.samples import paragraph_of, with_notes, word_file

RUSSIAN = (
    "Глава 1\nОБЩИЕ ПОЛОЖЕНИЯ\nСтатья 1. Предмет\nЗакон регулирует работу библиотек.\nСтатья 2. Термины\n"
    "В законе есть термины:\n1) место;\n2) лицо.\nСтатья 3. Срок\nЗакон вводится в действие."
)
KAZAKH = (
    "1-тарау\nЖАЛПЫ ЕРЕЖЕЛЕР\n1-бап. Мәні\nЗаң кітапханаларды реттейді.\n2-бап. Ұғымдар\n"
    "Заңда мынадай ұғымдар бар:\n1) орын;\n2) тұлға.\n3-бап. Мерзімі\nЗаң қолданысқа енгізіледі."
)
ENGLISH = (
    "Chapter 1\nGENERAL\nArticle 1. Subject\nThis Act is about libraries.\nArticle 2. Terms\n"
    "The terms are:\n1) a place;\n2) a person.\nArticle 3. Commencement\nThis Act enters into force."
)
GERMAN = (
    "Abschnitt 1\nALLGEMEINES\n§ 1 Gegenstand\nDas Gesetz regelt Bibliotheken.\n§ 2 Begriffe\n"
    "Im Gesetz sind Begriffe:\n1) ein Ort;\n2) eine Person.\n§ 3 Inkrafttreten\nDas Gesetz tritt in Kraft."
)


@pytest.mark.parametrize("law", [RUSSIAN, KAZAKH, ENGLISH, GERMAN])
def test_lines_without_empty_ones_between_are_read_as_in_plain_text(law: str) -> None:
    def broken(document: Document) -> None:
        document.add_paragraph(law)

    pieces = [(place.depth, place.clause.number, place.clause.heading, place.clause.text)
              for place in walk(read("a.md", f"# A\n\n{law}\n".encode()))]  # fmt: skip
    assert [(depth, number) for depth, number, _, _ in pieces] == [
        (0, "1"), (1, "1"), (1, "2"), (2, "1"), (2, "2"), (1, "3"),
    ]  # fmt: skip
    assert all(heading for depth, _, heading, _ in pieces if depth < 2)
    assert all(text for depth, _, _, text in pieces if depth)
    assert read("a.txt", law.encode()).clauses == read("a.md", law.encode()).clauses
    assert read("a.docx", word_file(broken)).clauses == read("a.txt", law.encode()).clauses


@pytest.mark.parametrize(
    "text",
    [
        "The Commission shall act as it is provided for in the second sentence of\nArticle 5. It shall report.",
        "Section 1. All legislative powers herein granted shall be vested in a\nCongress of the United States.",
        "Die Wahl wird für alle Länder des Bundes nach den Regeln durchgeführt.\n§ 2 Absatz 3 gilt für alle Wahlen,"
        " die nach diesem Gesetz\nstattfinden.",
        "Статья 1. Полномочия\nуполномоченного органа",
        "ЗАКОН\nРЕСПУБЛИКИ КАЗАХСТАН",
    ],
)
def test_lines_that_only_lack_room_stay_together(text: str) -> None:
    assert [piece for _, piece in cut(text)] == [text.replace("\n", " ")]


def test_a_note_goes_to_the_line_that_refers_to_it() -> None:
    def write(document: Document) -> None:
        with_notes(document, "footnote", "Of the place.")
        paragraph_of(document, "Article 1. Terms\nThe terms are:\n1) a place", ("footnote", 1), ";\n2) a person.")

    texts = [place.clause.text for place in walk(read("a.docx", word_file(write)))]
    assert texts == ["The terms are:", "a place[1];\n[1] Of the place.", "a person."]


def test_a_heading_of_several_lines_is_one() -> None:
    def write(document: Document) -> None:
        document.add_heading("Chapter 1\nGeneral", 1)
        document.add_paragraph("Article 1\nText.")

    assert [(each.number, each.heading) for each in read("a.docx", word_file(write)).clauses] == [("1", "General")]
