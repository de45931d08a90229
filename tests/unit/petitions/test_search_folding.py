"""One form of a word: however it was typed or copied, it is found."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kenes.words import CYRILLIC, LATIN, LONGEST_WORD, fold, is_cyrillic
from services.petitions.search.stemming import possible_stems, stems, telling

LETTERS = "абвгдежзийклмнопрстуфхцчшщъыьэюяәғқңөұүһіё"
CYRILLIC_WORDS = st.text(LETTERS + LETTERS.upper(), min_size=2, max_size=20)
LIKE = dict(zip(CYRILLIC, LATIN, strict=True))


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Кітапхана", "китапхана"),
        ("КIТАПХАНА", "кітапхана"),  # a Latin I
        ("мiндет", "міндет"),
        ("Ауыл шаруашылыгы", "Ауыл шаруашылығы"),
        ("өңірлік әкім үйі һәм құқық", "онирлик аким уйи хам кукык"),
        ("Ёлка", "елка"),
        ("Bода", "вода"),  # a Latin B
        ("sсhооl", "school"),  # a Cyrillic с and о
        ("Café ÉCOLE", "cafe ecole"),
        ("ｆｕｌｌ", "full"),
        ("Straße", "STRASSE"),
        ("ве\u00adйпы", "вейпы"),
    ],
)
def test_many_spellings_are_one_word(typed: str, meant: str) -> None:
    assert fold(typed) == fold(meant)


def test_a_short_i_is_a_letter_of_its_own() -> None:
    assert fold("Йод, край") == ["йод", "край"]
    assert fold(unicodedata.normalize("NFD", "Йод")) == ["йод"]


def test_words_are_letters_and_digits_of_two_or_more() -> None:
    assert fold("a bc, d_ef! 2026 ж. 1–4-сынып\n") == ["bc", "ef", "2026", "сынып"]
    assert fold("ж" * 100) == ["ж" * LONGEST_WORD]
    assert fold("(*[\\ ~") == []


@given(st.text(max_size=60))
def test_what_is_folded_stays_as_it_is(text: str) -> None:
    once = fold(text)
    assert fold(" ".join(once)) == once


@given(CYRILLIC_WORDS, st.data())
def test_letters_that_look_alike_may_be_of_either_script(word: str, data: st.DataObject) -> None:
    sure = word + "ж"  # a letter that looks like no Latin one
    swapped = "".join(LIKE[c] if c in LIKE and data.draw(st.booleans()) else c for c in sure)

    assert fold(swapped) == fold(sure)
    assert all(is_cyrillic(folded) for folded in fold(swapped))


@given(CYRILLIC_WORDS)
def test_no_kazakh_letter_is_needed_to_type_a_word(word: str) -> None:
    plain = word.lower().translate(str.maketrans("әғқңөұүһі", "агкноуухи"))
    assert fold(plain) == fold(word)


@pytest.mark.parametrize(
    ("language", "forms"),
    [
        ("kk", "кітапхана кітапханалар кітапханаларының кітапханаға кітапханада кітапханадан"),
        ("kk", "мектеп мектептер мектепке мектептен мектептерді мектебі мектебіміз мектебіндегі"),
        ("kk", "көлік көліктің көлігі көлігіміз көлігінен көліктегі"),
        ("kk", "тамақ тамаққа тамағы тамағына"),
        ("kk", "кітап кітабы кітаптар"),
        ("kk", "қала қаласы қаладағы қаласындағы"),
        ("ru", "школа школы школе школой школами"),
        ("en", "crossing crossings crossed cross"),
    ],
)
def test_forms_of_a_word_have_one_stem(language: str, forms: str) -> None:
    assert len(set(stems(fold(forms), language))) == 1


@given(st.text(LETTERS, min_size=2, max_size=30))
def test_a_stem_of_a_kazakh_word_is_its_beginning_as_it_stands_alone_and_its_own_stem(word: str) -> None:
    alone = str.maketrans("бг", "пк")
    for folded in fold(word):
        (stem,) = stems([folded], "kk")
        assert folded.translate(alone).startswith(stem.translate(alone))
        assert len(stem) >= min(3, len(folded))
        assert stems([stem], "kk") == [stem]


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
@given(words=st.lists(st.text(LETTERS + "abcdefghi0123", min_size=2, max_size=12), max_size=12))
def test_every_word_has_one_stem(language: str, words: list[str]) -> None:
    folded = fold(" ".join(words))
    assert len(stems(folded, language)) == len(folded)
    assert all(possible_stems(word) for word in folded)


def test_common_words_tell_nothing_unless_there_are_no_others() -> None:
    assert telling(fold("и в школах на улице, на улице и for the school үшін және")) == ["школах", "улице", "school"]
    assert telling(fold("и на")) == ["на"]
    assert telling([]) == []
