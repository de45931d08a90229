"""What a draft quotes of other laws is no piece of the draft, whatever marks it is quoted with."""

from time import perf_counter

import pytest

from services.consultations.drafts.blocks import Block
from services.consultations.drafts.quotations import LONGEST, quoted
from services.consultations.drafts.reading import read
from services.consultations.drafts.tree import walk

RUSSIAN = (
    "Статья 1. Внести в Закон {open}О связи{close} изменения:\n1) дополнить статьями 5 и 6:\n"
    "{open}Статья 5. Права\n1. Права по Закону {open}О связи{close}.\n2. Иных нет.\n"
    "Статья 6. Срок\nСрок таков.{close};\n2) статью 7 исключить.\nСтатья 2. Закон действует.\n"
)
KAZAKH = (
    "1-бап. {open}Байланыс туралы{close} Заңға өзгерістер енгізілсін:\n1) 5 және 6-баптармен толықтырылсын:\n"
    "{open}5-бап. Құқықтар\n1. Құқықтар осындай.\n2. Өзгесі жоқ.\n"
    "6-бап. Мерзім\nМерзім осындай.{close};\n2) 7-бап алып тасталсын.\n2-бап. Заң қолданылады.\n"
)
GERMAN = (
    "Artikel 1. Das {open}Gesetz{close} wird geändert:\n1) Nach § 4 wird eingefügt:\n"
    "{open}§ 5\nRechte\n1. Die Rechte sind so.\n2. Andere gibt es nicht.\n"
    "§ 6\nEs gilt jetzt.{close}\n2) § 7 wird aufgehoben.\nArtikel 2. Das Gesetz gilt.\n"
)
ENGLISH = (
    "Article 1. The {open}Act{close} is amended:\n1) after article 4 insert:\n"
    "{open}Article 5. Rights\n1. These are rights.\n2. There are no others.\n"
    "Article 6. Term\nIt is so.{close};\n2) article 7 is repealed.\nArticle 2. This Act applies.\n"
)


@pytest.mark.parametrize("law", [RUSSIAN, KAZAKH, GERMAN, ENGLISH])
@pytest.mark.parametrize(("opening", "closing"), ["«»", "“”", "„“", "„”", '""'])
def test_quoted_articles_are_text(law: str, opening: str, closing: str) -> None:
    tree = read("a.txt", law.format(open=opening, close=closing).encode())
    assert [(place.depth, place.clause.number) for place in walk(tree)] == [(0, "1"), (1, "1"), (1, "2"), (0, "2")]


@pytest.mark.parametrize(
    ("texts", "inside"),
    [
        (['"a', "b", 'c";', "d"], {1, 2}),
        (['"a" is b', 'c";'], set()),
        (['"slip', "b", '"c', 'd".', "e"], {3}),
        (['"a', 'of the "b";', 'c"', "d"], {1, 2}),
        (['"a', *["b"] * LONGEST, 'c"'], set()),
        (["„a", "b “c“ d", "e“", "f“"], {1}),
        (["„a", *["b"] * LONGEST, "“c", "d”"], {LONGEST + 2}),
        (["«a", "«b", "c»", "d"], {2}),
    ],
)
def test_where_a_quotation_ends(texts: list[str], inside: set[int]) -> None:
    assert quoted([Block(at, text) for at, text in enumerate(texts)]) == inside


def test_a_heading_ends_what_was_not_closed() -> None:
    blocks = [Block(1, '"a «b „c'), Block(2, "Article 2", level=1), Block(3, 'd" e» f“')]
    assert quoted(blocks) == frozenset()


@pytest.mark.parametrize("mark", ["«", "„", "“", '"'])
def test_marks_that_are_never_closed_take_no_time(mark: str) -> None:
    blocks = [Block(at, f"{mark} a") for at in range(30_000)]
    begin = perf_counter()
    assert quoted(blocks) == frozenset()
    assert perf_counter() - begin < 1
