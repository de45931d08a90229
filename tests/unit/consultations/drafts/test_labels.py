"""Numbers as six languages print them."""

import pytest

from schemas.consultations.clauses import ClauseKind
from services.consultations.drafts.labels import enumerator, number_of, structural
from services.consultations.drafts.ordinals import may_follow


@pytest.mark.parametrize(
    ("line", "kind", "number", "rest"),
    [
        ("Статья 5. Сроки", ClauseKind.ARTICLE, "5", "Сроки"),
        ("Статья 12-1. Сроки", ClauseKind.ARTICLE, "12-1", "Сроки"),
        ("РАЗДЕЛ ПЕРВЫЙ", ClauseKind.SECTION, "1", ""),
        ("Раздел II. Права", ClauseKind.SECTION, "II", "Права"),
        ("Приложение", ClauseKind.ANNEX, "", ""),
        ("5-бап. Мерзімдер", ClauseKind.ARTICLE, "5", "Мерзімдер"),
        ("5-1-бап. Мерзімдер", ClauseKind.ARTICLE, "5-1", "Мерзімдер"),
        ("2-тарау. ҚҰҚЫҚТАР", ClauseKind.CHAPTER, "2", "ҚҰҚЫҚТАР"),
        ("1-кіші бөлім", ClauseKind.SUBSECTION, "1", ""),
        ("БІРІНШІ БӨЛІМ", ClauseKind.SECTION, "1", ""),
        ("§ 12 Wahlrecht", ClauseKind.ARTICLE, "12", "Wahlrecht"),
        ("§ 49a Ordnungswidrigkeiten", ClauseKind.ARTICLE, "49a", "Ordnungswidrigkeiten"),
        ("Erster Abschnitt - Wahlsystem", ClauseKind.SECTION, "1", "Wahlsystem"),
        ("3. Abschnitt: Verfahren", ClauseKind.SECTION, "3", "Verfahren"),
        ("Art. 4bis", ClauseKind.ARTICLE, "4bis", ""),
        ("Art. 4 bis", ClauseKind.ARTICLE, "4bis", ""),
        ("Article 88-1", ClauseKind.ARTICLE, "88-1", ""),
        ("Article 1er", ClauseKind.ARTICLE, "1", ""),
        ("Titre Ier : Dispositions", ClauseKind.TITLE, "I", "Dispositions"),
        ("Статья 12¹. Сроки", ClauseKind.ARTICLE, "12-1", "Сроки"),
        ("§ 1^2. Mõisted", ClauseKind.ARTICLE, "1-2", "Mõisted"),
        ("§ 10¹². Mõisted", ClauseKind.ARTICLE, "10-12", "Mõisted"),
        ("2. peatükk", ClauseKind.CHAPTER, "2", ""),
        ("1. jagu", ClauseKind.SECTION, "1", ""),
        ("Lisa 1", ClauseKind.ANNEX, "1", ""),
        ("Article L. 121-3", ClauseKind.ARTICLE, "L. 121-3", ""),
        ("Titre premier : De la souveraineté", ClauseKind.TITLE, "1", "De la souveraineté"),
        ("Titre XI bis : Le Défenseur des droits", ClauseKind.TITLE, "XI bis", "Le Défenseur des droits"),
        ("TITLE I—MISCELLANEOUS", ClauseKind.TITLE, "I", "MISCELLANEOUS"),
        ("Section 3", ClauseKind.SECTION, "3", ""),
        ("PART ONE: General", ClauseKind.PART, "1", "General"),
        ("Schedule 2", ClauseKind.ANNEX, "2", ""),
        ("Приложение Б", ClauseKind.ANNEX, "Б", ""),
        ("ANNEX A. Lists", ClauseKind.ANNEX, "A", "Lists"),
        ("Anlage B", ClauseKind.ANNEX, "B", ""),
        ("Приложение Баланс", ClauseKind.ANNEX, "", "Баланс"),
    ],
)
def test_structural_numbers(line: str, kind: ClauseKind, number: str, rest: str) -> None:
    label = structural(line)
    assert label is not None
    assert (label.kind, label.number, label.rest) == (kind, number, rest)


@pytest.mark.parametrize(
    "line",
    [
        "Статьями 5 и 6 установлено",
        "Статья",
        "Partly 5",
        "Titelblatt",
        "Anlagen 1 und 2",
        "Articles 5",
        "5 бапта",
        "Part 5—as amended",
    ],
)
def test_words_that_only_begin_like_a_number(line: str) -> None:
    label = structural(line)
    assert label is None or not label.separated


@pytest.mark.parametrize(
    ("line", "number", "rest"),
    [
        ("(1) Text", "1", "Text"),
        ("(1a) Text", "1a", "Text"),
        ("а) текст", "а", "текст"),
        ("ә) мәтін", "ә", "мәтін"),
        ("(iv) text", "iv", "text"),
        ("aa) Text", "aa", "Text"),
        ("(A) text", "A", "text"),
        ("B. Text", "B", "Text"),
        ("1. Текст", "1", "Текст"),
        ("1-1) текст", "1-1", "текст"),
        ("1.2.3 Text", "1.2.3", "Text"),
        ("1.2.3. Text", "1.2.3", "Text"),
        ("– текст", "", "текст"),
        ("-les droits", "", "les droits"),
    ],
)
def test_numbers_of_rows(line: str, number: str, rest: str) -> None:
    row = enumerator(line)
    assert row is not None
    assert (row.number, row.rest) == (number, rest)


@pytest.mark.parametrize("line", ["г. Алматы", "1995 год", "-5 градусов", "(см. статью 5)", "text"])
def test_no_numbers_of_rows(line: str) -> None:
    assert enumerator(line) is None


@pytest.mark.parametrize(
    ("number", "before", "may"),
    [
        ("1", None, True),
        ("2", "1", True),
        ("2", None, False),
        ("1995", "1", False),
        ("4a", "4", True),
        ("4", "4a", False),
        ("5-1", "5", True),
        ("4bis", "4", True),
        ("б", "а", True),
        ("ә", "а", True),
        ("б", None, False),
        ("aa", "z", True),
        ("PREAMBULE", "1", False),
    ],
)
def test_what_may_follow(number: str, before: str | None, may: bool) -> None:
    assert may_follow(number, before) is may


def test_a_printed_label_comes_to_its_number() -> None:
    assert [number_of(label) for label in ("Статья 5.", "5-бап", "(1)", "§ 12", "Erster Abschnitt", "[Repealed]")] == [
        "5", "5", "1", "12", "1", "[Repealed]",
    ]  # fmt: skip
