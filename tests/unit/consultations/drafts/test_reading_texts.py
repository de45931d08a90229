"""Markdown and plain text in five languages become the tree that their readers see."""

import re
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from schemas.consultations.clauses import ClauseTree
from services.consultations.drafts.akoma_ntoso_export import akoma_ntoso
from services.consultations.drafts.errors import Omission
from services.consultations.drafts.reading import examine, read
from services.consultations.drafts.tree import units, walk, words
from tests.unit.consultations.drafts.samples import word_file

RUSSIAN = """Закон о средствах массовой информации

Глава 1. Общие положения

Статья 1. Основные понятия
В настоящем Законе используются понятия:
1) журналист – лицо, собирающее сведения;
2) редакция:
а) юридическое лицо;
б) его подразделение.
Статья 2. Сфера действия
1. Закон действует повсюду.
2. Статья 1 настоящего Закона применяется также к блогерам.
1995. год не является пунктом.

Глава 2
ПРАВА ЖУРНАЛИСТА

Статья 2-1. Доступ
Журналист имеет право на доступ.
"""

KAZAKH = """# Масс-медиа туралы заң

## 1-тарау. Жалпы ережелер

### 1-бап. Негізгі ұғымдар

Осы Заңда мынадай ұғымдар пайдаланылады:

1) журналист – мәлімет жинайтын тұлға;

2) редакция:

а) заңды тұлға;

ә) оның бөлімшесі.

### 2-бап. Қолданылу аясы

1. Заң барлық жерде қолданылады.

2. Осы Заңның 1-бабы блогерлерге де қолданылады.

## 2-тарау. Журналистің құқықтары

### 2-1-бап. Қолжетімділік

Журналистің құқығы бар.
"""


def shape(tree: ClauseTree) -> list[tuple[int, str, str]]:
    return [(place.depth, place.clause.kind.value, place.clause.number) for place in walk(tree)]


def test_russian_plain_text() -> None:
    tree = read("закон.txt", RUSSIAN.encode())
    assert tree.title == "Закон о средствах массовой информации"
    assert shape(tree) == [
        (0, "chapter", "1"),
        (1, "article", "1"),
        (2, "point", "1"),
        (2, "point", "2"),
        (3, "point", "а"),
        (3, "point", "б"),
        (1, "article", "2"),
        (2, "paragraph", "1"),
        (2, "paragraph", "2"),
        (0, "chapter", "2"),
        (1, "article", "2-1"),
    ]
    article = units(tree)[1]
    assert article.heading == "Сфера действия"
    assert article.children[1].text == (
        "Статья 1 настоящего Закона применяется также к блогерам.\n1995. год не является пунктом."
    )
    assert tree.clauses[1].heading == "ПРАВА ЖУРНАЛИСТА"


def test_kazakh_markdown_has_the_shape_of_its_translation() -> None:
    kazakh = [(depth, kind) for depth, kind, _ in shape(read("заң.md", KAZAKH.encode()))]
    russian = [(depth, kind) for depth, kind, _ in shape(read("закон.txt", RUSSIAN.encode()))]
    assert kazakh == russian


def test_german_markdown_with_words_after_a_list() -> None:
    text = """# Gesetz (G)

## Erster Abschnitt - Wahl

### § 1 Grundsätze

(1)
Es gilt:

1.  das eine,

    a)  so,

    b)  oder so;

2.  das andere.

Dies gilt immer.

(2) Und dies.

### Anlage (zu § 1)

- Kreis
- Stadt
"""
    tree = read("g.md", text.encode())
    assert shape(tree) == [
        (0, "section", "1"),
        (1, "article", "1"),
        (2, "paragraph", "1"),
        (3, "point", "1"),
        (4, "point", "a"),
        (4, "point", "b"),
        (3, "point", "2"),
        (3, "paragraph", ""),
        (2, "paragraph", "2"),
        (0, "annex", ""),
        (1, "indent", ""),
        (1, "indent", ""),
    ]


def test_english_sections_are_units_unless_there_are_articles() -> None:
    bill = b"Section 1. Short title\nThis is the Act.\nSection 2. Extent\nIt extends everywhere.\n"
    treaty = b"Section 1. General\nArticle 1\nFirst.\nArticle 2\nSecond.\n"
    assert [unit.number for unit in units(read("bill.txt", bill))] == ["1", "2"]
    assert [unit.kind.value for unit in units(read("treaty.txt", treaty))] == ["article", "article"]


def test_letters_that_are_roman_numbers_too() -> None:
    text = "Section 1\n(g) seven\n(a) one\n(b) two\n(i) first\n(ii) second\n(c) three\n(h) eight\n(i) nine\n(j) ten\n"
    numbers = [(depth, number) for depth, _, number in shape(read("a.txt", text.encode()))]
    assert numbers == [
        (0, "1"), (1, "a"), (1, "b"), (2, "i"), (2, "ii"), (1, "c"), (1, "h"), (1, "i"), (1, "j"),
    ]  # fmt: skip


def test_rows_of_one_style_within_each_other() -> None:
    text = "## Article 1\n\n1. one\n   1. first\n   2. second\n2. two:\n   a) three,\n   b) four;\n\nc) five.\n"
    assert [depth for depth, _, _ in shape(read("a.md", text.encode()))] == [0, 1, 2, 2, 1, 2, 2, 2]


def test_what_an_amending_law_quotes_is_text() -> None:
    text = (
        "Статья 1. Внести в закон изменения:\n1) статью 5 изложить так:\n«Статья 5. Обычаи\n1. Обычаи таковы.\n"
        "2. Иных нет.»;\n2) статью 7 исключить.\nСтатья 2. Закон действует.\n"
    )
    assert shape(read("a.txt", text.encode())) == [
        (0, "article", "1"), (1, "point", "1"), (1, "point", "2"), (0, "article", "2"),
    ]  # fmt: skip


def test_a_heading_on_the_line_below_its_number() -> None:
    tree = read("a.txt", b"Article 1\nSubject matter\n1. It rules.\n2. It is.\nArticle 2\nOne sentence.\nTwo.\n")
    assert [(unit.heading, unit.text) for unit in units(tree)] == [("Subject matter", ""), ("", "One sentence.\nTwo.")]


def test_rules_that_number_their_paragraphs_through_all_chapters() -> None:
    text = "Правила\nГлава 1. Общее\n1. Раз.\n2. Два:\n1) а;\n2) б.\nГлава 2. Иное\n3. Три.\n4. Четыре.\n"
    assert shape(read("a.txt", text.encode())) == [
        (0, "chapter", "1"), (1, "paragraph", "1"), (1, "paragraph", "2"), (2, "point", "1"), (2, "point", "2"),
        (0, "chapter", "2"), (1, "paragraph", "3"), (1, "paragraph", "4"),
    ]  # fmt: skip


def test_a_statute_of_numbered_paragraphs_only() -> None:
    tree = read("a.txt", "Положение\n1. Общее\n1.1. Порядок таков.\n2. Иное\n".encode())
    assert tree.title == "Положение"
    assert shape(tree) == [(0, "paragraph", "1"), (1, "point", "1.1"), (0, "paragraph", "2")]


def test_french_roman_paragraphs_and_degrees() -> None:
    text = "Article 1er\nI. - Le conseil veille :\n1° Au pluralisme ;\n2° A la liberté.\nII. - Il rend compte.\n"
    tree = read("a.txt", text.encode())
    assert shape(tree) == [
        (0, "article", "1"), (1, "paragraph", "I"), (2, "point", "1"), (2, "point", "2"), (1, "paragraph", "II"),
    ]  # fmt: skip
    assert tree.clauses[0].children[0].text == "Le conseil veille :"


LINES = (
    "Закон", "Глава 1. Общее", "Глава 2", "ПРАВА", "Статья 1. Сроки", "Статья 2", "5-бап. Мерзім",
    "§ 12 Wahl", "Приложение",
    "1. Раз", "2. Два:", "3) три;", "1) один;", "а) буква", "(i) first", "(h) eight", "1.1. Порядок", "– тире",
    "I. - Un",
    "Простой текст.", "Короткая строка", "1995. год", "«Статья 7. Цитата", "1. внутри»", "Article PREAMBULE", "", "II.",
)  # fmt: skip


@given(st.lists(st.sampled_from(LINES), min_size=1, max_size=14), st.sampled_from(["a.txt", "a.md"]))
def test_no_word_of_a_text_is_lost(lines: list[str], name: str) -> None:
    text = ("\n" if name == "a.txt" else "\n\n").join(lines)
    if not text.strip():
        return
    # In Markdown a number that is written again is another one.
    printed = [line.split(" ")[0] for line in lines if line]
    counts_on = any(one == other and one[0].isdigit() for one, other in pairwise(printed))
    assume(name == "a.txt" or not counts_on)
    assert sorted(re.findall(r"\w", said(read(name, text.encode())))) == sorted(re.findall(r"\w", text))


def said(tree: ClauseTree) -> str:
    """All that a tree says, numbers as printed."""
    return " ".join([tree.title, *(f"{clause.label} {words(clause)}" for clause in tree.clauses)])


def test_decimal_numbers_nest() -> None:
    text = "1. One\n1.1. Sub\n1.1.1 Deeper\n1.2. Sub\n2. Two\n"
    assert [depth for depth, _, _ in shape(read("a.txt", text.encode()))] == [0, 1, 2, 1, 0]


def test_lines_of_a_fixed_width_are_put_together() -> None:
    text = "Article 1\nThe people of the land, in order to form a council\nthat hears them, have agreed.\n"
    assert units(read("a.txt", text.encode()))[0].text == (
        "The people of the land, in order to form a council that hears them, have agreed."
    )


def test_a_text_without_numbers_falls_into_paragraphs() -> None:
    tree = read("concept.txt", "Концепция\nПервый абзац.\nВторой абзац.\n".encode())
    assert tree.title == "Концепция"
    assert [clause.text for clause in tree.clauses] == ["Первый абзац.", "Второй абзац."]


@pytest.mark.parametrize(
    ("items", "numbers"),
    [
        ("1. 1) one;\n   2) two.\n2. three\n", ["1.", " 1)", " 2)", "2."]),
        ("1. one\n2.\n3. three\n", ["1.", "2.", "3."]),
        ("1. one\n1. two\n1. three\n", ["1.", "2.", "3."]),
        ("0) none\n0) one\n", ["0)", "1)"]),
        ("3. 1) one;\n   1) two.\n3. four\n", ["3.", " 1)", " 2)", "4."]),
        ("1. one\n2. two\n4. four\n21. between\n5. five\n", ["1.", "2.", "4.", "21.", "5."]),
    ],
)
def test_items_of_lists_in_markdown_have_their_numbers(items: str, numbers: list[str]) -> None:
    tree = read("a.md", f"## Article 1. Words\n\n{items}".encode())
    assert [" " * (place.depth - 1) + place.clause.label for place in walk(tree)][1:] == numbers


def test_harmless_markup_is_taken_out_and_told() -> None:
    reading = examine(
        "a.md", b"# Law\n\n## Article 1\n\nSee <b>this</b> [page](https://example.org), 1 < 2 & **so**.\n"
    )
    assert reading.tree.clauses[0].text == "See this page, 1 < 2 & so."
    assert {notice.reason for notice in reading.notices} == {Omission.MARKUP, Omission.LINK}
    assert {notice.line for notice in reading.notices} == {5}


@pytest.mark.parametrize(
    "words",
    [
        "Если k<n и m>0, то льгота не применяется.",
        "В поле <name> вписывают фамилию, в поле <birth date> дату.",
        "Письма на адрес <info@gov.kz> и <https://gov.kz>.",
        "The term is <!-- slip five days and no more.",
        "The sign <b> is a tag, &lt; is none, <3 neither.",
    ],
)
def test_what_only_looks_like_markup_is_text(words: str) -> None:
    word = word_file(lambda document: [document.add_paragraph(text) for text in ("Статья 1. Слова", words)])
    xml = akoma_ntoso(read("a.docx", word))
    for name, data in (("a.txt", f"Статья 1. Слова\n\n{words}\n".encode()), ("a.docx", word), ("a.xml", xml)):
        reading = examine(name, data)
        assert (reading.tree.clauses[0].text, reading.notices) == (words, ())


@pytest.mark.parametrize("many", ["", "_ " * 600])
def test_comparisons_in_markdown_are_text(many: str) -> None:
    words = f"{many}Если k<n и m>0, то <!-- льгота."
    assert read("a.md", f"## Статья 1\n\n{words}\n".encode()).clauses[0].text == words


@pytest.mark.parametrize("filled", ["_", "_" * 600])
def test_comments_and_tags_of_several_lines_are_taken_out_and_told(filled: str) -> None:
    text = (
        f"<!--\nTODO: do not\npublish <b>this</b>\n-->\n\n## Article 1\n\nOpen {filled}<!-- hid\nden --> end.\n\n"
        "<div\n class='x'>\nInside &amp; out.\n</div>\n\n## Article 2\n\n<!-- all\n\nhidden -->\nLast.\n"
    )
    reading = examine("a.md", text.encode())
    assert [clause.text for clause in reading.tree.clauses] == [f"Open {filled} end.\nInside & out.", "Last."]
    assert {notice.reason for notice in reading.notices} == {Omission.MARKUP}
    assert [notice.line for notice in reading.notices] == [1, 8, 11, 14, 18]


def test_a_comment_that_does_not_end_takes_nothing_along() -> None:
    tree = read("a.md", b"## Article 1\n\n<!-- slip\nKept.\n\nKept too.\n")
    assert said(tree).endswith("Kept. Kept too.")


def test_tables_become_lines() -> None:
    tree = read("a.md", b"## Article 1\n\n| a | b |\n|---|---|\n| 1 | 2 |\n")
    assert tree.clauses[0].text == "a | b\n1 | 2"


@pytest.mark.parametrize("name", ["x.txt", "x.md"])
def test_ids_are_unique_and_the_same_each_time(name: str) -> None:
    data = "Статья 1\nА.\nСтатья 1\nБ.\n" if name == "x.txt" else "## Статья 1\n\nА.\n\n## Статья 1\n\nБ.\n"
    ids = [place.clause.id for place in walk(read(name, data.encode()))]
    assert len(set(ids)) == 2
    assert ids == [place.clause.id for place in walk(read(name, data.encode()))]


BRITISH = """Cycle Lanes (Safety) Act

PART 1
DUTIES

1 Duty to keep lanes clear
(1) A local authority must keep lanes clear of—
(a) vehicles;
(b) snow.
(1A) Subsection (1) does not apply at night.

1A Interpretation
In this Part “lane” includes a track.

2 Short title
This Act may be cited as the Cycle Lanes Act.

SCHEDULE 1
1 The penalty is a fine.
"""
ESTONIAN = """Jalgrattateede seadus

1. peatükk
ÜLDSÄTTED

§ 1. Reguleerimisala
(1) Seadus reguleerib teid.
(1^1) Linn võib kehtestada erandeid.

§ 1¹. Mõisted
Tee on tee.

2. peatükk
JÄRELEVALVE

1. jagu
Riiklik järelevalve

§ 2. Jõustumine
Seadus jõustub 1. jaanuaril.
"""
GERMAN = """Gesetz

§ 1 Geltung
Es gilt nicht für
a) Wege,
aa) die gesperrt sind,
bb) die privat sind,
b) Straßen.

§ 2 Zeiten
Es ist zu räumen.

Anlage 1 (zu § 2)
Räumzeiten
"""


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        (
            BRITISH,
            "PART 1|.1|..(1)|...(a)|...(b)|..(1A)|.1A|.2|SCHEDULE 1",
        ),
        (ESTONIAN, "1. peatükk|.§ 1|..(1)|..(1^1)|.§ 1¹|2. peatükk|.1. jagu|..§ 2"),
        (GERMAN, "§ 1|.a)|..aa)|..bb)|.b)|§ 2|Anlage 1"),
    ],
)
def test_numbers_of_other_countries(text: str, shape: str) -> None:
    assert "|".join("." * place.depth + place.clause.label for place in walk(read("a.txt", text.encode()))) == shape


def test_lines_with_a_number_are_no_sections_beside_articles_or_alone() -> None:
    beside = read("a.txt", b"Article 1. Colours\n1 Red\n2 Blue\nArticle 2. Rest\nText.\n")
    alone = read("a.txt", b"Notice\n\n1 Red\nText.\n")
    assert [unit.label for unit in units(beside)] == ["Article 1", "Article 2"]
    assert units(alone) == ()


@pytest.mark.parametrize("name", ["a.md", "a.txt"])
def test_figures_that_html_raises_stay_raised(name: str) -> None:
    (clause,) = read(name, "Статья 12<sup>1</sup>. Площадь\n\nНе более 5 м<sup>2</sup>.".encode()).clauses
    assert (clause.number, clause.heading, clause.text) == ("12-1", "Площадь", "Не более 5 м².")
