"""Each level of numbers stands below the one that it belongs to, none is lost between."""

import pytest

from services.consultations.drafts.reading import read
from services.consultations.drafts.tree import units, walk

AMERICAN = """A BILL

TITLE I—GRANTS

SEC. 101. DEFINITIONS.
(a) In General.—In this title:
(1) AGENCY.—The term “agency”—
(A) means any office; and
(B) does not include—
(i) a State—
(I) of the union; or
(II) of another; or
(ii) a city.
(b) Amount.—No more than $5.

TITLE II–REST

SEC. 201. END.
It ends.
"""
OUTLINE = """Concept

I. Aims
A. First
1. detail
a) sub
B. Second
II. Means
A. Money

J. Smith wrote to A. Brown.
"""


CIVIL_CODE = """Кодекс

Глава 1. Общее
Статья 1. Предмет
Кодекс регулирует отношения.

Глава 2. Лица

§ 1. Основные положения

Статья 48. Понятие
1. Лицом признается организация.
2. Лицо регистрируется по § 2 настоящей главы.

§ 2. Организации

Статья 66. Товарищества
Ими признаются организации.

Глава 3. Участие

Статья 124. Субъекты
Они участвуют.
"""
KAZAKH_CODE = """Кодекс

1-тарау. ҚҰЗЫРЕТ

§1
Үкімет

1-бап. Үкіметтің құзыреті
Үкімет бекітеді.
"""
GERMAN_AMENDMENT = """Gesetz

Artikel 1. Änderung
§ 1. Geltung
Es gilt überall.
§ 2. (weggefallen)
Artikel 2. Inkrafttreten
Es gilt morgen.
"""
BELGIAN = """Loi

Art. 1. Le Roi nomme.
§ 2. Le Roi révoque.
Art. 2. La loi est en vigueur.
"""


def levels(text: str) -> str:
    return "|".join("." * place.depth + place.clause.label for place in walk(read("a.txt", text.encode())))


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        (
            AMERICAN,
            "TITLE I|.SEC. 101|..(a)|...(1)|....(A)|....(B)|.....(i)|......(I)|......(II)|.....(ii)|..(b)"
            "|TITLE II|.SEC. 201",
        ),
        (OUTLINE, "I.|.A.|..1.|...a)|.B.|II.|.A."),
        (
            "Notice\n\n" + "\n".join(f"{letter}. Text" for letter in "ABCDEFGHIJ"),
            "|".join(f"{x}." for x in "ABCDEFGHIJ"),
        ),
    ],
)
def test_rows_of_capital_letters_are_levels(text: str, shape: str) -> None:
    assert levels(text) == shape


@pytest.mark.parametrize(
    ("text", "shape"),
    [
        (CIVIL_CODE, "Глава 1|.Статья 1|Глава 2|.§ 1|..Статья 48|...1.|...2.|.§ 2|..Статья 66|Глава 3|.Статья 124"),
        (KAZAKH_CODE, "1-тарау|.§1|..1-бап"),
        (GERMAN_AMENDMENT, "Artikel 1|§ 1|§ 2|Artikel 2"),
        (BELGIAN, "Art. 1|§ 2|Art. 2"),
    ],
)
def test_a_paragraph_sign_above_articles_holds_them(text: str, shape: str) -> None:
    assert levels(text) == shape


def test_articles_keep_their_ids_beside_paragraph_signs() -> None:
    tree = read("a.txt", CIVIL_CODE.encode())
    assert [unit.id for unit in units(tree)] == ["art_1", "art_48", "art_66", "art_124"]


def test_a_roman_number_begins_a_row_below_a_letter_that_is_near() -> None:
    text = (
        "Section 1. Duty\nWho must:\n(a) one;\n(b) two;\n(c) three;\n(d) four:\n(i) first;\n(ii) second;\n(e) five.\n"
        "Section 2. More\nIt is:\n(1) one—\n(A) a;\n(B) b;\n(C) c;\n(D) d—\n(i) x—\n(I) deep;\n(II) deeper;\n(ii) y.\n"
    )
    assert levels(text) == (
        "Section 1|.(a)|.(b)|.(c)|.(d)|..(i)|..(ii)|.(e)"
        "|Section 2|.(1)|..(A)|..(B)|..(C)|..(D)|...(i)|....(I)|....(II)|...(ii)"
    )
