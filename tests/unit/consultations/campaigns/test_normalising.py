"""One form of a text, whatever was done to its letters, and different forms for different words."""

from __future__ import annotations

import string
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.consultations.campaigns.normalising import normalised, words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Оставьте статью 5!", "оставьте  статью № 5".replace("№ ", "")),
        ("«Мәдениет» туралы заң", "мәдениет туралы ЗАҢ"),
        ("қазақ тілі", "казак тили"),
        ("Ұлттық һәм өңірлік", "Улттык хам онирлик"),
        ("ещё раз", "еще раз"),
        ("cвoбoдa слова", "свобода слова"),
        ("BOДA", "вода"),
        ("сво\u00adбода\u200b слова\ufeff", "свобода слова"),
        ("свобо\u0301да", "свобода"),
        ("й", "и\u0306"),
        ("ﬁne ｗｏｒｄｓ", "fine words"),
        ("don't", "don’t"),
        ("STRASSE", "straße"),
    ],
)
def test_the_same_text_written_in_two_ways_has_one_form(one: str, other: str) -> None:
    assert normalised(one) == normalised(other)


@pytest.mark.parametrize(
    ("one", "other"), [("кот", "код"), ("й", "и"), ("статья 5", "статья 6"), ("👍", "👎"), ("!", "?"), ("а", "!")]
)
def test_different_texts_have_different_forms(one: str, other: str) -> None:
    assert normalised(one) != normalised(other)


@given(st.text(string.ascii_lowercase + " ", max_size=30), st.text(string.ascii_lowercase + " ", max_size=30))
def test_no_two_words_of_latin_letters_become_one(one: str, other: str) -> None:
    assert (words(one) == words(other)) == (one.split() == other.split())


@given(st.text())
def test_a_form_is_its_own_form_and_tells_nothing_of_composition(text: str) -> None:
    assert normalised(normalised(text)) == normalised(text)
    assert normalised(unicodedata.normalize("NFD", text)) == normalised(text)


def test_signs_alone_are_kept_because_they_are_all_there_is() -> None:
    assert words("👍 👍!") == []
    assert normalised("👍 👍!") == "👍👍!"
    assert normalised("да 👍") == "да"
