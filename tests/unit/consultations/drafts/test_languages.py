"""One draft in two languages: the same ids for the same clauses, and each difference named."""

import pytest

from services.consultations.drafts.languages import Difference, parallel
from services.consultations.drafts.reading import read
from services.consultations.drafts.tree import find, walk
from tests.unit.consultations.drafts.test_reading_texts import KAZAKH, RUSSIAN


def test_translations_share_their_ids() -> None:
    kazakh, russian = read("a.md", KAZAKH.encode()), read("a.txt", RUSSIAN.encode())
    result = parallel(kazakh, russian)
    assert [place.clause.id for place in walk(result.second)] == [place.clause.id for place in walk(kazakh)]
    assert [place.clause.text for place in walk(result.second)] == [place.clause.text for place in walk(russian)]
    assert [mismatch.difference for mismatch in result.mismatches] == [Difference.PARAGRAPHS]
    assert result.mismatches[0].path[-2:] == ("2-бап", "2.")


def test_what_one_translation_lacks_is_named() -> None:
    kazakh = read("a.md", KAZAKH.encode())
    shortened = RUSSIAN.replace("2) редакция:", "3) редакция:").replace("б) его подразделение.\n", "")
    found = [(each.difference, each.path) for each in parallel(kazakh, read("a.txt", shortened.encode())).mismatches]
    assert found[:2] == [
        (Difference.NUMBER, ("1-тарау", "1-бап", "2)")),
        (Difference.MISSING, ("1-тарау", "1-бап", "2)", "ә)")),
    ]


def test_a_clause_of_the_second_language_only_has_an_id_of_its_own() -> None:
    first = read("a.txt", "1-бап. Бір\nМәтін.\n2-бап. Екі\nМәтін.\n".encode())
    second = read("a.txt", "Статья 1. Один\nТекст.\nСтатья 2. Два\nТекст.\nСтатья 3. Три\nТекст.\n".encode())
    result = parallel(first, second)
    assert [clause.id for clause in result.second.clauses] == ["art_1", "art_2", "art_3~only"]
    assert [(each.difference, each.second) for each in result.mismatches] == [(Difference.EXTRA, "art_3~only")]
    assert find(result.second, "art_3~only") is not None


def test_a_whole_article_that_was_not_translated() -> None:
    first = read("a.txt", "1-бап. Бір\nМәтін.\n2-бап. Екі\nМәтін.\n3-бап. Үш\nМәтін.\n".encode())
    second = read("a.txt", "Статья 1. Один\nТекст.\nСтатья 3. Три\nТекст.\n".encode())
    result = parallel(first, second)
    assert [clause.id for clause in result.second.clauses] == ["art_1", "art_3"]
    assert [(each.difference, each.path) for each in result.mismatches] == [(Difference.MISSING, ("2-бап",))]


@pytest.mark.parametrize("marks", ["{})", "({})"])
def test_rows_are_lettered_by_the_alphabet_of_each_language(marks: str) -> None:
    def lettered(heading: str, letters: str) -> str:
        rows = "\n".join(f"{marks.format(letter)} {at};" for at, letter in enumerate(letters, 1))
        return f"{heading} 1\n{rows}\n"

    kazakh = read("a.txt", lettered("Article", "аәбвгғ").encode())
    russian = read("a.txt", lettered("Статья", "абвгде").encode())
    result = parallel(kazakh, russian)
    assert result.mismatches == ()
    pairs = [(find(kazakh, place.clause.id), place.clause) for place in walk(result.second)]
    rows = [(first, second) for first, second in pairs if first is not None and first.text.endswith(";")]
    assert [(first.number, second.number) for first, second in rows] == list(zip("аәбвгғ", "абвгде", strict=True))
    assert all(first.text == second.text for first, second in rows)


def test_rows_with_letters_pair_by_these_where_one_language_has_fewer() -> None:
    first = read("a.txt", b"Article 1\na) one;\nb) two;\nc) three.\n")
    second = read("a.txt", b"Artikel 1\na) eins;\nc) drei.\n")
    found = [(each.difference, each.path[-1]) for each in parallel(first, second).mismatches]
    assert found == [(Difference.MISSING, "b)")]
